/** Scores of a model and its teacher for the same items. */
import type { SampleTable } from '../../types.ts'
import type { ChangeColumns } from '../stats/margin.ts'
import { indicesWhere, Numbering, pickInts, pickNumbers } from '../table/rows.ts'

/** The scores of both for one item. */
export interface ScorePair {
  item: string
  cluster: string
  slice: string
  model: number
  teacher: number
  /** Both scores are single answers that were right or wrong. */
  binary: boolean
}

/** The same as columns; items, clusters and slices are numbers of the table. */
export interface ScorePairs {
  readonly length: number
  readonly table: SampleTable
  item: Int32Array
  cluster: Int32Array
  slice: Int32Array
  model: Float64Array
  teacher: Float64Array
  binary: Uint8Array
  /** Items that both were asked, the one in writing and the other by log-likelihood: they are left out. */
  unlike?: number
}

export function emptyPairs(table: SampleTable, length: number): ScorePairs {
  const ints = (): Int32Array => new Int32Array(length)
  const numbers = (): Float64Array => new Float64Array(length)
  return { length, table, item: ints(), cluster: ints(), slice: ints(), model: numbers(), teacher: numbers(), binary: new Uint8Array(length) }
}

export function pairsWhere({ table, ...columns }: ScorePairs, keep: (index: number) => boolean): ScorePairs {
  return pairsInOrder({ table, ...columns }, indicesWhere(columns.length, keep))
}

/** Those at these indices, in their order. */
export function pairsInOrder({ table, ...pairs }: ScorePairs, order: Int32Array): ScorePairs {
  const binary = new Uint8Array(order.length)
  for (let i = 0; i < order.length; i++) binary[i] = pairs.binary[order[i]!]!
  return {
    length: order.length,
    table,
    item: pickInts(pairs.item, order),
    cluster: pickInts(pairs.cluster, order),
    slice: pickInts(pairs.slice, order),
    model: pickNumbers(pairs.model, order),
    teacher: pickNumbers(pairs.teacher, order),
    binary,
  }
}

export function listPairs({ table, item, cluster, slice, model, teacher, binary }: ScorePairs): ScorePair[] {
  return Array.from(item, (own, i) => ({
    item: table.names[own]!,
    cluster: table.names[cluster[i]!]!,
    slice: slice[i]! < 0 ? '' : table.slices[slice[i]!]!,
    model: model[i]!,
    teacher: teacher[i]!,
    binary: binary[i] === 1,
  }))
}

/** Items on which the model scored less than the teacher, and more. */
export function lostAndWon({ length, model, teacher }: Pick<ScorePairs, 'length' | 'model' | 'teacher'>): { lost: number; won: number } {
  let [lost, won] = [0, 0]
  for (let i = 0; i < length; i++) {
    if (model[i]! < teacher[i]!) lost++
    else if (model[i]! > teacher[i]!) won++
  }
  return { lost, won }
}

/** Whether all are single right-or-wrong answers to items of their own. */
export function isSingle({ length, binary }: ScorePairs, clusters: number): boolean {
  return clusters === length && !binary.includes(0)
}

/** Losses and wins by cluster: what the test against a margin reads. `limit`: above every cluster. */
export function changesOf({ length, cluster, model, teacher }: Pick<ScorePairs, 'length' | 'cluster' | 'model' | 'teacher'>, limit: number): ChangeColumns {
  const numbers = new Numbering(limit, length)
  const [lost, won, items] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)]
  for (let i = 0; i < length; i++) {
    const at = numbers.add(cluster[i]!)
    lost[at]! += Math.max(0, teacher[i]! - model[i]!)
    won[at]! += Math.max(0, model[i]! - teacher[i]!)
    items[at]!++
  }
  const { count } = numbers
  return { lost: lost.subarray(0, count), won: won.subarray(0, count), items: items.subarray(0, count) }
}

/** model − teacher, in the order in which the items were asked. */
export function differencesOf({ model, teacher }: Pick<ScorePairs, 'model' | 'teacher'>): Float64Array {
  return model.map((one, i) => one - teacher[i]!)
}
