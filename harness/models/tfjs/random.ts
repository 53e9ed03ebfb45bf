/**
 * Models with seeded random weights, made on the device when they are opened: nothing is shipped and nothing is learned.
 * Their speed, energy and cost are those of a trained model of that shape; their answers mean nothing.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D } from '@tensorflow/tfjs-core'
import { createRandom, fnv1a } from '../../random.ts'
import type { ModelCard, StepTiming } from '../../types.ts'
import { cacheBytesPerToken, countParameters, sizeOf, weightShapes, type TransformerConfig } from './config.ts'
import type { RandomOptions } from './options.ts'
import { timeSteps } from './steps.ts'
import type { Weights } from './transformer.ts'

/** What generation needs of a model: its shape, and how texts become tokens. */
export interface RandomModel {
  readonly config: TransformerConfig
  readonly tokenizer: { readonly padId: number; readonly endId: number; encode(text: string): number[]; decode(ids: readonly number[]): string }
}

export function randomModel({ seed: _seed, steps: _steps, ...config }: RandomOptions): RandomModel {
  return { config, tokenizer: wordTokenizer(config.vocabulary) }
}

/**
 * The deviations of untrained weights (1/√fan-in), from one block of normal numbers that is uploaded once and repeated on the
 * device: a billion numbers made here would take minutes. The length of the block is a prime, so rows of a matrix differ, as the power
 * that a multiplication takes depends on its numbers. The caller disposes of them.
 */
export function randomWeights(config: TransformerConfig, seed: number): Weights {
  const random = createRandom('weights', seed)
  const block = tf.tensor1d(Float32Array.from({ length: BLOCK }, () => random.normal()))
  try {
    return Object.fromEntries(
      Object.entries(weightShapes(config)).map(([name, shape]) => {
        if (shape.length === 1) return [name, tf.ones([...shape])]
        const residual = name.endsWith('.o') || name.endsWith('.down') ? 1 / Math.sqrt(2 * config.layers) : 1
        const deviation = name === 'embedding' ? 0.5 / Math.sqrt(config.width) : residual / Math.sqrt(shape[0]!)
        return [name, cutFrom(block, shape, deviation, random.int(BLOCK))]
      }),
    )
  } finally {
    block.dispose()
  }
}

export function describeRandom(name: string, { config }: RandomModel, seed: number): ModelCard {
  const parameters = countParameters(config)
  return {
    name,
    parametersTotal: parameters,
    parametersActive: parameters,
    cacheBytesPerToken: cacheBytesPerToken(config),
    dtype: 'float32',
    tokenizer: `a word is a token, ${config.vocabulary} tokens, no meaning`,
    architecture: `decoder-only transformer, ${config.layers} layers of width ${config.width}, ${config.heads} heads, SwiGLU ${config.hidden}`,
    training: { method: 'none: seeded random weights', seed },
    source: 'made when it was opened; its answers mean nothing',
  }
}

/** The isolated steps for each length of prompt and each batch. */
export async function randomSteps({ config }: RandomModel, weights: Weights, { steps }: RandomOptions, signal: AbortSignal): Promise<StepTiming[]> {
  const out: StepTiming[] = []
  for (const tokens of steps.tokens) out.push(...(await timeSteps(config, weights, signal, { batches: steps.batches, tokens })))
  return out
}

// --- internal ---

const BLOCK = 1_048_573

/** `count` numbers from place `from` of the block, which goes on from its beginning when it ends. */
function cutFrom(block: Tensor1D, shape: readonly number[], deviation: number, from: number): tf.Tensor {
  const count = sizeOf(shape)
  return tf.tidy(() => {
    const long = from + count <= BLOCK ? block : tf.tile(block, [Math.ceil((from + count) / BLOCK)])
    return tf.mul(tf.reshape(tf.slice(long, [from], [count]), [...shape]), deviation)
  })
}

/** No token ends an answer: it goes on to the length that was asked for. */
function wordTokenizer(vocabulary: number): RandomModel['tokenizer'] {
  return {
    padId: 0,
    endId: -1,
    encode: (text) =>
      text
        .split(/\s+/)
        .filter((word) => word !== '')
        .map((word) => 1 + (fnv1a(word) % (vocabulary - 1))),
    decode: (ids) => ids.map((id) => ` ${id}`).join(''),
  }
}
