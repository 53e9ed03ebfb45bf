/** The bootstrap over clusters: the same resample serves every statistic of both models, which keeps them paired. */
import type { Random } from '../../random.ts'
import { belowByCluster, ranksIn, type Clustered, type RankedClusters } from './clustered.ts'
import { criticalT, normalCdf } from './distributions.ts'
import { LEVEL, type Interval } from './interval.ts'
import { effectiveSize, quantile } from './quantiles.ts'

/** A statistic of one resample: how often each cluster was drawn. NaN where the resample leaves it undefined. */
export type Statistic = (weights: Int32Array) => number

export const REPLICATES = 2000

/** From this number on, clusters are put into groups, which are resampled in their place. */
const MANY_CLUSTERS = 10_000
export const GROUPS = 2000

/**
 * Which group each of many clusters belongs to, by lot; undefined where they are few enough. The groups are independent as the clusters
 * are, and sums over them have the same spread, so their resamples give the same interval: the chance error of its width
 * is 1/√(2·2000) = 1.6% from the groups and as much from the resamples, where 400 resamples of a million clusters had 3.5%.
 */
export function groupClusters(clusters: number, random: Random): Int32Array | undefined {
  if (clusters <= MANY_CLUSTERS) return undefined
  const groups = new Int32Array(clusters)
  for (let i = 0; i < clusters; i++) groups[i] = i % GROUPS
  for (let i = clusters - 1; i > 0; i--) {
    const j = random.int(i + 1)
    const own = groups[i]!
    groups[i] = groups[j]!
    groups[j] = own
  }
  return groups
}

/** Sums of the groups. */
export function foldSums(values: Float64Array, groups: Int32Array): Float64Array {
  const sums = new Float64Array(GROUPS)
  for (let c = 0; c < values.length; c++) sums[groups[c]!]! += values[c]!
  return sums
}

/** The same values with their groups in place of their clusters; kept, since several quantiles are of the same values. */
export function foldValues(values: RankedClusters, groups: Int32Array): RankedClusters {
  const known = foldedValues.get(values)
  if (known?.groups === groups) return known.folded
  const folded = foldClusters(values, groups)
  foldedValues.set(values, { groups, folded })
  return folded
}

const foldedValues = new WeakMap<RankedClusters, { groups: Int32Array; folded: RankedClusters }>()

function foldClusters({ of, sizes, ranks }: RankedClusters, groups: Int32Array): RankedClusters {
  const folded = new Int32Array(GROUPS)
  for (let c = 0; c < sizes.length; c++) folded[groups[c]!]! += sizes[c]!
  const ofGroups = new Int32Array(of.length)
  for (let i = 0; i < of.length; i++) ofGroups[i] = of[i]! < 0 ? -1 : groups[of[i]!]!
  return { ranks, of: ofGroups, sizes: folded }
}

/** Each statistic over the same `replicates` resamples of `clusters` clusters, drawn with replacement. */
export function bootstrap(clusters: number, replicates: number, random: Random, statistics: readonly Statistic[]): Float64Array[] {
  const results = statistics.map(() => new Float64Array(replicates))
  const weights = new Int32Array(clusters)
  for (let replicate = 0; replicate < replicates; replicate++) {
    weights.fill(0)
    for (let draw = 0; draw < clusters; draw++) weights[random.int(clusters)]!++
    statistics.forEach((statistic, index) => (results[index]![replicate] = statistic(weights)))
  }
  return results
}

/**
 * The percentile interval, widened for few clusters as Hesterberg (2015, "expanded percentile") has it: the tails are
 * Φ(−√(C/(C − 1))·t), so that it is about as wide as a t interval. Resamples of fewer than six clusters cannot reach
 * beyond the clusters, and the level says what that is worth: 1 − 2^(1 − C), as for the range of C values. Undefined where resamples without a value reach into
 * the tails, or there are fewer than two clusters.
 */
export function percentileInterval(value: number, replicates: Float64Array, clusters: number, level = LEVEL): Interval | undefined {
  if (clusters < 2) return undefined
  const sorted = replicates.filter((one) => Number.isFinite(one)).sort()
  const tail = normalCdf(-Math.sqrt(clusters / (clusters - 1)) * criticalT(level, clusters - 1))
  const missing = replicates.length - sorted.length
  if (sorted.length === 0 || missing > ((1 - level) / 2) * replicates.length) return undefined
  // On a tie with the end of the resamples the point itself must not fall outside.
  return {
    value,
    low: Math.min(value, quantile(sorted, tail)),
    high: Math.max(value, quantile(sorted, 1 - tail)),
    level: Math.min(level, 1 - 2 ** (1 - clusters)),
  }
}

