import * as tf from '@tensorflow/tfjs-core'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { hintonLoss } from '../../harness/distill/losses.ts'
import { selectBackend } from '../../harness/models/tfjs/backend.ts'
import { registerGradients } from '../../harness/models/tfjs/gradients.ts'
import { embed, linear, rmsNorm, silu } from '../../harness/models/tfjs/ops.ts'
import { forward } from '../../harness/models/tfjs/transformer.ts'
import { createRandom } from '../../harness/random.ts'
import { SMALL, smallWeights } from '../models/tfjs/small.ts'

beforeAll(async () => {
  await selectBackend('wasm')
  await registerGradients()
})

/** Central differences of a scalar function at some entries of x, against its gradient. Float32, so the step is large and the tolerance is relative. */
function expectGradient(f: (x: Tensor) => Tensor, x: Tensor, entries = 12, step = 1e-2, tolerance = 2e-2): void {
  const gradient = tf.grad(f)(x).dataSync()
  const values = x.dataSync()
  const random = createRandom('entries', x.size)
  const scale = Math.max(1e-3, ...gradient.map(Math.abs))
  for (let i = 0; i < Math.min(entries, x.size); i++) {
    const at = x.size <= entries ? i : random.int(x.size)
    const moved = (by: number): number => {
      const copy = values.slice()
      copy[at]! += by
      return tf.tidy(() => f(tf.tensor(copy, x.shape)).dataSync()[0]!)
    }
    const slope = (moved(step) - moved(-step)) / (2 * step)
    expect(Math.abs(slope - gradient[at]!) / scale, `entry ${at}: slope ${slope}, gradient ${gradient[at]}`).toBeLessThan(tolerance)
  }
}

const normal = (shape: number[], seed: number): Tensor => {
  const random = createRandom('normal', seed)
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
    shape,
  )
}

describe('gradients agree with finite differences', () => {
  test('linear, in both arguments', () => {
    const [x, w, m] = [normal([5, 4], 1), normal([4, 3], 2), normal([5, 3], 3)]
    expectGradient((v) => tf.sum(tf.mul(m, linear(v as Tensor2D, w as Tensor2D))), x)
    expectGradient((v) => tf.sum(tf.mul(m, linear(x as Tensor2D, v as Tensor2D))), w)
  })

  test('rmsNorm, in both arguments', () => {
    const [x, g, m] = [normal([3, 6], 1), normal([6], 2), normal([3, 6], 3)]
    expectGradient((v) => tf.sum(tf.mul(m, rmsNorm(v as Tensor2D, g))), x)
    expectGradient((v) => tf.sum(tf.mul(m, rmsNorm(x as Tensor2D, v))), g)
  })

  test('silu and the embedding', () => {
    const m = normal([4, 3], 3)
    expectGradient((v) => tf.sum(tf.mul(m, silu(v as Tensor2D))), normal([4, 3], 1))
    expectGradient((v) => tf.sum(tf.mul(m, embed(tf.tensor1d([1, 0, 1, 2], 'int32'), v as Tensor2D))), normal([5, 3], 2))
  })

  test.each([
    [1, 1],
    [0.3, 2],
    [0, 4],
  ])('the loss of Hinton with α = %d and T = %d', (alpha, temperature) => {
    const rows = lossRows(7, 5)
    expectGradient((z) => hintonLoss({ ...rows, logits: z as Tensor2D }, alpha, temperature), normal([7, 5], 9), 35)
  })

  test('the whole model, through every kind of weight', () => {
    const weights = smallWeights(4)
    const ids = tf.tensor2d(
      [
        [3, 4, 5, 6],
        [7, 8, 9, 2],
      ],
      [2, 4],
      'int32',
    )
    const rows = lossRows(8, SMALL.vocabulary)
    const loss = (name: string) => (v: Tensor) =>
      hintonLoss({ ...rows, logits: tf.reshape(forward(SMALL, { ...weights, [name]: v }, ids), [8, SMALL.vocabulary]) }, 0.5, 2)
    for (const name of Object.keys(weights).filter((n) => !n.startsWith('layers.1'))) expectGradient(loss(name), weights[name]!, 6, 1e-2, 5e-2)
  })
})

describe('the loss of Hinton', () => {
  test('is zero in its soft part when the student equals the teacher, and positive otherwise', () => {
    const logits = normal([4, 5], 1) as Tensor2D
    const soft = tf.softmax(tf.div(logits, 3)) as Tensor2D
    const rows = { ...lossRows(4, 5), soft }
    expect(hintonLoss({ ...rows, logits }, 0, 3).dataSync()[0]).toBeCloseTo(0, 5)
    expect(hintonLoss({ ...rows, logits: normal([4, 5], 2) as Tensor2D }, 0, 3).dataSync()[0]).toBeGreaterThan(0.01)
  })

  test('agrees with a plain computation', () => {
    const [alpha, T] = [0.25, 2]
    const rows = lossRows(3, 4)
    const [z, y, p, w] = [rows.logits, rows.hard, rows.soft!, rows.weight].map((t) => t.arraySync())
    let total = 0
    for (const [n, weight] of w!.entries()) {
      const q = (t: number): number[] => softmax(z![n]!.map((v) => v / t))
      const ce = -y![n]!.reduce((sum, v, i) => sum + v * Math.log(q(1)[i]!), 0)
      const kl = p![n]!.reduce((sum, v, i) => sum + v * Math.log(v / q(T)[i]!), 0)
      total += weight[0]! * (alpha * ce + (1 - alpha) * T * T * kl)
    }
    const count = w!.reduce((sum, v) => sum + v[0]!, 0)
    expect(hintonLoss(rows, alpha, T).dataSync()[0]).toBeCloseTo(total / count, 4)
  })

  test('does not look at rows of prompt and padding', () => {
    const rows = lossRows(4, 5)
    const other = tf.add(rows.logits, tf.mul(normal([4, 5], 8), tf.sub(1, rows.weight))) as Tensor2D
    expect(hintonLoss({ ...rows, logits: other }, 0.5, 2).dataSync()[0]).toBeCloseTo(hintonLoss(rows, 0.5, 2).dataSync()[0]!, 5)
  })
})

function lossRows(n: number, vocabulary: number) {
  const random = createRandom('rows', n, vocabulary)
  return {
    logits: normal([n, vocabulary], 20) as Tensor2D,
    hard: tf.cast(
      tf.oneHot(
        tf.tensor1d(
          Array.from({ length: n }, () => random.int(vocabulary)),
          'int32',
        ),
        vocabulary,
      ),
      'float32',
    ) as Tensor2D,
    soft: tf.softmax(normal([n, vocabulary], 21)) as Tensor2D,
    weight: tf.tensor2d(Array.from({ length: n }, (_, i) => [i % 3 === 0 ? 0 : 1])),
  }
}

function softmax(z: readonly number[]): number[] {
  const e = z.map((v) => Math.exp(v))
  const sum = e.reduce((a, b) => a + b, 0)
  return e.map((v) => v / sum)
}
