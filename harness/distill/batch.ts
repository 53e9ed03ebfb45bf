/** Training examples and the tensors made of a batch of them. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor2D } from '@tensorflow/tfjs-core'

export interface Example {
  /** Prompt and answer with the end mark. */
  ids: readonly number[]
  promptLength: number
  /** The teacher's probabilities at the training temperature for each answer token, row after row, [answer × V]. */
  soft?: Float32Array
}
export interface Batch {
  ids: Tensor2D
  hard: Tensor2D
  weight: Tensor2D
  soft?: Tensor2D
  tokens: number
}

/**
 * Rows padded on the right to the longest: ids [B, T], and for each of the B·T positions the next token [B·T, V] and
 * whether it counts [B·T, 1]; only answer tokens count. The caller disposes of the tensors.
 */
export function createBatch(examples: readonly Example[], vocabulary: number, padId: number): Batch {
  const B = examples.length
  const T = Math.max(...examples.map((e) => e.ids.length)) - 1
  const ids = new Int32Array(B * T).fill(padId)
  const hard = new Float32Array(B * T * vocabulary)
  const weight = new Float32Array(B * T)
  const soft = examples.every((e) => e.soft !== undefined) ? new Float32Array(B * T * vocabulary) : undefined
  let tokens = 0
  for (const [b, { ids: own, promptLength, soft: ownSoft }] of examples.entries()) {
    for (let t = 0; t < own.length - 1; t++) {
      ids[b * T + t] = own[t]!
      if (t + 1 < promptLength) continue
      const row = b * T + t
      weight[row] = 1
      tokens++
      hard[row * vocabulary + own[t + 1]!] = 1
      const answer = t + 1 - promptLength
      if (soft !== undefined && ownSoft !== undefined) soft.set(ownSoft.subarray(answer * vocabulary, (answer + 1) * vocabulary), row * vocabulary)
    }
  }
  return {
    ids: tf.tensor2d(ids, [B, T], 'int32'),
    hard: tf.tensor2d(hard, [B * T, vocabulary]),
    weight: tf.tensor2d(weight, [B * T, 1]),
    ...(soft === undefined ? {} : { soft: tf.tensor2d(soft, [B * T, vocabulary]) }),
    tokens,
  }
}

/**
 * Short and long examples apart, cut where the least padding is computed; the two parts of a step add up to the same
 * gradient. Questions of several steps are twice as long as the others here, so this saves about a third of the work.
 */
export function cutByLength(examples: readonly Example[]): Example[][] {
  const sorted = examples.toSorted((a, b) => a.ids.length - b.ids.length)
  const length = (i: number): number => sorted[i]!.ids.length
  let [cut, least] = [0, sorted.length * length(sorted.length - 1)]
  for (let i = 1; i < sorted.length; i++) {
    const cells = i * length(i - 1) + (sorted.length - i) * length(sorted.length - 1)
    if (cells < least * 0.85) [cut, least] = [i, cells]
  }
  return cut === 0 ? [sorted] : [sorted.slice(0, cut), sorted.slice(cut)]
}

export function disposeBatch(batch: Batch): void {
  tf.dispose([batch.ids, batch.hard, batch.weight, ...(batch.soft === undefined ? [] : [batch.soft])])
}
