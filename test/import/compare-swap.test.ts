/** Two runs beside each other: the other way round the signs turn and nothing else; the order of the files says nothing. */
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { analyse, combineRuns } from '../../harness/analysis/index.ts'
import { describeDifference } from '../../harness/run/index.ts'
import type { Analysis, Estimate, Observed, Sample, SequentialRecord, StoredRun } from '../../harness/types.ts'
import { importFiles, jsonLines } from './start.ts'

const ITEMS = 24

/** What one of the two did with a question: 0 or 1 as a rule, or a share; and what it took. */
interface Outcome {
  score: number
  ms: number
  usd: number
}

const runs: Record<'a' | 'b', StoredRun> = {} as never // filled by the first test
beforeEach(async () => {
  if (runs.a !== undefined) return
  for (const name of ['a', 'b'] as const) {
    const rows = Array.from({ length: ITEMS }, (_, n) => ({ id: `q${n}`, prompt: `say ${n}`, target: '1', output: '1', latency_ms: 5, cost_usd: 0.01 }))
    runs[name] = (await importFiles(jsonLines(`${name}.jsonl`, rows), [])).run
  }
})

/** The run with these outcomes, its requests in this order, one after the other. */
function filled(name: 'a' | 'b', outcomes: readonly Outcome[], order: readonly number[], clusters: boolean): StoredRun {
  const { record, samples, ...run } = runs[name]
  let at = 0
  const asked = order.map((index): Sample => {
    const { score, ms, usd } = outcomes[index]!
    const [startMs, endMs] = [at, at + ms]
    at = endMs
    const own = samples.find(({ item }) => item === `q${index}`)!
    const grade = { score, grader: 'exact' }
    return { ...own, startMs, endMs, costUsd: usd, grade, ...(clusters ? { cluster: `c${index % 7}` } : {}) }
  })
  return { ...run, samples: asked, record: { ...record, cells: record.cells.map((cell) => ({ ...cell, items: asked.map(({ item }) => item) })) } }
}

function compare(reference: StoredRun, other: StoredRun): Analysis {
  return analyse(combineRuns([{ run: reference }, { run: other }], { by: 'hash', describe: describeDifference }))
}

const SCORING = 14
const score = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(0, 1) }, { weight: 1, arbitrary: fc.constantFrom(0.25, 0.5) })
const outcome = fc.record({ score, ms: fc.integer({ min: 1, max: 50 }), usd: fc.integer({ min: 1, max: 9 }).map((n) => n / 100) })
const anyOutcomes = fc.array(outcome, { minLength: ITEMS, maxLength: ITEMS })
/** Two items of each cluster score something, so that no resample holds nothing but 0. */
const scoring = fc
  .tuple(anyOutcomes, fc.array(fc.constantFrom(0.25, 0.5, 1, 1, 1), { minLength: SCORING, maxLength: SCORING }))
  .map(([all, scores]) => all.map((one, i) => ({ ...one, score: scores[i] ?? one.score })))
const outcomes = fc.oneof(anyOutcomes, scoring)
const order = fc.constant(Array.from({ length: ITEMS }, (_, i) => i)).chain((all) => fc.shuffledSubarray(all, { minLength: ITEMS, maxLength: ITEMS }))
const comparison = fc.record({ a: outcomes, b: outcomes, order, other: order, clusters: fc.boolean() })

const turned = (observed: Observed<Estimate>, by: (value: number) => number): unknown => {
  if (observed.state !== 'ok') return observed.state
  const { value, low, high, n, level } = observed.value
  return [by(value), by(high), by(low), n, level].map(rounded)
}
const rounded = (value: number): number => (Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(9))) // no −0, and no rest of a subtraction
const same = (value: number): number => value

/**
 * What a reader sees of two models, without their names. `turn`: as the other way round would have it. `divisible`: no resample divides
 * by 0; where one may, a ratio that counts right answers has its interval one way only, and is left out.
 */
function seen({ verdicts, ratios }: Analysis, turn: boolean, divisible = true): unknown {
  const told = (metric: string, read: unknown): unknown => (!divisible && /accuracy|correct/.test(metric) ? undefined : read)
  const [difference, ratio] = turn ? [(x: number) => -x, (x: number) => 1 / x] : [same, same]
  const ends = (observed: Observed<Estimate>, by: (value: number) => number): unknown => {
    const read = turned(observed, by)
    return turn || !Array.isArray(read) ? read : [read[0], read[2], read[1], read[3], read[4]]
  }
  const [verdict] = verdicts
  return {
    tasks: verdict!.tasks.map(({ items, lost, won, difference: own, anytime, mcnemar }) => ({
      items,
      flips: turn ? [won, lost] : [lost, won],
      difference: ends(own, difference),
      anytime: ends(anytime, difference),
      mcnemar,
    })),
    savings: verdict!.savings.map(({ kind, metric, share, difference: own }) => ({
      kind,
      metric,
      share: told(metric, ends(share, turn ? (x) => 1 - 1 / (1 - x) : same)),
      own: ends(own, difference),
    })),
    ratios: ratios.map(({ metric, slice, pairs, ratio: of, difference: own }) => ({
      metric,
      slice,
      pairs,
      of: told(metric, ends(of, ratio)),
      own: ends(own, difference),
    })),
  }
}

