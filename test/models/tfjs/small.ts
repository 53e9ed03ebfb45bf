/** A tiny transformer with seeded random weights, and the means to open it in a test. */
import * as tf from '@tensorflow/tfjs-core'
import { initialWeights, weightShapes, type TransformerConfig, type Weights } from '../../../harness/models/tfjs/transformer.ts'

export const SMALL: TransformerConfig = { vocabulary: 12, width: 16, layers: 2, heads: 2, hidden: 24, maxLength: 32, rotaryBase: 100 }
export const MARKS = { padId: 0, endId: 1 }

export function smallWeights(seed = 1, config = SMALL): Weights {
  const values = initialWeights(config, seed)
  return Object.fromEntries(Object.entries(weightShapes(config)).map(([name, shape]) => [name, tf.tensor(values[name]!, [...shape])]))
}

/** Largest absolute difference. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Infinity
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i]! - b[i]!))
  return worst
}
