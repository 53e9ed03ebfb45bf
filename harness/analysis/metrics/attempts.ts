/** Items that were asked several times under one load: right at least once, right every time, right by majority. */
import type { Estimate, Observed, Sample } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { majorityAtK, passAtK, passHatK, type Ballot } from '../stats/attempts.ts'
import { scoreInterval, type Sums } from '../stats/means.ts'
import type { MetricId } from './table.ts'

/** With k the fewest answers that any item has; absent where that is one. Failed requests are wrong answers. */
export function attemptCells({ group }: GroupData): Cell[] {
  const items = new Map<string, Sample[]>()
  for (const sample of group.graded) {
    if (sample.grade === undefined && sample.finish !== 'error') continue
    const answers = items.get(sample.item)
    if (answers === undefined) items.set(sample.item, [sample])
    else answers.push(sample)
  }
  const k = [...items.values()].reduce((fewest, { length }) => Math.min(fewest, length), items.size === 0 ? 0 : Infinity)
  if (k < 2)
    return KINDS.map(({ metric }) => ({ metric, slice: '', estimate: absent(items.size === 0 ? 'no answer was graded' : 'items were asked once only') }))
  const lists = [...items.values()]
  const most = lists.reduce((largest, { length }) => Math.max(largest, length), 0)
  if (most > MOST_ANSWERS) return KINDS.map(({ metric }) => ({ metric, slice: '', estimate: absent(`more than ${MOST_ANSWERS} answers to an item`) }))
  return KINDS.map(({ metric, name, of, binary }): Cell => {
    if (binary && !lists.every((answers) => answers.every(isRightOrWrong))) return { metric, slice: '', estimate: absent('scores are not right or wrong') }
    return { metric, slice: '', estimate: meanOf(lists, (answers) => of(answers, k), `${name}@${k}`) }
  })
}

// --- internal ---

const MOST_ANSWERS = 1000

const KINDS: readonly { metric: MetricId; name: string; binary: boolean; of: (answers: readonly Sample[], k: number) => number }[] = [
  { metric: 'consensus', name: 'maj', binary: false, of: (answers, k) => majorityAtK(ballotsOf(answers), k) },
  { metric: 'any-of-k', name: 'pass', binary: true, of: (answers, k) => passAtK(answers.length, rightOf(answers), k) },
  { metric: 'all-of-k', name: 'pass-all', binary: true, of: (answers, k) => passHatK(answers.length, rightOf(answers), k) },
]

function isRightOrWrong({ grade }: Sample): boolean {
  return grade === undefined || grade.score === 0 || grade.score === 1
}

function rightOf(answers: readonly Sample[]): number {
  return answers.filter(({ grade }) => grade?.score === 1).length
}

/** Equal answers together; a failed request votes for nothing that could be right. */
function ballotsOf(answers: readonly Sample[]): Ballot[] {
  const ballots = new Map<string, Ballot>()
  for (const { grade, text, finish } of answers) {
    const key = finish === 'error' ? '\u0000failed' : (grade?.answer ?? text.trim())
    const known = ballots.get(key)
    if (known === undefined) ballots.set(key, { count: 1, score: grade?.score ?? 0 })
    else known.count++
  }
  return [...ballots.values()]
}

function meanOf(lists: readonly (readonly Sample[])[], of: (answers: readonly Sample[]) => number, name: string): Observed<Estimate> {
  const clusters = new Map<string, Sums>()
  for (const answers of lists) {
    const cluster = answers[0]!.cluster ?? answers[0]!.item
    const sums = clusters.get(cluster) ?? { top: 0, bottom: 0 }
    clusters.set(cluster, { top: sums.top + of(answers), bottom: sums.bottom + 1 })
  }
  const method = `${name}, mean of ${counted(lists.length, 'item')}, averaged over the choices of answers; Wilson interval`
  return estimate(scoreInterval([...clusters.values()]), { n: lists.length, unit: 'ratio', origin: 'measured', method })
}
