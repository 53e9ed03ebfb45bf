/** AdamW with global-norm clipping (Loshchilov and Hutter 2019, arXiv 1711.05101), as tensors on the training device. */
import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Variable } from '@tensorflow/tfjs-core'
import { take } from '../models/tfjs/readback.ts'

export interface AdamWOptions {
  beta1: number
  beta2: number
  epsilon: number
  weightDecay: number
  clip: number
}
export const ADAMW_DEFAULTS: AdamWOptions = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clip: 1 }

export interface AdamW {
  /** Applies one update in place. `step` counts from 1. Returns the norm of the gradient before clipping. */
  update(gradients: Readonly<Record<string, Tensor>>, step: number, learningRate: number): Promise<number>
  /** First and second moments by name, for checkpoints; still owned by the optimiser. */
  state(): Readonly<Record<string, Tensor>>
  load(state: Readonly<Record<string, Tensor>>): void
  dispose(): void
}

/** Weight decay touches matrices only, not norms. */
export function createAdamW(variables: Readonly<Record<string, Variable>>, options: AdamWOptions = ADAMW_DEFAULTS): AdamW {
  const { beta1, beta2, epsilon, weightDecay, clip } = options
  const first: Record<string, Tensor> = {}
  const second: Record<string, Tensor> = {}
  for (const [name, variable] of Object.entries(variables)) {
    first[name] = tf.zerosLike(variable)
    second[name] = tf.zerosLike(variable)
  }
  return {
    async update(gradients, step, learningRate) {
      const [squares] = await take(tf.tidy(() => tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g))))))
      const norm = Math.sqrt(squares!)
      const scale = clip > 0 && norm > clip ? clip / norm : 1
      const rate = (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step)
      for (const [name, variable] of Object.entries(variables)) {
        const gradient = gradients[name]!
        const [mean, variance] = tf.tidy(() => {
          const g = scale === 1 ? gradient : tf.mul(gradient, scale)
          const m = tf.add(tf.mul(first[name]!, beta1), tf.mul(g, 1 - beta1))
          const v = tf.add(tf.mul(second[name]!, beta2), tf.mul(tf.square(g), 1 - beta2))
          const shrunk = variable.rank > 1 && weightDecay > 0 ? tf.mul(variable, 1 - learningRate * weightDecay) : variable
          variable.assign(tf.sub(shrunk, tf.mul(tf.div(m, tf.add(tf.sqrt(v), epsilon)), rate)))
          return [m, v]
        })
        tf.dispose([first[name]!, second[name]!])
        first[name] = mean
        second[name] = variance
      }
      return norm
    },
    state: () => ({ ...prefixed('m.', first), ...prefixed('v.', second) }),
    load(state) {
      for (const name of Object.keys(variables)) {
        tf.dispose([first[name]!, second[name]!])
        first[name] = tf.clone(state[`m.${name}`]!)
        second[name] = tf.clone(state[`v.${name}`]!)
      }
    },
    dispose: () => tf.dispose([...Object.values(first), ...Object.values(second)]),
  }
}

/** Linear warm-up to `peak`, then a cosine down to a twentieth of it. `step` counts from 1. */
export function learningRateAt(step: number, schedule: { steps: number; warmup: number; learningRate: number }): number {
  const { steps, warmup, learningRate } = schedule
  if (step <= warmup) return (learningRate * step) / warmup
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup))
  return learningRate * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * progress)))
}

// --- internal ---

function prefixed(prefix: string, tensors: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]))
}
