import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HarnessError } from '../../../harness/errors.ts'
import { readSafetensors, writeSafetensors } from '../../../harness/models/tfjs/safetensors.ts'

const array = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 5 }))
  .chain(([a, b]) =>
    fc.array(fc.float({ noNaN: true }), { minLength: a * b, maxLength: a * b }).map((values) => ({ shape: [a, b], values: Float32Array.from(values) })),
  )
const name = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => s !== '__metadata__' && s !== '__proto__')

test('what is written is read back, bit for bit', () => {
  fc.assert(
    fc.property(fc.dictionary(name, array, { maxKeys: 5 }), (tensors) => {
      const bytes = writeSafetensors(Object.entries(tensors), { note: 'x' })
      const read = readSafetensors(bytes, 'a.safetensors')
      expect(Object.fromEntries(read.tensors)).toEqual({ ...tensors })
      expect(readSafetensors(Buffer.from(bytes), 'a.safetensors').tensors).toEqual(read.tensors) // as readFile gives them
      expect(read.metadata).toEqual({ note: 'x' })
    }),
  )
})

test('a damaged file is read or refused with its name, never anything else', () => {
  const good = writeSafetensors([['w', { shape: [2, 3], values: Float32Array.from([1, 2, 3, 4, 5, 6]) }]])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: good.length }), fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (length, edits) => {
      const bytes = good.slice(0, length)
      for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
      try {
        readSafetensors(bytes, 'bad.safetensors')
      } catch (error) {
        expect(error).toBeInstanceOf(HarnessError)
        expect((error as HarnessError).message).toMatch(/^bad\.safetensors is not a usable safetensors file: /)
      }
    }),
    { numRuns: 500 },
  )
})

test('every cut of a file is refused', () => {
  const good = writeSafetensors([['w', { shape: [3], values: Float32Array.from([1, 2, 3]) }]])
  for (let length = 0; length < good.length; length++) expect(() => readSafetensors(good.slice(0, length), 'cut')).toThrow(HarnessError)
})

test('half-precision numbers of both kinds are read', () => {
  const header = JSON.stringify({ a: { dtype: 'F16', shape: [4], data_offsets: [0, 8] }, b: { dtype: 'BF16', shape: [2], data_offsets: [8, 12] } })
  const bytes = new Uint8Array(8 + header.length + 12)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(new TextEncoder().encode(header), 8)
  bytes.set(new Uint8Array(Uint16Array.from([0x3c00, 0xc000, 0x0001, 0x7c00, 0x3f80, 0xc049]).buffer), 8 + header.length)
  const { tensors } = readSafetensors(bytes, 'half')
  expect([...tensors.get('a')!.values]).toEqual([1, -2, 2 ** -24, Infinity])
  expect([...tensors.get('b')!.values]).toEqual([1, -3.140625])
})
