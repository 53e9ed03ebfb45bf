/** Loads of several stages, such as the points of a sweep: each stage becomes a load of its own, measured in its steady window. */
import type { CellRecord, LoadSpec, RunRecord, SampleTable, Slo, StageRecord, StageSummary, TableRun } from '../types.ts'
import { Interner } from './table/build.ts'
import { dueMs, isAnswered } from './table/rows.ts'
import { tpotOf } from './values.ts'

/** Between the id of a load and the label of a stage. */
export const STAGE = ': '

/** Cells and requests with a cell for each stage; what has no stages is left as it is. Requests outside of the steady window are left out. */
export function splitStages({ record, table, rows }: Parted): Parted {
  const staged = new Map(record.cells.flatMap((cell) => (stagesOf(cell).length === 0 ? [] : [[cell.id, stagesOf(cell)]])))
  if (staged.size === 0) return { record, table, rows }
  const cells = record.cells.flatMap((cell) => splitCell(cell, staged.get(cell.id) ?? []))
  return {
    record: { ...record, cells, plan: record.plan.filter((key) => !record.cells.some((cell) => staged.has(cell.id) && sameKey(cell.key, key))) },
    ...splitRows(table, rows, staged),
  }
}

/** When the figures of a stage were taken. */
export function windowOf({ steady, startMs, endMs }: StageRecord): { startMs: number; endMs: number } {
  return steady.state === 'ok' ? steady.value : { startMs, endMs }
}

/** All stages of a run. */
export function stageSummaries(record: RunRecord): StageSummary[] {
  return record.cells.flatMap((cell) =>
    stagesOf(cell).map((stage): StageSummary => {
      const { label, shape, sent, answered, failed, stoppedBy, steady, client } = stage
      const { model, workload, load } = stageKey(cell.key, stage)
      return {
        run: record.id,
        model,
        workload,
        load,
        label,
        shape,
        sent,
        answered,
        failed,
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
        steadySeconds: steady.state === 'ok' ? { state: 'ok', value: (steady.value.endMs - steady.value.startMs) / 1000 } : steady,
        client,
      }
    }),
  )
}

/** The cell that a stage's cell was made of; any other id is its own. Meters know only those. */
export function wholeCell(id: string): string {
  return id.replace(/(\/b\d+)\/s\d+$/, '$1')
}

/** What requests under this load must meet, if that was said. */
export function sloOf(spec: LoadSpec | undefined): Slo | undefined {
  return spec !== undefined && 'slo' in spec ? spec.slo : undefined
}

/** Whether a request was answered within every limit; a limit on what the answer does not tell is not met. */
export function meets(table: SampleTable, row: number, slo: Slo): boolean {
  if (!isAnswered(table, row)) return false
  const due = dueMs(table, row)
  const within = (value: number | undefined, limit: number | undefined): boolean => limit === undefined || (value !== undefined && value <= limit)
  const from = table.tokenFrom[row]!
  const first = from === table.tokenFrom[row + 1] ? undefined : table.tokenMs[from]!
  const tpot = table.outputTokens[row]! <= 1 ? 0 : tpotOf(table, row) // one token has no time after it
  return within(first === undefined ? undefined : first - due, slo.ttftMs) && within(tpot, slo.tpotMs) && within(table.endMs[row]! - due, slo.e2eMs)
}

// --- internal ---

type Parted = Pick<TableRun, 'record' | 'table' | 'rows'>

function splitRows(table: SampleTable, rows: Int32Array, staged: ReadonlyMap<string, readonly StageRecord[]>): Omit<Parted, 'record'> {
  const [cell, key, keys] = [table.cell.slice(), table.key.slice(), [...table.keys]]
  const cells = new Interner()
  for (const name of table.cells) cells.add(name)
  const keyNumbers = new Map<string, number>()
  const keyFor = (own: number, stage: StageRecord): number => {
    const name = `${own} ${stage.label}`
    const number = keyNumbers.get(name) ?? keys.push(stageKey(table.keys[own]!, stage)) - 1
    keyNumbers.set(name, number)
    return number
  }
  const kept = rows.filter((row) => {
    const name = table.cells[table.cell[row]!]!
    const stages = staged.get(name)
    if (stages === undefined) return true
    const stage = stages.find(({ index }) => index === table.stage[row])
    if (stage === undefined) return false
    const { startMs, endMs } = windowOf(stage)
    const at = dueMs(table, row)
    if (at < startMs || at > endMs) return false
    cell[row] = cells.add(stageCell(name, stage))
    key[row] = keyFor(table.key[row]!, stage)
    return true
  })
  return { table: { ...table, cell, key, keys, cells: cells.texts }, rows: kept }
}

function stagesOf(cell: CellRecord): readonly StageRecord[] {
  return cell.state === 'done' ? (cell.stages ?? []) : []
}

function splitCell(cell: CellRecord, stages: readonly StageRecord[]): CellRecord[] {
  if (stages.length === 0 || cell.state !== 'done') return [cell]
  return stages.map((stage) => ({
    ...cell,
    id: stageCell(cell.id, stage),
    key: stageKey(cell.key, stage),
    items: [],
    phases: { ...cell.phases, measure: windowOf(stage) },
    stages: [stage],
  }))
}

function stageCell(cell: string, { index }: StageRecord): string {
  return `${cell}/s${index}`
}

function stageKey(key: CellRecord['key'], { label }: StageRecord): CellRecord['key'] {
  return { ...key, load: `${key.load}${STAGE}${label}` }
}

function sameKey(a: CellRecord['key'], b: CellRecord['key']): boolean {
  return a.model === b.model && a.workload === b.workload && a.load === b.load && a.repeat === b.repeat && a.block === b.block
}
