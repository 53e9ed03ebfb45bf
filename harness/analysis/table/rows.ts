/** Reading a table by row. */
import type { SampleTable, Unknown } from '../../types.ts'
import { FAILED, FLAG, untoldBits } from './codes.ts'

export function isAnswered({ finish }: SampleTable, row: number): boolean {
  return finish[row] !== FAILED
}

/** Texts were given, and nothing was written. */
export function isGiven({ flags }: SampleTable, row: number): boolean {
  return (flags[row]! & FLAG.given) !== 0
}

export function isGraded({ score }: SampleTable, row: number): boolean {
  return !Number.isNaN(score[row]!)
}

/** The score; 0 without a grade. */
export function scoreOf({ score }: SampleTable, row: number): number {
  const own = score[row]!
  return Number.isNaN(own) ? 0 : own
}

/** The cluster, or the item where it has none; both are names. */
export function clusterOf({ cluster, item }: SampleTable, row: number): number {
  return cluster[row]! < 0 ? item[row]! : cluster[row]!
}

/** Whether the row tells all of these; those of live runs always do. */
export function tells({ flags }: SampleTable, row: number, needs: readonly Unknown[]): boolean {
  const own = flags[row]! & UNTOLD
  return own === 0 || (own & untoldBits(needs)) === 0
}

/** When the request was due: under an open load a late client must not make a slow server look fast (coordinated omission). */
export function dueMs({ intendedMs, startMs }: SampleTable, row: number): number {
  const due = intendedMs[row]!
  return Number.isNaN(due) ? startMs[row]! : due
}

/** 0, 1, 2 … */
export function upwards(length: number, from = 0): Int32Array {
  const numbers = new Int32Array(length)
  for (let i = 0; i < length; i++) numbers[i] = from + i
  return numbers
}

/** The indices below `length` that `keep` holds for. */
export function indicesWhere(length: number, keep: (index: number) => boolean): Int32Array {
  const indices = new Int32Array(length)
  let count = 0
  for (let i = 0; i < length; i++) if (keep(i)) indices[count++] = i
  return indices.subarray(0, count)
}

/** The values at these indices. */
export function pickInts(column: Int32Array, indices: Int32Array): Int32Array {
  const picked = new Int32Array(indices.length)
  for (let i = 0; i < picked.length; i++) picked[i] = column[indices[i]!]!
  return picked
}

export function pickNumbers(column: Float64Array, indices: Int32Array): Float64Array {
  const picked = new Float64Array(indices.length)
  for (let i = 0; i < picked.length; i++) picked[i] = column[indices[i]!]!
  return picked
}

export function countRows(rows: Int32Array, has: (row: number) => boolean): number {
  let count = 0
  for (const row of rows) if (has(row)) count++
  return count
}

/** How many different numbers there are, each below `limit`. */
export function distinct(numbers: Int32Array, limit: number): number {
  const seen = new Uint8Array(limit)
  let count = 0
  for (const one of numbers)
    if (seen[one] === 0) {
      seen[one] = 1
      count++
    }
  return count
}

/** Numbers things in the order in which they come, so that lists can be arrays. */
export class Numbering {
  readonly #numbers: Int32Array
  /** By number. */
  readonly keys: Int32Array
  count = 0

  /** `limit`: above every key; `most`: how many different ones may come. */
  constructor(limit: number, most: number) {
    this.#numbers = new Int32Array(limit).fill(-1)
    this.keys = new Int32Array(Math.min(limit, most))
  }

  add(key: number): number {
    const known = this.#numbers[key]!
    if (known >= 0) return known
    this.keys[this.count] = key
    this.#numbers[key] = this.count
    return this.count++
  }

  /** −1 where it did not come. */
  find(key: number): number {
    return this.#numbers[key]!
  }
}

/** The rows in ascending order of a column; equal ones keep their order. */
export function sortedBy(rows: Int32Array, column: Float64Array): Int32Array {
  for (let i = 1; i < rows.length; i++) if (column[rows[i - 1]!]! > column[rows[i]!]!) return Int32Array.from([...rows].sort((a, b) => column[a]! - column[b]!))
  return rows
}

/** Rows by item, items in the order in which they first come: those of item i are `rows[from[i]]` up to before `rows[from[i + 1]]`. */
export interface ItemRows {
  count: number
  items: Int32Array
  from: Int32Array
  rows: Int32Array
}

/** Of what was graded or failed, which is wrong; worked out once for a list of rows. */
export function gradedItems(table: SampleTable, graded: Int32Array): ItemRows {
  let known = gradedByItem.get(graded)
  if (known === undefined) gradedByItem.set(graded, (known = rowsByItem(table, graded, (row) => isGraded(table, row) || !isAnswered(table, row))))
  return known
}

const gradedByItem = new WeakMap<Int32Array, ItemRows>()

export function rowsByItem(table: SampleTable, rows: Int32Array, keep: (row: number) => boolean): ItemRows {
  const numbers = new Numbering(table.names.length, rows.length)
  const [kept, places] = [new Int32Array(rows.length), new Int32Array(rows.length)]
  let length = 0
  for (const row of rows) {
    if (!keep(row)) continue
    kept[length] = row
    places[length++] = numbers.add(table.item[row]!)
  }
  const { count } = numbers
  if (count === length) return { count, items: numbers.keys.subarray(0, count), from: upwards(count + 1), rows: kept.subarray(0, length) }
  const from = new Int32Array(count + 1)
  for (let i = 0; i < length; i++) from[places[i]! + 1]!++
  for (let i = 0; i < count; i++) from[i + 1]! += from[i]!
  const next = from.slice()
  const ordered = new Int32Array(length)
  for (let i = 0; i < length; i++) ordered[next[places[i]!]!++] = kept[i]!
  return { count, items: numbers.keys.subarray(0, count), from, rows: ordered }
}

// --- internal ---

const UNTOLD = 0xff & ~(FLAG.event | FLAG.estimate | FLAG.given)
