/**
 * Non-inferiority: is the candidate worse than the reference by less than a margin? Both scored on the same items; the
 * difference is candidate − reference, and the margin was fixed before anything was asked.
 */
import { criticalT, normalCdf, tCdf } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { ratioOfSums } from './means.ts'
import { tangoInterval, tangoZ } from './tango.ts'

/** One-sided tests of a difference against −margin; at most one of the two p-values is small. */
export interface MarginTest {
  /** Score statistic of H0: difference = −margin. */
  z: number
  /** Of H0 "worse by the margin or more": small when the candidate is shown to be non-inferior. */
  nonInferior: number
  /** Of H0 "worse by less than the margin": small when it is shown to be inferior. */
  inferior: number
  interval: Interval
}

/** One-sided level of each test; the interval that goes with it is the two-sided one at 95%. */
export const ALPHA = (1 - LEVEL) / 2

/**
 * Tango's score test (1998) for single right-or-wrong answers: b items on which only the reference is right, c on which only
 * the candidate is, n > 0 items. Non-inferior at `ALPHA` exactly where the low end of the interval is above −margin.
 */
export function marginTest(b: number, c: number, n: number, margin: number): MarginTest {
  const z = tangoZ(b, c, n, -within(margin))
  return { z, nonInferior: 1 - normalCdf(z), inferior: normalCdf(z), interval: tangoInterval(b, c, n) }
}

/** Of one cluster of items: Σ of what the candidate lost against the reference, Σ of what it won, and the items. All at least 0. */
export interface ClusterChange {
  lost: number
  won: number
  items: number
}

/** The same for many clusters: as columns. */
export interface ChangeColumns {
  lost: Float64Array
  won: Float64Array
  items: Float64Array
}

/**
 * The same for scores between 0 and 1, means of repeats, or items in clusters: Tango's test with the number of independent
 * right-or-wrong items that the clusters are worth, (lost + won − d²) ÷ SE² with the clustered standard error of the
 * difference d, and Student's t with C − 1 degrees of freedom in place of the normal distribution. It keeps its width where
 * the two never differ, as t and bootstrap do not. Scores with less spread than right-or-wrong ones are worth more items.
 */
export function clusteredMarginTest(clusters: readonly ClusterChange[] | ChangeColumns, margin: number, level = LEVEL): MarginTest {
  const { lost, won, worth } = independentItems(clusters)
  const df = Math.max(1, sizeOf(clusters) - 1)
  const [b, c] = [lost * worth, won * worth]
  const z = tangoZ(b, c, worth, -within(margin))
  const toLeft = tCdf(z, df)
  const reached = tCdf(-z, df)
  const interval = tangoInterval(b, c, worth, level, criticalT(level, df))
  return { z, nonInferior: reached, inferior: toLeft, interval: { ...interval, value: won - lost } }
}

/** Losses and wins as shares of the items, the clustered standard error of won − lost, and how many independent items they are worth. */
export function independentItems(changes: readonly ClusterChange[] | ChangeColumns): { lost: number; won: number; se: number | undefined; worth: number } {
  const clusters = columnsOf(changes)
  const items = sum(clusters.items)
  const [lost, won] = [sum(clusters.lost) / items, sum(clusters.won) / items]
  const { value, se } = ratioOfSums({ top: clusters.won.map((one, c) => one - clusters.lost[c]!), bottom: clusters.items })
  const spread = lost + won - value * value
  if (se === undefined || !(se > 1e-12) || !(spread > 1e-12)) return { lost, won, se, worth: sizeOf(clusters) }
  return { lost, won, se, worth: Math.max(1, spread / (se * se)) }
}

// --- internal ---

/** Tango's statistic needs a difference inside (−1, 1). */
function within(margin: number): number {
  return Math.min(Math.max(0, margin), 1 - 1e-9)
}

function sum(values: Float64Array): number {
  return values.reduce((total, one) => total + one, 0)
}

function sizeOf(clusters: readonly ClusterChange[] | ChangeColumns): number {
  return 'items' in clusters ? clusters.items.length : clusters.length
}

function columnsOf(clusters: readonly ClusterChange[] | ChangeColumns): ChangeColumns {
  if ('items' in clusters) return clusters
  const column = (of: (one: ClusterChange) => number): Float64Array => Float64Array.from(clusters, of)
  return { lost: column(({ lost }) => lost), won: column(({ won }) => won), items: column(({ items }) => items) }
}