describe('two runs', () => {
  test('the other way round swap roles and signs, and nothing else', () => {
    fc.assert(
      fc.property(comparison, ({ a, b, order: first, other, clusters }) => {
        const [one, two] = [filled('a', a, first, clusters), filled('b', b, other, clusters)]
        const [there, back] = [compare(one, two), compare(two, one)]
        expect(there.models.map(({ id, role }) => [id, role])).toEqual([
          ['a', 'teacher'],
          ['b', 'student'],
        ])
        expect(back.models.map(({ id, role }) => [id, role])).toEqual([
          ['b', 'teacher'],
          ['a', 'student'],
        ])
        const divisible = [a, b].every((all) => all.slice(0, SCORING).every(({ score: own }) => own > 0))
        expect(seen(back, true, divisible)).toEqual(seen(there, false, divisible))
        const mean = (all: readonly Outcome[]): number => all.reduce((sum, { score: own }) => sum + own, 0)
        if (mean(a) !== mean(b)) expect(new Set([there, back].map(({ verdicts }) => verdicts[0]!.decision))).not.toEqual(new Set(['keep-teacher']))
      }),
      { numRuns: 25 },
    )
  })

  test('whose items come in another order say the same in every number', () => {
    fc.assert(
      fc.property(comparison, ({ a, b, order: first, other, clusters }) => {
        const plain = Array.from({ length: ITEMS }, (_, i) => i)
        const before = compare(filled('a', a, plain, clusters), filled('b', b, plain, clusters))
        const after = compare(filled('a', a, first, clusters), filled('b', b, other, clusters))
        expect(after.verdicts[0]!.sentence).toBe(before.verdicts[0]!.sentence)
        expect(after.verdicts[0]!.decision).toBe(before.verdicts[0]!.decision)
        expect(seen(after, false)).toEqual(seen(before, false))
      }),
      { numRuns: 25 },
    )
  })
})

describe('runs that asked until it was clear', () => {
  const rule: SequentialRecord = { rule: { lookEvery: 8 }, looks: 3, students: [], stopped: 'decided' }
  const right = Array.from({ length: ITEMS }, (_, n): Outcome => ({ score: n < 20 ? 1 : 0, ms: 5, usd: 0.01 }))
  const plain = right.map((_, i) => i)
  const until = (run: StoredRun, id: string): StoredRun => ({ ...run, record: { ...run.record, id, sequential: rule } })
  const verdictOf = (reference: StoredRun, other: StoredRun) => compare(reference, other).verdicts[0]!
  const method = (verdict: ReturnType<typeof verdictOf>): string => {
    const { difference } = verdict.tasks[0]!
    return difference.state === 'ok' ? difference.value.method : difference.state
  }
  const run = (name: 'a' | 'b'): StoredRun => filled(name, right, plain, false)

  test('give bounds that allow for looking, whichever of the two it was', () => {
    for (const verdict of [verdictOf(until(run('a'), 'x'), run('b')), verdictOf(run('a'), until(run('b'), 'x'))]) {
      expect(method(verdict)).toContain('however often one looked')
      expect(verdict.cautions[0]).toMatch(
        /^The run of [ab] asked in random order until it was clear, with 3 looks, .*; it ended since all students were decided\. Intervals/,
      )
    }
    const both = verdictOf(until(run('a'), 'x'), until(run('b'), 'y'))
    expect(both.cautions[0]).toMatch(/^The run of a asked .*\. The run of b asked .*\. Intervals/)
  })

  test('leave two that asked everything as they are', () => {
    expect(method(verdictOf(run('a'), run('b')))).toContain('Tango')
  })

  test('are read in the order of the run that stopped by what it saw', () => {
    // Lost early and won late, in the order of a; the other run asked the other way round.
    const b = right.map((one, i): Outcome => ({ ...one, score: i < 4 ? 0 : 1 }))
    const [first, reversed] = [until(run('a'), 'x'), filled('b', b, plain.toReversed(), false)]
    const before = verdictOf(first, filled('b', b, plain, false))
    expect(verdictOf(first, reversed).tasks[0]!.test).toEqual(before.tasks[0]!.test)
    expect(verdictOf(until(filled('a', right, plain.toReversed(), false), 'x'), reversed).tasks[0]!.test).not.toEqual(before.tasks[0]!.test)
  })

  test('that were cut short are told to be', () => {
    const cut = { ...run('b'), record: { ...run('b').record, state: 'interrupted' as const } }
    expect(verdictOf(run('a'), cut).cautions.join()).toContain('The run did not finish')
  })
})
