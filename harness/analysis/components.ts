/** What is resampled together: requests of one item (repeats), of one cluster of items, or of one unit of work (a batch). */
import type { Sample } from '../types.ts'
import type { Group, WorkUnit } from './groups.ts'

/** `item`: for answers. `unit`: for times, energy and cost, which requests of a batch share. */
export type Grain = 'item' | 'unit'

/** Samples of one or two groups by component. Samples and units outside of every component have no entry. */
export interface Components {
  count: number
  /** Distinct items in the components. */
  items: number
  of: ReadonlyMap<Sample, number>
  /** Unit id → component; with grain `item` empty. */
  ofUnit: ReadonlyMap<string, number>
}

/** Components of one group. */
export function componentsOf(group: Group, grain: Grain): Components {
  return number([group], grain, () => true)
}

/**
 * Components of two groups that answered the same items. A component counts only where both were asked the same items the
 * same number of times, so that a run which was cut short compares like with like.
 */
export function pairedComponents(a: Group, b: Group, grain: Grain): Components {
  return number([a, b], grain, ([first, second]) => first !== undefined && second !== undefined && sameItems(first, second))
}

// --- internal ---

type Asked = readonly Sample[]

function number(groups: readonly Group[], grain: Grain, keep: (sides: readonly (Asked | undefined)[]) => boolean): Components {
  const sets = new DisjointSets()
  for (const group of groups) {
    for (const sample of samplesOf(group, grain)) sets.add(itemKey(sample))
    if (grain === 'unit') for (const unit of group.units) for (const sample of unit.samples) sets.join(itemKey(unit.samples[0]!), itemKey(sample))
  }
  const members = new Map<number, Sample[][]>()
  groups.forEach((group, side) => {
    for (const sample of samplesOf(group, grain)) {
      const root = sets.find(itemKey(sample))
      const sides = members.get(root) ?? groups.map(() => [])
      sides[side]!.push(sample)
      members.set(root, sides)
    }
  })
  const of = new Map<Sample, number>()
  const items = new Set<string>()
  let count = 0
  for (const sides of members.values()) {
    if (!keep(sides.map((side) => (side.length === 0 ? undefined : side)))) continue
    for (const sample of sides.flat()) {
      of.set(sample, count)
      items.add(sample.item)
    }
    count++
  }
  const units = grain === 'unit' ? groups.flatMap((group) => group.units.map((unit) => [unit.id, componentOf(unit, of)] as const)) : []
  return { count, items: items.size, of, ofUnit: new Map(units.filter((entry): entry is readonly [string, number] => entry[1] !== undefined)) }
}

function componentOf(unit: WorkUnit, of: ReadonlyMap<Sample, number>): number | undefined {
  const first = unit.samples[0]
  return first === undefined ? undefined : of.get(first)
}

/** Answers count once per cell and item; times count for every attempt. */
function samplesOf(group: Group, grain: Grain): readonly Sample[] {
  return grain === 'item' ? group.graded : group.samples
}

function itemKey({ item, cluster }: Sample): string {
  return cluster === undefined ? `item ${item}` : `cluster ${cluster}`
}

function sameItems(a: Asked, b: Asked): boolean {
  if (a.length !== b.length) return false
  const sorted = (samples: Asked): string[] => samples.map(({ item }) => item).sort()
  const [left, right] = [sorted(a), sorted(b)]
  return left.every((item, index) => item === right[index])
}

/** Union and find with path halving. */
class DisjointSets {
  readonly #index = new Map<string, number>()
  readonly #parent: number[] = []

  add(key: string): number {
    const known = this.#index.get(key)
    if (known !== undefined) return known
    this.#index.set(key, this.#parent.length)
    return this.#parent.push(this.#parent.length) - 1
  }

  find(key: string): number {
    return this.#root(this.add(key))
  }

  join(a: string, b: string): void {
    this.#parent[this.find(a)] = this.find(b)
  }

  #root(start: number): number {
    let node = start
    while (this.#parent[node] !== node) {
      this.#parent[node] = this.#parent[this.#parent[node]!]!
      node = this.#parent[node]!
    }
    return node
  }
}
