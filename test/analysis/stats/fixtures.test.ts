import { describe, expect, it } from 'vitest'
import { criticalT, normalCdf, normalQuantile, tCdf, tQuantile } from '../../../harness/analysis/stats/distributions.ts'
import { holm } from '../../../harness/analysis/stats/holm.ts'
import { mcnemar } from '../../../harness/analysis/stats/mcnemar.ts'
import { itemsForMargin, itemsNeeded } from '../../../harness/analysis/stats/power.ts'
import { proportionRatio, ratioZ } from '../../../harness/analysis/stats/proportion-ratio.ts'
import { leastForQuantile, orderInterval, quantile, thin } from '../../../harness/analysis/stats/quantiles.ts'
import { binomialCdf, logGamma } from '../../../harness/analysis/stats/special.ts'
import { tangoInterval, tangoZ } from '../../../harness/analysis/stats/tango.ts'
import { wilson } from '../../../harness/analysis/stats/wilson.ts'

describe('the published fixture: 500 items, 22 lost, 14 won', () => {
  const [n, b, c] = [500, 22, 14]

  it('has McNemar p-values .2430 (exact) and .1877 (mid-p)', () => {
    const { exact, midP } = mcnemar(b, c)
    expect(exact).toBeCloseTo(0.243, 4)
    expect(midP).toBeCloseTo(0.1877, 4)
  })

  it('has the Tango interval −4.108 to +0.789 points', () => {
    const { value, low, high } = tangoInterval(b, c, n)
    expect(value).toBeCloseTo(-0.016, 12)
    expect(100 * low).toBeCloseTo(-4.108, 3)
    expect(100 * high).toBeCloseTo(0.789, 3)
  })

  it('is not shown non-inferior at a margin of 3 points: z is 1.134', () => {
    expect(tangoZ(b, c, n, -0.03)).toBeCloseTo(1.134, 3)
  })
})

describe('Tango', () => {
  it('is McNemar’s statistic at a difference of 0', () => {
    expect(tangoZ(22, 14, 500, 0)).toBeCloseTo((14 - 22) / Math.sqrt(36), 10)
  })

  it('keeps its width where the two never disagree', () => {
    const { value, low, high } = tangoInterval(0, 0, 100)
    expect(value).toBe(0)
    // n·d²/(|d|·(1 + …)) = z² gives z²/(n + z²) at both ends
    expect(high).toBeCloseTo(3.8415 / (100 + 3.8415), 4)
    expect(low).toBeCloseTo(-high, 8)
  })

  it('mirrors when the two change places', () => {
    const [one, other] = [tangoInterval(9, 3, 60), tangoInterval(3, 9, 60)]
    expect(one.low).toBeCloseTo(-other.high, 10)
    expect(one.high).toBeCloseTo(-other.low, 10)
  })

  it('stays in [−1, 1] where all items are lost', () => {
    const { value, low, high } = tangoInterval(20, 0, 20)
    expect(value).toBe(-1)
    expect(low).toBeCloseTo(-1, 9)
    // then the variance is 1 − d², and z² = n·(1 + d)/(1 − d)
    expect(high).toBeCloseTo(-(1 - 3.8415 / 20) / (1 + 3.8415 / 20), 4)
  })
})

describe('the ratio of two proportions', () => {
  it('is McNemar’s statistic at a ratio of 1', () => {
    expect(ratioZ(400, 22, 14, 500, 1)).toBeCloseTo((14 - 22) / Math.sqrt(36), 10)
  })

  it('keeps its width where the two never disagree: n/(n + z²) and its inverse', () => {
    const { value, low, high } = proportionRatio(50, 0, 0, 50)
    expect(value).toBe(1)
    expect(low).toBeCloseTo(50 / (50 + 3.8415), 4)
    expect(high).toBeCloseTo(1 / low, 6)
  })

  it('turns over when the two change places', () => {
    const [one, other] = [proportionRatio(40, 9, 3, 60), proportionRatio(40, 3, 9, 60)]
    expect(one.low).toBeCloseTo(1 / other.high, 9)
    expect(one.high).toBeCloseTo(1 / other.low, 9)
  })

  it('agrees with the interval of the difference about which side of equality it leaves out', () => {
    for (const [both, b, c, n] of [
      [400, 22, 14, 500],
      [400, 40, 14, 500],
      [10, 0, 6, 30],
      [5, 8, 0, 20],
    ] as const) {
      const [ratio, difference] = [proportionRatio(both, b, c, n), tangoInterval(b, c, n)]
      expect([ratio.low > 1, ratio.high < 1]).toEqual([difference.low > 0, difference.high < 0])
    }
  })

  it('is 0 with a high end above 0 where the candidate is never right', () => {
    const { value, low, high } = proportionRatio(0, 20, 0, 40)
    expect([value, low]).toEqual([0, 0])
    expect(high).toBeGreaterThan(0.05)
    expect(high).toBeLessThan(0.3)
  })
})

