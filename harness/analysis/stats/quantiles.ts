/** Quantiles of sorted values, and intervals for them that ask nothing of the shape of the distribution. */
import { criticalT } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { belowByCluster, ranksIn, type Clustered } from './clustered.ts'
import { binomialCdf } from './special.ts'
import { wilson } from './wilson.ts'

/** Values in ascending order: an array of them, or their ranks. */
export interface Ordered {
  readonly length: number
  at(rank: number): number | undefined
  /** See `Ranks`. */
  look?(ranks: readonly number[]): void
}

/** Hyndman and Fan's type 7 (linear between the order statistics at (n − 1)·p), the default of R and NumPy. `sorted` is ascending and not empty. */
export function quantile(sorted: Ordered, p: number): number {
  const h = (sorted.length - 1) * p
  const below = Math.floor(h)
  const low = sorted.at(below)!
  return below + 1 < sorted.length ? low + (h - below) * (sorted.at(below + 1)! - low) : low
}

/** The least number of independent values with which order statistics bracket the p-quantile at the level: 6 for the median, 72 for p = 0.95. */
export function leastForQuantile(p: number, level = LEVEL): number {
  const tail = (1 - level) / 2
  return Math.ceil(Math.max(Math.log(tail) / Math.log(p), Math.log(tail) / Math.log(1 - p)))
}

/**
 * Interval of the p-quantile from independent values: the narrowest order statistics that leave at most half of
 * (1 − level) below and above (exact binomial). With too few values it is the whole range, and `level` is what that is worth.
 */
export function orderInterval(sorted: Ordered, p: number, level = LEVEL): Interval {
  const n = sorted.length
  const tail = (1 - level) / 2
  // low rank: the largest r with P(X ≤ r − 1) ≤ tail; high rank: the smallest with P(X ≥ r) ≤ tail; X binomial(n, p), ranks from 1
  const low = lastWhere(n, (rank) => binomialCdf(rank - 1, n, p) <= tail)
  const high = n + 1 - lastWhere(n, (fromTop) => binomialCdf(fromTop - 1, n, 1 - p) <= tail)
  const value = quantile(sorted, p)
  if (low >= 1 && high <= n) return { value, low: sorted.at(low - 1)!, high: sorted.at(high - 1)!, level }
  const worth = n < 2 ? 0 : 1 - p ** n - (1 - p) ** n
  return { value, low: sorted.at(Math.max(low, 1) - 1)!, high: sorted.at(Math.min(high, n) - 1)!, level: Math.min(level, worth) }
}

/**
 * Interval of the p-quantile from values in clusters (tokens of a request, requests of a batch): Woodruff's method.
 * The interval of the share of values at or below the quantile, with its clustered standard error, is carried over by the
 * quantile function. `effective`: how many independent values they are worth (`effectiveSize`), in `count` clusters.
 */
export function clusteredInterval(sorted: Ordered, count: number, p: number, effective: number): Interval {
  const n = sorted.length
  const value = quantile(sorted, p)
  if (count < 2) return { value, low: value, high: value, level: 0 }
  const worth = Math.max(2, Math.min(n, effective))
  const { low, high } = wilson(p * worth, worth, LEVEL, criticalT(LEVEL, count - 1))
  return { value, low: Math.min(value, quantile(sorted, low)), high: Math.max(value, quantile(sorted, high)), level: LEVEL }
}

/** How many independent values the clustered ones are worth, for the share at or below `value`: p(1 − p) ÷ SE². */
export function effectiveSize(values: Clustered, value: number, p: number): number {
  const [ranks, { sizes }] = [ranksIn(values), values]
  const [n, count] = [ranks.length, sizes.length]
  if (count < 2) return 1
  const atOrBelow = ranks.upTo(value)
  const share = atOrBelow / n // ties can make it larger than p
  const below = belowByCluster(values, atOrBelow)
  let squares = 0
  for (let c = 0; c < count; c++) {
    let deviation = 0
    for (let i = 0; i < below[c]!; i++) deviation += 1 - share
    for (let i = below[c]!; i < sizes[c]!; i++) deviation -= share
    squares += deviation * deviation
  }
  const variance = ((count / (count - 1)) * squares) / (n * n)
  return variance > 0 ? (p * (1 - p)) / variance : count
}

/** At most `most` quantiles at even steps from the least to the greatest value; all values where they are fewer. */
export function thin(sorted: Ordered, most = 200): number[] {
  if (sorted.length <= most) return Array.from({ length: sorted.length }, (_, rank) => sorted.at(rank)!)
  const places = Array.from({ length: most }, (_, i) => Math.floor((sorted.length - 1) * (i / (most - 1))))
  sorted.look?.(places.flatMap((rank) => [rank, Math.min(rank + 1, sorted.length - 1)]))
  return Array.from({ length: most }, (_, i) => quantile(sorted, i / (most - 1)))
}

// --- internal ---

/** The largest k in 0…n for which `holds(1…k)`, `holds` being true up to a point. */
function lastWhere(n: number, holds: (k: number) => boolean): number {
  let [low, high] = [0, n]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (holds(middle)) low = middle
    else high = middle - 1
  }
  return low
}
