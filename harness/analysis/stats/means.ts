/** Means and ratios of sums with clustered standard errors. */
import { criticalT } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { wilson } from './wilson.ts'

/** Sums of one cluster: Σ values and how many there are, or the two sides of a ratio. */
export interface Sums {
  top: number
  bottom: number
}

/** The same for many clusters: as columns. */
export interface SumColumns {
  top: Float64Array
  bottom: Float64Array
}

/**
 * Σ top ÷ Σ bottom over clusters, with the standard error of its linearisation:
 * √(C/(C − 1)·Σ(top − R·bottom)²) ÷ Σ bottom. With bottom = cluster size it is the clustered standard error of a mean (Miller, 2411.00640).
 * `se` is undefined for fewer than two clusters; Σ bottom must not be 0.
 */
export function ratioOfSums(clusters: readonly Sums[] | SumColumns): { value: number; se: number | undefined } {
  const { top, bottom } = columnsOf(clusters)
  let [above, below] = [0, 0]
  for (let c = 0; c < top.length; c++) {
    above += top[c]!
    below += bottom[c]!
  }
  const value = above / below
  if (top.length < 2) return { value, se: undefined }
  let squares = 0
  for (let c = 0; c < top.length; c++) squares += (top[c]! - value * bottom[c]!) ** 2
  return { value, se: Math.sqrt((top.length / (top.length - 1)) * squares) / Math.abs(below) }
}

/**
 * Student's t interval, C − 1 degrees of freedom, of a quantity that cannot be negative, on the scale of its logarithm:
 * value × exp(±t·SE/value). It never reaches 0, and leans to the high side as a ratio with an uncertain bottom does.
 */
export function tInterval(sums: readonly Sums[] | SumColumns, level = LEVEL): Interval {
  const clusters = columnsOf(sums)
  const { value, se } = ratioOfSums(clusters)
  if (se === undefined) return { value, low: value, high: value, level: 0 }
  if (value <= 0) return { value, low: value, high: value, level: 0 } // nothing was counted on top, which has no spread
  const factor = Math.exp((criticalT(level, clusters.top.length - 1) * se) / value)
  return { value, low: value / factor, high: value * factor, level }
}

/**
 * Interval of a mean of scores in [0, 1] whose items (or clusters of items) are the clusters: Wilson with the number of
 * independent right-or-wrong answers that they are worth, p(1 − p) ÷ SE². For single right-or-wrong answers without clusters
 * that is n − 1 to n and the interval is Wilson's own; it keeps its width where all scores are equal, as t and bootstrap do not.
 */
export function scoreInterval(sums: readonly Sums[] | SumColumns, level = LEVEL): Interval {
  const clusters = columnsOf(sums)
  const count = clusters.top.length
  const { value, se } = ratioOfSums(clusters)
  const spread = value * (1 - value)
  const plain = clusters.top.every((top, c) => clusters.bottom[c] === 1 && (top === 0 || top === 1))
  if (plain || se === undefined || se === 0 || spread <= 0) return wilson(value * count, count, level)
  const worth = Math.max(1, spread / (se * se))
  return { ...wilson(value * worth, worth, level, criticalT(level, count - 1)), value }
}

// --- internal ---

function columnsOf(sums: readonly Sums[] | SumColumns): SumColumns {
  return 'top' in sums ? sums : { top: Float64Array.from(sums, ({ top }) => top), bottom: Float64Array.from(sums, ({ bottom }) => bottom) }
}
