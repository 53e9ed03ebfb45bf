/** The record of a run as it starts and as it ends. */
import { packageInfo } from '../package.ts'
import {
  RUN_SCHEMA,
  type Environment,
  type Meter,
  type Observed,
  type Plan,
  type RunRecord,
  type Suite,
  type SuiteRecord,
  type UntilDecided,
  type Warning,
} from '../types.ts'
import type { Choices } from './resume.ts'

export interface RunStart {
  readonly id: string
  readonly startedAt: Date
  readonly command: string
  readonly choices: Choices
  readonly suite: SuiteRecord
  readonly environment: Environment
  readonly plan: Plan
  readonly rule?: UntilDecided | undefined
}

/** A record in which nothing has happened yet. */
export function newRecord({ id, startedAt, command, choices: { seed, quick, backend }, suite, environment, plan, rule }: RunStart): RunRecord {
  return {
    schema: RUN_SCHEMA,
    id,
    createdAt: startedAt.toISOString(),
    tool: packageInfo(),
    command,
    backend,
    seed,
    quick,
    suite,
    environment,
    plan: plan.cells.map(({ key }) => key),
    cells: plan.cells.map((cell) => ({ id: cell.id, key: cell.key, items: cell.items.map((item) => item.id), state: 'planned' })),
    meters: [],
    warnings: [],
    state: 'running',
    ...(rule === undefined ? {} : { sequential: { rule, looks: 0, students: [] } }),
  }
}

export type ProbedMeter = { meter: Meter; probe: Observed<string> }

/** Those of now, then those that only an earlier part of the run had. */
export function mergeMeters(before: RunRecord['meters'], now: readonly ProbedMeter[]): RunRecord['meters'] {
  const current = now.map(({ meter: { id, origin, unit, spec }, probe }) => ({ id, probe, origin, unit, ...(spec === undefined ? {} : { spec }) }))
  return [...current, ...before.filter(({ id }) => !current.some((meter) => meter.id === id))]
}

/** Loads that cannot be what they are called, since there are too few items. */
export function smallBatches(suite: Suite, plan: Plan): Warning[] {
  return suite.loads.flatMap((load) =>
    plan.workloads.flatMap(({ id, items }) => {
      const asked = Math.min(items.length, load.items ?? Infinity)
      if (load.kind !== 'batch' || asked >= load.size || plan.cells.length === 0) return []
      return [
        { code: 'small-batch', message: `${id}, ${load.id}: there are only ${asked} items, so no batch has the ${load.size} requests that the load asks for.` },
      ]
    }),
  )
}

/** What a run has come to when no cell is left to run, or none may be. */
export function finalState({ cells }: RunRecord): RunRecord['state'] {
  if (cells.some(({ state }) => state === 'planned')) return 'interrupted'
  return cells.some(({ state }) => state === 'failed') ? 'failed' : 'done'
}
