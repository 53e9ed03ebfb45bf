/** An order by lot that names alone decide: the same whatever file, run or model the names came from, and in which order. */
import { fnv1a } from '../random.ts'
import type { SampleTable } from '../types.ts'
import { sortWithSource } from './stats/sort.ts'
import { upwards } from './table/rows.ts'

/** A number in [0, 2^52) drawn by the name; two names share one by a chance of 2^−52. */
export function lotOf(name: string): number {
  return mixed(fnv1a(name)) * 0x100000 + (mixed(fnv1a(name, 0x9e3779b9)) >>> 12)
}

/** The names of a table, by number, in the order of their lots. */
export function namesByLot({ names }: Pick<SampleTable, 'names'>): Int32Array {
  let order = ordered.get(names)
  if (order === undefined) ordered.set(names, (order = inOrder(lotsOf(names))))
  return order
}

/** Indices of the lots in ascending order; equal ones in the order in which they came. */
export function inOrder(lots: Float64Array): Int32Array {
  return sortWithSource(lots.slice(), upwards(lots.length)).source
}

// --- internal ---

function lotsOf(names: readonly string[]): Float64Array {
  const lots = new Float64Array(names.length)
  for (let i = 0; i < lots.length; i++) lots[i] = lotOf(names[i]!)
  return lots
}

/** Every pair of groups of a table asks. */
const ordered = new WeakMap<readonly string[], Int32Array>()

/** The last step of murmur3: names that differ in one letter get unlike numbers. */
function mixed(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
