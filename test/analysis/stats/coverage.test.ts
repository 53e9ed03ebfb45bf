/** Seeded simulations: intervals that say 95% hold the truth about that often, also with few items, batches and ties. */
import { describe, expect, it } from 'vitest'
import { recoveredGap } from '../../../harness/analysis/gap.ts'
import { bootstrap, percentileInterval, weightedQuantile, weightedRatio } from '../../../harness/analysis/stats/bootstrap.ts'
import type { Interval } from '../../../harness/analysis/stats/interval.ts'
import { scoreInterval, tInterval, type Sums } from '../../../harness/analysis/stats/means.ts'
import { pairedT } from '../../../harness/analysis/stats/paired.ts'
import { proportionRatio } from '../../../harness/analysis/stats/proportion-ratio.ts'
import { sizesOf, type ClusteredValues } from '../../../harness/analysis/stats/clustered.ts'
import { clusteredInterval, effectiveSize, orderInterval, quantile } from '../../../harness/analysis/stats/quantiles.ts'
import { tangoInterval } from '../../../harness/analysis/stats/tango.ts'
import { wilson } from '../../../harness/analysis/stats/wilson.ts'
import { createRandom, type Random } from '../../../harness/random.ts'

/** Share of `runs` simulations whose interval holds the truth; its own standard error is about 1 point at 500 runs. */
function coverage(name: string, runs: number, truth: number, simulate: (random: Random) => Interval | undefined): number {
  let held = 0
  for (let run = 0; run < runs; run++) {
    const interval = simulate(createRandom(name, run))
    if (interval !== undefined && interval.low <= truth + 1e-12 && interval.high >= truth - 1e-12) held++
  }
  return held / runs
}

const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

