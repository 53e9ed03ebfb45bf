/** Two ratios of sums over the same clusters, where the clusters are too few for a bootstrap. */
import { criticalT } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { normalQuantile } from './distributions.ts'
import { wilson } from './wilson.ts'

/** Sums of each cluster for one of the two. */
export interface ClusterSums {
  top: Float64Array
  bottom: Float64Array
}

/**
 * Student's t intervals, C − 1 degrees of freedom, of R = (Σ top ÷ Σ bottom) of the one divided by that of the other, on
 * the scale of the logarithm, and of their difference. Both from the linearisation by cluster, so that what a cluster does
 * to both cancels. Both values must be above 0; C ≥ 2.
 */
export function pairedT(own: ClusterSums, base: ClusterSums, level = LEVEL): { ratio: Interval; difference: Interval } {
  const count = own.top.length
  const [ownShare, baseShare] = [influence(own), influence(base)]
  const t = criticalT(level, count - 1)
  const half = (of: (c: number) => number): number => {
    let squares = 0
    for (let c = 0; c < count; c++) squares += of(c) ** 2
    return t * Math.sqrt((count / (count - 1)) * squares)
  }
  const [a, b] = [ownShare.value, baseShare.value]
  const spread = half((c) => ownShare.at(c) / a - baseShare.at(c) / b)
  const distance = half((c) => ownShare.at(c) - baseShare.at(c))
  return {
    ratio: { value: a / b, low: (a / b) * Math.exp(-spread), high: (a / b) * Math.exp(spread), level },
    difference: { value: a - b, low: a - b - distance, high: a - b + distance, level },
  }
}

/**
 * The ratio of two proportions of the same items (Bonett and Price, 2006): two Wilson intervals, narrowed for what the
 * proportions share. `own` and `base` are right answers, b and c the items that only base or only own has right.
 * Keeps its width where the two never disagree. `base` > 0.
 */
export function pairedProportionRatio(own: number, base: number, b: number, c: number, level = LEVEL): Interval {
  const items = base + c // right by either
  const z = normalQuantile((1 + level) / 2)
  const free = (right: number): number => Math.sqrt((1 - (right + 1) / (items + 2)) / (right + 1))
  const together = Math.sqrt((b + c + 2) / ((own + 1) * (base + 1)))
  const narrowed = (together / (free(own) + free(base))) * z
  const [top, bottom] = [wilson(own, items, level, narrowed), wilson(base, items, level, narrowed)]
  const value = own / base
  return { value, low: Math.min(value, top.low / bottom.high), high: Math.max(value, top.high / bottom.low), level }
}

// --- internal ---

/** How much each cluster moves the ratio of sums. */
function influence({ top, bottom }: ClusterSums): { value: number; at: (cluster: number) => number } {
  const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0)
  const below = sum(bottom)
  const value = sum(top) / below
  return { value, at: (cluster) => (top[cluster]! - value * bottom[cluster]!) / below }
}
