/** Loads of several stages, such as the points of a sweep: each stage becomes a load of its own, measured in its steady window. */
import type { CellRecord, LoadSpec, RunRecord, Sample, Slo, StageRecord, StageSummary } from '../types.ts'
import { dueMs, tpotOf } from './values.ts'

/** Between the id of a load and the label of a stage. */
export const STAGE = ': '

/** Cells and samples with a cell for each stage; what has no stages is left as it is. Requests outside of the steady window are left out. */
export function splitStages(record: RunRecord, samples: readonly Sample[]): { record: RunRecord; samples: readonly Sample[] } {
  const staged = new Map(record.cells.flatMap((cell) => (stagesOf(cell).length === 0 ? [] : [[cell.id, stagesOf(cell)]])))
  if (staged.size === 0) return { record, samples }
  const cells = record.cells.flatMap((cell) => splitCell(cell, staged.get(cell.id) ?? []))
  return {
    record: { ...record, cells, plan: record.plan.filter((key) => !record.cells.some((cell) => staged.has(cell.id) && sameKey(cell.key, key))) },
    samples: samples.flatMap((sample) => {
      const stages = staged.get(sample.cell)
      if (stages === undefined) return [sample]
      const stage = stages.find(({ index }) => index === (sample.stage ?? 0))
      if (stage === undefined) return []
      const { startMs, endMs } = windowOf(stage)
      const at = sample.intendedMs ?? sample.startMs
      return at < startMs || at > endMs ? [] : [{ ...sample, cell: stageCell(sample.cell, stage), key: stageKey(sample.key, stage) }]
    }),
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
export function meets(sample: Sample, slo: Slo): boolean {
  if (sample.finish === 'error') return false
  const due = dueMs(sample)
  const within = (value: number | undefined, limit: number | undefined): boolean => limit === undefined || (value !== undefined && value <= limit)
  const first = sample.tokenMs[0]
  const tpot = sample.outputTokens <= 1 ? 0 : tpotOf(sample) // one token has no time after it
  return within(first === undefined ? undefined : first - due, slo.ttftMs) && within(tpot, slo.tpotMs) && within(sample.endMs - due, slo.e2eMs)
}

// --- internal ---

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
