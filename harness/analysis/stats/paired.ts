/** Two ratios of sums over the same clusters, where the clusters are too few for a bootstrap. */
import { criticalT } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'

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

// --- internal ---

/** How much each cluster moves the ratio of sums. */
function influence({ top, bottom }: ClusterSums): { value: number; at: (cluster: number) => number } {
  const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0)
  const below = sum(bottom)
  const value = sum(top) / below
  return { value, at: (cluster) => (top[cluster]! - value * bottom[cluster]!) / below }
}
