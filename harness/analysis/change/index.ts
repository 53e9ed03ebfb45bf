/** How a model changed between two runs of it: item by item for its scores, row by row and block by block for everything else. */
import type { RatioRow, Sample, StoredRun } from '../../types.ts'
import type { ScorePair } from '../compare/accuracy.ts'
import type { PairBy } from '../compare/common.ts'
import { combineRuns, type CombineOptions } from '../compare/runs.ts'
import { ratioRows } from '../compare/index.ts'
import { dataOf, type GroupData } from '../data.ts'
import { powerSources } from '../energy.ts'
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
  const groups = dataOf(combined!, powerSources(combined!))
  const [before, now] = combined!.record.suite.models
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
      pairs,
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
  const of = (model: string): Map<string, { good: number; asked: number; first: Sample }> => {
    const items = new Map<string, { good: number; asked: number; first: Sample }>()
    const group = groups.find((data) => data.group.model.id === model && data.group.workload === workload && data.group.load === load)?.group
    for (const sample of group?.samples ?? []) {
      const entry = items.get(sample.item) ?? { good: 0, asked: 0, first: sample }
      entry.asked += 1
      entry.good += sample.finish === (metric === 'failed' ? 'error' : 'length') ? 0 : 1
      items.set(sample.item, entry)
    }
    return items
  }
  const [before, now] = [of(ids.before), of(ids.now)]
  return [...now].flatMap(([item, own]): ScorePair[] => {
    const base = before.get(item)
    if (base === undefined) return []
    const [model, teacher] = [own.good / own.asked, base.good / base.asked]
    return [{ item, cluster: own.first.cluster ?? item, slice: own.first.slice ?? '', model, teacher, binary: own.asked === 1 && base.asked === 1 }]
  })
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
