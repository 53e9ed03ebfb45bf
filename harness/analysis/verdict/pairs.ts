/** What a verdict is about: the scores of both models for each item of a workload, averaged over loads and repeats. */
import type { SampleTable } from '../../types.ts'
import { scorePairs, type PairOrder } from '../compare/accuracy.ts'
import { emptyPairs, pairsWhere, type ScorePairs } from '../compare/pairs.ts'
import { whyEmpty, type Group } from '../groups.ts'
import { NO_PAIRS, UNLIKE } from '../compare/measure.ts'
import { isGraded, Numbering } from '../table/rows.ts'

/** All that is read of a group's data. */
export interface Grouped {
  group: Group
}

/** In the order in which the items were first asked. `why` says why there are none. */
export interface TaskPairs {
  workload: string
  loads: readonly string[]
  pairs: ScorePairs
  why: string
}

/** One for each workload that the run meant to ask of either of the two; `order` of models whose runs asked in different orders. */
export function taskPairs(groups: readonly Grouped[], student: string, teacher: string, order: PairOrder = 'both'): TaskPairs[] {
  const of = (model: string): Grouped[] => groups.filter(({ group }) => group.model.id === model)
  const [own, base] = [of(student), of(teacher)]
  const workloads = [...new Set([...base, ...own].map(({ group }) => group.workload))]
  return workloads.map((workload) => pairsOf(groups[0]!.group.table, workload, own, base, order))
}

// --- internal ---

/** Loads that send a request when an answer came. The others can overload a server, and then measure the server. */
const CLOSED: ReadonlySet<string> = new Set(['sequential', 'batch', 'concurrency'])

interface Both {
  load: string
  own: Grouped
  base: Grouped
}

function pairsOf(table: SampleTable, workload: string, own: readonly Grouped[], base: readonly Grouped[], order: PairOrder): TaskPairs {
  const [mine, theirs] = [own, base].map((groups) => groups.filter(({ group }) => group.workload === workload)) as [Grouped[], Grouped[]]
  const both = mine.flatMap((data): Both[] => {
    const other = theirs.find(({ group }) => group.load === data.group.load)
    return other === undefined ? [] : [{ load: data.group.load, own: data, base: other }]
  })
  let unlike = 0
  const withPairs = both.flatMap((one) => {
    const pairs = scorePairs(one.own, one.base, order)
    unlike += pairs.unlike ?? 0
    return pairs.length === 0 ? [] : [{ ...one, pairs }]
  })
  const closed = withPairs.filter((one) => isClosed(one.own.group))
  const used = closed.length > 0 ? closed : withPairs
  return {
    workload,
    loads: used.map(({ load }) => load),
    pairs: averaged(
      table,
      used.map(({ pairs }) => pairs),
    ),
    why: used.length > 0 ? '' : unlike > 0 ? UNLIKE : whyNone(mine, theirs),
  }
}

function isClosed({ spec }: Group): boolean {
  return spec === undefined || CLOSED.has(spec.kind)
}

/** The mean over the lists for each item; a mean that is 0 or 1 on both sides is as good as a single answer. */
function averaged(table: SampleTable, lists: readonly ScorePairs[]): ScorePairs {
  const most = lists.reduce((sum, { length }) => sum + length, 0)
  const items = new Numbering(table.names.length, most)
  const [mean, counts] = [emptyPairs(table, most), new Int32Array(most)]
  for (const pairs of lists)
    for (let i = 0; i < pairs.length; i++) {
      const at = items.add(pairs.item[i]!)
      if (counts[at]!++ === 0) {
        mean.item[at] = pairs.item[i]!
        mean.cluster[at] = pairs.cluster[i]!
        mean.slice[at] = pairs.slice[i]!
      }
      mean.model[at]! += pairs.model[i]!
      mean.teacher[at]! += pairs.teacher[i]!
    }
  for (let at = 0; at < items.count; at++) {
    mean.model[at]! /= counts[at]!
    mean.teacher[at]! /= counts[at]!
    mean.binary[at] = isWhole(mean.model[at]!) && isWhole(mean.teacher[at]!) ? 1 : 0
  }
  return items.count === most ? mean : pairsWhere(mean, (at) => at < items.count)
}

function isWhole(score: number): boolean {
  return score === 0 || score === 1
}

function whyNone(mine: readonly Grouped[], theirs: readonly Grouped[]): string {
  for (const [whose, groups] of [
    ['student', mine],
    ['teacher', theirs],
  ] as const) {
    const first = groups[0]
    if (first === undefined) return `the ${whose} was not asked`
    if (groups.every(({ group }) => group.samples.length === 0)) {
      const why = whyEmpty(first.group)
      return `the ${whose} gave no answer (${why.state === 'absent' ? why.why : why.error.message})`
    }
  }
  const ungraded = [...mine, ...theirs].every(({ group }) => group.graded.every((row) => !isGraded(group.table, row)))
  return ungraded ? 'no answer was graded' : NO_PAIRS
}
