import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { selectBackend } from '../../../harness/models/tfjs/backend.ts'
import { countParameters } from '../../../harness/models/tfjs/config.ts'
import adapter from '../../../harness/models/tfjs/index.ts'
import { measureLimits } from '../../../harness/models/tfjs/limits.ts'
import { readOptions } from '../../../harness/models/tfjs/options.ts'
import { randomWeights } from '../../../harness/models/tfjs/random.ts'
import { checkRoom, memoryNeed, needOf, whyTooLarge } from '../../../harness/models/tfjs/room.ts'
import type { ModelSpec } from '../../../harness/types.ts'

const SHAPE = { vocabulary: 1000, width: 64, layers: 2, heads: 1, hidden: 192, maxLength: 64 }
const spec = (random: object, more: object = {}): ModelSpec => ({ id: 'm', name: 'M', role: 'teacher', adapter: 'tfjs', options: { random, ...more } })
const signal = new AbortController().signal

describe('a model with random weights', () => {
  test('answers to the length that was asked for, the same for the same seed, and counts a word as a token', async () => {
    const texts: string[] = []
    for (const seed of [1, 1, 2]) {
      const model = await adapter.open(spec({ ...SHAPE, seed }), { backend: 'cpu', signal })
      const [answer] = await model.generate(
        [{ prompt: 'the  quick brown\nfox', maxTokens: 12, seed: 1, temperature: 0, stop: [], ignoreEos: true }],
        () => {},
        signal,
      )
      expect(answer).toMatchObject({ promptTokens: 4, outputTokens: 12, finish: 'length' })
      texts.push(answer!.text)
      expect(model.card).toMatchObject({
        parametersTotal: countParameters({ ...SHAPE, rotaryBase: 1e4 }),
        training: { method: 'none: seeded random weights', seed },
      })
      expect(model.runtime.limits?.bytesPerSecond).toBeGreaterThan(1e6)
      expect([model.score, model.distributions]).toEqual([undefined, undefined])
      await model.close()
    }
    expect(texts[1]).toBe(texts[0])
    expect(texts[2]).not.toBe(texts[0])
  })

  test('has weights that are spread as those of an untrained model are, and no two rows alike', async () => {
    await selectBackend('wasm')
    const weights = randomWeights({ ...SHAPE, rotaryBase: 1e4, vocabulary: 20_000 }, 1) // the embedding is longer than the block
    try {
      const { mean, variance } = tf.moments(weights['layers.0.q']!)
      expect(Math.abs(mean.dataSync()[0]!)).toBeLessThan(0.01)
      expect(Math.sqrt(variance.dataSync()[0]!)).toBeCloseTo(1 / Math.sqrt(64), 2)
      const embedding = weights.embedding!.dataSync()
      const rows = new Set(Array.from({ length: 20_000 }, (_, row) => embedding[row * 64]))
      expect(rows.size).toBeGreaterThan(15_000) // a block has so many different numbers, and rows begin at different places
      expect(weights.final_norm!.dataSync().every((one) => one === 1)).toBe(true)
    } finally {
      tf.dispose(Object.values(weights))
    }
  })

  test('that says both weights and a shape, or neither, is refused by name', () => {
    expect(() => readOptions(spec(SHAPE, { weights: './w' }))).toThrow('models.m')
    expect(() => readOptions({ id: 'm', options: {} })).toThrow('either `weights` or `random`')
    expect(() => readOptions(spec({ ...SHAPE, heads: 5 }))).toThrow('multiple of 2 × heads')
  })
})

describe('the memory that a model needs', () => {
  const large = { vocabulary: 32_000, width: 2048, layers: 24, heads: 32, hidden: 5440, maxLength: 2048, rotaryBase: 1e4 }
  const need = needOf(large, { batch: 32, tokens: 576 })

  test('is that of its weights, and of keys and values for all requests of a batch', async () => {
    expect(need.weights).toBe(4 * countParameters(large))
    expect(need.cache).toBe(32 * 576 * 2 * 24 * 2048 * 4)
    expect(needOf(large, { batch: 1, tokens: 10_000 }).tokens).toBe(2048) // it reads no more
    expect(await memoryNeed(spec(large), { batch: 32, tokens: 576 })).toEqual({ state: 'ok', value: need })
    expect(await memoryNeed({ ...spec(SHAPE), options: { weights: '/nowhere/w' } }, { batch: 1, tokens: 1 })).toMatchObject({ state: 'absent' })
  })

  test.each([
    ['wasm', { bytes: 1e12 }, 'the backend wasm can address 4.3 GB'],
    ['cpu', { bytes: 8e9 }, 'this machine has 8 GB'],
    ['webgpu', { bytes: 8e9, software: true }, 'this machine has 8 GB'],
    ['webgpu', { bytes: 8e9 }, undefined],
  ])('on %s with %j is refused where it is not there', (backend, machine, why) => {
    const said = whyTooLarge(need, backend, machine)
    if (why === undefined) expect(said).toBeUndefined()
    else {
      expect(said).toContain(why)
      expect(() => checkRoom('Teacher', need, backend, machine)).toThrow(/^Teacher does not fit: /)
    }
  })
})

test('the limits of a backend are measured, not guessed', async () => {
  const runtime = await selectBackend('cpu')
  const before = tf.memory().numTensors
  const limits = await measureLimits(runtime, signal)
  expect(limits.flopPerSecond).toBeGreaterThan(1e6)
  expect(limits.how).toContain('128 × 128')
  expect(tf.memory().numTensors).toBe(before)
})
