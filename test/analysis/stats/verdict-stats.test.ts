import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { majorityAtK, passAtK, passHatK, type Ballot } from '../../../harness/analysis/stats/attempts.ts'
import { ALPHA, clusteredMarginTest, independentItems, marginTest } from '../../../harness/analysis/stats/margin.ts'
import { intersectionUnion } from '../../../harness/analysis/stats/multiple.ts'
import { detectableDifference, itemsForMargin, itemsToDecide } from '../../../harness/analysis/stats/power.ts'
import { confidenceSequence, sequentialMargin } from '../../../harness/analysis/stats/sequential.ts'
import { createRandom } from '../../../harness/random.ts'
import { holds, simulateStats } from '../../../scripts/simulate-stats.ts'

describe('the test against a margin', () => {
  it('says of 500 items, 22 lost and 14 won, at 3 points: z 1.134, neither shown', () => {
    const { z, nonInferior, inferior, interval } = marginTest(22, 14, 500, 0.03)
    expect(z).toBeCloseTo(1.134, 3)
    expect(nonInferior).toBeCloseTo(0.1284, 4)
    expect(inferior).toBeCloseTo(1 - 0.1284, 4)
    expect([100 * interval.low, 100 * interval.high].map((end) => Number(end.toFixed(3)))).toEqual([-4.108, 0.789])
  })

  it('agrees with its interval, whatever the counts and the margin', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.integer({ min: 80, max: 3000 }), fc.double({ min: 0.001, max: 0.3, noNaN: true }), (b, c, n, margin) => {
        const { nonInferior, inferior, interval } = marginTest(b, c, n, margin)
        if (Math.abs(interval.low + margin) > 1e-6) expect(nonInferior <= ALPHA).toBe(interval.low > -margin)
        if (Math.abs(interval.high + margin) > 1e-6) expect(inferior <= ALPHA).toBe(interval.high < -margin)
      }),
    )
  })

  it('lets nothing through that never differed on a few items: 189 are the least for two points', () => {
    expect(marginTest(0, 0, 188, 0.02).nonInferior).toBeGreaterThan(ALPHA)
    expect(marginTest(0, 0, 189, 0.02).nonInferior).toBeLessThan(ALPHA)
    const same = Array.from({ length: 5 }, () => ({ lost: 0, won: 0, items: 4 }))
    expect(clusteredMarginTest(same, 0.02).nonInferior).toBeGreaterThan(0.2)
  })

  it('stands a margin of nothing and one of everything', () => {
    expect(marginTest(3, 9, 100, 0).nonInferior).toBeCloseTo(1 - marginTest(9, 3, 100, 0).nonInferior, 10)
    expect(marginTest(100, 0, 100, 1).nonInferior).toBeGreaterThan(0.2)
    expect(marginTest(40, 0, 100, 1).nonInferior).toBeLessThan(1e-6)
  })
})

describe('clusters and repeats', () => {
  const single = (lost: number, won: number, n: number) =>
    Array.from({ length: n }, (_, i) => ({ lost: i < lost ? 1 : 0, won: i >= lost && i < lost + won ? 1 : 0, items: 1 }))

  it('of one right-or-wrong item each are worth n − 1 items, and give nearly Tango’s interval', () => {
    const clusters = single(22, 14, 500)
    expect(independentItems(clusters).worth).toBeCloseTo(499, 6)
    const { interval } = clusteredMarginTest(clusters, 0.03)
    expect(100 * interval.low).toBeCloseTo(-4.108, 1)
    expect(100 * interval.high).toBeCloseTo(0.789, 1)
  })

  it('whose items fall together are worth the clusters, not the items', () => {
    const clusters = single(22, 14, 500).map(({ lost, won }) => ({ lost: 5 * lost, won: 5 * won, items: 5 }))
    expect(independentItems(clusters).worth).toBeCloseTo(499, 6)
  })

  it('mirror when the two change places', () => {
    const clusters = [0.25, 0.5, -0.75, 0, 0.25, -0.25].map((d) => ({ lost: Math.max(0, -d), won: Math.max(0, d), items: 1 }))
    const swapped = clusters.map(({ lost, won, items }) => ({ lost: won, won: lost, items }))
    const [one, other] = [clusteredMarginTest(clusters, 0.02).interval, clusteredMarginTest(swapped, 0.02).interval]
    expect(one.value).toBeCloseTo(-other.value, 12)
    expect(one.low).toBeCloseTo(-other.high, 9)
    expect(one.high).toBeCloseTo(-other.low, 9)
  })
})

describe('how many items', () => {
  it.each([
    [0.05, [3925, 982, 437, 157]],
    [0.1, [7849, 1963, 873, 314]],
    [0.2, [15698, 3925, 1745, 628]],
  ])('the table for a disagreement of %f and margins of 1, 2, 3 and 5 points', (disagreement, table) => {
    const found = [0.01, 0.02, 0.03, 0.05].map((margin) => itemsForMargin(disagreement, margin))
    // The table rounds 7.849·ψ ÷ δ² to the nearest, ours to the next whole item.
    found.forEach((items, i) => expect(Math.abs(items - table[i]!)).toBeLessThanOrEqual(1))
    expect([0.02, 0.03, 0.05].map((margin) => itemsToDecide(disagreement, margin))).toEqual(found.slice(1))
  })

  it('the fixture needs 628 if the two are equally good, and far more if they are as far apart as seen', () => {
    expect(itemsToDecide(36 / 500, 0.03)).toBe(628)
    expect(itemsToDecide(36 / 500, 0.03, -0.016)).toBe(2874)
  })

  it('is never fewer than no disagreement at all needs, and unknown at the margin itself', () => {
    expect(itemsToDecide(0, 0.02)).toBe(189)
    expect(itemsToDecide(0.1, 0.02, -0.02)).toBeUndefined()
    expect(itemsToDecide(0.1, 0)).toBeUndefined()
    expect(itemsToDecide(0.1, 0.02, -0.1)).toBeLessThan(200)
  })

  it('198 items find 13.3 points with one answer each and 7.6 with ten (Miller’s variances)', () => {
    const of = (answers: number) => detectableDifference(198, { pairVariance: 1 / 9, answerVariance: [1 / 6 / answers, 1 / 6 / answers] })
    expect(of(1)).toBeCloseTo(0.1327, 4)
    expect(of(10)).toBeCloseTo(0.0757, 4)
  })
})

