/**
 * The few operations on which training and decoding spend their time, written so that every backend is fast at them.
 * Each equals its textbook form; gradients are given by hand and tested against finite differences.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core'

/**
 * x·w, for x [N, I] and w [I, O]. The built-in gradient multiplies with transpose flags, which the WASM backend runs on a
 * slow path (12 times slower, measured); an explicit transpose keeps all three products on the fast one.
 */
export function linear(x: Tensor2D, w: Tensor2D): Tensor2D {
  return linearOp(x, w) as Tensor2D
}

/** x / rms(x) · g over the last axis, for x [N, D] and g [D] (Zhang and Sennrich 2019, arXiv 1910.07467). */
export function rmsNorm(x: Tensor2D, g: Tensor): Tensor2D {
  return rmsNormOp(x, g) as Tensor2D
}

/** x·sigmoid(x) (Elfwing et al. 2017, arXiv 1702.03118). */
export function silu(x: Tensor2D): Tensor2D {
  return tf.mul(x, tf.sigmoid(x))
}

/**
 * Rows of the embedding table e [V, D] for ids [N]. For small vocabularies a one-hot product is several times faster than
 * gathering on WASM, and its gradient is a matrix product everywhere.
 */
export function embed(ids: Tensor, e: Tensor2D): Tensor2D {
  const vocabulary = e.shape[0]
  // Cast afterwards: the WASM kernel leaves a float one-hot empty (tfjs-backend-wasm 4.22).
  if (vocabulary <= 512) return linear(tf.cast(tf.oneHot(ids as tf.Tensor1D, vocabulary), 'float32') as Tensor2D, e)
  return tf.gather(e, ids) as Tensor2D
}

/** Angles of positions: cos and sin [T, h], the second half of a row repeating the first, and P [h, h], which swaps the halves and negates one. */
export interface Rotary {
  cos: Tensor
  sin: Tensor
  swap: Tensor2D
}

/**
 * Rotary positions, x·cos + (x·P)·sin for x [B, H, T, h] (Su et al. 2021, arXiv 2104.09864). The gradient of a rotation is
 * the rotation back, so nothing is computed for the table.
 */
export function rotate(x: Tensor4D, { cos, sin, swap }: Rotary): Tensor4D {
  const turn = (value: Tensor4D, c: Tensor, s: Tensor, p: Tensor2D): Tensor4D => {
    const swapped = tf.reshape(tf.matMul(tf.reshape(value, [-1, value.shape[3]]) as Tensor2D, p), value.shape)
    return tf.add(tf.mul(value, c), tf.mul(swapped, s)) as Tensor4D
  }
  const op = tf.customGrad((value, save) => {
    ;(save as tf.GradSaveFunc)([cos, sin, swap])
    return {
      value: turn(value as Tensor4D, cos, sin, swap),
      gradFunc: (dy: Tensor, saved: Tensor[]) => [turn(dy as Tensor4D, saved[0]!, tf.neg(saved[1]!), saved[2] as Tensor2D)],
    }
  })
  return op(x) as Tensor4D
}

/**
 * Σ_n weight_n · T² · H(target_n, softmax(logits_n / T)), in nats: cross-entropy against a distribution.
 * With one-hot targets and T = 1 it is the usual loss; with the teacher's softened distribution it is Hinton's soft loss up
 * to a constant, since H(p, q) = H(p) + KL(p‖q). logits and target [N, V], weight [N, 1].
 */
export function softCrossEntropy(logits: Tensor2D, target: Tensor2D, weight: Tensor2D, temperature = 1): tf.Scalar {
  const op = tf.customGrad((z, save) => {
    const scaled = tf.div(z as Tensor2D, temperature)
    const logQ = tf.logSoftmax(scaled)
    const value = tf.mul(tf.sum(tf.mul(weight, tf.mul(target, logQ))), -temperature * temperature)
    ;(save as tf.GradSaveFunc)([tf.softmax(scaled)])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => [tf.mul(dy, tf.mul(weight, tf.mul(tf.sub(saved[0]!, target), temperature)))],
    }
  })
  return op(logits) as tf.Scalar
}

// --- internal ---

const linearOp = tf.customGrad((x, w, save) => {
  ;(save as tf.GradSaveFunc)([x as Tensor, w as Tensor])
  return {
    value: tf.matMul(x as Tensor2D, w as Tensor2D),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [input, weight] = saved as [Tensor2D, Tensor2D]
      return [tf.matMul(dy, tf.transpose(weight)), tf.matMul(tf.transpose(input), dy)]
    },
  }
})

const EPSILON = 1e-5

const rmsNormOp = tf.customGrad((x, g, save) => {
  const input = x as Tensor2D
  const gain = g as Tensor
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(input), -1, true), EPSILON)) // [N, 1]
  const unit = tf.mul(input, inverse) // [N, D]
  ;(save as tf.GradSaveFunc)([unit, inverse, gain])
  return {
    value: tf.mul(unit, gain),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const [u, r, scale] = saved as [Tensor2D, Tensor2D, Tensor]
      const du = tf.mul(dy, scale)
      const dx = tf.mul(r, tf.sub(du, tf.mul(u, tf.mean(tf.mul(du, u), -1, true))))
      return [dx, tf.sum(tf.mul(dy, u), 0)]
    },
  }
})
