import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Analysis, LifecycleRow, StatedCard } from '../../harness/types.ts'
import { chartsOf } from '../../reports/charts/index.ts'
import { renderHtml } from '../../reports/html/index.ts'
import { renderMarkdown } from '../../reports/markdown.ts'
import { viewOf } from '../../reports/view.ts'
import { expectOk, whyOf } from './find.ts'
import { HOURLY, scriptedRun } from './scripted-run.ts'

// At 3.6 USD an hour: 10 s and 1 cent a request of the teacher, `pace` of that of the student; 50 W and 80 W.
function analysed(training: NonNullable<StatedCard['training']> | undefined, pace = 0.25): Analysis {
  const answer = (factor: number) => () => ({ firstMs: 1000 * factor, stepMs: 1000 * factor, tokens: 10, score: 1 })
  const run = scriptedRun({
    items: 12,
    watts: (model) => (model === 'teacher' ? 50 : 80),
    models: [
      { id: 'teacher', role: 'teacher', answer: answer(1), price: HOURLY },
      { id: 'student', role: 'student', answer: answer(pace), price: HOURLY },
    ],
  })
  const models = run.record.suite.models.map((model) => (model.id === 'student' && training !== undefined ? { ...model, card: { training } } : model))
  return analyse([{ ...run, record: { ...run.record, suite: { ...run.record.suite, models } } }])
}
const rowOf = (analysis: Analysis, kind: LifecycleRow['kind']): LifecycleRow => analysis.lifecycle.find((row) => row.kind === kind)!
const GPU_HOURS = {
  method: 'distillation',
  gpuHours: { value: 40, origin: 'measured', how: 'log of the cluster', usdPerHour: 2.5, watts: 20.833333333333332 },
} as const

describe('distillation and its return', () => {
  const analysis = analysed(GPU_HOURS)

  it('40 GPU hours at 2.50 USD are 100 USD; at 0.75 cents saved each they are back after 13,333 requests, 13.3 days at a thousand a day', () => {
    const { spent, crossing, payback, each } = rowOf(analysis, 'cost')
    expect(expectOk(spent, 'spent')).toMatchObject({ value: 100, unit: 'USD', origin: 'estimated', how: expect.stringContaining('log of the cluster') })
    expect(expectOk(each.teacher, 'teacher').value).toBeCloseTo(0.01, 12)
    expect(expectOk(crossing, 'crossing').value).toBeCloseTo(100 / 0.0075, 6)
    expect(payback[0]!.requestsPerDay).toBe(1000)
    expect(expectOk(payback[0]!.days, 'days').value).toBeCloseTo(100 / 7.5, 9)
  })

  it('energy is paid back by itself: 3 MJ at 300 J saved each', () => {
    const { spent, crossing } = rowOf(analysis, 'energy')
    expect(expectOk(spent, 'spent').value).toBeCloseTo(3e6, 3)
    expect(expectOk(crossing, 'crossing').value).toBeCloseTo(1e4, 0)
  })

  it('the curves begin apart by what was spent and meet at the crossing', () => {
    const row = rowOf(analysis, 'cost')
    const curve = expectOk(row.curve, 'curve')
    expect(curve[0]).toMatchObject({ requests: 0, teacher: 0, student: { value: 100, low: 100, high: 100 } })
    const middle = curve[5]!
    expect(middle.requests).toBeCloseTo(expectOk(row.crossing, 'crossing').value, 6)
    expect(middle.student.value).toBeCloseTo(middle.teacher, 6)
    for (const { student } of curve) expect(student.low <= student.value && student.value <= student.high).toBe(true)
  })

  it('a student that saves nothing never pays, and one without a card has no figure, with the reason', () => {
    expect(whyOf(rowOf(analysed(GPU_HOURS, 1.2), 'cost').crossing)).toBe('a request of the student saves nothing')
    expect(whyOf(rowOf(analysed(undefined), 'cost').spent)).toBe('the model card does not tell of its training')
    expect(whyOf(rowOf(analysed({ method: 'm', gpuHours: { value: 4, origin: 'published', how: 'a paper' } }), 'cost').spent)).toContain(
      'not what an hour costs',
    )
  })
})

it('the report draws the curves, says when they cross, and has the table', async () => {
  const analysis = analysed(GPU_HOURS)
  const charts = chartsOf(viewOf(analysis)).lifecycle
  expect(charts.map(({ state }) => state)).toEqual(['drawn', 'drawn'])
  const page = await renderHtml(analysis)
  expect(page).toContain('student has paid for its distillation after 13,300 requests')
  expect(page).toContain('Distillation and its return')
  expect(renderMarkdown(analysis)).toContain('### Distillation and its return')
  expect(renderMarkdown(analysed(undefined))).not.toContain('Distillation and its return')
})
