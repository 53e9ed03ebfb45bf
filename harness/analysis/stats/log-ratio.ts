/**
 * How much one side of pairs is above the other, robust against a few pairs that something else disturbed: the trimmed mean of
 * the pairs' differences with a Winsorised standard error (Yuen, The approximate distribution of Student's t after trimming,
 * Biometrika 60, 1973; here for paired samples, i.e. one sample of differences).
 */
import { normalQuantile, tCdf, tQuantile } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'

export interface TrimmedMean {
  value: number
  /** Standard error; 0 where all differences agree. */
  se: number
  df: number
  /** Differences that went in. */
  n: number
  /** Winsorised standard deviation of one difference, rescaled so that it estimates σ for normal differences. */
  sd: number
}

/** Share that is cut off at each end. */
export const TRIM = 0.2

/** Undefined for fewer than three differences. */
export function trimmedMean(differences: readonly number[], trim = TRIM): TrimmedMean | undefined {
  const n = differences.length
  if (n < 3) return undefined
  const sorted = differences.toSorted((a, b) => a - b)
  const cut = Math.floor(trim * n)
  const kept = n - 2 * cut
  const value = mean(sorted.slice(cut, n - cut))
  const [low, high] = [sorted[cut]!, sorted[n - cut - 1]!]
  const winsorised = sorted.map((one) => Math.min(high, Math.max(low, one)))
  const centre = mean(winsorised)
  const spread = Math.sqrt(winsorised.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (n - 1))
  const se = spread / ((1 - (2 * cut) / n) * Math.sqrt(n))
  return { value, se, df: kept - 1, n, sd: se * Math.sqrt(n) }
}

/** ln(candidate ÷ baseline) of each pair; undefined where a value is not above zero. */
export function logRatios(pairs: readonly { baseline: number; candidate: number }[]): number[] | undefined {
  if (pairs.some(({ baseline, candidate }) => !(baseline > 0) || !(candidate > 0))) return undefined
  return pairs.map(({ baseline, candidate }) => Math.log(candidate / baseline))
}

/** Of H0 "the mean is at most `limit`": small when it is shown to be above. */
export function shownAbove({ value, se, df }: Pick<TrimmedMean, 'value' | 'se' | 'df'>, limit: number): number {
  if (se > 0) return 1 - tCdf((value - limit) / se, df)
  return value > limit ? 0 : 1
}

/** Of H0 "the mean is at least `limit`": small when it is shown to be below. */
export function shownBelow({ value, se, df }: Pick<TrimmedMean, 'value' | 'se' | 'df'>, limit: number): number {
  return shownAbove({ value: -value, se, df }, -limit)
}

export function trimmedInterval({ value, se, df }: Pick<TrimmedMean, 'value' | 'se' | 'df'>, level = LEVEL): Interval {
  const half = se === 0 ? 0 : tQuantile((1 + level) / 2, df) * se
  return { value, low: value - half, high: value + half, level }
}

/**
 * The least true change that so many pairs show with the power, when one difference has the standard deviation `sd` (t
 * quantiles of the trimmed degrees of freedom): (t₁₋α + t_power)·SE to be shown at all, tolerated + (t₀.₉₅ + t_power)·SE to be
 * shown to be more than is tolerated.
 */
export function detectableChange(sd: number, pairs: number, tolerated: number, alpha: number, power = 0.9): number {
  const df = Math.max(1, pairs - 2 * Math.floor(TRIM * pairs) - 1)
  const [se, reach] = [sd / Math.sqrt(pairs), tQuantile(power, df)]
  return Math.max((tQuantile(1 - alpha, df) + reach) * se, tolerated + (tQuantile(0.95, df) + reach) * se)
}

/** Pairs with which a change of `change`, which is above `tolerated`, is shown; undefined where a million would not do. */
export function pairsToShow(sd: number, change: number, tolerated: number, alpha: number, power = 0.9): number | undefined {
  if (!(change > tolerated)) return undefined
  let pairs = Math.max(6, Math.floor((((normalQuantile(1 - alpha) + normalQuantile(power)) * sd) / change) ** 2))
  while (pairs < 1e6 && detectableChange(sd, pairs, tolerated, alpha, power) > change) pairs = Math.ceil(pairs * 1.05) + 1
  return pairs < 1e6 ? pairs : undefined
}

// --- internal ---

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length
}
