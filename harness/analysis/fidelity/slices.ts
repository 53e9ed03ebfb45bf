/** The worst slice, with a correction for having looked at all of them. */
import { createRandom, type Random } from '../../random.ts'
import { Numbering } from '../table/rows.ts'

/** `difference` is model − teacher. */
/** One item of a slice; or all of them as columns, with slices by number. */
export interface SliceItem {
  slice: string
  cluster: string
  difference: number
}
export interface SliceColumns {
  names: readonly string[]
  slice: Int32Array
  /** Numbers, all below `clusters`. */
  cluster: Int32Array
  clusters: number
  difference: Float64Array
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
export function sliceTest(items: readonly SliceItem[] | SliceColumns, seed: readonly (string | number)[]): SliceResult[] {
  const parts = partsOf('names' in items ? items : columnsOf(items))
  const changed = parts.reduce((most, { at }) => at.reduce((largest, one) => Math.max(largest, one + 1), most), 0)
  const seen = parts.map((part) => statistic(part, undefined))
  const reached = new Int32Array(parts.length)
  const random = createRandom(...seed)
  const signs = new Int8Array(changed)
  const flips = flipsFor(changed)
  const apart = areApart(parts)
  for (let flip = 0; flip < flips; flip++) {
    if (!apart) for (let c = 0; c < signs.length; c++) signs[c] = random.next() < 0.5 ? -1 : 1
    let largest = -Infinity
    for (const part of parts) largest = Math.max(largest, apart ? flipped(part, random) : statistic(part, signs))
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

function columnsOf(items: readonly SliceItem[]): SliceColumns {
  const [slices, clusters] = [new Map<string, number>(), new Map<string, number>()]
  const numberOf = (numbers: Map<string, number>, key: string): number => {
    const known = numbers.get(key) ?? numbers.size
    numbers.set(key, known)
    return known
  }
  const slice = Int32Array.from(items, (item) => numberOf(slices, item.slice))
  const cluster = Int32Array.from(items, (item) => numberOf(clusters, item.cluster))
  return { names: [...slices.keys()], slice, cluster, clusters: clusters.size, difference: Float64Array.from(items, ({ difference }) => difference) }
}

function partsOf({ names, slice, cluster, clusters, difference }: SliceColumns): Part[] {
  const numbers = new Numbering(clusters, cluster.length) // of clusters that differ somewhere
  return [...new Set(slice)].map((own): Part => {
    const within = new Numbering(clusters, cluster.length)
    const sums = new Float64Array(within.keys.length)
    let [items, total] = [0, 0]
    for (let i = 0; i < slice.length; i++) {
      if (slice[i] !== own) continue
      items++
      total += difference[i]!
      sums[within.add(cluster[i]!)]! += difference[i]!
    }
    const [keys, found] = [within.keys.subarray(0, within.count), sums.subarray(0, within.count)]
    const at = keys.filter((_, c) => found[c] !== 0).map((key) => numbers.add(key))
    const d = found.filter((one) => one !== 0)
    return { slice: names[own]!, items, difference: total / items, at, d, scale: Math.sqrt(d.reduce((sum, one) => sum + one * one, 0)) }
  })
}

/** Whether no cluster is of two slices: the numbers of a part then go on where those of the one before ended. */
function areApart(parts: readonly Part[]): boolean {
  let next = 0
  return parts.every(({ at }) => at.every((own) => own === next++))
}

/** `statistic` with a sign for each cluster of a part that shares none, drawn on the way. */
function flipped({ d, scale }: Part, random: Random): number {
  let sum = 0
  for (let i = 0; i < d.length; i++) sum += random.next() < 0.5 ? -d[i]! : d[i]!
  return scale === 0 ? 0 : -sum / scale
}

/** −Σd ÷ √Σd², with the signs of a flip; 0 where nothing differs. */
function statistic({ at, d, scale }: Part, signs: Int8Array | undefined): number {
  let sum = 0
  for (let i = 0; i < d.length; i++) sum += signs === undefined ? d[i]! : signs[at[i]!]! * d[i]!
  return scale === 0 ? 0 : -sum / scale
}
