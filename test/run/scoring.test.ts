/** Token by token: the comparison itself, against a plain reference, and as a part of runs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { selectBackend } from '../../harness/models/tfjs/backend.ts'
import { readModel, uploadWeights } from '../../harness/models/tfjs/card.ts'
import adapter from '../../harness/models/tfjs/index.ts'
import { forward } from '../../harness/models/tfjs/transformer.ts'
import { comparePair } from '../../harness/run/scoring/pair.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { Distributions, LoadedSuite, ModelSpec } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { scripted } from './suites.ts'

const logSoftmax = (logits: readonly number[]): number[] => {
  const most = Math.max(...logits)
  const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0)
  return logits.map((value) => value - most - Math.log(sum))
}
const distributions = (rows: readonly (readonly number[])[], ids: readonly number[], vocabulary = 'v', marks = 0): Distributions => ({
  vocabulary,
  ids,
  marks,
  logProbs: Float32Array.from(rows.flatMap(logSoftmax)),
})

describe('two distributions over the same tokens', () => {
  const logits = fc.array(fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 6 })

  test('a model and itself are 0 nats apart and agree everywhere', () => {
    fc.assert(
      fc.property(logits, (rows) => {
        const one = distributions(
          rows,
          rows.map(() => 2),
        )
        const { same, tokens, nll } = comparePair(one, one, 5)
        expect(same).toEqual({ kl: 0, agreed: rows.length })
        expect(tokens).toBe(rows.length)
        expect(nll).toBeCloseTo(-rows.reduce((sum, row) => sum + logSoftmax(row)[2]!, 0), 4)
      }),
    )
  })

  test('others are never nearer than 0, and as far as the formula says', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(logits, logits), { minLength: 1, maxLength: 1 }), ([pair]) => {
        const length = Math.min(pair![0].length, pair![1].length)
        const [p, q] = [pair![0].slice(0, length), pair![1].slice(0, length)]
        const ids = p.map(() => 0)
        const { same } = comparePair(distributions(p, ids), distributions(q, ids), 1)
        const expected = p.reduce((sum, row, at) => sum + logSoftmax(row).reduce((total, lp, v) => total + Math.exp(lp) * (lp - logSoftmax(q[at]!)[v]!), 0), 0)
        expect(same!.kl).toBeGreaterThanOrEqual(0)
        expect(same!.kl).toBeCloseTo(expected, 4)
      }),
    )
  })

  test('other vocabularies are not compared, and marks are no text', () => {
    const rows = [
      [0, 0],
      [0, 0],
    ]
    const own = distributions(rows, [0, 1], 'mine', 1)
    expect(comparePair(distributions(rows, [0, 1], 'theirs', 1), own, 3)).toEqual({ tokens: 2, nll: expect.closeTo(Math.LN2, 6), bytes: 3 })
  })

  test('what is impossible to the model is an error, not a figure', () => {
    const none = { vocabulary: 'v', ids: [0], marks: 0, logProbs: Float32Array.of(-Infinity, 0) }
    expect(() => comparePair(distributions([[0, 0]], [0]), none, 1)).toThrow(/no probability at all/)
  })
})

const arithmetic: LoadedSuite = await loadSuite('arithmetic')
const specOf = (id: string): ModelSpec => arithmetic.suite.models.find((model) => model.id === id)!
const weightsOf = (id: string): string => specOf(id).options['weights'] as string

test('on the models of the suite arithmetic: as a plain computation says, and the control is further from the teacher than a student', async () => {
  const { signal } = new AbortController()
  const open = (id: string) => adapter.open(specOf(id), { backend: 'wasm', signal })
  const [teacher, student, control] = [await open('teacher'), await open('student-logits'), await open('control')]
  const sums = { student: 0, control: 0 }
  let checked = false
  for await (const { prompt } of arithmetic.suite.workloads[0]!.items(3)) {
    if (typeof prompt !== 'string') break
    const [answer] = await teacher.generate([{ prompt, maxTokens: 60, temperature: 0, seed: 1, stop: [] }], () => undefined, signal)
    const forced = { prompt, answer: answer!.text, ended: true }
    const theirs = await teacher.distributions!(forced, signal)
    const far = async (model: typeof student): Promise<ReturnType<typeof comparePair>> => comparePair(theirs, await model.distributions!(forced, signal), 1)
    expect(await far(teacher)).toMatchObject({ same: { kl: 0, agreed: theirs.ids.length } })
    const [near, away] = [await far(student), await far(control)]
    if (!checked) expect(near.same!.kl).toBeCloseTo(await plainKl('teacher', 'student-logits', prompt, theirs.ids), 3)
    checked = true
    sums.student += near.same!.kl
    sums.control += away.same!.kl
    if (sums.control > 0.5) break
  }
  expect(sums.control).toBeGreaterThan(2 * sums.student)
  await Promise.all([teacher, student, control].map((model) => model.close()))
})

/** Σ KL(p‖q) over the tokens, each from a pass of its own over what stands before it. */
async function plainKl(p: string, q: string, prompt: string, ids: readonly number[]): Promise<number> {
  await selectBackend('wasm')
  const models = await Promise.all([p, q].map((id) => readModel(weightsOf(id))))
  const weights = models.map((model) => uploadWeights(model))
  const before = models[0]!.tokenizer.encode(prompt)
  let sum = 0
  ids.forEach((_, at) => {
    const row = [...before, ...ids.slice(0, at)]
    const [lp, lq] = models.map(({ config }, side) =>
      tf.tidy(() =>
        logSoftmax(
          Array.from(
            forward(config, weights[side]!, tf.tensor2d([row], [1, row.length], 'int32'))
              .dataSync()
              .slice(-config.vocabulary),
          ),
        ),
      ),
    )
    lp!.forEach((value, v) => (sum += Math.exp(value) * (value - lq![v]!)))
  })
  weights.forEach((set) => tf.dispose(Object.values(set)))
  return sum
}

