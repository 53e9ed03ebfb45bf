/** What is resampled together: requests of one item (repeats), of one cluster of items, or of one unit of work (a batch). */
import type { SampleTable } from '../types.ts'
import type { Group } from './groups.ts'
import { namesByLot } from './lot.ts'

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
  if (grain === 'item') return byItem(groups)
  if (groups.every(({ sliced }) => sliced)) return bySlice(groups)
  const asked = groups.map(({ samples }) => samples)
  const { members, ...counts } = groups.every(oneByOne) ? byItem(groups) : joined(groups, asked, true)
  return { ...counts, members: groups.map((group, side) => ({ requests: members[side]!.requests, units: unitsIn(group, members[side]!.requests) })) }
}

const numbered = new WeakMap<Group, { others: readonly Group[]; made: Components }[]>()

/** Kept: where requests are units, both grains have it. */
function byItem(groups: readonly Group[]): Components {
  const [first, ...others] = groups
  const list = numbered.get(first!) ?? []
  const known = list.find((one) => one.others.length === others.length && one.others.every((other, i) => other === others[i]))
  if (known !== undefined) return known.made
  const asked = groups.map(({ graded }) => graded)
  const made = joined(groups, asked, false)
  list.push({ others, made })
  numbered.set(first!, list)
  return made
}

/** Every request is a unit of its own and is graded, in the same order: then the components of both grains are the same. */
function oneByOne({ units, samples, graded }: Group): boolean {
  if (units.length !== samples.length || units.members.length !== samples.length || graded.length !== samples.length) return false
  for (let i = 0; i < samples.length; i++) if (graded[i] !== samples[i]) return false
  return true
}

/** `units` of membership are empty. */
function joined(groups: readonly Group[], asked: readonly Int32Array[], withUnits: boolean): Components {
  const { table } = groups[0]!
  const sets = new DisjointSets(table)
  const keys = asked.map((rows) => rows.map((row) => sets.add(row)))
  if (withUnits) groups.forEach(({ units }, side) => joinUnits(units, keys[side]!, sets))
  const roots = sets.joins === 0 ? keys : keys.map((own) => own.map((key) => sets.find(key)))
  const { numbers, count } = keptRoots(table, asked, roots, sets)
  const items = new Uint8Array(table.names.length)
  let distinct = 0
  const members = roots.map((own, side): Membership => {
    const [rows, requests] = [asked[side]!, new Int32Array(own.length)]
    for (let i = 0; i < own.length; i++) {
      const component = numbers[own[i]!]!
      requests[i] = component
      const item = table.item[rows[i]!]!
      if (component < 0 || items[item] === 1) continue
      items[item] = 1
      distinct++
    }
    return { requests, units: new Int32Array(0) }
  })
  return { count, items: distinct, members }
}

/** The component of each unit: that of its first request. */
function unitsIn({ units }: Group, requests: Int32Array): Int32Array {
  const own = new Int32Array(units.length)
  for (let unit = 0; unit < own.length; unit++) own[unit] = units.from[unit] === units.from[unit + 1] ? -1 : requests[units.members[units.from[unit]!]!]!
  return own
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
  const isKept = new Uint8Array(size)
  const alone = new Uint8Array(size) // asked once of each
  isKept.fill(1)
  alone.fill(1)
  for (const sizes of counts)
    for (let root = 0; root < size; root++) {
      if (sizes[root] === 0) isKept[root] = 0
      if (sizes[root] !== 1) alone[root] = 0
    }
  for (const [root, [first, ...others]] of itemsOfSeveral(table, asked, roots, alone)) if (!others.every((other) => sameItems(first!, other))) isKept[root] = 0
  const numbers = new Int32Array(size).fill(-1)
  let count = 0
  sets.byLot((root) => {
    if (isKept[root] === 1 && numbers[root]! < 0) numbers[root] = count++
  })
  return { numbers, count }
}

/** By root: the items of each side, where there is more than one to compare. */
function itemsOfSeveral(table: SampleTable, asked: readonly Int32Array[], roots: readonly Int32Array[], alone: Uint8Array): Map<number, number[][]> {
  const several = new Map<number, number[][]>()
  asked.forEach((rows, side) => {
    for (let i = 0; i < rows.length; i++) {
      const root = roots[side]![i]!
      if (table.cluster[rows[i]!]! < 0 && alone[root] === 1) continue
      const lists = several.get(root) ?? asked.map(() => [])
      lists[side]!.push(table.item[rows[i]!]!)
      several.set(root, lists)
    }
  })
  return several
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
  /** Undefined while no row has a cluster. */
  #clusters: Int32Array | undefined
  readonly #parent: Int32Array
  size = 0
  joins = 0

  constructor(table: SampleTable) {
    this.#table = table
    this.#items = new Int32Array(table.names.length).fill(-1)
    this.#parent = new Int32Array(2 * table.names.length)
  }

  /** The number of a row's item or cluster. */
  add(row: number): number {
    const cluster = this.#table.cluster[row]!
    const index = cluster < 0 ? this.#items : (this.#clusters ??= new Int32Array(this.#items.length).fill(-1))
    const key = cluster < 0 ? this.#table.item[row]! : cluster
    if (index[key]! >= 0) return index[key]!
    this.#parent[this.size] = this.size
    index[key] = this.size
    return this.size++
  }

  find(start: number): number {
    if (this.joins === 0) return start
    const parent = this.#parent
    let node = start
    while (parent[node] !== node) {
      parent[node] = parent[parent[node]!]!
      node = parent[node]!
    }
    return node
  }

  /** Roots in the order of the least lot of their members; a root comes once for each member. */
  byLot(visit: (root: number) => void): void {
    for (const name of namesByLot(this.#table)) {
      const [item, cluster] = [this.#items[name]!, this.#clusters === undefined ? -1 : this.#clusters[name]!]
      if (item < 0 && cluster < 0) continue
      const [own, other] = [item < 0 ? -1 : this.find(item), cluster < 0 ? -1 : this.find(cluster)]
      // An item and a cluster of one name have one lot.
      if (own >= 0 && (other < 0 || own < other)) visit(own)
      if (other >= 0) visit(other)
      if (own >= 0 && other >= 0 && own >= other) visit(own)
    }
  }

  join(a: number, b: number): void {
    this.joins++
    this.#parent[this.find(a)] = this.find(b)
  }
}
