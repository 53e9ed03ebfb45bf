/** Wilson's score interval of a proportion. */
import { normalQuantile } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'

/**
 * (p̂ + z²/2n ± z·√(p̂(1 − p̂)/n + z²/4n²)) ÷ (1 + z²/n) for `successes` of `n` > 0. Neither need be whole: n may be the
 * number of independent observations that clustered ones are worth, with a t quantile for z.
 */
export function wilson(successes: number, n: number, level = LEVEL, z = normalQuantile((1 + level) / 2)): Interval {
  const p = successes / n
  const z2 = z * z
  const centre = p + z2 / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))
  const scale = 1 + z2 / n
  // Rounding must not push the ends past the point or out of [0, 1].
  return { value: p, low: Math.max(0, Math.min(p, (centre - half) / scale)), high: Math.min(1, Math.max(p, (centre + half) / scale)), level }
}
