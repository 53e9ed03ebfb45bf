/** Graded answers of a model and its teacher to the same item in the same repeat. */
import type { SampleTable } from '../../types.ts'
import { whyEmpty, type Group } from '../groups.ts'
import { clusterOf, indicesWhere, isAnswered, isGiven, isGraded, pickInts } from '../table/rows.ts'

/** Rows of the table, and the cluster of the model's; as columns. */
export interface AnswerPairs {
  readonly length: number
  readonly table: SampleTable
  cluster: Int32Array
  model: Int32Array
  teacher: Int32Array
}

/** Pairs under the first load, in the order of the suite, that has any; otherwise why there are none. */
export type Paired = { load: string; pairs: AnswerPairs } | { why: string }

/** `own` and `base` are all groups of one workload. */
export function answerPairs(own: readonly Group[], base: readonly Group[]): Paired {
  for (const group of own) {
    const other = base.find(({ load }) => load === group.load)
    const pairs = other === undefined ? undefined : pairsOf(group.table, group.graded, other.graded)
    if (pairs !== undefined && pairs.length > 0) return { load: group.load, pairs }
  }
  for (const [whose, groups] of [
    ['model', own],
    ['teacher', base],
  ] as const) {
    const first = groups[0]
    if (first === undefined) return { why: `the ${whose} was not asked` }
    if (groups.every(({ samples }) => samples.length === 0)) {
      const why = whyEmpty(first)
      return { why: `the ${whose} gave no answer (${why.state === 'absent' ? why.why : why.error.message})` }
    }
  }
  return { why: 'no item has a graded answer of both' }
}

export function noPairs(table: SampleTable): AnswerPairs {
  return { length: 0, table, cluster: new Int32Array(0), model: new Int32Array(0), teacher: new Int32Array(0) }
}

export function pairsWhere({ table, cluster, model, teacher }: AnswerPairs, keep: (index: number) => boolean): AnswerPairs {
  const kept = indicesWhere(model.length, keep)
  return { length: kept.length, table, cluster: pickInts(cluster, kept), model: pickInts(model, kept), teacher: pickInts(teacher, kept) }
}

// --- internal ---

/** By item, hash of the question and repeat; of several answers of the teacher the last. */
function pairsOf(table: SampleTable, own: Int32Array, base: Int32Array): AnswerPairs {
  const isUsable = (row: number): boolean => isGraded(table, row) && isAnswered(table, row)
  const repeats = Int32Array.from(table.keys, ({ repeat }) => repeat)
  const [mine, theirs] = [own.filter(isUsable), base.filter(isUsable)]
  // The teacher's answers to an item hang on a chain, the last one first.
  const [heads, next] = [new Int32Array(table.names.length).fill(-1), new Int32Array(theirs.length)]
  theirs.forEach((row, i) => {
    next[i] = heads[table.item[row]!]!
    heads[table.item[row]!] = i
  })
  const teacher = mine.map((row) => {
    for (let i = heads[table.item[row]!]!; i >= 0; i = next[i]!) {
      const other = theirs[i]!
      if (table.hash[other] === table.hash[row] && isGiven(table, other) === isGiven(table, row) && repeats[table.key[other]!] === repeats[table.key[row]!])
        return other
    }
    return -1
  })
  const all = { length: mine.length, table, cluster: mine.map((row) => clusterOf(table, row)), model: mine, teacher }
  return teacher.includes(-1) ? pairsWhere(all, (i) => teacher[i]! >= 0) : all
}
