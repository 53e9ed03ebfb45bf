/** Batched generation: prefill once, then one token per row and step, greedy or sampled, until every row has ended. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'
import { HarnessError } from '../../errors.ts'
import { createRandom } from '../../random.ts'
import { startDecoding } from './decoding.ts'
import { stepsPerRead, take } from './readback.ts'
import type { Sampling, Step } from './sampling.ts'
import { forward, type TransformerConfig, type Weights } from './transformer.ts'

export interface GenerateRow {
  ids: readonly number[]
  maxTokens: number
  temperature: number
  seed: number
}
export interface GeneratedRow {
  ids: number[]
  finish: 'stop' | 'length'
  /** Sum over its tokens, the end mark included, of their log-probability at temperature 1; nats. */
  logProb: number
}
/**
 * Called as soon as the host knows a token; `more` when the next one of this row came with it. Returns true when the row
 * is to stop here (a stop text).
 */
export type OnToken = (row: number, id: number, more: boolean) => boolean

/**
 * Answers all rows together. The end mark ends a row and is not part of its ids, but it is counted by the caller as a
 * token where the model produced it. Deterministic: a row's draws come from its own seed, whatever the batch.
 * After the first token, `steps` of each row are decoded before the host looks; what a row computes behind its end is dropped.
 */
export async function generate(
  config: TransformerConfig,
  weights: Weights,
  marks: { padId: number; endId: number },
  rows: readonly GenerateRow[],
  onToken: OnToken,
  signal?: AbortSignal,
  steps = stepsPerRead(),
): Promise<GeneratedRow[]> {
  const state = rows.map((row) => start(config, row))
  const decoding = startDecoding(config, weights, { padId: marks.padId, rows, sampling: state, room: wanted(state), steps })
  try {
    // The first token comes alone, so that the time to it is not that of several.
    for (let count = 1; count > 0; count = Math.min(steps, wanted(state))) {
      signal?.throwIfAborted()
      hear(await decoding.next(count), state, marks.endId, onToken)
    }
  } finally {
    decoding.dispose()
  }
  return state.map((row) => ({ ids: row.ids, finish: row.finish ?? 'length', logProb: row.logProb }))
}

/** Log-probability in nats of each continuation token, given what stands before it. */
export async function scoreTokens(
  config: TransformerConfig,
  weights: Weights,
  context: readonly number[],
  continuation: readonly number[],
): Promise<{ logProbs: number[]; isGreedy: boolean }> {
  const logP = await logProbsAt(config, weights, context, continuation)
  let isGreedy = true
  const logProbs = continuation.map((id, i) => {
    const at = logP.subarray(i * config.vocabulary, (i + 1) * config.vocabulary)
    if (at.some((value) => value > at[id]!)) isGreedy = false
    return at[id]!
  })
  return { logProbs, isGreedy }
}

/** Log-probabilities in nats of the whole vocabulary at each continuation token, [tokens, V]. Reference path: no cache, one row. */
export async function logProbsAt(
  config: TransformerConfig,
  weights: Weights,
  context: readonly number[],
  continuation: readonly number[],
): Promise<Float32Array> {
  const ids = [...context, ...continuation]
  if (context.length === 0) throw new HarnessError('model', 'A continuation cannot be scored without a context of at least one token.')
  if (ids.length > config.maxLength) throw tooLong(config, ids.length)
  if (continuation.length === 0) return new Float32Array(0)
  const logProbs = tf.tidy(() => {
    const row = tf.tensor2d([ids.slice(0, -1)], [1, ids.length - 1], 'int32')
    // The reference pass is reused: scoring is not timed, and it needs every position anyway.
    const logits = tf.slice(scoreForward(config, weights, row), [context.length - 1, 0], [continuation.length, config.vocabulary])
    return tf.logSoftmax(logits)
  })
  return (await take(logProbs)) as Float32Array
}

// --- internal ---

function scoreForward(config: TransformerConfig, weights: Weights, row: Tensor2D): Tensor2D {
  return tf.reshape(forward(config, weights, row), [row.shape[1], config.vocabulary])
}

interface Row extends Sampling {
  ids: number[]
  budget: number
  finish: 'stop' | 'length' | undefined
  logProb: number
}

function start(config: TransformerConfig, row: GenerateRow): Row {
  const budget = Math.min(row.maxTokens, config.maxLength - row.ids.length)
  if (row.ids.length === 0) throw new HarnessError('model', 'The prompt is empty: the model needs at least one token to answer.')
  if (budget <= 0) throw tooLong(config, row.ids.length)
  const { temperature } = row
  return { ids: [], budget, finish: undefined, logProb: 0, temperature, ...(temperature > 0 ? { random: createRandom('sample', row.seed) } : {}) }
}

/** How many more tokens the rows that have not ended may have. */
function wanted(state: readonly Row[]): number {
  return Math.max(0, ...state.map((row) => (row.finish === undefined ? row.budget : 0)))
}

function hear(steps: readonly Step[], state: readonly Row[], endId: number, onToken: OnToken): void {
  for (const [i, row] of state.entries()) {
    for (const [at, step] of steps.entries()) {
      if (row.finish !== undefined) break
      const id = step.ids[i]!
      if (id !== endId) row.ids.push(id)
      row.logProb += step.logProb(i)
      row.budget--
      const stopped = onToken(i, id, id !== endId && row.budget > 0 && at < steps.length - 1)
      if (id === endId || stopped) row.finish = 'stop'
      else if (row.budget <= 0) row.finish = 'length'
    }
  }
}

function tooLong(config: TransformerConfig, length: number): HarnessError {
  return new HarnessError('model', `The prompt has ${length} tokens, and the model reads at most ${config.maxLength} with its answer.`)
}
