/**
 * The ratio of two proportions from the same items: the score test and interval (Tang, Tang and Chan, Statistics in Medicine
 * 22, 2003), the counterpart of Tango's for the difference. Both models right on `both` items; only the base right: b; only
 * the other: c; n items. The ratio is (both + c) ÷ (both + b).
 */
import { normalQuantile } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'

/** The score statistic of H0: ratio = `theta` > 0. */
export function ratioZ(both: number, b: number, c: number, n: number, theta: number): number {
  const some = both + b + c
  // Under H0 the likeliest probability u of "only the base right" solves n(1 + θ)u² + middle·u + free = 0.
  const middle = (both + b) * theta * theta - (both + c + 2 * b)
  const free = (b * (1 - theta) * some) / n
  const u = (Math.sqrt(Math.max(0, middle * middle - 4 * n * (1 + theta) * free)) - middle) / (2 * n * (1 + theta))
  const variance = n * (1 + theta) * u + some * (theta - 1)
  const distance = both + c - theta * (both + b)
  if (distance === 0) return 0
  return variance > 0 ? distance / Math.sqrt(variance) : Math.sign(distance) * Infinity
}

/** All ratios that the test does not reject; keeps its width where the two never disagree. The base must be right at least once. */
export function proportionRatio(both: number, b: number, c: number, n: number, level = LEVEL): Interval {
  const z = normalQuantile((1 + level) / 2)
  const value = (both + c) / (both + b)
  const at = (theta: number): number => ratioZ(both, b, c, n, theta) // falls as theta grows
  let top = Math.max(1, 2 * value)
  while (at(top) > -z && top < 1e12) top *= 2
  return { value, low: value === 0 ? 0 : crossing(0, value, (theta) => at(theta) > z), high: crossing(value, top, (theta) => at(theta) > -z), level }
}

// --- internal ---

/** Where `above`, true at the left end or nowhere, turns false. */
function crossing(left: number, right: number, above: (theta: number) => boolean): number {
  let [low, high] = [left, right]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (above(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}
