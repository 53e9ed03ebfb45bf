/** When the requests of an open load are due: a whole schedule in advance, so that no gap is ever slept after a send. */
import { createRandom, type Random } from '../../random.ts'
import type { Arrivals } from '../../types.ts'

export interface RateShape {
  readonly perSecond: number
  readonly arrivals: Arrivals
  /** The rate grows evenly from nothing over these first seconds. */
  readonly rampSeconds: number
  readonly seconds: number
  /** No more than this many. */
  readonly requests?: number | undefined
}

/**
 * Due times in milliseconds after the start of the stage, never falling. Their number is what the rate asks for, to half a
 * request, so the offered rate is exact: random gaps are stretched to fill the time. For exponential gaps that is a
 * Poisson process given its count (Kingman, Poisson Processes, 1993, section 2.4); without it the rate of 10,000
 * arrivals would be off by 1% in one run of three.
 */
export function rateSchedule(shape: RateShape, ...seed: readonly (string | number)[]): Float64Array {
  const { perSecond, arrivals, rampSeconds } = shape
  const rising = Math.min(rampSeconds, shape.seconds)
  const most = expected(perSecond, rampSeconds, shape.seconds)
  const count = expectedRequests(shape)
  const isCapped = count < Math.round(most)
  const due = operational(arrivals, count, isCapped ? count : most, createRandom('arrivals', ...seed))
  for (let i = 0; i < count; i++) due[i] = 1000 * inverse(due[i]!, perSecond, rampSeconds, rising)
  return due
}

/** How many requests the rate asks for in all. */
export function expectedRequests({ perSecond, rampSeconds, seconds, requests }: Omit<RateShape, 'arrivals'>): number {
  return Math.min(Math.round(expected(perSecond, rampSeconds, seconds)), requests ?? Infinity)
}

/** A trace's times from its first request on, `speed` times as fast, as far as they lie within the limits. */
export function traceSchedule(
  timesMs: readonly number[],
  { speed, seconds, requests }: { speed: number; seconds: number; requests?: number | undefined },
): Float64Array {
  const sorted = Float64Array.from(timesMs).sort()
  const first = sorted[0] ?? 0
  const due = sorted.map((time) => (time - first) / speed)
  const end = due.findIndex((time) => time > 1000 * seconds)
  return due.subarray(0, Math.min(end < 0 ? due.length : end, requests ?? Infinity))
}

// --- internal ---

/** Integral of the rate over time: arrivals expected in the first `seconds`. */
function expected(perSecond: number, ramp: number, seconds: number): number {
  return seconds <= ramp ? (perSecond * seconds ** 2) / (2 * ramp) : perSecond * (seconds - ramp / 2)
}

/** Seconds at which so many arrivals are expected: the integral turned round. */
function inverse(arrivals: number, perSecond: number, ramp: number, rising: number): number {
  const inRamp = ramp === 0 ? 0 : (perSecond * rising ** 2) / (2 * ramp)
  return arrivals <= inRamp ? Math.sqrt((2 * ramp * arrivals) / perSecond) : arrivals / perSecond + ramp / 2
}

/** Arrivals of mean rate one, in (0, total). */
function operational(arrivals: Arrivals, count: number, total: number, random: Random): Float64Array {
  const due = new Float64Array(count)
  if (arrivals.kind === 'constant') return due.map((_, i) => i)
  const gap = arrivals.kind === 'poisson' ? () => -Math.log(1 - random.next()) : () => gamma(arrivals.shape, random)
  let sum = 0
  for (let i = 0; i < count; i++) due[i] = sum += gap()
  sum += gap() // the part of a gap that the end cuts off
  return due.map((time) => (time * total) / sum)
}

/** Gamma deviate of scale one (Marsaglia and Tsang, 2000); shapes below one by their boost, U^(1/shape). */
function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = random.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}
