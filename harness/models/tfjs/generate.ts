/** Batched generation: prefill once, then one token per row and step, greedy or sampled, until every row has ended. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import { HarnessError } from '../../errors.ts'
import { createRandom, type Random } from '../../random.ts'
import { decode, disposeCache, forward, prefill, type Cache, type TransformerConfig, type Weights } from './transformer.ts'

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
/** Called as soon as the host knows a token; returns true when the row is to stop here (a stop text). */
export type OnToken = (row: number, id: number) => boolean

/**
 * Answers all rows together. The end mark ends a row and is not part of its ids, but it is counted by the caller as a
 * token where the model produced it. Deterministic: a row's draws come from its own seed, whatever the batch.
 */
export function generate(
  config: TransformerConfig,
  weights: Weights,
  marks: { padId: number; endId: number },
  rows: readonly GenerateRow[],
  onToken: OnToken,
  signal?: AbortSignal,
): GeneratedRow[] {
  const state = rows.map((row) => ({ ...start(config, row), random: row.temperature > 0 ? createRandom('sample', row.seed) : undefined }))
  const width = Math.max(1, ...rows.map((row) => row.ids.length))
  let { logits, cache } = readPrompts(config, weights, marks.padId, rows, width)
  try {
    while (state.some((row) => row.finish === undefined)) {
      signal?.throwIfAborted()
      const chosen = choose(
        logits,
        rows,
        state.map((row) => row.random),
      ) // int32 [B]
      const ids = chosen.dataSync() as Int32Array // waits for the device
      const logProbs = logProbsOf(logits, ids)
      for (const [i, row] of state.entries()) {
        if (row.finish !== undefined) continue
        const id = ids[i]!
        if (id !== marks.endId) row.ids.push(id)
        row.logProb += logProbs(i)
        row.budget--
        const stopped = onToken(i, id)
        if (id === marks.endId || stopped) row.finish = 'stop'
        else if (row.budget <= 0) row.finish = 'length'
      }
      logits.dispose()
      if (state.every((row) => row.finish !== undefined)) {
        chosen.dispose()
        break
      }
      ;({ logits, cache } = decode(config, weights, chosen, cache))
      chosen.dispose()
    }
  } finally {
    if (!logits.isDisposed) logits.dispose()
    disposeCache(cache)
  }
  return state.map((row) => ({ ids: row.ids, finish: row.finish ?? 'length', logProb: row.logProb }))
}

/** Log-probability in nats of each continuation token, given what stands before it. */
export function scoreTokens(
  config: TransformerConfig,
  weights: Weights,
  context: readonly number[],
  continuation: readonly number[],
): { logProbs: number[]; isGreedy: boolean } {
  const logP = logProbsAt(config, weights, context, continuation)
  let isGreedy = true
  const logProbs = continuation.map((id, i) => {
    const at = logP.subarray(i * config.vocabulary, (i + 1) * config.vocabulary)
    if (at.some((value) => value > at[id]!)) isGreedy = false
    return at[id]!
  })
  return { logProbs, isGreedy }
}

/** Log-probabilities in nats of the whole vocabulary at each continuation token, [tokens, V]. Reference path: no cache, one row. */
export function logProbsAt(config: TransformerConfig, weights: Weights, context: readonly number[], continuation: readonly number[]): Float32Array {
  const ids = [...context, ...continuation]
  if (context.length === 0) throw new HarnessError('model', 'A continuation cannot be scored without a context of at least one token.')
  if (ids.length > config.maxLength) throw tooLong(config, ids.length)
  if (continuation.length === 0) return new Float32Array(0)
  return tf.tidy(() => {
    const row = tf.tensor2d([ids.slice(0, -1)], [1, ids.length - 1], 'int32')
    // The reference pass is reused: scoring is not timed, and it needs every position anyway.
    const logits = tf.slice(scoreForward(config, weights, row), [context.length - 1, 0], [continuation.length, config.vocabulary])
    return tf.logSoftmax(logits).dataSync() as Float32Array
  })
}

