/** Order statistics. Of many values only those are sorted that somebody looks at: all of them would be most of the time and memory of a large run. */
import { sortWithSource, type Sorted } from './sort.ts'

/** Values in ascending order, equal ones in the order of their sources. */
export interface Ranks {
  readonly length: number
  /** The value of a rank, a whole number from 0 to below `length`. */
  at(rank: number): number
  /** Looks at many ranks together, which costs as much as looking at one. */
  look(ranks: readonly number[]): void
  /** How many values are at or below this one. */
  upTo(value: number): number
  /** The ranks `from` up to before `to`. */
  part(from: number, to: number): Sorted
  /** By source: how many of its values are among the first `count` ranks. Shared: not to be changed. */
  below(count: number): Int32Array
}

/** Values of at least 0; those of a source follow one another, and `counts` says how many each has. Neither may be changed afterwards. */
export function ranksOf(values: Float64Array, counts: Int32Array): Ranks {
  if (values.length > FEW) return new BucketRanks(values, counts)
  const { sorted, source } = sortWithSource(values.slice(), sourcesOf(counts, values.length))
  return sortedRanks(sorted, source, counts.length)
}

/** Values that are sorted already. */
export function sortedRanks(sorted: Float64Array, source: Int32Array, sources: number): Ranks {
  return {
    length: sorted.length,
    at: (rank) => sorted[rank]!,
    look: () => {},
    upTo: (value) => upTo(sorted, value),
    part: (from, to) => ({ sorted: sorted.subarray(from, to), source: source.subarray(from, to) }),
    below(count) {
      const below = new Int32Array(sources)
      for (let i = 0; i < count; i++) below[source[i]!]!++
      return below
    },
  }
}

// --- internal ---

/** So many are sorted at once. */
const FEW = 10_000
const MOST_BUCKETS = 65_536
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function sourcesOf(counts: Int32Array, length: number): Int32Array {
  const sources = new Int32Array(length)
  let at = 0
  for (let source = 0; source < counts.length; source++) for (let i = counts[source]!; i > 0; i--) sources[at++] = source
  return sources
}

