import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import { halves } from '../../../harness/analysis/verdict/routed-items.ts'
import { createRandom } from '../../../harness/random.ts'
import type { Routing, RoutingRow, Sample, StoredRun } from '../../../harness/types.ts'
import { expectOk, whyOf } from '../find.ts'
import { unsound } from '../scan.ts'
import { HOURLY, scriptedRun, type ScriptedAnswer } from '../scripted-run.ts'

const ITEMS = 1200
const hardness = (() => {
  const random = createRandom('routing test')
  return Array.from({ length: ITEMS }, () => random.next())
})()

/** The teacher is right but on the very hardest; the student fails on the hard ones, about which it writes much if `telling`. */
function pair({ telling = true, priced = true, items = ITEMS, repeats = 1 } = {}): StoredRun {
  const price = priced ? { price: HOURLY } : {}
  const answer =
    (slow: boolean) =>
    (n: number): ScriptedAnswer => {
      const hard = hardness[n]!
      return {
        firstMs: slow ? 200 : 20,
        stepMs: slow ? 20 : 2,
        tokens: slow ? 20 : telling ? 5 + Math.round(30 * hard) : 5 + ((n * 7919) % 30),
        score: hard < (slow ? 0.97 : 0.8) ? 1 : 0,
      }
    }
  return scriptedRun({
    items,
    repeats,
    models: [
      { id: 'teacher', role: 'teacher', answer: answer(true), ...price },
      { id: 'student', role: 'student', answer: answer(false), ...price },
    ],
  })
}

function rows(run: StoredRun): readonly RoutingRow[] {
  return analyse([run]).routing
}

function routing(run: StoredRun, rule: RoutingRow['rule'] = 'answer-length'): Routing {
  const row = rows(run).find((one) => one.rule === rule)
  if (row === undefined) throw new Error(`no row for ${rule}`)
  return expectOk(row.result, rule)
}

describe('routing by the length of the answer', () => {
  const found = routing(pair())

  it('hands the hard items on, keeps the accuracy within the margin and costs less than the teacher', () => {
    expect(found.chosen.escalated.value).toBeGreaterThan(0.15)
    expect(found.chosen.escalated.value).toBeLessThan(0.3)
    expect(found.chosen.accuracy.value).toBeGreaterThan(found.teacher.accuracy - 0.02)
    expect(found.chosen.cost.value).toBeLessThan(0.5)
    expect(found.chosen.byChance).toBeLessThan(found.chosen.accuracy.value - 0.05)
    expect(found.chosen.decision).toBe('replace')
    expect(found.sentence).toMatch(
      /^handing on the \d+\.\d% of the items with the longest answers gives .* at \d+\.\d% of the teacher's cost .*as many at random would give/,
    )
  })

  it('has a curve from the student alone to everything handed on, and its ends are those', () => {
    const [alone, everything] = [found.curve[0]!, found.curve.at(-1)!]
    expect(alone).toMatchObject({ escalated: 0, accuracy: found.student.accuracy })
    expect(alone.cost).toBeCloseTo(found.student.cost / found.teacher.cost, 9)
    expect(everything).toMatchObject({ escalated: 1, accuracy: found.teacher.accuracy })
    expect(everything.cost).toBeCloseTo(1 + alone.cost, 9)
    const shares = found.curve.map(({ escalated }) => escalated)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(found.curve.length).toBeLessThanOrEqual(21)
  })

  it('reports on the items that had no say in the threshold', () => {
    expect([found.chosenOn, found.reportedOn]).toEqual([600, 600])
    // Other answers to the items of the second half leave the threshold alone.
    const run = pair()
    const reported = new Set(reportedItems(run))
    const wrong = run.samples.map((sample) =>
      reported.has(sample.item) && sample.key.model === 'student' ? { ...sample, grade: { score: 0, grader: 'exact' } } : sample,
    )
    const changed = routing({ ...run, samples: wrong })
    expect(changed.chosen.threshold).toBe(found.chosen.threshold)
    expect(changed.student.accuracy).toBe(0)
  })

  it('is worth nothing where the length does not tell: then nearly everything goes on', () => {
    const blind = routing(pair({ telling: false }))
    expect(blind.chosen.escalated.value).toBeGreaterThan(0.85)
    expect(Math.abs(blind.chosen.accuracy.value - blind.chosen.byChance)).toBeLessThan(0.03)
  })

  it('counts seconds of work where there is no price, and marks what a price makes of them', () => {
    expect(routing(pair({ priced: false }))).toMatchObject({ costUnit: 's', costOrigin: 'measured', teacher: { cost: expect.closeTo(0.58, 2) } })
    expect(found).toMatchObject({ costUnit: 'USD', costOrigin: 'estimated' })
    expect(found.chosen.cost.origin).toBe('estimated')
  })

  it('hands a failed request on whatever the threshold', () => {
    const run = pair()
    const samples = run.samples.map((sample): Sample => {
      if (sample.key.model !== 'student' || Number(sample.item.slice(5)) % 10 !== 0) return sample
      const { grade: _grade, ...rest } = sample
      return { ...rest, finish: 'error', tokenMs: [], outputTokens: 0, error: { code: 'model', message: 'no' } }
    })
    expect(routing({ ...run, samples }).curve[0]!.escalated).toBeCloseTo(0.1, 1)
  })

  it('is absent with a reason for few items and for answers of one length', () => {
    expect(whyOf(rows(pair({ items: 30 }))[0]!.result)).toContain('too few')
    const run = pair({ items: 100 })
    expect(whyOf(rows({ ...run, samples: run.samples.map((sample) => ({ ...sample, outputTokens: 7 })) })[0]!.result)).toContain('one length')
  })
})

