/** What is resampled together: requests of one item (repeats), of one cluster of items, or of one unit of work (a batch). */
import type { SampleTable } from '../types.ts'
import type { Group } from './groups.ts'
import { inOrder, lotOf } from './lot.ts'

/** `item`: for answers, one for each cell and item. `unit`: for times, energy and cost, which requests of a batch share. */
export type Grain = 'item' | 'unit'

/** Where the requests of one group belong; −1: to no component. */
export interface Membership {
  /** By request: aligned with `graded` for grain `item`, with `samples` for grain `unit`. */
  requests: Int32Array
  /** By unit of work; empty for grain `item`. */
  units: Int32Array
}

/** Components of one or two groups. */
export interface Components {
  count: number
  /** Distinct items in the components. */
  items: number
  members: readonly Membership[]
}

export function componentsOf(group: Group, grain: Grain): Components {
  return number([group], grain)
}

/**
 * Components of two groups that answered the same items. A component counts only where both were asked the same items the
 * same number of times, so that a run which was cut short compares like with like.
 */
export function pairedComponents(a: Group, b: Group, grain: Grain): Components {
  return number([a, b], grain)
}

// --- internal ---

function number(groups: readonly Group[], grain: Grain): Components {
  if (grain === 'unit' && groups.every(({ sliced }) => sliced)) return bySlice(groups)
  const { table } = groups[0]!
  const asked = groups.map((group) => (grain === 'item' ? group.graded : group.samples))
  const sets = new DisjointSets(table)
  const keys = asked.map((rows) => rows.map((row) => sets.add(row)))
  if (grain === 'unit') groups.forEach(({ units }, side) => joinUnits(units, keys[side]!, sets))
  const roots = keys.map((own) => own.map((key) => sets.find(key)))
  const { numbers, count } = keptRoots(table, asked, roots, sets)
  const requests = roots.map((own) => own.map((root) => numbers[root]!))
  const members = groups.map(({ units }, side): Membership => {
    const first = (_: unknown, unit: number): number => (units.from[unit] === units.from[unit + 1] ? -1 : requests[side]![units.members[units.from[unit]!]!]!)
    return { requests: requests[side]!, units: grain === 'unit' ? Int32Array.from({ length: units.length }, first) : new Int32Array(0) }
  })
  const items = new Uint8Array(table.names.length)
  asked.forEach((rows, side) => rows.forEach((row, i) => void (requests[side]![i]! >= 0 && (items[table.item[row]!] = 1))))
  return { count, items: items.reduce((sum, one) => sum + one, 0), members }
}

function joinUnits({ length, from, members }: Group['units'], keys: Int32Array, sets: DisjointSets): void {
  for (let unit = 0; unit < length; unit++)
    for (let at = from[unit]! + 1; at < from[unit + 1]!; at++) sets.join(keys[members[from[unit]!]!]!, keys[members[at]!]!)
}

/** Under an overlapping load the slices of the windows are the components: the n-th of one group goes with the n-th of the other. */
function bySlice(groups: readonly Group[]): Components {
  const count = Math.min(...groups.map(({ units }) => units.length))
  const members = groups.map(({ units, samples }): Membership => {
    const requests = new Int32Array(samples.length).fill(-1)
    for (let unit = 0; unit < count; unit++) for (let at = units.from[unit]!; at < units.from[unit + 1]!; at++) requests[units.members[at]!] = unit
    return { requests, units: Int32Array.from({ length: units.length }, (_, i) => (i < count ? i : -1)) }
  })
  return { count, items: count, members }
}

/**
 * Numbers the roots under which all groups have the same items; −1 for the others. The numbers follow the names of the items and
 * not their order, so that the same resamples are drawn however files were sorted and whichever model comes first.
 */
function keptRoots(table: SampleTable, asked: readonly Int32Array[], roots: readonly Int32Array[], sets: DisjointSets): { numbers: Int32Array; count: number } {
  const { size } = sets
  const counts = roots.map((own) => {
    const sizes = new Int32Array(size)
    for (const root of own) sizes[root]!++
    return sizes
  })
  const several = new Map<number, number[][]>() // items by side, where there is more than one to compare
  asked.forEach((rows, side) =>
    rows.forEach((row, i) => {
      const root = roots[side]![i]!
      if (table.cluster[row]! < 0 && counts.every((sizes) => sizes[root] === 1)) return
      const lists = several.get(root) ?? asked.map(() => [])
      lists[side]!.push(table.item[row]!)
      several.set(root, lists)
    }),
  )
  const kept: number[] = []
  for (let root = 0; root < size; root++) {
    if (!counts.every((sizes) => sizes[root]! > 0)) continue
    const [first, ...others] = several.get(root) ?? []
    if (first === undefined || others.every((other) => sameItems(first, other))) kept.push(root)
  }
  const lots = sets.lots()
  const numbers = new Int32Array(size).fill(-1)
  inOrder(Float64Array.from(kept, (root) => lots[root]!)).forEach((index, place) => (numbers[kept[index]!] = place))
  return { numbers, count: kept.length }
}

function sameItems(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false
  const [left, right] = [Int32Array.from(a).sort(), Int32Array.from(b).sort()]
  return left.every((item, index) => item === right[index])
}

/** Union and find with path halving, over the clusters of requests, or their items where they have none. */
class DisjointSets {
  readonly #table: SampleTable
  readonly #items: Int32Array
  readonly #clusters: Int32Array
  readonly #parent: Int32Array
  readonly #lots: Float64Array
  size = 0

  constructor(table: SampleTable) {
    this.#table = table
    this.#items = new Int32Array(table.names.length).fill(-1)
    this.#clusters = new Int32Array(table.names.length).fill(-1)
    this.#parent = new Int32Array(2 * table.names.length)
    this.#lots = new Float64Array(2 * table.names.length)
  }

  /** The number of a row's item or cluster. */
  add(row: number): number {
    const cluster = this.#table.cluster[row]!
    const [index, key] = cluster < 0 ? [this.#items, this.#table.item[row]!] : [this.#clusters, cluster]
    if (index[key]! >= 0) return index[key]!
    this.#parent[this.size] = this.size
    index[key] = this.size
    this.#lots[this.size] = lotOf(this.#table.names[key]!)
    return this.size++
  }

  find(start: number): number {
    const parent = this.#parent
    let node = start
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!
      node = parent[node]!
    }
    return node
  }

  /** By root: the least lot of its members. */
  lots(): Float64Array {
    const lots = this.#lots.slice(0, this.size)
    for (let node = 0; node < lots.length; node++) {
      const root = this.find(node)
      if (lots[node]! < lots[root]!) lots[root] = lots[node]!
    }
    return lots
  }

  join(a: number, b: number): void {
    this.#parent[this.find(a)] = this.find(b)
  }
}
