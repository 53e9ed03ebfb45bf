import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { expectedRequests, rateSchedule, traceSchedule, type RateShape } from '../../../harness/run/load/arrivals.ts'

const shape = (parts: Partial<RateShape> = {}): RateShape => ({ perSecond: 100, arrivals: { kind: 'poisson' }, rampSeconds: 0, seconds: 100, ...parts })
const gapsOf = (due: Float64Array): number[] => [...due].slice(1).map((time, i) => time - due[i]!)

/** Kolmogorov and Smirnov's distance between values and a distribution. */
function distance(values: readonly number[], cdf: (value: number) => number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.max(...sorted.map((value, i) => Math.max((i + 1) / sorted.length - cdf(value), cdf(value) - i / sorted.length)))
}
/** Limit of the distance at p = 0.001. */
const limit = (n: number): number => 1.95 / Math.sqrt(n)
const variation = (values: readonly number[]): number => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) / mean
}

describe('a Poisson schedule', () => {
  it.each([1, 2, 3, 4, 5])('has exponential gaps and times that are spread evenly (Kolmogorov and Smirnov, seed %i)', (seed) => {
    const due = rateSchedule(shape(), seed)
    expect(due).toHaveLength(10_000)
    expect(distance(gapsOf(due), (gap) => 1 - Math.exp(-gap / 10))).toBeLessThan(limit(10_000))
    expect(distance([...due], (time) => time / 100_000)).toBeLessThan(limit(10_000))
  })

  it('has gaps that do not depend on those before', () => {
    const gaps = gapsOf(rateSchedule(shape(), 7))
    const sum = gaps.slice(1).reduce((total, gap, i) => total + (gap - 10) * (gaps[i]! - 10), 0)
    expect(Math.abs(sum / gaps.length / 100)).toBeLessThan(3.3 / Math.sqrt(gaps.length))
  })

  it('is told from one that is not Poisson', () => {
    const gaps = gapsOf(rateSchedule(shape({ arrivals: { kind: 'gamma', shape: 2 } }), 1))
    expect(distance(gaps, (gap) => 1 - Math.exp(-gap / 10))).toBeGreaterThan(limit(10_000))
  })
})

describe('the offered rate', () => {
  const kinds: RateShape['arrivals'][] = [{ kind: 'constant' }, { kind: 'poisson' }, { kind: 'gamma', shape: 0.25 }, { kind: 'gamma', shape: 4 }]
  it.each(kinds)('of $kind arrivals is right to 0.5% over 10,000 of them', (arrivals) => {
    for (const seed of [1, 2, 3, 4]) {
      const due = rateSchedule(shape({ arrivals }), seed)
      expect(Math.abs((1000 * due.length) / 100_000 / 100 - 1)).toBeLessThan(0.005)
      expect(due.at(-1)).toBeLessThan(100_000)
    }
  })

  it('holds too where the number of requests ends the stage', () => {
    const due = rateSchedule(shape({ requests: 10_000, seconds: 3600 }), 1)
    expect(due).toHaveLength(10_000)
    expect(Math.abs(due.at(-1)! / 100_000 - 1)).toBeLessThan(0.005)
  })
})

test('bursts have more variation than Poisson arrivals, and large shapes less', () => {
  expect(variation(gapsOf(rateSchedule(shape({ arrivals: { kind: 'gamma', shape: 0.25 } }), 1)))).toBeCloseTo(2, 0)
  expect(variation(gapsOf(rateSchedule(shape(), 1)))).toBeCloseTo(1, 1)
  expect(variation(gapsOf(rateSchedule(shape({ arrivals: { kind: 'gamma', shape: 4 } }), 1)))).toBeCloseTo(0.5, 1)
})

test('a ramp grows from nothing: as many requests as the area below it, a quarter of them in its first half', () => {
  const due = rateSchedule(shape({ rampSeconds: 60, seconds: 60, arrivals: { kind: 'constant' } }), 1)
  expect(due).toHaveLength(3000)
  expect(due.filter((time) => time < 30_000).length / 3000).toBeCloseTo(0.25, 2)
  const longer = rateSchedule(shape({ rampSeconds: 10, seconds: 60 }), 1)
  expect(longer).toHaveLength(5500)
  expect(longer.filter((time) => time < 10_000).length).toBeGreaterThan(400)
  expect(longer.filter((time) => time < 10_000).length).toBeLessThan(600)
})

test('the same seed gives the same schedule, another seed another one', () => {
  expect(rateSchedule(shape(), 'a', 1)).toEqual(rateSchedule(shape(), 'a', 1))
  expect(rateSchedule(shape(), 'a', 1)).not.toEqual(rateSchedule(shape(), 'a', 2))
})

test('every schedule is in order, within its time, and as long as it says', () => {
  const arrivals = fc.oneof(
    fc.constant({ kind: 'constant' as const }),
    fc.constant({ kind: 'poisson' as const }),
    fc.record({ kind: fc.constant('gamma' as const), shape: fc.double({ min: 0.05, max: 50, noNaN: true }) }),
  )
  const any = fc.record({
    perSecond: fc.double({ min: 0.01, max: 500, noNaN: true }),
    arrivals,
    rampSeconds: fc.oneof(fc.constant(0), fc.double({ min: 0.1, max: 20, noNaN: true })),
    seconds: fc.double({ min: 0.1, max: 10, noNaN: true }),
    requests: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
  })
  fc.assert(
    fc.property(any, fc.integer(), (rate, seed) => {
      const due = rateSchedule(rate, seed)
      expect(due).toHaveLength(expectedRequests(rate))
      due.forEach((time, i) => {
        expect(time).toBeGreaterThanOrEqual(i === 0 ? 0 : due[i - 1]!)
        expect(time).toBeLessThanOrEqual(rate.seconds * 1000 * (1 + 1e-9))
      })
    }),
  )
})

test('a trace is replayed from its first request on, faster if asked, and cut at the limits', () => {
  expect([...traceSchedule([5000, 1000, 3000], { speed: 2, seconds: 60 })]).toEqual([0, 1000, 2000])
  expect([...traceSchedule([0, 1000, 2000, 3000], { speed: 1, seconds: 2 })]).toEqual([0, 1000, 2000])
  expect([...traceSchedule([0, 1000, 2000], { speed: 1, seconds: 60, requests: 2 })]).toEqual([0, 1000])
  expect(traceSchedule([], { speed: 1, seconds: 60 })).toHaveLength(0)
})
