/** The losses of distillation, over rows of logits [N, V]. Pure functions of tensors. */
import * as tf from '@tensorflow/tfjs-core'
import type { Scalar, Tensor2D } from '@tensorflow/tfjs-core'
import { softCrossEntropy } from '../models/tfjs/ops.ts'

export interface LossRows {
  /** Student's logits [N, V]. */
  logits: Tensor2D
  /** The right (or the teacher's) token of each row, one-hot [N, V]. */
  hard: Tensor2D
  /** 1 for rows that count, 0 for prompt and padding, [N, 1]. */
  weight: Tensor2D
  /** The teacher's probabilities at temperature T, [N, V]; absent where there is no teacher. */
  soft?: Tensor2D
  /** How many rows count in the whole step, where these are a part of it; otherwise those of these rows. */
  count?: number
}

/**
 * Hinton's loss, mean over the rows that count, in nats: α·CE(y, q) + (1 − α)·T²·KL(p_T ‖ q_T)
 * (Hinton, Vinyals and Dean 2015, arXiv 1503.02531). T² keeps the size of the soft gradients independent of T.
 * Without soft targets it is the plain cross-entropy, whatever α.
 */
export function hintonLoss(rows: LossRows, alpha: number, temperature: number): Scalar {
  const count = rows.count ?? tf.maximum(tf.sum(rows.weight), 1)
  const hard = softCrossEntropy(rows.logits, rows.hard, rows.weight)
  if (rows.soft === undefined) return tf.div(hard, count) as Scalar
  // KL(p‖q) = H(p, q) − H(p); the entropy of the teacher is a constant, there so that a perfect student shows 0.
  const soft = tf.sub(softCrossEntropy(rows.logits, rows.soft, rows.weight, temperature), tf.mul(entropy(rows.soft, rows.weight), temperature ** 2))
  return tf.div(tf.add(tf.mul(hard, alpha), tf.mul(soft, 1 - alpha)), count) as Scalar
}

// --- internal ---

/** Σ_n weight_n · H(p_n) in nats, with 0·log 0 = 0. */
function entropy(p: Tensor2D, weight: Tensor2D): Scalar {
  return tf.neg(tf.sum(tf.mul(weight, tf.mul(p, tf.log(tf.maximum(p, 1e-30)))))) as Scalar
}
