/** Fidelity of whole runs: what is paired, what swaps with the roles, and what is said where nothing can be. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { Fidelity, StoredRun } from '../../../harness/types.ts'
import { scriptedRun, type ScriptedModel } from '../scripted-run.ts'
import { whyOf } from '../find.ts'
import { fidelitySection } from '../../../reports/html/sections/fidelity.ts'
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
    expect(row.flips).toEqual({ lost: 0, won: 0, listed: [] })
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

  it('is a section of the report, with hostile questions as text', () => {
    const hostile = answered(pair(20, 30), () => ({ prompt: '<img src=x onerror=alert(1)>' }))
    const { id, body } = fidelitySection(viewOf(analyse([hostile])))!
    const html = body.source
    expect(id).toBe('fidelity')
    expect(html).toContain('&lt;img src=x')
    expect(html).not.toContain('<img src=x')
  })
})