describe('several answers to one item', () => {
  it('pass@k and pass^k are shares of the choices of k among n', () => {
    expect(passAtK(5, 2, 3)).toBeCloseTo(1 - 1 / 10, 12)
    expect(passHatK(5, 4, 3)).toBeCloseTo(4 / 10, 12)
    expect([passAtK(64, 0, 8), passHatK(64, 64, 8), passAtK(3, 3, 2), passHatK(3, 1, 2)]).toEqual([0, 1, 1, 0])
    expect(passAtK(16, 5, 1)).toBeCloseTo(5 / 16, 12)
  })

  it('maj@k averages over every choice of k, ties shared: checked against trying them all', () => {
    const ballots = fc.array(fc.record({ count: fc.integer({ min: 1, max: 3 }), score: fc.constantFrom(0, 0.5, 1) }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(ballots, fc.integer({ min: 1, max: 8 }), (given, k) => {
        const n = given.reduce((sum, { count }) => sum + count, 0)
        fc.pre(k <= n)
        expect(majorityAtK(given, k)).toBeCloseTo(byHand(given, k), 10)
      }),
    )
  })

  it('maj@64 of an answer given 40 times of 64 is certain; of 8, mostly', () => {
    const given = [
      { count: 40, score: 1 },
      { count: 24, score: 0 },
    ]
    expect(majorityAtK(given, 64)).toBeCloseTo(1, 12)
    expect(majorityAtK(given, 8)).toBeGreaterThan(0.7)
    expect(majorityAtK(given, 2)).toBeCloseTo(40 / 64, 12)
  })
})

describe('looking while the answers come in', () => {
  const values = (n: number, lose: number, win: number) => {
    const random = createRandom('sequence', n, lose, win)
    return Array.from({ length: n }, () => (random.next() < lose ? -1 : random.next() < win ? 1 : 0))
  }

  it('decides early where the student is much worse, later where it is as good, and not at the margin', () => {
    expect(sequentialMargin(values(3000, 0.3, 0), 0.02)).toMatchObject({ decision: 'inferior' })
    expect(sequentialMargin(values(3000, 0.3, 0), 0.02).items).toBeLessThan(150)
    expect(sequentialMargin(values(20_000, 0.03, 0.03), 0.02)).toMatchObject({ decision: 'non-inferior' })
    expect(sequentialMargin(values(2000, 0.05, 0.03), 0.02).decision).toBe('undecided')
    expect(sequentialMargin([], 0.02)).toEqual({ decision: 'undecided', items: 0 })
  })

  it('is wider than the interval of a fixed size, and encloses the mean', () => {
    const seen = values(1000, 0.05, 0.04)
    const { value, low, high } = confidenceSequence(seen)
    const fixed = marginTest(seen.filter((d) => d < 0).length, seen.filter((d) => d > 0).length, 1000, 0.02).interval
    expect(low).toBeLessThan(fixed.low)
    expect(high).toBeGreaterThan(fixed.high)
    expect([low <= value, value <= high, low >= -1, high <= 1]).toEqual([true, true, true, true])
    expect(low).toBeGreaterThan(-0.06)
  })

  it('of a few values says nearly nothing, of none nothing, and mirrors', () => {
    expect(confidenceSequence([])).toMatchObject({ low: -1, high: 1 })
    expect(confidenceSequence([1, 1, 1]).low).toBeLessThan(0)
    const seen = values(300, 0.1, 0.02)
    const [one, other] = [confidenceSequence(seen), confidenceSequence(seen.map((d) => -d))]
    expect(one.low).toBeCloseTo(-other.high, 6)
  })
})

it('all tasks together are as sure as the least sure of them', () => {
  expect(intersectionUnion([0.001, 0.02, 0.004])).toBe(0.02)
  expect(intersectionUnion([])).toBe(1)
})

it('the simulation in its short form: coverage, false replace, power and sequences', () => {
  const findings = simulateStats(600)
  expect(findings.filter((one) => !holds(one)).map(({ what, share }) => `${what}: ${share}`)).toEqual([])
})

/** Every choice of k of the answers, each as likely. */
function byHand(ballots: readonly Ballot[], k: number): number {
  const answers = ballots.flatMap(({ count }, index) => Array.from({ length: count }, () => index))
  let [sum, choices] = [0, 0]
  for (let mask = 0; mask < 1 << answers.length; mask++) {
    const chosen = answers.filter((_, i) => (mask >> i) & 1)
    if (chosen.length !== k) continue
    const votes = ballots.map((_, index) => chosen.filter((one) => one === index).length)
    const most = Math.max(...votes)
    const winners = ballots.filter((_, index) => votes[index] === most)
    sum += winners.reduce((total, { score }) => total + score, 0) / winners.length
    choices++
  }
  return sum / choices
}
