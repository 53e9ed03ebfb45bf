/** Whether a model fits: what it needs at least, and what backend and machine have. Loads no runtime. */
import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { MemoryNeed, ModelSpec, Observed } from '../../types.ts'
import { cacheBytesPerToken, countParameters, TransformerSchema, type TransformerConfig } from './config.ts'
import { readOptions } from './options.ts'

/** Bytes of weights, and of keys and values for `batch` requests of `tokens` each; work buffers come on top. Throws as opening would. */
export async function memoryNeed(spec: ModelSpec, shape: { batch: number; tokens: number }): Promise<Observed<MemoryNeed>> {
  const { random, weights } = readOptions(spec)
  const config = random ?? (await configOf(weights!))
  if (config === undefined) return { state: 'absent', why: 'its card cannot be read' }
  return { state: 'ok', value: needOf(config, shape) }
}

/** The same, of a shape that is known. */
export function needOf(config: TransformerConfig, { batch, tokens }: { batch: number; tokens: number }): MemoryNeed {
  const weights = countParameters(config) * 4
  const context = Math.min(tokens, config.maxLength)
  return { weights, cache: batch * context * cacheBytesPerToken(config), batch, tokens: context }
}

/** WebAssembly addresses 4 GiB less a page. */
const WASM_BYTES = 4_294_901_760

/** Why a model cannot run on a backend, or undefined where it may. How much memory a GPU has is not told before it is asked for. */
export function whyTooLarge(need: MemoryNeed, backend: string, machine: { bytes: number; software?: boolean } = { bytes: machineBytes() }): string | undefined {
  const { weights, cache, batch, tokens } = need
  const all = weights + cache
  const what = `it needs at least ${gigabytes(all)} (weights ${gigabytes(weights)}, keys and values ${gigabytes(cache)} for ${batch} × ${tokens} tokens)`
  if (backend === 'wasm' && all > WASM_BYTES) return `${what}, and the backend wasm can address ${gigabytes(WASM_BYTES)}`
  if ((backend === 'wasm' || backend === 'cpu' || machine.software === true) && all > machine.bytes)
    return `${what}, and this machine has ${gigabytes(machine.bytes)}`
  return undefined
}

/** Throws HarnessError `device` where it does not fit. */
export function checkRoom(name: string, ...given: Parameters<typeof whyTooLarge>): void {
  const why = whyTooLarge(...given)
  if (why !== undefined) throw new HarnessError('device', `${name} does not fit: ${why}.`, { hint: TOO_LARGE_HINT })
}
export const TOO_LARGE_HINT = 'Leave it out with --models, use another backend, or take smaller models (gpu-scale-small).'

/** Memory of this machine, or of the container that we run in, bytes. */
export function machineBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

// --- internal ---

const CardSchema = z.object({ config: TransformerSchema })

async function configOf(weights: string): Promise<TransformerConfig | undefined> {
  const file = `${weights.replace(/\.(safetensors|json)$/, '')}.json`
  try {
    return CardSchema.parse(JSON.parse(await readFile(file, 'utf8'))).config
  } catch {
    return undefined // opening the model tells what is wrong with it
  }
}

function gigabytes(bytes: number): string {
  return bytes < 9.95e8 ? `${Number((bytes / 1e6).toPrecision(2))} MB` : `${Number((bytes / 1e9).toPrecision(2))} GB`
}
