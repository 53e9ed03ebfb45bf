/** Values that hang together in clusters. */
import { sortedRanks, type Ranks } from './ranks.ts'

/** A value of source s, which is a request, is of cluster `of[s]`; `sizes` says how many values a cluster has. */
interface Clusters {
  of: Int32Array
  sizes: Int32Array
}
export interface RankedClusters extends Clusters {
  ranks: Ranks
}
/** `sorted[i]` came from `source[i]`. */
export interface ClusteredValues extends Clusters {
  sorted: Float64Array
  source: Int32Array
}
export type Clustered = RankedClusters | ClusteredValues

export function ranksIn(values: Clustered): Ranks {
  return 'ranks' in values ? values.ranks : sortedRanks(values.sorted, values.source, values.of.length)
}

/** How many of the first `count` values are of each cluster. */
export function belowByCluster(values: Clustered, count: number): Int32Array {
  return sizesOf(ranksIn(values).below(count), values.of, values.sizes.length)
}

/** The sizes of `clusters` clusters of requests that have so many values each; requests of cluster −1 are left out. */
export function sizesOf(counts: Int32Array, of: Int32Array, clusters: number): Int32Array {
  const sizes = new Int32Array(clusters)
  for (let request = 0; request < of.length; request++) if (of[request]! >= 0) sizes[of[request]!]! += counts[request]!
  return sizes
}