// --- internal ---

function scoreForward(config: TransformerConfig, weights: Weights, row: Tensor2D): Tensor2D {
  return tf.reshape(forward(config, weights, row), [row.shape[1], config.vocabulary])
}

interface Row {
  ids: number[]
  budget: number
  finish: 'stop' | 'length' | undefined
  logProb: number
}

function start(config: TransformerConfig, row: GenerateRow): Row {
  const budget = Math.min(row.maxTokens, config.maxLength - row.ids.length)
  if (row.ids.length === 0) throw new HarnessError('model', 'The prompt is empty: the model needs at least one token to answer.')
  if (budget <= 0) throw tooLong(config, row.ids.length)
  return { ids: [], budget, finish: undefined, logProb: 0 }
}

function tooLong(config: TransformerConfig, length: number): HarnessError {
  return new HarnessError('model', `The prompt has ${length} tokens, and the model reads at most ${config.maxLength} with its answer.`)
}

function readPrompts(
  config: TransformerConfig,
  weights: Weights,
  padId: number,
  rows: readonly GenerateRow[],
  width: number,
): { logits: Tensor2D; cache: Cache } {
  const ids = new Int32Array(rows.length * width).fill(padId)
  const pad = new Float32Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    const gap = width - row.ids.length // padding stands on the left
    pad.fill(1, i * width, i * width + gap)
    ids.set(row.ids, i * width + gap)
  }
  const [idTensor, padTensor] = [tf.tensor2d(ids, [rows.length, width], 'int32'), tf.tensor2d(pad, [rows.length, width])]
  try {
    return prefill(config, weights, idTensor, padTensor)
  } finally {
    tf.dispose([idTensor, padTensor])
  }
}

/** Greedy, or a draw from softmax(logits/T) by the Gumbel-max trick, so that only token ids leave the device. */
function choose(logits: Tensor2D, rows: readonly GenerateRow[], randoms: readonly (Random | undefined)[]): Tensor1D {
  return tf.tidy(() => {
    const [batch, vocabulary] = logits.shape
    if (randoms.every((random) => random === undefined)) return tf.argMax(logits, 1)
    const noise = new Float32Array(batch * vocabulary)
    const scale = new Float32Array(batch).fill(1)
    for (const [i, random] of randoms.entries()) {
      if (random === undefined) continue
      scale[i] = 1 / rows[i]!.temperature
      for (let j = 0; j < vocabulary; j++) noise[i * vocabulary + j] = -Math.log(-Math.log(random.next() + 1e-12))
    }
    return tf.argMax(tf.add(tf.mul(logits, tf.tensor2d(scale, [batch, 1])), tf.tensor2d(noise, [batch, vocabulary])), 1)
  })
}

/** Up to this many values a step, reading all of them takes less time than one more operation on the device. */
const READ_AT_MOST = 16_384

/** Log-probability of the chosen token of a row: its logit − ln Σ exp(logits), nats. */
function logProbsOf(logits: Tensor2D, ids: Int32Array): (row: number) => number {
  const [batch, vocabulary] = logits.shape
  if (batch * vocabulary > READ_AT_MOST) {
    const values = tf.tidy(() => {
      const places = ids.map((id, row) => row * vocabulary + id) // batchDims of gather reads behind its memory on WASM (tfjs-backend-wasm 4.22)
      return tf.sub(tf.gather(tf.reshape(logits, [-1]), tf.tensor1d(places, 'int32')), tf.logSumExp(logits, 1)).dataSync()
    })
    return (row) => Math.min(0, values[row]!)
  }
  const values = logits.dataSync()
  return (row) => {
    const from = row * vocabulary
    const own = values[from + ids[row]!]!
    let most = own // the largest, so that no exponential overflows
    for (let i = from; i < from + vocabulary; i++) if (values[i]! > most) most = values[i]!
    let sum = 0
    for (let i = from; i < from + vocabulary; i++) sum += Math.exp(values[i]! - most)
    return own - most - Math.log(sum)
  }
}
