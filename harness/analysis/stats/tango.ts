/**
 * The difference of two proportions from the same items: Tango's score test and interval (Statistics in Medicine 17, 1998).
 * b: the reference right and the candidate wrong; c: the other way round; n: items. The difference is (c − b)/n, candidate − reference.
 */
import { normalQuantile } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'

/** The score statistic of H0: difference = `delta`, −1 < delta < 1; with delta 0 it is McNemar's (c − b)/√(b + c). */
export function tangoZ(b: number, c: number, n: number, delta: number): number {
  const middle = -c - b + (2 * n - c + b) * delta
  const free = -b * delta * (1 - delta)
  const q = (Math.sqrt(Math.max(0, middle * middle - 8 * n * free)) - middle) / (4 * n)
  const variance = n * (2 * q + delta * (1 - delta))
  const distance = c - b - n * delta
  if (distance === 0) return 0
  return variance > 0 ? distance / Math.sqrt(variance) : Math.sign(distance) * Infinity
}

/**
 * All differences that the test does not reject at the level; works with no disagreement at all. n > 0. The counts need not be
 * whole: n may be what clustered items are worth, with a t quantile for z.
 */
export function tangoInterval(b: number, c: number, n: number, level = LEVEL, z = normalQuantile((1 + level) / 2)): Interval {
  const value = (c - b) / n
  // z falls as delta grows
  const low = solve(-1, value, (delta) => tangoZ(b, c, n, delta) > z)
  const high = solve(value, 1, (delta) => tangoZ(b, c, n, delta) > -z)
  return { value, low, high, level }
}

// --- internal ---

/** The delta at which `above` turns false; true at the left end or nowhere. */
function solve(left: number, right: number, above: (delta: number) => boolean): number {
  let [low, high] = [left, right]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (above(middle)) low = middle
    else high = middle
  }
  return (low + high) / 2
}
