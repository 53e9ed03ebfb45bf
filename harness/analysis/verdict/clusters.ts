/** Losses and wins by cluster: what the test against a margin reads. */
import type { ClusterChange } from '../stats/margin.ts'

export function clustersOf(pairs: readonly { cluster: string; model: number; teacher: number }[]): ClusterChange[] {
  const clusters = new Map<string, ClusterChange>()
  for (const { cluster, model, teacher } of pairs) {
    const sums = clusters.get(cluster) ?? { lost: 0, won: 0, items: 0 }
    sums.lost += Math.max(0, teacher - model)
    sums.won += Math.max(0, model - teacher)
    sums.items++
    clusters.set(cluster, sums)
  }
  return [...clusters.values()]
}
