/** Agreement of two raters against chance. */
import { createRandom } from '../../random.ts'
import { bootstrap, percentileInterval, REPLICATES } from '../stats/bootstrap.ts'
import type { Interval } from '../stats/interval.ts'

/** Two labels of one thing; pairs of one cluster are drawn together. */
export interface LabelPair {
  cluster: string
  a: string
  b: string
}

/**
 * Cohen's κ = (p_o − p_e) ÷ (1 − p_e), p_e = Σ share of a label in the one × its share in the other (Cohen 1960). NaN where
 * p_e is 1: both always gave the same single label. Interval: percentile bootstrap of clusters, undefined where there are
 * too few or resamples leave κ undefined.
 */
export function cohenKappa(pairs: readonly LabelPair[], seed: readonly (string | number)[]): Kappa {
  const { labels, a, b, cluster, clusters } = coded(pairs)
  const left = new Float64Array(labels)
  const right = new Float64Array(labels)
  const of = (weights: Int32Array | undefined): { observed: number; chance: number; kappa: number } => {
    left.fill(0)
    right.fill(0)
    let [total, same] = [0, 0]
    for (let i = 0; i < a.length; i++) {
      const weight = weights === undefined ? 1 : weights[cluster[i]!]!
      total += weight
      if (a[i] === b[i]) same += weight
      left[a[i]!]! += weight
      right[b[i]!]! += weight
    }
    let products = 0
    for (let label = 0; label < labels; label++) products += left[label]! * right[label]!
    // Counts, not shares: the point where chance alone gives full agreement is met exactly.
    const kappa = total * total === products ? Number.NaN : (total * same - products) / (total * total - products)
    return { observed: same / total, chance: products / (total * total), kappa }
  }
  const point = of(undefined)
  if (!Number.isFinite(point.kappa)) return { ...point, clusters }
  const [replicates] = bootstrap(clusters, replicatesFor(pairs.length), createRandom(...seed), [(weights) => of(weights).kappa])
  const interval = percentileInterval(point.kappa, replicates!, clusters)
  return interval === undefined ? { ...point, clusters } : { ...point, clusters, interval }
}

export interface Kappa {
  observed: number
  chance: number
  kappa: number
  clusters: number
  interval?: Interval
}

// --- internal ---

/** Each resample reads every pair: fewer of them where there are many pairs, never under 400. */
function replicatesFor(pairs: number): number {
  return Math.max(400, Math.min(REPLICATES, Math.round(2e7 / Math.max(1, pairs))))
}

function coded(pairs: readonly LabelPair[]): { labels: number; a: Int32Array; b: Int32Array; cluster: Int32Array; clusters: number } {
  const labels = new Map<string, number>()
  const clusters = new Map<string, number>()
  const code = (codes: Map<string, number>, key: string): number => {
    const known = codes.get(key) ?? codes.size
    codes.set(key, known)
    return known
  }
  const a = Int32Array.from(pairs, (pair) => code(labels, pair.a))
  const b = Int32Array.from(pairs, (pair) => code(labels, pair.b))
  const cluster = Int32Array.from(pairs, (pair) => code(clusters, pair.cluster))
  return { labels: labels.size, a, b, cluster, clusters: clusters.size }
}
