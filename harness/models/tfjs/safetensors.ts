/**
 * Reading and writing safetensors: 8 bytes of header length (little-endian), a JSON header, then the raw numbers.
 * Only F32 is written; F32, F16 and BF16 are read. A damaged file is refused with what is wrong in it.
 * Format: https://github.com/huggingface/safetensors (format section of its README).
 */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'

export interface NamedArray {
  shape: readonly number[]
  values: Float32Array
}

const EntrySchema = z.object({ dtype: z.string(), shape: z.array(z.int().min(0)), data_offsets: z.tuple([z.int().min(0), z.int().min(0)]) })
const HeaderSchema = z.record(z.string(), z.union([EntrySchema, z.record(z.string(), z.string())]))
const WIDTH: Record<string, number> = { F32: 4, F16: 2, BF16: 2 }
const MAX_HEADER = 100_000_000 // the reference implementation's limit

/** Throws `model` with the file's name on any damage: short file, bad header, wrong sizes, unknown number format. */
export function readSafetensors(bytes: Uint8Array, file: string): { tensors: Map<string, NamedArray>; metadata: Record<string, string> } {
  const fail = (what: string): never => {
    throw new HarnessError('model', `${file} is not a usable safetensors file: ${what}.`, {
      hint: 'Copy the weights again, or train them anew with their recipe.',
    })
  }
  if (bytes.byteLength < 8) return fail(`it holds ${bytes.byteLength} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = Number(view.getBigUint64(0, true))
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.byteLength) return fail('its header is longer than the file')
  const header = parseHeader(bytes.subarray(8, 8 + headerLength)) ?? fail('its header is not valid JSON of the format')
  const data = bytes.subarray(8 + headerLength)
  const tensors = new Map<string, NamedArray>()
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__' || !isEntry(entry)) continue
    const [begin, end] = entry.data_offsets
    const size = entry.shape.reduce((a, b) => a * b, 1)
    const width = WIDTH[entry.dtype] ?? fail(`tensor ${name} has the number format ${entry.dtype}, and only F32, F16 and BF16 are read`)
    if (end - begin !== size * width) return fail(`tensor ${name} should take ${size * width} bytes and takes ${end - begin}`)
    if (end > data.byteLength) return fail(`tensor ${name} ends behind the end of the file`)
    tensors.set(name, { shape: entry.shape, values: toFloat32(data.subarray(begin, end), entry.dtype, size) })
  }
  const metadata = header['__metadata__']
  return { tensors, metadata: metadata === undefined || isEntry(metadata) ? {} : metadata }
}

/** Tensors in the order given; the header is padded with spaces to 8 bytes, as the reference writer does. */
export function writeSafetensors(tensors: Iterable<readonly [string, NamedArray]>, metadata: Record<string, string> = {}): Uint8Array {
  const list = [...tensors]
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  let offset = 0
  for (const [name, { shape, values }] of list) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + values.byteLength] }
    offset += values.byteLength
  }
  const json = new TextEncoder().encode(JSON.stringify(header))
  const padded = Math.ceil(json.byteLength / 8) * 8
  const out = new Uint8Array(8 + padded + offset).fill(0x20, 8, 8 + padded)
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true)
  out.set(json, 8)
  let at = 8 + padded
  for (const [, { values }] of list) {
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
    at += values.byteLength
  }
  return out
}

// --- internal ---

type Entry = z.infer<typeof EntrySchema>

function isEntry(value: Entry | Record<string, string>): value is Entry {
  return Array.isArray(value.shape)
}

function parseHeader(bytes: Uint8Array): z.infer<typeof HeaderSchema> | undefined {
  try {
    return HeaderSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    return undefined // the caller says which file
  }
}

function toFloat32(bytes: Uint8Array, dtype: string, size: number): Float32Array {
  const copy = new Uint8Array(bytes) // aligned, and a copy also where `bytes` is a Buffer, whose slice() is a view
  if (dtype === 'F32') return new Float32Array(copy.buffer, 0, size)
  const halves = new Uint16Array(copy.buffer, 0, size)
  return Float32Array.from(halves, dtype === 'BF16' ? fromBfloat16 : fromFloat16)
}

const scratch = new DataView(new ArrayBuffer(4))

function fromBfloat16(half: number): number {
  scratch.setUint32(0, half << 16)
  return scratch.getFloat32(0)
}

function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 0x1f
  const fraction = half & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