/**
 * The same for ratios, which are read on the scale of the logarithm: that of the one to the other is then one by that of the
 * other to the one, its ends too. Where a resample has nothing above the line, on their own scale.
 */
export function percentileRatio(value: number, replicates: Float64Array, clusters: number, level = LEVEL): Interval | undefined {
  if (!(value > 0) || replicates.some((one) => one <= 0)) return percentileInterval(value, replicates, clusters, level)
  const logs = percentileInterval(Math.log(value), replicates.map(Math.log), clusters, level)
  return logs && { ...logs, value, low: Math.min(value, Math.exp(logs.low)), high: Math.max(value, Math.exp(logs.high)) }
}

/** Σ weight·top ÷ Σ weight·bottom. */
export function weightedRatio(weights: Int32Array, top: Float64Array, bottom: Float64Array): number {
  let [above, below] = [0, 0]
  for (let c = 0; c < weights.length; c++) {
    const weight = weights[c]!
    above += weight * top[c]!
    below += weight * bottom[c]!
  }
  return below === 0 ? Number.NaN : above / below
}

/**
 * The p-quantile (type 7) of values that occur as often as their cluster was drawn; NaN for none. A resample's quantile
 * lies near the sample's: values well below are counted by cluster once, and each resample goes through the next ones only.
 */
export function weightedQuantile(values: Clustered, p: number): Statistic {
  const { sizes } = values
  const ranks = ranksIn(values)
  if (ranks.length === 0) return () => Number.NaN
  const worth = effectiveSize(values, quantile(ranks, p), p)
  const spread = Math.sqrt((p * (1 - p)) / Math.max(1, worth))
  const end = Math.min(ranks.length, Math.ceil(ranks.length * (p + 6 * spread)) + 1)
  // From where on a resample is gone through: as near as most resamples allow, or else further off.
  const starts = [1, 6].map((deviations): Start => {
    const rank = Math.max(0, Math.floor(ranks.length * (p - deviations * spread)))
    return { below: belowByCluster(values, rank), stretch: stretch(values, rank, end) }
  })
  let all: Stretch | undefined // for a resample that lies further off than one ever sees
  return (weights) => {
    const total = weighted(weights, sizes)
    if (total === 0) return Number.NaN
    const h = (total - 1) * p
    for (const start of starts) {
      const seen = weighted(weights, start.below)
      const found = seen <= Math.floor(h) ? fromRank(start.stretch, weights, h, seen) : undefined
      if (found !== undefined) return found
    }
    return fromRank((all ??= stretch(values, 0, ranks.length)), weights, h, 0) ?? Number.NaN
  }
}

// --- internal ---

/** A rank, and how many values of each cluster lie before it. */
interface Start {
  below: Int32Array
  stretch: Stretch
}

function weighted(weights: Int32Array, sizes: Int32Array): number {
  let sum = 0
  for (let c = 0; c < sizes.length; c++) sum += weights[c]! * sizes[c]!
  return sum
}

/** Neighbouring ranks: their values, and the cluster of each. */
interface Stretch {
  sorted: Float64Array
  cluster: Int32Array
  /** Whether nothing comes after. */
  isLast: boolean
}

function stretch(values: Clustered, from: number, to: number): Stretch {
  const ranks = ranksIn(values)
  const { sorted, source } = ranks.part(from, to)
  const cluster = new Int32Array(source.length)
  for (let i = 0; i < cluster.length; i++) cluster[i] = values.of[source[i]!]!
  return { sorted, cluster, isLast: to === ranks.length }
}

/** The value at rank `h` of the resample (from 0, linear between ranks), `seen` draws of which lie before the stretch; undefined where it ends too early to tell. */
function fromRank({ sorted, cluster, isLast }: Stretch, weights: Int32Array, h: number, seen: number): number | undefined {
  const [below, { length }] = [Math.floor(h), sorted]
  let drawn = seen
  let i = -1
  while (drawn <= below && ++i < length) drawn += weights[cluster[i]!]!
  if (drawn <= below) return undefined
  const low = sorted[i]!
  if (h === below || drawn > below + 1) return low
  let next = i + 1
  while (next < length && weights[cluster[next]!] === 0) next++
  if (next < length) return low + (h - below) * (sorted[next]! - low)
  return isLast ? low : undefined
}
