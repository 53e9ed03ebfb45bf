/** What each block of a run says by itself: the unit in which two sides that ran side by side are compared. */
import type { Estimate, MetricRow, Observed, StoredRun, TableRun } from '../../types.ts'
import { dataOf, type Cell } from '../data.ts'
import { powerSources } from '../energy.ts'
import { shareCells } from '../metrics/accuracy.ts'
import { latencyCells, outputTokensCell } from '../metrics/latency.ts'
import { memoryCells } from '../metrics/memory.ts'
import { sumCells } from '../metrics/sums.ts'
import { tabled } from '../table/build.ts'

/** Values of a row, by block (`r0/b3`), in the order in which the blocks ran. */
export type BlockValues = ReadonlyMap<string, Observed<Estimate>>

/** One value of both sides for each block that both have; or why there are none. */
export interface BlockPair {
  block: string
  baseline: number
  candidate: number
}

/** Rows of one model by `rowKey`, each with its values by block. */
export function blockTable(stored: StoredRun, model: string): ReadonlyMap<string, BlockValues> {
  const table = new Map<string, Map<string, Observed<Estimate>>>()
  const run = tabled(stored)
  const choosePower = powerSources(run)
  const blocks = new Map<string, Set<string>>()
  for (const { id, key, state } of run.record.cells) if (key.model === model && state !== 'planned') add(blocks, `r${key.repeat}/b${key.block}`, id)
  for (const [block, cells] of blocks) {
    const part: TableRun = {
      ...run,
      record: { ...run.record, cells: run.record.cells.filter(({ id }) => cells.has(id)), plan: [] },
      rows: run.rows.filter((row) => cells.has(run.table.cells[run.table.cell[row]!]!)),
    }
    for (const data of dataOf(part, choosePower))
      for (const { metric, slice, estimate } of cellsOf(data)) {
        const key = rowKey({ workload: data.group.workload, load: data.group.load, metric, slice })
        const row = table.get(key) ?? new Map<string, Observed<Estimate>>()
        table.set(key, row.set(block, estimate))
      }
  }
  return table
}

export function rowKey({ workload, load, metric, slice }: Pick<MetricRow, 'workload' | 'load' | 'metric' | 'slice'>): string {
  return [workload, load, metric, slice].join('\u0000')
}

/** Blocks that both sides have a value for. `why` is the first reason of a block that lacks one. */
export function pairBlocks(baseline: BlockValues | undefined, candidate: BlockValues | undefined): { pairs: BlockPair[]; why: string } {
  const pairs: BlockPair[] = []
  let why = ''
  for (const [block, own] of candidate ?? []) {
    const base = baseline?.get(block)
    if (own.state === 'ok' && base?.state === 'ok') pairs.push({ block, baseline: base.value.value, candidate: own.value.value })
    else why ||= reason(own) ?? reason(base) ?? 'the baseline has no such block'
  }
  return { pairs, why: why === '' ? 'nothing was measured block by block' : why }
}

// --- internal ---

/** Accuracy is compared item by item, elsewhere. */
function cellsOf(data: ReturnType<typeof dataOf>[number]): Cell[] {
  return [...latencyCells(data), ...sumCells(data), outputTokensCell(data), ...shareCells(data), ...memoryCells(data)]
}

function reason(value: Observed<unknown> | undefined): string | undefined {
  return value === undefined || value.state === 'ok' ? undefined : value.state === 'absent' ? value.why : value.error.message
}

function add(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([value]))
  else set.add(value)
}
