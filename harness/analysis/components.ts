/** What is resampled together: requests of one item (repeats), of one cluster of items, or of one unit of work (a batch). */
import type { Sample } from '../types.ts'
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
  const asked = groups.map((group) => (grain === 'item' ? group.graded : group.samples))
  const sets = new DisjointSets()
  const keys = asked.map((samples) => Int32Array.from(samples, (sample) => sets.add(sample)))
  if (grain === 'unit') {
    for (const { units } of groups) {
      for (const { samples } of units) for (let i = 1; i < samples.length; i++) sets.join(sets.add(samples[0]!), sets.add(samples[i]!))
    }
  }
  const roots = keys.map((own) => own.map((key) => sets.find(key)))
  const { numbers, count } = keptRoots(asked, roots, sets)
  const requests = roots.map((own) => own.map((root) => numbers[root]!))
  const members = groups.map(({ units }, side): Membership => {
    const ofUnit = grain === 'unit' ? units.map(({ samples: [first] }) => (first === undefined ? -1 : numbers[sets.find(sets.add(first))]!)) : []
    return { requests: requests[side]!, units: Int32Array.from(ofUnit) }
  })
  const items = new Set<string>()
  asked.forEach((samples, side) => samples.forEach(({ item }, i) => void (requests[side]![i]! >= 0 && items.add(item))))
  return { count, items: items.size, members }
}

/** Under an overlapping load the slices of the windows are the components: the n-th of one group goes with the n-th of the other. */
function bySlice(groups: readonly Group[]): Components {
  const count = Math.min(...groups.map(({ units }) => units.length))
  const members = groups.map(({ units, samples }): Membership => {
    const slice = new Map(units.flatMap((unit, index) => unit.samples.map((sample) => [sample, index < count ? index : -1])))
    return { requests: Int32Array.from(samples.map((sample) => slice.get(sample) ?? -1)), units: Int32Array.from(units.map((_, i) => (i < count ? i : -1))) }
  })
  return { count, items: count, members }
}

/**
 * Numbers the roots under which all groups have the same items; −1 for the others. The numbers follow the names of the items and
 * not their order, so that the same resamples are drawn however files were sorted and whichever model comes first.
 */
function keptRoots(asked: readonly (readonly Sample[])[], roots: readonly Int32Array[], sets: DisjointSets): { numbers: Int32Array; count: number } {
  const { size } = sets
  const counts = roots.map((own) => {
    const sizes = new Int32Array(size)
    for (const root of own) sizes[root]!++
    return sizes
  })
  const several = new Map<number, string[][]>() // items by side, where there is more than one to compare
  asked.forEach((samples, side) =>
    samples.forEach((sample, i) => {
      const root = roots[side]![i]!
      if (counts.every((sizes) => sizes[root] === 1) && sample.cluster === undefined) return
      const lists = several.get(root) ?? asked.map(() => [])
      lists[side]!.push(sample.item)
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

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  const [left, right] = [[...a].sort(), [...b].sort()]
  return left.every((item, index) => item === right[index])
}

/** Union and find with path halving, over the clusters of samples, or their items where they have none. */
class DisjointSets {
  readonly #items = new Map<string, number>()
  readonly #clusters = new Map<string, number>()
  readonly #parent: number[] = []
  readonly #lots: number[] = []

  get size(): number {
    return this.#parent.length
  }

  /** The number of a sample's item or cluster. */
  add({ item, cluster }: Sample): number {
    const [index, key] = cluster === undefined ? [this.#items, item] : [this.#clusters, cluster]
    const known = index.get(key)
    if (known !== undefined) return known
    index.set(key, this.#parent.length)
    this.#lots.push(lotOf(key))
    return this.#parent.push(this.#parent.length) - 1
  }

  find(start: number): number {
    let node = start
    while (this.#parent[node] !== node) {
      this.#parent[node] = this.#parent[this.#parent[node]!]!
      node = this.#parent[node]!
    }
    return node
  }

  join(a: number, b: number): void {
    this.#parent[this.find(a)] = this.find(b)
  }

  /** By root: the least lot of its members. */
  lots(): Float64Array {
    const lots = Float64Array.from(this.#lots)
    for (let node = 0; node < lots.length; node++) {
      const root = this.find(node)
      if (lots[node]! < lots[root]!) lots[root] = lots[node]!
    }
    return lots
  }
}
