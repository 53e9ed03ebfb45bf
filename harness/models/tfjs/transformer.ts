/**
 * A decoder-only transformer on the TensorFlow.js op set: pre-norm RMSNorm, rotary positions, SwiGLU, tied embeddings
 * (the shape of Llama: Touvron et al. 2023, arXiv 2302.13971). One file, three ways through it:
 *   - `forward`   all positions at once, no cache: training, scoring, and the reference that decoding is tested against;
 *   - `prefill`   the same over a prompt, and keeps keys and values;
 *   - `decode`    one new token per row against the cache.
 * Rows of a batch are padded on the left, so that all rows share the position of the newest token; rotary attention
 * depends on distances only, so padding changes nothing but rounding.
 *
 * B rows, T new tokens, S tokens in sight (S = T without a cache), H heads, h = D/H, D width, F hidden width, V vocabulary.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core'
import { createRandom } from '../../random.ts'
import { weightShapes, type TransformerConfig } from './config.ts'
import { embed, linear, rmsNorm, rotate, silu, type Rotary } from './ops.ts'

export { countParameters, TransformerSchema, weightShapes, type TransformerConfig } from './config.ts'

export type Weights = Readonly<Record<string, Tensor>>
/** Added to a score, it makes the softmax weight exactly 0 in float32. */
export const FAR = -1e9

/** Keys and values of every layer, [B, H, S, h] each, and the mask of padded positions [B, 1, 1, S]. */
export interface Cache {
  layers: readonly { k: Tensor4D; v: Tensor4D }[]
  pad: Tensor4D
  length: number
}

/** Seeded initial values: normal with deviation 1/√fan-in, products into the residual stream scaled by 1/√(2·layers). */
export function initialWeights(c: TransformerConfig, seed: number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(weightShapes(c)).map(([name, shape]) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1))
      if (shape.length === 1) return [name, values.fill(1)]
      const random = createRandom('weights', seed, name)
      const residual = name.endsWith('.o') || name.endsWith('.down') ? 1 / Math.sqrt(2 * c.layers) : 1
      const deviation = name === 'embedding' ? 0.5 / Math.sqrt(c.width) : residual / Math.sqrt(shape[0]!)
      for (let i = 0; i < values.length; i++) values[i] = deviation * random.normal()
      return [name, values]
    }),
  )
}

/** Logits at every position, [B, T, V]. `ids` [B, T]; `pad` is 1 where a position is padding, [B, T]. */
export function forward(c: TransformerConfig, w: Weights, ids: Tensor2D, pad?: Tensor2D): Tensor3D {
  return tf.tidy(() => run(c, w, ids, pad === undefined ? undefined : padMask(pad), undefined, false).logits)
}

/** Reads a prompt: logits of the last position [B, V], and the cache. The caller disposes of both. */
export function prefill(c: TransformerConfig, w: Weights, ids: Tensor2D, pad: Tensor2D): { logits: Tensor2D; cache: Cache } {
  const [batch, length] = ids.shape
  const out = tf.tidy(() => {
    const mask = padMask(pad)
    const { logits, layers } = run(c, w, ids, mask, undefined, true)
    return { logits: tf.reshape(logits, [batch, c.vocabulary]), layers, pad: mask }
  })
  return { logits: out.logits as Tensor2D, cache: { layers: out.layers, pad: out.pad, length } }
}

/** One more token per row: logits [B, V] and the longer cache. Disposes of the old cache. `ids` [B]. */
export function decode(c: TransformerConfig, w: Weights, ids: tf.Tensor1D, cache: Cache): { logits: Tensor2D; cache: Cache } {
  const batch = ids.shape[0]
  const out = tf.tidy(() => {
    const pad = tf.concat([cache.pad, tf.zeros([batch, 1, 1, 1])], 3) as Tensor4D
    const { logits, layers } = run(c, w, tf.reshape(ids, [batch, 1]), pad, cache, true)
    return { logits: tf.reshape(logits, [batch, c.vocabulary]), layers, pad }
  })
  disposeCache(cache)
  return { logits: out.logits as Tensor2D, cache: { layers: out.layers, pad: out.pad, length: cache.length + 1 } }
}

export function disposeCache(cache: Cache): void {
  tf.dispose([cache.pad, ...cache.layers.flatMap((layer) => [layer.k, layer.v])])
}

// --- internal ---

