/** The worst slice, with a correction for having looked at all of them. */
import { createRandom } from '../../random.ts'

/** `difference` is model − teacher. */
export interface SliceItem {
  slice: string
  cluster: string
  difference: number
}
export interface SliceResult {
  slice: string
  items: number
  /** Mean difference, as a ratio. */
  difference: number
  /** One-sided, corrected. */
  adjusted: number
}

/** Flips for a number of clusters whose scores differ: 2,000, fewer where that would take long, never under 400. */
export function flipsFor(changed: number): number {
  return Math.max(400, Math.min(2000, Math.round(2e7 / Math.max(1, changed))))
}

/**
 * Slices from the lowest corrected p-value on. The statistic of a slice is −Σd ÷ √Σd² over its clusters' sums d. Under "as good
 * as the teacher" the sign of a cluster's differences is a coin's: random flips of all clusters, the same in every
 * slice, give the distribution of the largest statistic (Westfall and Young's max-T, single step), and the p-value is
 * (1 + flips whose largest reaches the slice's) ÷ (1 + flips). The family-wise error is at most the level.
 */
export function sliceTest(items: readonly SliceItem[], seed: readonly (string | number)[]): SliceResult[] {
  const parts = partsOf(items)
  const changed = parts.reduce((most, { at }) => at.reduce((largest, one) => Math.max(largest, one + 1), most), 0)
  const seen = parts.map((part) => statistic(part, undefined))
  const reached = new Int32Array(parts.length)
  const random = createRandom(...seed)
  const signs = new Int8Array(changed)
  const flips = flipsFor(changed)
  for (let flip = 0; flip < flips; flip++) {
    for (let c = 0; c < signs.length; c++) signs[c] = random.next() < 0.5 ? -1 : 1
    let largest = -Infinity
    for (const part of parts) largest = Math.max(largest, statistic(part, signs))
    seen.forEach((value, index) => largest >= value - 1e-9 && reached[index]!++)
  }
  return parts
    .map(({ slice, items: count, difference }, index) => ({ slice, items: count, difference, adjusted: (1 + reached[index]!) / (1 + flips) }))
    .sort((x, y) => x.adjusted - y.adjusted || x.difference - y.difference || (x.slice < y.slice ? -1 : 1))
}

// --- internal ---

/** A slice's clusters whose scores differ: `at` numbers them over all slices, `d` are their sums of differences. */
interface Part {
  slice: string
  items: number
  difference: number
  at: Int32Array
  d: Float64Array
  scale: number
}

function partsOf(items: readonly SliceItem[]): Part[] {
  const slices = new Map<string, { items: number; sum: number; byCluster: Map<string, number> }>()
  for (const { slice, cluster, difference } of items) {
    const known = slices.get(slice) ?? { items: 0, sum: 0, byCluster: new Map<string, number>() }
    known.items++
    known.sum += difference
    known.byCluster.set(cluster, (known.byCluster.get(cluster) ?? 0) + difference)
    slices.set(slice, known)
  }
  const numbers = new Map<string, number>()
  const numberOf = (cluster: string): number => {
    const known = numbers.get(cluster) ?? numbers.size
    numbers.set(cluster, known)
    return known
  }
  return [...slices].map(([slice, { items: count, sum, byCluster }]) => {
    const differing = [...byCluster].filter(([, one]) => one !== 0)
    const at = Int32Array.from(differing, ([cluster]) => numberOf(cluster))
    const d = Float64Array.from(differing, ([, one]) => one)
    return { slice, items: count, difference: sum / count, at, d, scale: Math.sqrt(d.reduce((total, one) => total + one * one, 0)) }
  })
}

/** −Σd ÷ √Σd², with the signs of a flip; 0 where nothing differs. */
function statistic({ at, d, scale }: Part, signs: Int8Array | undefined): number {
  let sum = 0
  for (let i = 0; i < d.length; i++) sum += signs === undefined ? d[i]! : signs[at[i]!]! * d[i]!
  return scale === 0 ? 0 : -sum / scale
}