describe('coverage of intervals that say 95%', () => {
  it.each([
    [20, 0.9],
    [50, 0.97],
    [300, 0.8],
  ])('Wilson, %i items, truth %f', (n, p) => {
    const share = coverage('wilson', 1000, p, (random) => wilson(times(n).filter(() => random.next() < p).length, n))
    expect(share).toBeGreaterThan(0.92)
    expect(share).toBeLessThan(0.995)
  })

  it.each([
    [30, 0.05, 0.02],
    [100, 0.08, 0.03],
    [400, 0.04, 0.04],
  ])('Tango and the ratio of proportions, %i items, %f lost and %f won', (n, lose, win) => {
    const both = 0.85
    const draw = (random: Random): [number, number, number] => {
      const counts: [number, number, number] = [0, 0, 0]
      for (let i = 0; i < n; i++) {
        const u = random.next()
        if (u < lose) counts[0]++
        else if (u < lose + win) counts[1]++
        else if (u < lose + win + both) counts[2]++
      }
      return counts
    }
    const difference = coverage('tango', 600, win - lose, (random) => {
      const [b, c] = draw(random)
      return tangoInterval(b, c, n)
    })
    const ratio = coverage('ratio', 600, (both + win) / (both + lose), (random) => {
      const [b, c, shared] = draw(random)
      return proportionRatio(shared, b, c, n)
    })
    for (const share of [difference, ratio]) {
      expect(share).toBeGreaterThan(0.92)
      expect(share).toBeLessThan(0.99)
    }
  })

  it('mean of clustered scores: 25 clusters of 8 that lean the same way', () => {
    const share = coverage('clusters', 600, 0.8, (random) => {
      const clusters = times(25).map((): Sums => {
        const lean = random.next() < 0.5 ? 0.95 : 0.65
        return { top: times(8).filter(() => random.next() < lean).length, bottom: 8 }
      })
      return scoreInterval(clusters)
    })
    expect(share).toBeGreaterThan(0.92)
    expect(share).toBeLessThan(0.985)
  })

  it('median and 95th percentile by order statistics', () => {
    const draw = (random: Random): Float64Array => Float64Array.from(times(100), () => -Math.log(1 - random.next())).sort()
    const median = coverage('median', 800, Math.LN2, (random) => orderInterval(draw(random), 0.5))
    const p95 = coverage('p95', 800, -Math.log(0.05), (random) => orderInterval(draw(random), 0.95))
    for (const share of [median, p95]) {
      expect(share).toBeGreaterThan(0.94)
      expect(share).toBeLessThan(0.99)
    }
  })

  it('median of clustered values, where the plain interval would be far too narrow', () => {
    const draw = (random: Random): ClusteredValues => {
      const values = times(20).flatMap((cluster) => {
        const shift = random.normal()
        return times(10).map(() => ({ value: shift + 0.5 * random.normal(), cluster }))
      })
      return clusteredValues(values, 20)
    }
    const clustered = coverage('woodruff', 500, 0, (random) => {
      const values = draw(random)
      return clusteredInterval(values.sorted, 20, 0.5, effectiveSize(values, quantile(values.sorted, 0.5), 0.5))
    })
    const plain = coverage('woodruff', 500, 0, (random) => orderInterval(draw(random).sorted, 0.5))
    expect(clustered).toBeGreaterThan(0.92)
    expect(plain).toBeLessThan(0.75)
  })

  it('paired ratio of sums: bootstrap over 60 items, t over 5 batches', () => {
    const draw = (random: Random, clusters: number, size: number) => {
      const [own, base] = [0, 1].map(() => ({ top: new Float64Array(clusters), bottom: new Float64Array(clusters) })) as [Sided, Sided]
      for (let c = 0; c < clusters; c++) {
        for (let i = 0; i < size; i++) {
          const hard = 0.5 + random.next()
          own.top[c]! += 10
          base.top[c]! += 10
          own.bottom[c]! += hard * (1 + 0.2 * (random.next() - 0.5))
          base.bottom[c]! += 2 * hard * (1 + 0.2 * (random.next() - 0.5))
        }
      }
      return { own, base }
    }
    const byItem = coverage('paired', 400, 2, (random) => {
      const { own, base } = draw(random, 60, 1)
      const [a, b] = bootstrap(60, 400, random, [(w) => weightedRatio(w, own.top, own.bottom), (w) => weightedRatio(w, base.top, base.bottom)])
      const all = new Int32Array(60).fill(1)
      return percentileInterval(
        weightedRatio(all, own.top, own.bottom) / weightedRatio(all, base.top, base.bottom),
        a!.map((one, i) => one / b![i]!),
        60,
      )
    })
    const byBatch = coverage('batches', 600, 2, (random) => {
      const { own, base } = draw(random, 5, 4)
      return pairedT(own, base).ratio
    })
    for (const share of [byItem, byBatch]) {
      expect(share).toBeGreaterThan(0.92)
      expect(share).toBeLessThan(0.985)
    }
  })

  it('bootstrap of a median over 40 clusters of unequal size', () => {
    const share = coverage('quantile', 300, 0, (random) => {
      const values = times(40).flatMap((cluster) => {
        const shift = random.normal()
        return times(1 + random.int(4)).map(() => ({ value: shift + 0.3 * random.normal(), cluster }))
      })
      const statistic = weightedQuantile(clusteredValues(values, 40), 0.5)
      const [draws] = bootstrap(40, 400, random, [statistic])
      return percentileInterval(statistic(new Int32Array(40).fill(1)), draws!, 40)
    })
    expect(share).toBeGreaterThan(0.91)
    expect(share).toBeLessThan(0.99)
  })

  it('share of the gap recovered: 200 items, teacher 0.95, student 0.85, control 0.55', () => {
    const share = coverage('gap', 250, 0.75, (random) => {
      const score = (right: number, hard: number): number => Number(0.5 * hard + 0.5 * random.next() < threshold(right))
      const scores = { teacher: new Map(), student: new Map(), control: new Map() } as Record<
        'teacher' | 'student' | 'control',
        Map<string, { score: number; cluster: string }>
      >
      for (let i = 0; i < 200; i++) {
        const hard = random.next()
        for (const [model, right] of [
          ['teacher', 0.95],
          ['student', 0.85],
          ['control', 0.55],
        ] as const)
          scores[model].set(`${i}`, { score: score(right, hard), cluster: `${i}` })
      }
      const recovered = recoveredGap(scores, [String(random.next())])
      return recovered.state === 'ok' ? recovered.value : undefined
    })
    expect(share).toBeGreaterThan(0.91)
    expect(share).toBeLessThan(0.99)
  })

  it('mean that stays above zero: 12 skewed values', () => {
    const share = coverage('t', 800, 1, (random) => tInterval(times(12).map(() => ({ top: 0.5 + random.next(), bottom: 1 }))))
    expect(share).toBeGreaterThan(0.92)
  })
})

interface Sided {
  top: Float64Array
  bottom: Float64Array
}

/** The x with P(½U + ½V < x) = p for two uniform numbers. */
function threshold(p: number): number {
  return p <= 0.5 ? Math.sqrt(p / 2) : 1 - Math.sqrt((1 - p) / 2)
}

/** Each value a request of its own. */
function clusteredValues(values: { value: number; cluster: number }[], clusters: number): ClusteredValues {
  values.sort((a, b) => a.value - b.value)
  const of = Int32Array.from(values, ({ cluster }) => cluster)
  return {
    sorted: Float64Array.from(values, ({ value }) => value),
    source: Int32Array.from(values, (_, i) => i),
    of,
    sizes: sizesOf(new Int32Array(values.length).fill(1), of, clusters),
  }
}
