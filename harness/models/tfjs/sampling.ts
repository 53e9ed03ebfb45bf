/** Choosing the next token of each row, and how likely it was. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core'
import type { Random } from '../../random.ts'
import { read } from './readback.ts'

export interface Sampling {
  /** Of the row's own seed; absent where it is greedy. */
  random?: Random
  temperature: number
}
/** One token of every row, as the host knows it: ids [B], and the log-probability of the id at temperature 1, nats. */
export interface Step {
  ids: ArrayLike<number>
  logProb(row: number): number
}

/** Greedy, or a draw from softmax(logits/T) by the Gumbel-max trick, so that only token ids leave the device: int32 [B]. */
export function choose(logits: Tensor2D, rows: readonly Sampling[]): Tensor1D {
  return tf.tidy(() => {
    const [batch, vocabulary] = logits.shape
    if (rows.every(({ random }) => random === undefined)) return tf.argMax(logits, 1)
    const noise = new Float32Array(batch * vocabulary)
    const scale = new Float32Array(batch).fill(1)
    for (const [i, { random, temperature }] of rows.entries()) {
      if (random === undefined) continue
      scale[i] = 1 / temperature
      for (let j = 0; j < vocabulary; j++) noise[i * vocabulary + j] = -Math.log(-Math.log(random.next() + 1e-12))
    }
    return tf.argMax(tf.add(tf.mul(logits, tf.tensor2d(scale, [batch, 1])), tf.tensor2d(noise, [batch, vocabulary])), 1)
  })
}

/** Reads one step from a device whose values are at hand. */
export async function readStep(logits: Tensor2D, chosen: Tensor1D): Promise<Step> {
  const ids = await read(chosen)
  const [batch, vocabulary] = logits.shape
  if (batch * vocabulary > READ_AT_MOST) {
    const picked = logProbsOf(logits, chosen)
    const logProbs = await read(picked)
    picked.dispose()
    return { ids, logProb: (row) => Math.min(0, logProbs[row]!) }
  }
  const values = await read(logits)
  return { ids, logProb: (row) => logProbIn(values, vocabulary, row, ids[row]!) }
}

/** What the host will want to know of one step, left on the device: ids as floats, then log-probabilities, [2B]. */
export function keepStep(logits: Tensor2D, chosen: Tensor1D): Tensor1D {
  return tf.tidy(() => tf.concat([tf.cast(chosen, 'float32'), logProbsOf(logits, chosen)]))
}

/** Reads all kept steps at once. */
export async function readSteps(kept: readonly Tensor1D[]): Promise<Step[]> {
  const all = tf.concat1d([...kept])
  try {
    const values = await read(all)
    const size = kept[0]!.shape[0]
    return kept.map((_, i) => {
      const at = i * size
      return { ids: values.subarray(at, at + size / 2), logProb: (row) => Math.min(0, values[at + size / 2 + row]!) }
    })
  } finally {
    all.dispose()
  }
}

// --- internal ---

/** Up to this many values a step, reading all of them takes less time than one more operation on the device. */
const READ_AT_MOST = 16_384

/** The logit of the chosen token of each row − ln Σ exp(logits): [B], nats. */
function logProbsOf(logits: Tensor2D, chosen: Tensor1D): Tensor1D {
  const [batch, vocabulary] = logits.shape
  return tf.tidy(() => {
    // batchDims of gather reads behind its memory on WASM (tfjs-backend-wasm 4.22)
    const places = tf.add(
      chosen,
      tf.tensor1d(
        Int32Array.from({ length: batch }, (_, row) => row * vocabulary),
        'int32',
      ),
    )
    return tf.sub(tf.gather(tf.reshape(logits, [-1]), places as Tensor1D), tf.logSumExp(logits, 1)) as Tensor1D
  })
}

function logProbIn(values: ArrayLike<number>, vocabulary: number, row: number, id: number): number {
  const from = row * vocabulary
  const own = values[from + id]!
  let most = own // the largest, so that no exponential overflows
  for (let i = from; i < from + vocabulary; i++) if (values[i]! > most) most = values[i]!
  let sum = 0
  for (let i = from; i < from + vocabulary; i++) sum += Math.exp(values[i]! - most)
  return own - most - Math.log(sum)
}
