/** Going on with a run that ended early: which choices hold again, whether it is still the same suite, and what is left. */
import { HarnessError } from '../errors.ts'
import type { Environment, Item, Plan, RunRecord, StoredRun, SuiteRecord, Warning } from '../types.ts'
import { describeDifference } from './hash.ts'
import { isStaged } from './loads.ts'

export interface Choices {
  readonly seed: number
  readonly quick: boolean
  readonly backend: string
  readonly models: readonly string[] | undefined
}
export interface Wishes {
  readonly seed?: number
  readonly quick?: boolean
  readonly backend?: string
  readonly models?: readonly string[]
}

/** The choices of the earlier part. Throws HarnessError `usage` for a wish that says otherwise. */
export function choicesOf({ id, seed, quick, backend = 'auto', suite }: RunRecord, wishes: Wishes): Choices {
  const models = suite.models.map((model) => model.id)
  const refuse = (option: string, was: string): never => {
    throw new HarnessError('usage', `run ${id} cannot go on with another ${option}; it was started with ${was}`, {
      hint: `leave out --${option}, or start a new run`,
    })
  }
  if (wishes.seed !== undefined && wishes.seed !== seed) refuse('seed', String(seed))
  if (wishes.quick === true && !quick) refuse('quick', 'all items')
  if (wishes.backend !== undefined && wishes.backend !== 'auto' && wishes.backend !== backend) refuse('backend', backend)
  if (wishes.models !== undefined && !sameMembers(wishes.models, models)) refuse('models', models.join(', '))
  return { seed, quick, backend, models }
}

/** Throws HarnessError `usage`, naming what differs, when the suite is no longer the one that the run was started with. */
export function checkSameSuite(record: RunRecord, suite: SuiteRecord, plan: Plan): void {
  const hint = 'start a new run, or bring the suite back to what it was'
  if (record.suite.hash !== suite.hash)
    throw new HarnessError('usage', `run ${record.id} cannot go on: the suite has changed since (${describeDifference(record.suite, suite)})`, { hint })
  const before = new Map(record.cells.map(({ id, items }) => [id, items.join('\n')]))
  if (before.size === plan.cells.length && plan.cells.every(({ id, items }) => before.get(id) === items.map((item) => item.id).join('\n'))) return
  throw new HarnessError('usage', `run ${record.id} cannot go on: its cells have changed since (blocks or repeats of the suite)`, { hint })
}

export interface Rest {
  readonly items: readonly Item[]
  readonly answeredBefore: number
}

/**
 * What is left of each cell; finished cells are not in it. An item is asked again only if it has no answer: failed requests
 * of cells that failed or were cut short are tried again, those of finished cells are not. A load that runs for a time is
 * put on again from its start: half of a stage tells nothing.
 */
export function restOf(plan: Plan, { record, samples }: Pick<StoredRun, 'record' | 'samples'>): ReadonlyMap<string, Rest> {
  const never = new Set(plan.cells.filter(({ skip }) => skip !== undefined).map(({ id }) => id))
  // What a run that asks until it is clear has skipped may be asked after all: with more time or money.
  const finished = new Set(record.cells.filter(({ state, id }) => state === 'done' || (state === 'skipped' && never.has(id))).map(({ id }) => id))
  const answered = new Set(samples.filter(({ finish }) => finish !== 'error').map(({ cell, item }) => `${cell}\n${item}`))
  const staged = new Set(record.suite.loads.filter(isStaged).map(({ id }) => id))
  return new Map(
    plan.cells
      .filter(({ id }) => !finished.has(id))
      .map(({ id, key, items }) => {
        const left = staged.has(key.load) ? items : items.filter((item) => !answered.has(`${id}\n${item.id}`))
        return [id, { items: left, answeredBefore: items.length - left.length }]
      }),
  )
}

/** The latest time of a run on its clock, in milliseconds. */
export function latestTime({ record, samples, series }: StoredRun): number {
  const phases = record.cells.flatMap((cell) => (cell.state === 'done' ? Object.values(cell.phases).map(({ endMs }) => endMs) : []))
  const readings = series.flatMap(({ t }) => t.slice(-1))
  return [...phases, ...readings, ...samples.map(({ endMs }) => endMs)].reduce((latest, time) => Math.max(latest, time), 0)
}

/** Grades that were given before a run went on are not of all its answers: they are kept, and no longer count. */
export function withoutGradings(record: RunRecord): RunRecord {
  if (record.gradings === undefined) return record
  return { ...record, gradings: record.gradings.map((one) => ({ ...one, replaced: one.replaced ?? 'the run was gone on with' })) }
}

/** What readers of a run must know that was made in parts. */
export function resumeWarnings(earlier: StoredRun, environment: Environment, now: Date): Warning[] {
  const before = earlier.record.environment
  const changes = [
    ...(before.node === environment.node ? [] : [`Node ${before.node} → ${environment.node}`]),
    ...(before.tool === environment.tool ? [] : [`${before.tool} → ${environment.tool}`]),
    ...[...new Set([...Object.keys(before.host), ...Object.keys(environment.host)])]
      .filter((key) => key !== 'memoryBytes' && before.host[key] !== environment.host[key])
      .map((key) => `${key} ${before.host[key] ?? 'unknown'} → ${environment.host[key] ?? 'unknown'}`),
  ]
  const graded = earlier.record.gradings?.some(({ replaced }) => replaced === undefined) === true
  const message = `The run had ended early (${earlier.record.state}) and was gone on with at ${now.toISOString()}; the pause between is not on its clock.`
  return [
    { code: 'resumed', message },
    ...(graded
      ? [
          {
            code: 'grading-replaced',
            message: `Its answers had been graded once more before it went on; those grades are kept, but no longer count: \`distillbench grade ${earlier.record.id}\` grades all of them.`,
          },
        ]
      : []),
    ...(changes.length === 0 ? [] : [{ code: 'environment-changed', message: `The two parts of the run differ in their environment: ${changes.join('; ')}.` }]),
  ]
}

// --- internal ---

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return a.every((id) => b.includes(id)) && b.every((id) => a.includes(id))
}
