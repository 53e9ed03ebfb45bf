/** Means and ratios of sums with clustered standard errors. */
import { criticalT } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { wilson } from './wilson.ts'

/** Sums of one cluster: Σ values and how many there are, or the two sides of a ratio. */
export interface Sums {
  top: number
  bottom: number
}

/**
 * Σ top ÷ Σ bottom over clusters, with the standard error of its linearisation:
 * √(C/(C − 1)·Σ(top − R·bottom)²) ÷ Σ bottom. With bottom = cluster size it is the clustered standard error of a mean (Miller, 2411.00640).
 * `se` is undefined for fewer than two clusters; Σ bottom must not be 0.
 */
export function ratioOfSums(clusters: readonly Sums[]): { value: number; se: number | undefined } {
  let [top, bottom] = [0, 0]
  for (const sums of clusters) [top, bottom] = [top + sums.top, bottom + sums.bottom]
  const value = top / bottom
  if (clusters.length < 2) return { value, se: undefined }
  let squares = 0
  for (const sums of clusters) squares += (sums.top - value * sums.bottom) ** 2
  return { value, se: Math.sqrt((clusters.length / (clusters.length - 1)) * squares) / Math.abs(bottom) }
}

/**
 * Student's t interval, C − 1 degrees of freedom, of a quantity that cannot be negative, on the scale of its logarithm:
 * value × exp(±t·SE/value). It never reaches 0, and leans to the high side as a ratio with an uncertain bottom does.
 */
export function tInterval(clusters: readonly Sums[], level = LEVEL): Interval {
  const { value, se } = ratioOfSums(clusters)
  if (se === undefined) return { value, low: value, high: value, level: 0 }
  if (value <= 0) return { value, low: value, high: value, level: 0 } // nothing was counted on top, which has no spread
  const factor = Math.exp((criticalT(level, clusters.length - 1) * se) / value)
  return { value, low: value / factor, high: value * factor, level }
}

/**
 * Interval of a mean of scores in [0, 1] whose items (or clusters of items) are the clusters: Wilson with the number of
 * independent right-or-wrong answers that they are worth, p(1 − p) ÷ SE². For single right-or-wrong answers without clusters
 * that is n − 1 to n and the interval is Wilson's own; it keeps its width where all scores are equal, as t and bootstrap do not.
 */
export function scoreInterval(clusters: readonly Sums[], level = LEVEL): Interval {
  const { value, se } = ratioOfSums(clusters)
  const spread = value * (1 - value)
  const plain = clusters.every((sums) => sums.bottom === 1 && (sums.top === 0 || sums.top === 1))
  if (plain || se === undefined || se === 0 || spread <= 0) return wilson(value * clusters.length, clusters.length, level)
  const worth = Math.max(1, spread / (se * se))
  return { ...wilson(value * worth, worth, level, criticalT(level, clusters.length - 1)), value }
}
