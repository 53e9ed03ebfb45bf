/** What a judge made of the models' answers beside their teacher's. */
import type { CellKey, GradingBill, GradingCost, Judged, Judgement, StoredRun, TableRun } from '../types.ts'
import { absent, counted, estimate } from './observed.ts'
import { scoreInterval } from './stats/means.ts'
import { wilson } from './stats/wilson.ts'

/** One for each model and workload that was judged. */
export function judgedRows({ record, judgements = [] }: Pick<StoredRun, 'record' | 'judgements'>): Judged[] {
  const { judge, models } = record.suite
  const teacher = models.find(({ role }) => role === 'teacher')?.id
  if (judge === undefined || teacher === undefined) return []
  const groups = new Map<string, Judgement[]>()
  for (const one of judgements) {
    const name = `${one.model}\u0000${one.workload}`
    groups.set(name, [...(groups.get(name) ?? []), one])
  }
  return [...groups.values()].map((all): Judged => ({ run: record.id, model: all[0]!.model, teacher, workload: all[0]!.workload, judge, ...figuresOf(all) }))
}

/** What graders that ask a model took, by model and workload. */
export function gradingCosts({ record, table, rows }: Pick<TableRun, 'record' | 'table' | 'rows'>): GradingCost[] {
  if (table.bills.size === 0) return []
  const groups = new Map<string, { key: CellKey; bills: GradingBill[] }>()
  for (const row of rows) {
    const bill = table.bills.get(row)
    if (bill === undefined) continue
    const key = table.keys[table.key[row]!]!
    const name = `${key.model}\u0000${key.workload}`
    const group = groups.get(name) ?? groups.set(name, { key, bills: [] }).get(name)!
    group.bills.push(bill)
  }
  return [...groups.values()].map(({ key: { model, workload }, bills }): GradingCost => {
    const sum = (of: (bill: GradingBill) => number): number => bills.reduce((total, bill) => total + of(bill), 0)
    const unpriced = bills.some(({ requests, costUsd }) => requests > 0 && costUsd === undefined)
    return {
      run: record.id,
      model,
      workload,
      answers: bills.length,
      requests: sum(({ requests }) => requests),
      promptTokens: sum(({ promptTokens }) => promptTokens),
      outputTokens: sum(({ outputTokens }) => outputTokens),
      seconds: sum(({ ms = 0 }) => ms) / 1000,
      usd: unpriced ? absent('the grader has no price by tokens') : { state: 'ok', value: sum(({ costUsd = 0 }) => costUsd) },
    }
  })
}

// --- internal ---

type Figures = Omit<Judged, 'run' | 'model' | 'teacher' | 'workload' | 'judge'>
type Voted = Judgement & { votes: NonNullable<Judgement['votes']> }

function figuresOf(all: readonly Judgement[]): Figures {
  const latest = [...new Map(all.map((one) => [`${one.item}\u0000${one.repeat}`, one])).values()]
  const voted = latest.filter((one): one is Voted => one.votes !== undefined)
  const scores = voted.map(scoreOf)
  const decided = voted.flatMap(({ votes }) => [votes.modelFirst === 'tie' ? [] : [votes.modelFirst === 'model'], votes.teacherFirst === 'tie' ? [] : [votes.teacherFirst === 'teacher']].flat()) // prettier-ignore
  const changed = voted.filter(isChanged).length
  const reasons = new Map<string, number>()
  for (const { why } of latest) if (why !== undefined) reasons.set(why, (reasons.get(why) ?? 0) + 1)
  const none = absent('the judge decided no pair')
  const share = (top: number, n: number, what: string) =>
    n === 0 ? none : estimate(wilson(top, n), { n, unit: 'ratio', origin: 'measured', method: `share of ${what}; Wilson interval` })
  const sums = clusterSums(voted, scores)
  return {
    pairs: voted.length,
    won: scores.filter((score) => score > 0.5).length,
    lost: scores.filter((score) => score < 0.5).length,
    tied: scores.filter((score) => score === 0.5).length,
    winRate:
      voted.length === 0
        ? none
        : estimate(scoreInterval(sums), { n: sums.length, unit: 'ratio', origin: 'measured', method: `mean over ${counted(voted.length, 'pair')} of both orders, ties half; Wilson interval with the number of independent items that they are worth` }), // prettier-ignore
    disagreement: share(changed, voted.length, counted(voted.length, 'pair')),
    firstShare:
      decided.length === 0
        ? none
        : share(decided.filter((isFirst) => isFirst).length, decided.length, counted(decided.length, 'vote that is no tie', 'votes that are no ties')),
    unjudged: [...reasons].map(([why, pairs]) => ({ why, pairs })),
    bill: billOf(all),
  }
}

/** Of the model: 1 for each order that it wins, half for a tie, and the mean of both. */
function scoreOf({ votes }: Voted): number {
  const points = { model: 1, tie: 0.5, teacher: 0 }
  return (points[votes.modelFirst] + points[votes.teacherFirst]) / 2
}

/** The other answer is better once the order is the other one. */
function isChanged({ votes: { modelFirst, teacherFirst } }: Voted): boolean {
  return modelFirst !== 'tie' && teacherFirst !== 'tie' && modelFirst !== teacherFirst
}

/** Repeats of an item, and items of a cluster, are one observation. */
function clusterSums(voted: readonly Voted[], scores: readonly number[]): { top: number; bottom: number }[] {
  const sums = new Map<string, { top: number; bottom: number }>()
  voted.forEach(({ item, cluster }, i) => {
    const own = sums.get(cluster ?? item) ?? { top: 0, bottom: 0 }
    sums.set(cluster ?? item, { top: own.top + scores[i]!, bottom: own.bottom + 1 })
  })
  return [...sums.values()]
}

function billOf(all: readonly Judgement[]): Judged['bill'] {
  const sum = (of: (one: Judgement) => number): number => all.reduce((total, one) => total + of(one), 0)
  const unpriced = all.some(({ requests, usd }) => requests > 0 && usd === undefined)
  return {
    requests: sum(({ requests }) => requests),
    promptTokens: sum(({ promptTokens }) => promptTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    seconds: sum(({ ms }) => ms) / 1000,
    usd: unpriced ? absent('the suite gives no price by tokens for its judge') : { state: 'ok', value: sum(({ usd = 0 }) => usd) },
  }
}