function between(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

/** A bucket has few values as a rule, or one value many times. */
function sortPart(values: Float64Array, sources: Int32Array): Sorted {
  let isSorted = true
  for (let i = 1; i < values.length && isSorted; i++) isSorted = values[i - 1]! <= values[i]!
  if (isSorted) return { sorted: values, source: sources }
  if (values.length > INSERTED) return sortWithSource(values.slice(), sources.slice())
  for (let i = 1; i < values.length; i++) {
    const [value, source] = [values[i]!, sources[i]!]
    let at = i
    for (; at > 0 && values[at - 1]! > value; at--) {
      values[at] = values[at - 1]!
      sources[at] = sources[at - 1]!
    }
    values[at] = value
    sources[at] = source
  }
  return { sorted: values, source: sources }
}

/** So many are sorted faster by insertion. */
const INSERTED = 200

function upTo(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Buckets by the leading bits of the doubles, which rise as the doubles do where none is negative. The ranks of a bucket are known from
 * counts; its values are gathered and sorted when one of them is asked for. Each gathering goes once through all values.
 */
class BucketRanks implements Ranks {
  readonly length: number
  readonly #values: Float64Array
  readonly #counts: Int32Array
  /** The higher half of value i is word 2i + `#half`. */
  readonly #words: Uint32Array
  readonly #half: number
  readonly #least: number
  readonly #shift: number
  /** Rank of the first value of each bucket, and the end. */
  readonly #starts: Int32Array
  readonly #gathered = new Map<number, Sorted>()
  /** Of buckets that were only looked at: in order, without their sources. */
  readonly #looked = new Map<number, Float64Array>()
  readonly #below = new Map<number, Int32Array>()

  constructor(values: Float64Array, counts: Int32Array) {
    this.length = values.length
    this.#values = values
    this.#counts = counts
    this.#half = LITTLE_ENDIAN ? 1 : 0
    const words = (this.#words = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length))
    let [least, most] = [words[this.#half]!, words[this.#half]!]
    for (let i = this.#half; i < words.length; i += 2) {
      const word = words[i]!
      if (word < least) least = word
      else if (word > most) most = word
    }
    let shift = 0
    while ((most - least) >>> shift >= MOST_BUCKETS) shift++
    const starts = new Int32Array(((most - least) >>> shift) + 2)
    for (let i = this.#half; i < words.length; i += 2) starts[((words[i]! - least) >>> shift) + 1]!++
    for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket]! += starts[bucket - 1]!
    ;[this.#least, this.#shift, this.#starts] = [least, shift, starts]
  }

  at(rank: number): number {
    const bucket = this.#bucketAt(rank)
    // Who asks for a quantile asks for its interval next.
    if (!this.#gathered.has(bucket) && !this.#looked.has(bucket)) this.#around(rank)
    return (this.#looked.get(bucket) ?? this.#bucket(bucket).sorted)[rank - this.#starts[bucket]!]!
  }

  look(ranks: readonly number[]): void {
    const buckets = [...new Set(ranks.map((rank) => this.#bucketAt(rank)))].filter((bucket) => !this.#gathered.has(bucket) && !this.#looked.has(bucket))
    const { values, ends } = this.#pick(buckets)
    buckets.forEach((bucket, i) => this.#looked.set(bucket, values.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i]!).sort()))
  }

  upTo(value: number): number {
    const word = new Uint32Array(Float64Array.of(value).buffer)[this.#half]!
    if (!(value >= 0) || word < this.#least) return 0
    const bucket = (word - this.#least) >>> this.#shift
    if (bucket >= this.#starts.length - 1) return this.length
    return this.#starts[bucket]! + upTo(this.#bucket(bucket).sorted, value)
  }

  part(from: number, to: number): Sorted {
    const [sorted, source] = [new Float64Array(Math.max(0, to - from)), new Int32Array(Math.max(0, to - from))]
    if (to <= from) return { sorted, source }
    const [first, last] = [this.#bucketAt(from), this.#bucketAt(to - 1)]
    this.#gather(between(first, last))
    for (let bucket = first; bucket <= last; bucket++) {
      const [start, own] = [this.#starts[bucket]!, this.#bucket(bucket)]
      const [begin, end] = [Math.max(0, from - start), Math.min(own.sorted.length, to - start)]
      sorted.set(own.sorted.subarray(begin, end), start + begin - from)
      source.set(own.source.subarray(begin, end), start + begin - from)
    }
    return { sorted, source }
  }

  below(count: number): Int32Array {
    let below = this.#below.get(count)
    if (below === undefined) this.#below.set(count, (below = this.#nearBelow(count) ?? this.#countBelow(count)))
    return below
  }

  /** From a count that is known already, and the ranks between. */
  #nearBelow(count: number): Int32Array | undefined {
    const near = [...this.#below.keys()].find((known) => Math.abs(known - count) < this.length / 50)
    if (near === undefined) return undefined
    const below = this.#below.get(near)!.slice()
    const { source } = this.part(Math.min(near, count), Math.max(near, count))
    const change = near < count ? 1 : -1
    for (let i = 0; i < source.length; i++) below[source[i]!]! += change
    return below
  }

  #countBelow(count: number): Int32Array {
    const counts = this.#counts
    if (count >= this.length) return counts
    const below = new Int32Array(counts.length)
    const bucket = this.#bucketAt(count)
    // Words below this one are of lower buckets.
    const [words, limit] = [this.#words, this.#least + bucket * 2 ** this.#shift]
    let at = this.#half
    for (let source = 0; source < counts.length; source++) {
      let own = 0
      for (let i = counts[source]!; i > 0; i--, at += 2) if (words[at]! < limit) own++
      below[source] = own
    }
    const { source } = this.#bucket(bucket)
    for (let i = count - this.#starts[bucket]! - 1; i >= 0; i--) below[source[i]!]!++
    return below
  }

  /** The last one that begins at or before the rank: of several that begin there, the one that is not empty. */
  #bucketAt(rank: number): number {
    const starts = this.#starts
    let [low, high] = [0, starts.length - 2]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (starts[middle]! <= rank) low = middle
      else high = middle - 1
    }
    return low
  }

  #around(rank: number): void {
    const reach = Math.ceil(this.length / 200)
    this.#gather(between(this.#bucketAt(Math.max(0, rank - reach)), this.#bucketAt(Math.min(this.length - 1, rank + reach))))
  }

  #bucket(bucket: number): Sorted {
    if (!this.#gathered.has(bucket)) this.#gather([bucket])
    return this.#gathered.get(bucket)!
  }

  #gather(buckets: readonly number[]): void {
    const missing = buckets.filter((bucket) => !this.#gathered.has(bucket))
    if (missing.length === 0) return
    const { values, sources, ends } = this.#pick(missing)
    missing.forEach((bucket, i) => {
      const [from, to] = [i === 0 ? 0 : ends[i - 1]!, ends[i]!]
      this.#gathered.set(bucket, sortPart(values.subarray(from, to), sources.subarray(from, to)))
    })
  }

  /** The values of these buckets, one bucket after the other, as they came; once through all values. */
  #pick(buckets: readonly number[]): { values: Float64Array; sources: Int32Array; ends: number[] } {
    const starts = this.#starts
    // Where the next value of a bucket goes; −1 for the others.
    const next = new Int32Array(starts.length - 1).fill(-1)
    let total = 0
    for (const bucket of buckets) {
      next[bucket] = total
      total += starts[bucket + 1]! - starts[bucket]!
    }
    const [found, sources] = [new Float64Array(total), new Int32Array(total)]
    const [values, words, counts, half, least, shift] = [this.#values, this.#words, this.#counts, this.#half, this.#least, this.#shift]
    let i = 0
    for (let source = 0; source < counts.length; source++)
      for (let end = i + counts[source]!; i < end; i++) {
        const bucket = (words[2 * i + half]! - least) >>> shift
        const place = next[bucket]!
        if (place < 0) continue
        found[place] = values[i]!
        sources[place] = source
        next[bucket] = place + 1
      }
    return { values: found, sources, ends: buckets.map((bucket) => next[bucket]!) }
  }
}
