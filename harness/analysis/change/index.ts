/** How a model changed between two runs of it: item by item for its scores, row by row and block by block for everything else. */
import type { RatioRow, Sample, StoredRun } from '../../types.ts'
import { listPairs, type ScorePair } from '../compare/pairs.ts'
import type { PairBy } from '../compare/common.ts'
import { combineRuns, type CombineOptions } from '../compare/runs.ts'
import { ratioRows } from '../compare/index.ts'
import { dataOf, type GroupData } from '../data.ts'
import type { Group } from '../groups.ts'
import { powerSources } from '../energy.ts'
import { tabled } from '../table/build.ts'
import { clusterOf, rowsByItem } from '../table/rows.ts'
import { FINISHES } from '../table/codes.ts'
import { taskPairs } from '../verdict/pairs.ts'
import { blockTable, pairBlocks, rowKey, type BlockPair } from './blocks.ts'

export { rowKey } from './blocks.ts'
export type { BlockPair, PairBy }

/** Scores of one workload, averaged over the loads and repeats that both have. In a pair `teacher` is the baseline. */
export interface ScoreChange {
  workload: string
  pairs: readonly ScorePair[]
  /** Answers to the same item, under the same load and repeat, that are the same text with the same score on both sides; and all that both gave. */
  same: number
  answers: number
  why: string
}

export type ShareMetric = 'failed' | 'truncated'

export interface ModelChange {
  model: string
  scores: readonly ScoreChange[]
  /** candidate ÷ baseline, by `rowKey`, over the items that both were asked. */
  ratio(key: string): RatioRow | undefined
  /** Whether a request failed or was cut off, item by item under one load: score 1 where it was not. */
  shares(metric: ShareMetric, place: { workload: string; load: string }): readonly ScorePair[]
  /** Values of both sides in each block, for sides that ran side by side. */
  blocks(key: string): { pairs: readonly BlockPair[]; why: string }
}

/** The change of one model that both runs have. Throws HarnessError `usage` where the two cannot be compared. */
export function changeOf(baseline: StoredRun, candidate: StoredRun, model: string, options: CombineOptions): ModelChange {
  const [combined] = combineRuns(
    [
      { run: baseline, model },
      { run: candidate, model },
    ],
    options,
  )
  const both = tabled(combined!)
  const groups = dataOf(both, powerSources(both))
  const [before, now] = both.record.suite.models
  let ratios: ReadonlyMap<string, RatioRow> | undefined // costly, and only sides that ran apart are compared by them
  let tables: { before: ReturnType<typeof blockTable>; now: ReturnType<typeof blockTable> } | undefined
  return {
    model,
    ratio: (key) => {
      ratios ??= new Map(ratioRows(groups).map((row) => [rowKey(row), row]))
      return ratios.get(key)
    },
    scores: taskPairs(groups, now!.id, before!.id).map(({ workload, pairs, why }) => ({
      workload,
      pairs: listPairs(pairs),
      why,
      ...sameAnswers(combined!, workload, before!.id, now!.id),
    })),
    shares: (metric, place) => sharePairs(groups, metric, place, { before: before!.id, now: now!.id }),
    blocks: (key) => {
      tables ??= { before: blockTable(baseline, model), now: blockTable(candidate, model) }
      return pairBlocks(tables.before.get(key), tables.now.get(key))
    },
  }
}

// --- internal ---

function sharePairs(
  groups: readonly GroupData[],
  metric: ShareMetric,
  { workload, load }: { workload: string; load: string },
  ids: { before: string; now: string },
): ScorePair[] {
  const bad = FINISHES.indexOf(metric === 'failed' ? 'error' : 'length')
  const groupOf = (model: string): Group | undefined =>
    groups.find((data) => data.group.model.id === model && data.group.workload === workload && data.group.load === load)?.group
  const of = (group: Group | undefined): Map<string, ItemShare> => {
    if (group === undefined) return new Map()
    const { table, samples } = group
    const { count, items, from, rows } = rowsByItem(table, samples, () => true)
    return new Map(
      Array.from({ length: count }, (_, i): [string, ItemShare] => {
        const own = rows.subarray(from[i]!, from[i + 1]!)
        const slice = table.slice[own[0]!]!
        const good = own.reduce((sum, row) => sum + (table.finish[row] === bad ? 0 : 1), 0)
        const heads = { cluster: table.names[clusterOf(table, own[0]!)]!, slice: slice < 0 ? '' : table.slices[slice]! }
        return [table.names[items[i]!]!, { ...heads, good, asked: own.length }]
      }),
    )
  }
  const [before, now] = [of(groupOf(ids.before)), of(groupOf(ids.now))]
  return [...now].flatMap(([item, own]): ScorePair[] => {
    const base = before.get(item)
    if (base === undefined) return []
    const [model, teacher] = [own.good / own.asked, base.good / base.asked]
    return [{ item, cluster: own.cluster, slice: own.slice, model, teacher, binary: own.asked === 1 && base.asked === 1 }]
  })
}

interface ItemShare {
  cluster: string
  slice: string
  good: number
  asked: number
}

function sameAnswers({ samples }: StoredRun, workload: string, before: string, now: string): { same: number; answers: number } {
  const answers = new Map<string, string>()
  const answerOf = ({ text, grade }: Sample): string => `${grade?.score} ${text}`
  const place = ({ key: { load, repeat }, item }: Sample): string => `${load}\u0000${repeat}\u0000${item}`
  const answered = samples.filter(({ key, finish }) => key.workload === workload && finish !== 'error')
  for (const sample of answered) if (sample.key.model === before) answers.set(place(sample), answerOf(sample))
  const own = answered.filter((sample) => sample.key.model === now && answers.has(place(sample)))
  return { answers: own.length, same: own.filter((sample) => answers.get(place(sample)) === answerOf(sample)).length }
}
