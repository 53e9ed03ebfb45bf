/** How a model changed between two runs of it: item by item for its scores, row by row and block by block for everything else. */
import type { RatioRow, StoredRun } from '../../types.ts'
import type { ScorePair } from '../compare/accuracy.ts'
import type { PairBy } from '../compare/common.ts'
import { combineRuns, type CombineOptions } from '../compare/runs.ts'
import { ratioRows } from '../compare/index.ts'
import { dataOf } from '../data.ts'
import { powerSources } from '../energy.ts'
import { taskPairs } from '../verdict/pairs.ts'
import { blockTable, pairBlocks, rowKey, type BlockPair } from './blocks.ts'

export { rowKey } from './blocks.ts'
export type { BlockPair, PairBy }

/** Scores of one workload, averaged over the loads and repeats that both have. In a pair `teacher` is the baseline. */
export interface ScoreChange {
  workload: string
  pairs: readonly ScorePair[]
  /** Answers to the same item, under the same load and repeat, that are the same text on both sides; and all that both gave. */
  same: number
  answers: number
  why: string
}

export interface ModelChange {
  model: string
  scores: readonly ScoreChange[]
  /** candidate ÷ baseline, by `rowKey`, over the items that both were asked. */
  ratios: ReadonlyMap<string, RatioRow>
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
  const ratios = new Map(ratioRows(groups).map((row) => [rowKey(row), row]))
  let tables: { before: ReturnType<typeof blockTable>; now: ReturnType<typeof blockTable> } | undefined
  return {
    model,
    ratios,
    scores: taskPairs(groups, now!.id, before!.id).map(({ workload, pairs, why }) => ({
      workload,
      pairs,
      why,
      ...sameAnswers(combined!, workload, before!.id, now!.id),
    })),
    blocks: (key) => {
      tables ??= { before: blockTable(baseline, model), now: blockTable(candidate, model) }
      return pairBlocks(tables.before.get(key), tables.now.get(key))
    },
  }
}

// --- internal ---

function sameAnswers({ samples }: StoredRun, workload: string, before: string, now: string): { same: number; answers: number } {
  const texts = new Map<string, string>()
  const place = ({ key: { load, repeat }, item }: StoredRun['samples'][number]): string => `${load}\u0000${repeat}\u0000${item}`
  const answered = samples.filter(({ key, finish }) => key.workload === workload && finish !== 'error')
  for (const sample of answered) if (sample.key.model === before) texts.set(place(sample), sample.text)
  const own = answered.filter((sample) => sample.key.model === now && texts.has(place(sample)))
  return { answers: own.length, same: own.filter((sample) => texts.get(place(sample)) === sample.text).length }
}