describe('a run', () => {
  const suite = (parts: Partial<LoadedSuite['suite']> = {}): LoadedSuite => ({
    ...arithmetic,
    suite: {
      ...arithmetic.suite,
      models: [specOf('teacher'), { ...specOf('teacher'), id: 'twin', role: 'student' }, scripted('stranger')],
      loads: [{ id: 'batch-6', kind: 'batch', size: 6, items: 6 }],
      blocks: 1,
      warmup: { requests: 0 },
      fidelity: { items: 4, off: false },
      ...parts,
    },
  })

  test('compares after the requests, says who could not be compared, and never scores an answer twice', async () => {
    const out = scratch()
    const { run, events } = start(suite(), out, { backend: 'wasm' })
    const { record, scores = [], dir } = await run
    expect(record).toMatchObject({ state: 'done', warnings: [], notScored: [{ model: 'stranger', why: expect.stringContaining('cannot say how likely') }] })
    expect(scores).toHaveLength(4)
    expect(events.findIndex(({ type }) => type === 'scoring')).toBeGreaterThan(events.findLastIndex(({ type }) => type === 'sample'))
    const [twin, stranger] = analyse([await run]).fidelity
    expect(twin!.tokens).toMatchObject({ value: { items: 4, kl: { value: { value: 0, low: 0, high: 0 } }, top1: { value: { value: 1, low: 1, high: 1 } } } })
    expect(stranger!.tokens).toMatchObject({ state: 'absent', why: expect.stringContaining('cannot say how likely') })
    expect(twin!.calibration.model.state).toBe('ok')
    // What is missing is scored, and nothing else.
    const file = join(dir, 'scores.jsonl')
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    writeFileSync(file, `${lines.slice(0, 3).join('\n')}\n{"model":"tw`)
    const again = await start(suite(), out, { backend: 'wasm', resume: dir }).run
    expect(again.scores).toEqual(lines.map((line) => JSON.parse(line) as unknown))
    expect(again.record.state).toBe('done')
  })

  test('that must not compare does not, and a model that cannot read the answers is told about', async () => {
    const models = [specOf('teacher'), { ...specOf('student-logits'), id: 'twin' }]
    const off = await start(suite({ models, fidelity: { items: 4, off: true } }), scratch(), { backend: 'wasm', quick: true }).run
    expect(off.scores).toBeUndefined()
    const gone = { ...specOf('teacher'), id: 'gone', role: 'student', options: { weights: join(scratch(), 'none') } } as const
    const { record } = await start(suite({ models: [specOf('teacher'), gone] }), scratch(), { backend: 'wasm', quick: true }).run
    expect(record.state).toBe('failed')
    expect(record.notScored).toEqual([{ model: 'gone', why: expect.stringContaining('cannot be read') }])
    expect(record.warnings.filter(({ code }) => code === 'not-scored')).toHaveLength(1)
  })
})