function run(c: TransformerConfig, w: Weights, ids: Tensor2D, pad: Tensor4D | undefined, cache: Cache | undefined, lastOnly: boolean) {
  const [B, T] = ids.shape
  const offset = cache?.length ?? 0
  const rotary = rotaryTable(c, offset, T)
  const mask = T === 1 ? pad : pad === undefined ? causalMask(T) : tf.add(pad, causalMask(T)) // [B or 1, 1, T or 1, S]
  const layers: { k: Tensor4D; v: Tensor4D }[] = []
  let x = embed(tf.reshape(ids, [B * T]), w.embedding as Tensor2D) // [B·T, D]
  for (let i = 0; i < c.layers; i++) {
    const at = (name: string): Tensor2D => w[`layers.${i}.${name}`] as Tensor2D
    const past = cache?.layers[i]
    const normed = rmsNorm(x, at('attention_norm'))
    const q = rotate(heads(c, linear(normed, at('q')), B, T), rotary) // [B, H, T, h]
    const kNew = rotate(heads(c, linear(normed, at('k')), B, T), rotary)
    const vNew = heads(c, linear(normed, at('v')), B, T)
    const k = past === undefined ? kNew : (tf.concat([past.k, kNew], 2) as Tensor4D) // [B, H, S, h]
    const v = past === undefined ? vNew : (tf.concat([past.v, vNew], 2) as Tensor4D)
    layers.push({ k, v })
    x = tf.add(x, linear(attention(q, k, v, mask), at('o')))
    const fed = rmsNorm(x, at('feed_norm'))
    x = tf.add(x, linear(tf.mul(silu(linear(fed, at('gate'))), linear(fed, at('up'))), at('down')))
  }
  const last = lastOnly && T > 1 ? (tf.reshape(tf.slice(tf.reshape(x, [B, T, c.width]), [0, T - 1, 0], [B, 1, c.width]), [B, c.width]) as Tensor2D) : x
  const logits = linear(rmsNorm(last, w.final_norm!), tf.transpose(w.embedding as Tensor2D)) // [B·T or B, V]
  return { logits: tf.reshape(logits, [B, lastOnly ? 1 : T, c.vocabulary]) as Tensor3D, layers }
}

/** softmax(q·kᵀ/√h + mask)·v, back in rows: [B·T, D]. */
function attention(q: Tensor4D, k: Tensor4D, v: Tensor4D, mask: Tensor | undefined): Tensor2D {
  const [B, H, T, h] = q.shape
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(h)) // [B, H, T, S]
  const p = tf.softmax(mask === undefined ? scores : tf.add(scores, mask))
  return tf.reshape(tf.transpose(tf.matMul(p, v), [0, 2, 1, 3]), [B * T, H * h])
}

/** [B·T, D] → [B, H, T, h] */
function heads(c: TransformerConfig, x: Tensor2D, B: number, T: number): Tensor4D {
  return tf.transpose(tf.reshape(x, [B, T, c.heads, c.width / c.heads]), [0, 2, 1, 3])
}

/** Angles of positions offset … offset+T−1: cos and sin [T, h], and P [h, h]. */
function rotaryTable(c: TransformerConfig, offset: number, T: number): Rotary {
  const h = c.width / c.heads
  const { cos, sin, swap } = rotaryNumbers(h, c.rotaryBase, Math.max(c.maxLength, offset + T))
  const rows = (table: Float32Array): Tensor => tf.tensor2d(table.slice(offset * h, (offset + T) * h), [T, h])
  return { cos: rows(cos), sin: rows(sin), swap: tf.tensor2d(swap, [h, h]) }
}

const known = new Map<string, { cos: Float32Array; sin: Float32Array; swap: Float32Array }>()

/** The numbers of all positions, worked out once: powers and cosines took longer than a decode step's upload of them. */
export function rotaryNumbers(h: number, base: number, length: number): { cos: Float32Array; sin: Float32Array; swap: Float32Array } {
  const key = `${h} ${base}`
  const before = known.get(key)
  if (before !== undefined && before.cos.length >= length * h) return before
  const half = h / 2
  const table = (f: (x: number) => number): Float32Array =>
    Float32Array.from({ length: length * h }, (_, i) => f(Math.floor(i / h) * base ** (-((i % h) % half) / half)))
  const swap = new Float32Array(h * h)
  for (let j = 0; j < half; j++) {
    swap[(j + half) * h + j] = -1
    swap[j * h + j + half] = 1
  }
  const numbers = { cos: table(Math.cos), sin: table(Math.sin), swap }
  known.set(key, numbers)
  return numbers
}

/** 0 where position t may look at position s ≤ t, far below otherwise: [1, 1, T, T]. */
function causalMask(T: number): Tensor4D {
  return tf.tensor4d(
    Float32Array.from({ length: T * T }, (_, i) => (i % T > Math.floor(i / T) ? FAR : 0)),
    [1, 1, T, T],
  )
}

function padMask(pad: Tensor2D): Tensor4D {
  return tf.reshape(tf.mul(pad, FAR), [pad.shape[0], 1, 1, pad.shape[1]])
}
