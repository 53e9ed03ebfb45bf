/** One token after the other for all rows of a batch: on the device as far as that goes, else step by step. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import { choose, keepStep, readStep, readSteps, type Sampling, type Step } from './sampling.ts'
import { decode, disposeCache, FAR, prefill, type Cache, type TransformerConfig, type Weights } from './transformer.ts'
import { startDecoder } from './webgpu/decoder.ts'
import { checkBatchFits } from './webgpu/fits.ts'
import { deviceLimits } from './webgpu/index.ts'

export interface Decoding {
  /** The next `count` tokens of every row, also of those that need no more. */
  next(count: number): Promise<readonly Step[]>
  dispose(): void
}
export interface Prompts {
  padId: number
  rows: readonly { ids: readonly number[] }[]
  sampling: readonly Sampling[]
  /** Tokens that will follow at most. */
  room: number
  /** Most tokens that are asked for together; with 1 the host looks at every step. */
  steps: number
}

/** Reads the prompts together. Throws HarnessError `device` for a batch that is too large for the device. */
export function startDecoding(config: TransformerConfig, weights: Weights, prompts: Prompts): Decoding {
  const { rows, sampling, room, steps } = prompts
  const width = Math.max(1, ...rows.map((row) => row.ids.length))
  const limits = deviceLimits()
  if (limits !== undefined) checkBatchFits(config, { batch: rows.length, prompt: width, length: width + room }, limits)
  const pad = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries()) pad.fill(1, i * width, (i + 1) * width - row.ids.length) // padding stands on the left
  const prompt = readPrompts(config, weights, prompts, width, pad)
  if (limits === undefined || sampling.some(({ random }) => random !== undefined)) return stepByStep(config, weights, sampling, prompt, steps)
  try {
    const decoder = startDecoder(
      config,
      weights,
      prompt,
      pad.map((is) => is * FAR),
      room,
    )
    return { next: decoder.next, dispose: () => {} }
  } finally {
    prompt.logits.dispose()
    disposeCache(prompt.cache)
  }
}

// --- internal ---

interface Prompt {
  logits: Tensor2D
  cache: Cache
}

function readPrompts(config: TransformerConfig, weights: Weights, { padId, rows }: Prompts, width: number, pad: Float32Array): Prompt {
  const ids = new Int32Array(rows.length * width).fill(padId)
  for (const [i, row] of rows.entries()) ids.set(row.ids, (i + 1) * width - row.ids.length)
  const [idTensor, padTensor] = [tf.tensor2d(ids, [rows.length, width], 'int32'), tf.tensor2d(pad, [rows.length, width])]
  try {
    return prefill(config, weights, idTensor, padTensor)
  } finally {
    tf.dispose([idTensor, padTensor])
  }
}

function stepByStep(config: TransformerConfig, weights: Weights, sampling: readonly Sampling[], prompt: Prompt, steps: number): Decoding {
  let { logits, cache } = prompt
  let chosen: Tensor1D | undefined
  const kept: Tensor1D[] = []
  const advance = <T>(look: (logits: Tensor2D, chosen: Tensor1D) => T): T => {
    if (chosen !== undefined) {
      logits.dispose()
      ;({ logits, cache } = decode(config, weights, chosen, cache))
      chosen.dispose()
    }
    chosen = choose(logits, sampling)
    return look(logits, chosen)
  }
  return {
    async next(count) {
      if (steps === 1) return [await advance(readStep)]
      for (let i = 0; i < count; i++) kept.push(advance(keepStep))
      const told = await readSteps(kept)
      tf.dispose(kept.splice(0))
      return told
    },
    dispose() {
      tf.dispose([...kept, logits, ...(chosen === undefined ? [] : [chosen])])
      disposeCache(cache)
    },
  }
}
