/** Sorted values that hang together in clusters. */

/**
 * Values in ascending order. `sorted[i]` came from request `source[i]`, which is of cluster `of[source[i]]`: what the requests are put into
 * changes without a pass over the values. `sizes` says how many values a cluster has.
 */
export interface ClusteredValues {
  sorted: Float64Array
  source: Int32Array
  of: Int32Array
  sizes: Int32Array
}

/** How many of the first `count` values are of each cluster. */
export function belowByCluster({ sorted, source, of, sizes }: ClusteredValues, count: number): Int32Array {
  const below = new Int32Array(sizes.length)
  if (2 * count <= sorted.length) {
    for (let i = 0; i < count; i++) below[of[source[i]!]!]!++
    return below
  }
  below.set(sizes)
  for (let i = count; i < sorted.length; i++) below[of[source[i]!]!]!--
  return below
}

/** The sizes of `clusters` clusters of requests that have so many values each; requests of cluster −1 are left out. */
export function sizesOf(counts: Int32Array, of: Int32Array, clusters: number): Int32Array {
  const sizes = new Int32Array(clusters)
  for (let request = 0; request < of.length; request++) if (of[request]! >= 0) sizes[of[request]!]! += counts[request]!
  return sizes
}
