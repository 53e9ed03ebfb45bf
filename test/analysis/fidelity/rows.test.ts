/** Fidelity of whole runs: what is paired, what swaps with the roles, and what is said where nothing can be. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { Fidelity, StoredRun } from '../../../harness/types.ts'
import { scriptedRun, type ScriptedModel } from '../scripted-run.ts'
import { whyOf } from '../find.ts'
import { fidelitySection } from '../../../reports/html/sections/fidelity.ts'
import { itemsSection } from '../../../reports/html/sections/items.ts'
import { reliabilityCharts } from '../../../reports/charts/reliability.ts'
import { renderCsv } from '../../../reports/csv.ts'
import { fidelityLines } from '../../../reports/fidelity.ts'
import { renderMarkdown } from '../../../reports/markdown.ts'
import { tokenFidelity } from '../../../harness/analysis/fidelity/tokens.ts'
import { viewOf } from '../../../reports/view.ts'

function model(id: string, role: ScriptedModel['role'], right: (n: number) => boolean): ScriptedModel {
  return { id, role, parameters: 1000, answer: (n) => ({ firstMs: 40, stepMs: 10, tokens: 5, score: right(n) ? 1 : 0 }) }
}

/** The answer of a model is "yes" where it is right, "no" elsewhere. */
function answered(run: StoredRun, change: (sample: StoredRun['samples'][number]) => Partial<StoredRun['samples'][number]> = () => ({})): StoredRun {
  return {
    ...run,
    samples: run.samples.map((sample) => {
      const grade = { score: 0, grader: 'exact', ...sample.grade }
      const named = { ...sample, grade: { ...grade, answer: grade.score === 1 ? 'yes' : 'no' } }
      return { ...named, ...change(named) }
    }),
  }
}

function only(run: StoredRun): Fidelity {
  const rows = analyse([run]).fidelity
  expect(rows).toHaveLength(1)
  return rows[0]!
}

const upTo = (limit: number) => (n: number) => n % 40 < limit
const pair = (student: number, teacher: number): StoredRun =>
  answered(scriptedRun({ items: 40, models: [model('teacher', 'teacher', upTo(teacher)), model('student', 'student', upTo(student))] }))

describe('fidelity of a run', () => {
  it('is full agreement for equal answers, without flips and with equal lengths', () => {
    const row = only(pair(30, 30))
    expect(row.agreement).toMatchObject({ state: 'ok', value: { observed: 1, chance: 0.625, kappa: { value: { value: 1, low: 1, high: 1 } } } })
    expect(row.flips).toMatchObject({ lost: 0, won: 0 })
    expect(row.onTeacherErrors).toMatchObject({ value: { value: 1, n: 10 } })
  })

  it('swaps lost and won with the roles, and lists losses first', () => {
    const [one, other] = [only(pair(20, 30)), only(pair(30, 20))]
    expect([one.flips.lost, one.flips.won, other.flips.lost, other.flips.won]).toEqual([10, 0, 0, 10])
    expect(one.flips.listed[0]).toMatchObject({ teacher: { answer: 'yes', score: 1 }, model: { answer: 'no', score: 0 } })
    expect(one.flips.listed.map(({ item }) => item)).toEqual(other.flips.listed.map(({ item }) => item))
  })

  it('says why there is no calibration, and computes it where log-probabilities are told', () => {
    expect(whyOf(only(pair(20, 30)).calibration.model)).toBe('the model told no log-probabilities')
    const told = answered(pair(20, 30), ({ key }) => (key.model === 'student' ? { logProb: Math.log(0.5) } : {}))
    // Right on half, always with confidence 0.5.
    expect(only(told).calibration.model).toMatchObject({ value: { ece: expect.closeTo(0, 12), brier: 0.25, nll: expect.closeTo(Math.LN2, 12) } })
  })

  it('is absent with a reason where kappa or reasoning are not defined', () => {
    const row = only(pair(40, 40))
    expect(row.agreement).toMatchObject({ value: { kappa: { state: 'absent' } } })
    expect(whyOf(row.reasoningLength)).toMatch(/wrote no reasoning/)
    expect(whyOf(row.onTeacherErrors)).toBe('the teacher gave no wrong answer')
  })

  it('is a section of the report, with hostile questions as text', async () => {
    const hostile = answered(pair(20, 30), () => ({ prompt: '<img src=x onerror=alert(1)>' }))
    const view = viewOf(analyse([hostile]))
    const { id, body } = (await fidelitySection(view, reliabilityCharts(view)))!
    const html = `${body.source}${itemsSection(view)!.body.source}`
    expect(id).toBe('fidelity')
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toContain('<img src=x')
  })

  it('weighs answers by their tokens and bytes, and says why where nothing was compared', () => {
    const run = pair(20, 30)
    const score = (item: string, tokens: number, kl: number, agreed: number, nll: number) => ({
      model: 'student',
      workload: 'sums',
      item,
      tokens,
      nll,
      bytes: tokens * 2,
      same: { kl, agreed },
    })
    const scores = [score('a', 10, 1, 10, 4), score('b', 30, 1, 20, 4)]
    expect(tokenFidelity({ ...run, scores }, 'student', 'sums')).toMatchObject({
      value: { items: 2, tokens: 40, kl: { value: { value: 0.05, n: 2 } }, top1: { value: { value: 0.75 } }, nllPerByte: { value: { value: 0.1 } } },
    })
    const unlike = scores.map(({ same: _same, ...rest }) => rest)
    expect(tokenFidelity({ ...run, scores: unlike }, 'student', 'sums')).toMatchObject({
      value: { kl: { why: expect.stringContaining('vocabularies differ') }, nllPerByte: { value: { value: 0.1 } } },
    })
    expect(whyOf(tokenFidelity(run, 'student', 'sums'))).toBe('the run did not compare token by token')
  })

  it('is in Markdown, CSV and the lines of compare, and reliability has a chart with its numbers', () => {
    const told = answered(pair(20, 30), ({ key }) => (key.model === 'student' ? { logProb: Math.log(0.55) } : {}))
    const analysis = analyse([told])
    expect(renderMarkdown(analysis)).toContain('### Fidelity to the teacher')
    const csv = renderCsv(analysis).split('\n')
    expect(csv.filter((line) => line.includes(',flips-lost,'))).toEqual([expect.stringMatching(/,student,student,.*,flips-lost,10,,,count,measured$/)])
    expect(csv.filter((line) => line.includes(',token-kl,'))).toEqual([expect.stringMatching(/,token-kl,,,,nat,$/)])
    expect(fidelityLines(viewOf(analysis))).toEqual([expect.stringContaining('kappa'), expect.stringContaining('10 flips lost, 0 won')])
    const charts = reliabilityCharts(viewOf(analysis))
    expect(charts).toHaveLength(1)
    expect(charts[0]).toMatchObject({ state: 'drawn', chart: { table: { rows: [['50.0% to 60.0%', '40', '55.0%', '50.0%']] } } })
  })
})
