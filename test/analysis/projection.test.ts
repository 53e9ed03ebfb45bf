import fc from 'fast-check'
import { expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { project } from '../../harness/analysis/projection.ts'
import type { Observed, ProjectionInput, Range, ServedBy } from '../../harness/types.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { publishedRun } from './published-run.ts'
import { HOURLY, scriptedRun } from './scripted-run.ts'

// the teacher writes 10 tokens in 10 s at 50 W, the student 10 tokens in 2.5 s at 80 W
const run = scriptedRun({
  items: 12,
  watts: (model) => (model === 'teacher' ? 50 : 80),
  models: [
    { id: 'teacher', role: 'teacher', answer: (n) => ({ firstMs: 1000, stepMs: 1000, tokens: 10, score: n % 2 }), price: HOURLY },
    { id: 'student', role: 'student', answer: (n) => ({ firstMs: 250, stepMs: 250, tokens: 10, score: n % 2 }), price: HOURLY },
  ],
})
const analysis = analyse([run])
const PLAIN: ProjectionInput = {
  demand: { kind: 'tokens', perDay: 8_640_000 },
  pue: 1,
  gramsPerKwh: 500,
  gridSource: 'made up',
  growth: 0,
  years: 2,
  utilisation: 1,
  redundancy: 0,
  peakToMean: 1,
}
const value = (one: Observed<Range>): number => (one.state === 'ok' ? one.value.value : Number.NaN)
const of = (input: Partial<ProjectionInput>, id = 'teacher', from = analysis): ServedBy =>
  project(from, { ...PLAIN, ...input }).served.find((one) => one.id === id)!

test('a hundred tokens a second take a hundred machines of one token a second, 5 kW, and the rent and the carbon of a year', () => {
  const teacher = of({})
  expect(value(teacher.machines)).toBeCloseTo(100, 6)
  expect(value(teacher.watts)).toBeCloseTo(5000, 6)
  expect(value(teacher.usdPerYear)).toBeCloseTo(100 * 3.6 * 8760, 4)
  expect(value(teacher.tonnesPerYear)).toBeCloseTo(5 * 8760 * 500e-6, 6)
  const student = of({}, 'student')
  expect(value(student.machines)).toBeCloseTo(25, 6)
  expect(value(student.watts)).toBeCloseTo(2000, 6)
})

test('a power serves as many tokens as its joules pay for, and the demand that it serves needs that power', () => {
  const teacher = of({ demand: { kind: 'power', watts: 10e9 }, pue: 1.25 })
  expect(value(teacher.tokensPerDay)).toBeCloseTo((8e9 / 50) * 86_400, -3)
  expect(value(of({ demand: { kind: 'tokens', perDay: value(teacher.tokensPerDay) }, pue: 1.25 }).watts)).toBeCloseTo(10e9, -2)
  const student = of({ demand: { kind: 'power', watts: 10e9 }, pue: 1.25 }, 'student')
  expect(value(student.requestsPerDay) / value(teacher.requestsPerDay)).toBeCloseTo(2.5, 6)
})

test('peak, spare machines and slack multiply the machines, and only the site’s overhead the power', () => {
  const share = fc.double({ min: 0.1, max: 1, noNaN: true })
  const more = fc.double({ min: 1, max: 5, noNaN: true })
  fc.assert(
    fc.property(share, more, more, (utilisation, peakToMean, pue) => {
      const one = of({ utilisation, peakToMean, pue, redundancy: 0.5 })
      expect(value(one.machines)).toBeCloseTo((150 * peakToMean) / utilisation, 5)
      expect(value(one.watts)).toBeCloseTo(5000 * pue, 5)
    }),
    { numRuns: 25 },
  )
})

test('intervals of the run are carried through, around the value', () => {
  for (const one of project(analysis, PLAIN).served)
    for (const figure of [one.machines, one.watts, one.usdPerYear])
      if (figure.state === 'ok') {
        expect(figure.value.low).toBeLessThanOrEqual(figure.value.value)
        expect(figure.value.high).toBeGreaterThanOrEqual(figure.value.value)
      }
})

test('costs add up over years and growth, the distillation before the first; it is paid back when its cost is saved', () => {
  const trained = structuredClone(analysis) as typeof analysis
  const models = trained.models.map((model) =>
    model.id === 'student'
      ? { ...model, card: { ...model.card!, training: { method: 'm', costUsd: { value: 6480, origin: 'estimated' as const, how: 'h' } } } }
      : model,
  )
  const student = of({ growth: 1 }, 'student', { ...trained, models })
  const year = 25 * 3.6 * 8760
  expect(student.curve.state === 'ok' && student.curve.value.map(({ usd }) => Math.round(usd.value))).toEqual([6480, 6480 + year, 6480 + 3 * year])
  expect(value(student.paybackDays)).toBeCloseTo(6480 / (75 * 3.6 * 24), 6)
  expect(of({}, 'student').paybackDays).toMatchObject({ state: 'absent' })
})

test('of quoted figures only what prices allow is given; the rest is missing with a reason', async () => {
  const published = analyse([publishedRun((await loadSuite('o1-vs-r1')).suite)])
  for (const one of project(published, PLAIN).served) {
    expect(one.machines.state).toBe('absent')
    expect(one.watts.state).toBe('absent')
  }
  const usd = (id: string): number => value(of({}, id, published).usdPerYear)
  expect(usd('o1') / usd('deepseek-r1')).toBeCloseTo(26.25 / 0.96, 6)
  expect(usd('deepseek-r1')).toBeCloseTo(8.64 * 365 * 0.96, 6)
  expect(of({}, 'r1-distill-qwen-7b', published).usdPerYear).toMatchObject({ state: 'absent', why: expect.stringContaining('no price') as string })
})
