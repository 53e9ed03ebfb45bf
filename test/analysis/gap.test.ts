import { describe, expect, it } from 'vitest'
import { recoveredGap, type Score } from '../../harness/analysis/gap.ts'
import { analyse } from '../../harness/analysis/index.ts'
import { expectOk, whyOf } from './find.ts'
import { scriptedRun, type ScriptedModel } from './scripted-run.ts'

function model(id: string, role: ScriptedModel['role'], right: number, parameters = 1000): ScriptedModel {
  return { id, role, parameters, answer: (n) => ({ firstMs: 40, stepMs: 10, tokens: 5, score: n % 100 < right ? 1 : 0 }) }
}

const models = [model('teacher', 'teacher', 98), model('student', 'student', 90), model('control', 'control', 58)]

describe('the share of the gap that was recovered', () => {
  it('is (student − control) ÷ (teacher − control): 32 of 40 points', () => {
    const [row, ...others] = analyse([scriptedRun({ items: 200, models })]).gap
    expect(row).toMatchObject({ student: 'student', control: 'control', workload: 'sums' })
    expect(others).toEqual([])
    const { value, low, high, n, method } = expectOk(row!.recovered, 'gap')
    expect(value).toBeCloseTo(0.8, 12)
    expect([low > 0.7, low < 0.8, high > 0.8, high < 0.9]).toEqual([true, true, true, true])
    expect([n, method]).toEqual([200, 'paired bootstrap over 200 items, 2000 resamples'])
  })

  it('of Hinton’s digits is 91.1%: 67, 74 and 146 errors of 10,000', () => {
    const scores = (errors: number): Map<string, Score> =>
      new Map(Array.from({ length: 10_000 }, (_, i) => [`${i}`, { score: i < errors ? 0 : 1, cluster: `${i}` }]))
    const { value } = expectOk(recoveredGap({ teacher: scores(67), student: scores(74), control: scores(146) }, ['hinton']), 'gap')
    expect(value).toBeCloseTo(72 / 79, 12)
  })

  it('is absent where the teacher is not clearly better than the control', () => {
    const close = analyse([
      scriptedRun({ items: 40, models: [model('teacher', 'teacher', 21), model('student', 'student', 21), model('control', 'control', 20)] }),
    ])
    expect(whyOf(close.gap[0]!.recovered)).toMatch(/not clearly better than the control on 40 items \(2\.5 points, /)
  })

  it('is absent where the control has another size: then it is not distillation’s alone', () => {
    const unequal = analyse([scriptedRun({ items: 200, models: [...models.slice(0, 2), model('control', 'control', 58, 8000)] })])
    expect(whyOf(unequal.gap[0]!.recovered)).toMatch(/another size \(8000 parameters, the student 1000\)/)
  })

  it('averages loads per item and never counts an item twice', () => {
    const loads = [
      { id: 'sequential', kind: 'sequential' },
      { id: 'batch-4', kind: 'batch', size: 4 },
    ] as const
    const { n, value } = expectOk(analyse([scriptedRun({ items: 200, models, loads })]).gap[0]!.recovered, 'gap')
    expect([n, value.toFixed(9)]).toEqual([200, '0.800000000'])
  })

  it('is not there without a control', () => {
    expect(analyse([scriptedRun({ items: 20, models: models.slice(0, 2) })]).gap).toEqual([])
  })
})
