/** From a planned cell to the cell that has run. */
import { HarnessError } from '../errors.ts'
import { adapterPlace } from '../models/registry.ts'
import type { CellRecord, Item, Leave, LoadedSuite, Plan, RunEvent, Sample } from '../types.ts'
import { runCell, type CellContext, type CellTask } from './cell.ts'
import type { Journal } from './journal.ts'
import { runLoadCell } from './load/cell.ts'
import { isStaged, quickLoad } from './loads.ts'
import { watchPrompts } from './prompts.ts'
import type { Rest } from './resume.ts'
import { settling } from './settling.ts'

export type SharedContext = Omit<CellContext, 'onPhase' | 'onSample' | 'onSeries' | 'onWarning'>

/** What the cells of a run have in common. */
export interface RunContext {
  readonly loaded: LoadedSuite
  readonly plan: Plan
  readonly journal: Journal
  readonly shared: SharedContext
  readonly leave: Leave
  readonly onEvent: (event: RunEvent) => void
}

/** Runs what is left of a cell, and gives its record; one that was interrupted is planned again. */
export async function runPlanned({ id, key, items, skip }: Plan['cells'][number], left: Rest, context: RunContext): Promise<CellRecord> {
  const { loaded, plan, journal, shared, onEvent } = context
  const base = { id, key, items: items.map((item) => item.id) }
  if (skip !== undefined) return { ...base, state: 'skipped', why: skip }
  const spec = find(loaded.suite.models, key.model)
  const runsIn = await adapterPlace(spec.adapter, loaded.dir)
  if (runsIn === 'none') throw new HarnessError('internal', `${id} is planned, but its adapter runs no model`)
  onEvent({ type: 'cell-start', cell: id, key, requests: left.items.length })
  const task: CellTask = {
    id,
    key,
    spec,
    runsIn,
    items: left.items,
    answeredBefore: left.answeredBefore,
    workload: find(loaded.suite.workloads, key.workload),
    warmupItems: othersFirst(find(plan.workloads, key.workload).items, items),
    load: journal.record.quick ? quickLoad(find(loaded.suite.loads, key.load)) : find(loaded.suite.loads, key.load),
    timeSteps: !journal.record.cells.some((cell) => cell.state === 'done' && cell.key.model === key.model), // once per model
  }
  const watch = watchPrompts(task.items, task.workload)
  const grades = settling(task, shared.signal, context.leave, (sample) => journal.sample(sample))
  const cellContext: CellContext = {
    ...shared,
    meters: shared.meters.filter(({ model }) => model === undefined || model === key.model),
    onPhase: (phase) => onEvent({ type: 'cell-phase', cell: id, phase }),
    onSample: (sample) => {
      watch.add(sample)
      tellWritten(sample, journal)
      grades.sample(sample)
    },
    onSeries: (series) => journal.series(series),
    onWarning: (code, message) => journal.warning({ code, message, cell: id, model: key.model }),
  }
  const { load } = task
  const outcome = await (isStaged(load) ? runLoadCell({ ...task, load }, cellContext) : runCell(task, cellContext))
  if (grades.waits) onEvent({ type: 'cell-phase', cell: id, phase: 'grade' })
  await grades.finish()
  watch.tell(cellContext.onWarning)
  return outcome.state === 'aborted' ? { ...base, state: 'planned' } : { ...base, ...outcome }
}

// --- internal ---

/** Once for a model and workload: what was to be scored by log-likelihood was answered in writing. */
function tellWritten({ key: { model, workload }, noLikelihoods, cell }: Sample, journal: Journal): void {
  if (noLikelihoods === undefined || journal.record.warnings.some((one) => one.code === 'written-instead' && one.model === model && one.message.startsWith(`${workload}: `))) return // prettier-ignore
  const message = `${workload}: ${model} is asked for written answers, since it did not tell how likely given texts are (${noLikelihoods}). They are not compared with scores by log-likelihood.`
  journal.warning({ code: 'written-instead', message, model, cell })
}

/** The items after those of the cell and before them; its own where there are no others. */
function othersFirst(all: readonly Item[], own: readonly Item[]): readonly Item[] {
  const ids = new Set(own.map(({ id }) => id))
  const last = all.findLastIndex(({ id }) => ids.has(id))
  const others = [...all.slice(last + 1), ...all.slice(0, last + 1)].filter(({ id }) => !ids.has(id))
  return others.length > 0 ? others : own
}

function find<T extends { id: string }>(list: readonly T[], id: string): T {
  const found = list.find((entry) => entry.id === id)
  if (found === undefined) throw new HarnessError('internal', `the plan names ${id}, which the suite does not have`)
  return found
}