describe('the other rules', () => {
  it('are there only where the samples have what they read', () => {
    expect(rows(pair({ items: 100 })).map(({ rule }) => rule)).toEqual(['answer-length'])
  })

  it('agreement takes the majority of the answers, pays for all of them, and hands on what they disagree about', () => {
    const run = pair({ repeats: 3 })
    // On hard items the three answers differ; one of them is right.
    const samples = run.samples.map((sample): Sample => {
      const hard = hardness[Number(sample.item.slice(5))]! >= 0.8
      if (sample.key.model !== 'student') return sample
      const answer = hard ? `guess ${sample.key.repeat}` : 'sure'
      return { ...sample, grade: { score: hard && sample.key.repeat > 0 ? 0 : 1, grader: 'exact', answer } }
    })
    const found = routing({ ...run, samples }, 'agreement')
    expect(found.thresholdUnit).toBe('ratio')
    expect(found.student.cost / routing({ ...run, samples }).student.cost).toBeCloseTo(3, 6)
    // Of the hard items the first answer counts where all differ, and it is right: no need to hand anything on.
    expect(found.student.accuracy).toBe(1)
    expect(found.chosen.escalated.value).toBe(0)
    expect(found.sentence).toContain('no item need go on')
  })

  it('agreement says nothing where the answers are always the same', () => {
    const row = rows(pair({ repeats: 2, items: 100 })).find(({ rule }) => rule === 'agreement')
    expect(whyOf(row!.result)).toContain('always agree')
  })

  it('log-probability reads the mean per token', () => {
    const run = pair({ telling: false })
    const samples = run.samples.map((sample) =>
      sample.key.model === 'student' ? { ...sample, logProb: -sample.outputTokens * hardness[Number(sample.item.slice(5))]! } : sample,
    )
    const found = routing({ ...run, samples }, 'log-probability')
    expect(found.thresholdUnit).toBe('nat')
    expect(found.chosen.threshold).toBeGreaterThan(0.7)
    expect(found.chosen.decision).toBe('replace')
  })

  it('no number is NaN or infinite', () => {
    for (const run of [pair({ items: 60 }), pair({ repeats: 2 }), pair({ priced: false, telling: false })]) expect(unsound(rows(run))).toEqual([])
  })
})

function reportedItems(run: StoredRun): string[] {
  const blank = { student: 0, teacher: 0, studentCost: 0, teacherCost: 0, costOrigin: 'measured', doubt: 0 } as const
  const [, second] = halves([...new Set(run.samples.map(({ item }) => item))].map((item) => ({ item, cluster: item, ...blank })))
  return second.map(({ item }) => item)
}