describe('McNemar', () => {
  it('has p = 1 without any disagreement', () => {
    expect(mcnemar(0, 0)).toEqual({ exact: 1, midP: 1 })
  })
  it('has p = 2·2⁻⁶ for six against none', () => {
    expect(mcnemar(6, 0).exact).toBeCloseTo(2 / 64, 10)
    expect(mcnemar(6, 0).midP).toBeCloseTo(1 / 64, 10)
  })
})

describe('sample size', () => {
  it('is 969 items for Miller’s example: variance 1/9, three points, power 80%', () => {
    expect(itemsNeeded({ pairVariance: 1 / 9, difference: 0.03 })).toBe(969)
  })
  it.each([
    [0.05, 0.01, 3925],
    [0.1, 0.02, 1963],
    [0.2, 0.05, 628],
  ])('for a margin: disagreement %f, margin %f → about %i items', (disagreement, margin, items) => {
    expect(Math.abs(itemsForMargin(disagreement, margin) - items)).toBeLessThanOrEqual(1)
  })
})

describe('Wilson', () => {
  it.each([
    // Newcombe (1998), table I
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
    // 17 of 20 and 850 of 1000: the same rate, not the same knowledge
    [17, 20, 0.6396, 0.9476],
    [850, 1000, 0.8265, 0.8708],
  ])('%i of %i is %f to %f', (successes, n, low, high) => {
    const interval = wilson(successes, n)
    expect(interval.low).toBeCloseTo(low, 4)
    expect(interval.high).toBeCloseTo(high, 4)
  })
  it('never passes the point or leaves [0, 1]', () => {
    expect(wilson(10, 10).high).toBe(1)
    expect(wilson(0, 10).low).toBe(0)
  })
})

describe('distributions', () => {
  it('know the usual quantiles', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 10)
    expect(tQuantile(0.975, 1)).toBeCloseTo(12.7062047364, 8)
    expect(tQuantile(0.975, 3)).toBeCloseTo(3.1824463053, 9)
    expect(criticalT(0.95, 29)).toBeCloseTo(2.0452296421, 9)
    expect(tQuantile(0.025, 5)).toBeCloseTo(-2.5705818356, 9)
  })
  it('invert each other', () => {
    for (const p of [1e-9, 0.003, 0.2, 0.5, 0.77, 0.999]) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12)
    for (const df of [1, 2.5, 40]) expect(tCdf(tQuantile(0.9, df), df)).toBeCloseTo(0.9, 12)
  })
  it('add up binomial probabilities', () => {
    expect(binomialCdf(3, 10, 0.5)).toBeCloseTo(176 / 1024, 12)
    expect(binomialCdf(-1, 10, 0.5)).toBe(0)
    expect(binomialCdf(10, 10, 0.5)).toBe(1)
    expect(logGamma(11)).toBeCloseTo(Math.log(3628800), 10)
  })
})

describe('quantiles', () => {
  it('are of type 7, as in R and NumPy', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5)
    expect(quantile([1, 2, 3, 4, 10], 0.95)).toBeCloseTo(8.8, 12)
    expect(quantile([7], 0.95)).toBe(7)
  })
  it('need six values for an interval of the median and 72 for the 95th percentile', () => {
    expect(leastForQuantile(0.5)).toBe(6)
    expect(leastForQuantile(0.95)).toBe(72)
  })
  it('take the exact order statistics: 2nd and 9th of ten for the median', () => {
    const { low, high, level } = orderInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5)
    expect([low, high, level]).toEqual([2, 9, 0.95])
  })
  it('say what the range of a few values is worth', () => {
    const { low, high, level } = orderInterval([3, 5, 9], 0.5)
    expect([low, high]).toEqual([3, 9])
    expect(level).toBeCloseTo(0.75, 12)
    expect(orderInterval([3], 0.5)).toEqual({ value: 3, low: 3, high: 3, level: 0 })
  })
  it('are thinned to at most 200 from least to greatest', () => {
    const values = Array.from({ length: 5000 }, (_, i) => i)
    const thinned = thin(values)
    expect(thinned).toHaveLength(200)
    expect([thinned[0], thinned.at(-1)]).toEqual([0, 4999])
    expect(thin([4, 5])).toEqual([4, 5])
  })
})

describe('Holm', () => {
  it('adjusts step by step and keeps the order', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(3)))).toEqual([0.03, 0.06, 0.06, 0.02])
    expect(holm([])).toEqual([])
  })
})
