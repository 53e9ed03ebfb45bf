/** Items that were asked several times under one load: right at least once, right every time, right by majority. */
import type { Estimate, Observed, SampleTable } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { majorityAtK, passAtK, passHatK, type Ballot } from '../stats/attempts.ts'
import { scoreInterval } from '../stats/means.ts'
import { clusterOf, gradedItems, isAnswered, Numbering, scoreOf, tells, type ItemRows } from '../table/rows.ts'
import { NOT_TOLD } from '../values.ts'
import type { MetricId } from './table.ts'

/**
 * With k the fewest answers that any item has; absent where that is one. What is right or wrong has smaller k besides, in the slices
 * `k = 2`, `k = 5` …: the mean over all choices of k of the answers, without bias (Chen et al. 2021). Failed requests are wrong answers.
 */
export function attemptCells({ group: { table, graded } }: GroupData): Cell[] {
  const items = gradedItems(table, graded)
  const none = (why: string): Cell[] => KINDS.map(({ metric }) => ({ metric, slice: '', estimate: absent(why) }))
  let [k, most] = [items.count === 0 ? 0 : Infinity, 0]
  for (let i = 0; i < items.count; i++) {
    const answers = items.from[i + 1]! - items.from[i]!
    k = Math.min(k, answers)
    most = Math.max(most, answers)
  }
  if (k < 2) return none(items.count === 0 ? 'no answer was graded' : 'items were asked once only')
  if (most > MOST_ANSWERS) return none(`more than ${MOST_ANSWERS} answers to an item`)
  const plain = items.rows.every((row) => [0, 1].includes(scoreOf(table, row)))
  const told = items.rows.every((row) => tells(table, row, ['text']))
  return KINDS.flatMap(({ metric, name, of, binary }): Cell[] => {
    if (metric === 'consensus' && !told) return [{ metric, slice: '', estimate: absent(NOT_TOLD.text) }]
    if (binary && !plain) return [{ metric, slice: '', estimate: absent('scores are not right or wrong') }]
    const at = (some: number, slice: string): Cell => ({ metric, slice, estimate: meanOf(table, items, (answers) => of(table, answers, some), `${name}@${some}`) }) // prettier-ignore
    return [at(k, ''), ...(binary ? FEWER.filter((some) => some < k).map((some) => at(some, `k = ${some}`)) : [])]
  })
}

// --- internal ---

const MOST_ANSWERS = 1000
/** Those that are quoted. */
const FEWER = [2, 5, 10, 20, 50, 100]

type Kind = (table: SampleTable, answers: Int32Array, k: number) => number

const KINDS: readonly { metric: MetricId; name: string; binary: boolean; of: Kind }[] = [
  { metric: 'consensus', name: 'maj', binary: false, of: (table, answers, k) => majorityAtK(ballotsOf(table, answers), k) },
  { metric: 'any-of-k', name: 'pass', binary: true, of: (table, answers, k) => passAtK(answers.length, rightOf(table, answers), k) },
  { metric: 'all-of-k', name: 'pass-all', binary: true, of: (table, answers, k) => passHatK(answers.length, rightOf(table, answers), k) },
]

function rightOf({ score }: SampleTable, answers: Int32Array): number {
  return answers.reduce((right, row) => right + (score[row] === 1 ? 1 : 0), 0)
}

/** Equal answers together; a failed request votes for nothing that could be right. */
function ballotsOf(table: SampleTable, answers: Int32Array): Ballot[] {
  const ballots = new Map<number, Ballot>()
  for (const row of answers) {
    const key = isAnswered(table, row) ? table.answer[row]! : -1
    const known = ballots.get(key)
    if (known === undefined) ballots.set(key, { count: 1, score: scoreOf(table, row) })
    else known.count++
  }
  return [...ballots.values()]
}

function meanOf(table: SampleTable, { count, from, rows }: ItemRows, of: (answers: Int32Array) => number, name: string): Observed<Estimate> {
  const clusters = new Numbering(table.names.length, count)
  const [top, bottom] = [new Float64Array(count), new Float64Array(count)]
  for (let i = 0; i < count; i++) {
    const at = clusters.add(clusterOf(table, rows[from[i]!]!))
    top[at]! += of(rows.subarray(from[i]!, from[i + 1]!))
    bottom[at]!++
  }
  const method = `${name}, mean of ${counted(count, 'item')}, averaged over the choices of answers; Wilson interval`
  const interval = scoreInterval({ top: top.subarray(0, clusters.count), bottom: bottom.subarray(0, clusters.count) })
  return estimate(interval, { n: count, unit: 'ratio', origin: 'measured', method })
}
