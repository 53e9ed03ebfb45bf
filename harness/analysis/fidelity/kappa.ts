/** Agreement of two raters against chance. */
import { createRandom } from '../../random.ts'
import { bootstrap, percentileInterval, REPLICATES } from '../stats/bootstrap.ts'
import { criticalT } from '../stats/distributions.ts'
import { LEVEL, type Interval } from '../stats/interval.ts'

/** Two labels of one thing; pairs of one cluster are drawn together. */
export interface LabelPair {
  cluster: string
  a: string
  b: string
}

/** The same as columns: labels and clusters by number, from 0 on. */
export interface Labels {
  labels: number
  a: Int32Array
  b: Int32Array
  cluster: Int32Array
  clusters: number
}

/**
 * Cohen's κ = (p_o − p_e) ÷ (1 − p_e), p_e = Σ share of a label in the one × its share in the other (Cohen 1960). NaN where
 * p_e is 1: both always gave the same single label. Interval: percentile bootstrap of clusters, undefined where there are
 * too few or resamples leave κ undefined; of more than 10,000 clusters by linearisation.
 */
export function cohenKappa(pairs: readonly LabelPair[] | Labels, seed: readonly (string | number)[]): Kappa {
  const { labels, a, b, cluster, clusters } = 'labels' in pairs ? pairs : coded(pairs)
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
  if (clusters > MANY) return { ...point, clusters, interval: linearised({ labels, a, b, cluster, clusters }, point) }
  const [replicates] = bootstrap(clusters, replicatesFor(a.length), createRandom(...seed), [(weights) => of(weights).kappa])
  const interval = percentileInterval(point.kappa, replicates!, clusters)
  return interval === undefined ? { ...point, clusters } : { ...point, clusters, interval }
}

/** What the interval of so many clusters is. */
export function kappaMethod(clusters: number): string {
  return clusters > MANY ? "Cohen's kappa; t interval by linearisation, over items or clusters" : "Cohen's kappa; percentile bootstrap of items or clusters"
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

/** From this number of clusters on resamples, each of which reads every pair, tell no more than the linearisation. */
const MANY = 10_000

/**
 * Student's t interval from the influence of each cluster on κ (Fleiss, Cohen and Everitt 1969, here with clusters): a pair moves
 * p_o by [a = b] − p_o and p_e by q_a + p_b − 2·p_e, with p and q the shares of the labels in the one and in the other.
 */
function linearised({ labels, a, b, cluster, clusters }: Labels, { observed, chance, kappa }: Pick<Kappa, 'observed' | 'chance' | 'kappa'>): Interval {
  const n = a.length
  const [left, right] = [new Float64Array(labels), new Float64Array(labels)]
  for (let i = 0; i < n; i++) {
    left[a[i]!]! += 1 / n
    right[b[i]!]! += 1 / n
  }
  const moved = new Float64Array(clusters)
  for (let i = 0; i < n; i++) {
    const [same, expected] = [(a[i] === b[i] ? 1 : 0) - observed, right[a[i]!]! + left[b[i]!]! - 2 * chance]
    moved[cluster[i]!]! += (same * (1 - chance) - (1 - observed) * expected) / (1 - chance) ** 2 / n
  }
  const squares = moved.reduce((sum, one) => sum + one * one, 0)
  const half = criticalT(LEVEL, clusters - 1) * Math.sqrt((clusters / (clusters - 1)) * squares)
  return { value: kappa, low: kappa - half, high: kappa + half, level: LEVEL }
}

function coded(pairs: readonly LabelPair[]): Labels {
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
