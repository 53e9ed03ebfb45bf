import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { selectBackend } from '../../../harness/models/tfjs/backend.ts'
import { generate, scoreTokens } from '../../../harness/models/tfjs/generate.ts'
import { countParameters, decode, disposeCache, forward, prefill, weightShapes, type Weights } from '../../../harness/models/tfjs/transformer.ts'
import { distance, MARKS, SMALL, smallWeights } from './small.ts'

describe.each(['wasm', 'cpu'])('the transformer on %s', (backend) => {
  let weights: Weights
  beforeAll(async () => {
    await selectBackend(backend)
    weights = smallWeights()
  })

  test('decoding with the cache gives the logits of the reference pass at every position', () => {
    const rows = [
      [3, 4, 5, 6, 7, 8, 9, 2],
      [9, 9, 2, 3, 11, 10, 4, 4],
    ]
    const reference = tf.tidy(() => forward(SMALL, weights, tf.tensor2d(rows, [2, 8], 'int32')).dataSync())
    const at = (position: number): number[] => rows.flatMap((_, row) => Array.from(reference.slice((row * 8 + position) * 12, (row * 8 + position + 1) * 12)))
    let { logits, cache } = prefill(
      SMALL,
      weights,
      tf.tensor2d(
        rows.map((r) => r.slice(0, 3)),
        [2, 3],
        'int32',
      ),
      tf.zeros([2, 3]),
    )
    expect(distance(logits.dataSync(), at(2))).toBeLessThan(1e-5)
    for (let t = 3; t < 8; t++) {
      ;({ logits, cache } = decode(
        SMALL,
        weights,
        tf.tensor1d(
          rows.map((r) => r[t]!),
          'int32',
        ),
        cache,
      ))
      expect(distance(logits.dataSync(), at(t))).toBeLessThan(1e-5)
    }
    disposeCache(cache)
  })

  test('padding on the left changes nothing but rounding', () => {
    const alone = prefill(SMALL, weights, tf.tensor2d([[3, 4, 5]], [1, 3], 'int32'), tf.zeros([1, 3]))
    const padded = prefill(SMALL, weights, tf.tensor2d([[0, 0, 0, 0, 3, 4, 5]], [1, 7], 'int32'), tf.tensor2d([[1, 1, 1, 1, 0, 0, 0]]))
    expect(distance(alone.logits.dataSync(), padded.logits.dataSync())).toBeLessThan(1e-5)
  })

  test('a later token does not change what came before it', () => {
    const logits = (last: number): Float32Array =>
      tf.tidy(() => forward(SMALL, weights, tf.tensor2d([[3, 4, 5, last]], [1, 4], 'int32')).dataSync() as Float32Array)
    expect(distance(logits(6).slice(0, 36), logits(9).slice(0, 36))).toBe(0)
    expect(distance(logits(6).slice(36), logits(9).slice(36))).toBeGreaterThan(1e-3)
  })

  test('a batch answers each row as it would be answered alone, and both match the reference without a cache', async () => {
    const prompts = [[3, 4], [5, 6, 7, 8, 9], [2]]
    const rows = prompts.map((ids) => ({ ids, maxTokens: 9, temperature: 0, seed: 0 }))
    const together = await generate(SMALL, weights, MARKS, rows, () => false)
    const alone = (await Promise.all(rows.map((row) => generate(SMALL, weights, MARKS, [row], () => false)))).flat()
    expect(together).toEqual(alone.map((row) => ({ ...row, logProb: expect.closeTo(row.logProb, 4) })))
    expect(together.map((row) => row.ids)).toEqual(prompts.map((ids) => greedyReference(weights, ids, 9)))
  })

  test.each([0, 1])('several steps for one read-back change nothing but when tokens are told (temperature %i)', async (temperature) => {
    const rows = [[3, 4], [5, 6, 7, 8, 9], [2]].map((ids, seed) => ({ ids, maxTokens: 9 + seed, temperature, seed }))
    const run = async (steps: number) => {
      const heard = rows.map((): number[] => [])
      const together = rows.map((): number[] => [1])
      const onToken = (row: number, id: number, more: boolean): boolean => {
        heard[row]!.push(id)
        if (more) together[row]![together[row]!.length - 1]!++
        else together[row]!.push(1)
        return row === 1 && heard[row]!.length === 7 // a stop text, in the middle of a read-back
      }
      return { answers: await generate(SMALL, weights, { padId: 0, endId: -1 }, rows, onToken, undefined, steps), heard, together }
    }
    const [one, four] = [await run(1), await run(4)]
    expect(four.answers).toEqual(one.answers.map((row) => ({ ...row, logProb: expect.closeTo(row.logProb, 4) })))
    expect(four.heard).toEqual(one.heard)
    expect(four.answers.map((row) => row.ids.length)).toEqual([9, 7, 11])
    expect(one.together[0]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    expect(four.together[0]).toEqual([1, 4, 4, 1]) // the first token comes alone; the last count is of what never came
  })

  test('memory is flat over many answers', async () => {
    const row = { ids: [3, 4, 5], maxTokens: 6, temperature: 0.8, seed: 4 }
    await generate(SMALL, weights, MARKS, [row], () => false)
    const before = tf.memory()
    for (let i = 0; i < 30; i++) await generate(SMALL, weights, MARKS, [row, row], () => i % 3 === 0, undefined, 1 + (i % 4))
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numBytes).toBe(before.numBytes)
  })

  test.each([1, 3])('nothing is left behind when an answer is interrupted (%i steps for one read-back)', async (steps) => {
    const before = tf.memory().numTensors
    const stop = new AbortController()
    const row = { ids: [3], maxTokens: 20, temperature: 0, seed: 0 }
    const interrupted = () => generate(SMALL, weights, { padId: 0, endId: -1 }, [row], () => (stop.abort(), false), stop.signal, steps)
    await expect(interrupted()).rejects.toThrow()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('sampling', () => {
  beforeAll(async () => {
    await selectBackend('wasm')
  })

  test('the same seed gives the same answer whatever else is in the batch, another seed gives another', async () => {
    const weights = smallWeights(3)
    const row = (seed: number) => ({ ids: [3, 4], maxTokens: 12, temperature: 1, seed })
    const run = async (...seeds: number[]): Promise<number[][]> =>
      (await generate(SMALL, weights, { padId: 0, endId: -1 }, seeds.map(row), () => false)).map((r) => r.ids)
    const [a, b] = await run(1, 2)
    expect(await run(2, 1)).toEqual([b, a])
    expect(await run(1)).toEqual([a])
    expect(a).not.toEqual(b)
  })

  test('tokens come as often as the softmax says', async () => {
    const weights = smallWeights(5)
    const p = tf.tidy(() => tf.softmax(tf.div(tf.reshape(forward(SMALL, weights, tf.tensor2d([[3]], [1, 1], 'int32')), [12]), 0.7)).dataSync())
    const n = 4000
    const rows = Array.from({ length: n }, (_, seed) => ({ ids: [3], maxTokens: 1, temperature: 0.7, seed }))
    const counts = Array.from({ length: 12 }, () => 0)
    const told = await Promise.all(Array.from({ length: 12 }, async (_, id) => (await scoreTokens(SMALL, weights, [3], [id])).logProbs[0]!))
    for (const { ids, logProb } of await generate(SMALL, weights, { padId: 0, endId: -1 }, rows, () => false)) {
      counts[ids[0]!]!++
      if (Math.abs(logProb - told[ids[0]!]!) > 1e-4) expect.fail(`token ${ids[0]}: ${logProb}, scored ${told[ids[0]!]}`)
    }
    const chiSquare = counts.reduce((sum, count, i) => sum + (count - n * p[i]!) ** 2 / (n * p[i]!), 0)
    expect(chiSquare).toBeLessThan(31.26) // 99.9% quantile, 11 degrees of freedom
  })
})

test('log-likelihoods of all continuations of one token sum to one, and the greedy one is marked', async () => {
  await selectBackend('wasm')
  const weights = smallWeights(2)
  const scores = await Promise.all(Array.from({ length: 12 }, (_, id) => scoreTokens(SMALL, weights, [3, 4, 5], [id])))
  expect(scores.reduce((sum, s) => sum + Math.exp(s.logProbs[0]!), 0)).toBeCloseTo(1, 5)
  const best = scores.reduce((a, b) => (b.logProbs[0]! > a.logProbs[0]! ? b : a))
  expect(scores.filter((s) => s.isGreedy)).toEqual([best])
})

test('the parameter count is the sum over the weights', () => {
  expect(countParameters(SMALL)).toBe(12 * 16 + 2 * (4 * 16 * 16 + 3 * 16 * 24 + 2 * 16) + 16)
  expect(Object.keys(weightShapes(SMALL))).toHaveLength(2 * 9 + 2)
})

test('a prompt that leaves no room for an answer is refused with both lengths', async () => {
  await selectBackend('wasm')
  const row = { ids: Array.from({ length: 32 }, () => 3), maxTokens: 5, temperature: 0, seed: 0 }
  await expect(generate(SMALL, smallWeights(), MARKS, [row], () => false)).rejects.toThrow('The prompt has 32 tokens, and the model reads at most 32')
})

function greedyReference(weights: Weights, prompt: readonly number[], maxTokens: number): number[] {
  const ids = [...prompt]
  for (let i = 0; i < maxTokens; i++) {
    const logits = tf.tidy(() => forward(SMALL, weights, tf.tensor2d([ids], [1, ids.length], 'int32')).dataSync()).slice(-12)
    const next = logits.indexOf(Math.max(...logits))
    if (next === MARKS.endId) break
    ids.push(next)
  }
  return ids.slice(prompt.length)
}
