/** Whether a model fits: a device takes only so many bytes in one tensor, whatever its memory. */
import { HarnessError } from '../../../errors.ts'
import { weightShapes, type TransformerConfig } from '../transformer.ts'
import type { Limits } from './dawn.ts'

export interface Shape {
  batch: number
  /** Tokens of the longest prompt. */
  prompt: number
  /** Tokens of prompt and answer together. */
  length: number
}

/** Throws HarnessError `device` that names the first weight that is too large. */
export function checkWeightsFit(config: TransformerConfig, limits: Limits): void {
  const sizes = Object.entries(weightShapes(config)).map(([name, shape]): Size => [`the weight ${name} [${shape.join(', ')}]`, product(shape) * FLOAT])
  refuse(sizes, limits, 'Take a smaller model, or another backend: tensorflow and wasm have no such limit.')
}

/** Throws HarnessError `device` that names the largest tensor of answering such a batch, where that is too large. */
export function checkBatchFits(config: TransformerConfig, { batch, prompt, length }: Shape, limits: Limits): void {
  const { heads, hidden, vocabulary, width } = config
  const sizes: Size[] = [
    [`keys of ${length} tokens, ${batch} rows`, batch * width * length * FLOAT],
    [`attention of ${prompt} tokens, ${batch} rows`, batch * heads * prompt * prompt * FLOAT],
    [`the hidden layer of ${prompt} tokens, ${batch} rows`, batch * prompt * hidden * FLOAT],
    [`logits of ${batch} rows`, batch * vocabulary * FLOAT],
  ]
  refuse(
    sizes.toSorted(([, a], [, b]) => b - a),
    limits,
    'Take a smaller batch, shorter prompts or shorter answers.',
  )
}

// --- internal ---

const FLOAT = 4
type Size = readonly [what: string, bytes: number]

function refuse(sizes: readonly Size[], { maxBufferSize, maxStorageBufferBindingSize }: Limits, hint: string): void {
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize)
  const large = sizes.find(([, bytes]) => bytes > most)
  if (large === undefined) return
  const [what, bytes] = large
  const name = maxBufferSize < maxStorageBufferBindingSize ? 'maxBufferSize' : 'maxStorageBufferBindingSize'
  throw new HarnessError('device', `The device takes tensors of at most ${mib(most)} (${name}), and ${what} needs ${mib(bytes)}.`, {
    kind: 'device-limit',
    hint,
  })
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1)
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MiB`
}
