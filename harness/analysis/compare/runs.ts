/**
 * Models of different runs as the contestants of one: a prompt that was changed, another engine, a quantisation are compared
 * like a student with its teacher. What comes out is a run as any other, on the questions that all of them answered.
 */
import { HarnessError, nearest } from '../../errors.ts'
import type { CellKey, CellRecord, ModelSpec, RunRecord, Sample, SeriesRecord, StoredRun, SuiteRecord, Warning } from '../../types.ts'
import { commonItems, commonLoads, commonWorkloads, type CombineOptions, type Contestant, type Describe, type Pair } from './common.ts'

export type { CombineOptions, PairBy } from './common.ts'

/** A run, and one of its models by id; without, the models that the runs have in common are compared each with itself. */
export interface RunPick {
  run: StoredRun
  model?: string | undefined
}

/**
 * One run for each model that is compared; the first pick is the reference and takes the place of the teacher. Throws
 * HarnessError `usage` where the runs cannot be compared, with the difference named.
 */
export function combineRuns(picks: readonly RunPick[], options: CombineOptions): StoredRun[] {
  return contestantsOf(picks).map((contestants) => combine(contestants, options))
}

// --- internal ---

/** Lists of models that are compared with one another, the reference first. */
function contestantsOf(picks: readonly RunPick[]): Contestant[][] {
  const asked = picks.map(({ run, model }) => (model === undefined ? modelsAsked(run) : [named(run, model)]))
  const silent = asked.findIndex((models) => models.length === 0)
  if (silent >= 0) throw new HarnessError('usage', `run ${picks[silent]!.run.record.id} has no answers that could be compared`)
  const one = (index: number, model: ModelSpec): Contestant => ({ run: picks[index]!.run, model })
  if (asked.every((models) => models.length === 1)) return [asked.map(([model], index) => one(index, model!))]
  if (picks.some(({ model }) => model !== undefined)) throw severalModels(picks, asked)
  const common = asked[0]!.filter(({ id }) => asked.every((models) => models.some((model) => model.id === id)))
  if (common.length === 0) throw severalModels(picks, asked)
  return common.map(({ id }) =>
    asked.map((models, index) =>
      one(
        index,
        models.find((model) => model.id === id)!,
      ),
    ),
  )
}

function modelsAsked({ record, samples }: StoredRun): ModelSpec[] {
  const ids = new Set(samples.map(({ key }) => key.model))
  return record.suite.models.filter(({ id }) => ids.has(id))
}

function named(run: StoredRun, id: string): ModelSpec {
  const models = modelsAsked(run)
  const found = models.find((model) => model.id === id)
  if (found !== undefined) return found
  const known = models.map((model) => model.id)
  const guess = nearest(id, known)
  throw new HarnessError('usage', `run ${run.record.id} has no answers of a model "${id}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: `its models: ${known.join(', ') || 'none'}`,
  })
}

function severalModels(picks: readonly RunPick[], asked: readonly (readonly ModelSpec[])[]): HarnessError {
  const lists = picks.map(({ run }, index) => `${run.record.id}: ${asked[index]!.map(({ id }) => id).join(', ')}`)
  return new HarnessError('usage', 'the runs have several models and it is not clear which are to be compared', {
    hint: `name one of each as RUN:MODEL; ${lists.join('; ')}`,
  })
}

function combine(contestants: readonly Contestant[], { by, describe }: CombineOptions): StoredRun {
  // 1. what both were asked  2. the questions in common  3. everything under new names
  const [reference] = contestants
  const ids = distinctIds(contestants)
  const workloads = commonWorkloads(contestants, describe)
  const loads = commonLoads(contestants, describe)
  const places = workloads.map((pair) => commonItems(contestants, pair, { by, describe }))
  const warnings: Warning[] = [...differences(contestants, ids, describe), ...places.flatMap(({ left }) => left)]
  const parts = contestants.map((contestant, side) =>
    rename(contestant, { id: ids[side]!, side, workloads, loads: loads.ids, items: places.map(({ items }) => items[side]!) }),
  )
  const { record } = reference!.run
  const suite: SuiteRecord = {
    ...record.suite,
    title: `${ids.slice(1).join(', ')} against ${ids[0]}`,
    description: 'Models of different runs, on the questions that all of them answered.',
    models: contestants.map(({ model }, side) => ({
      ...model,
      id: ids[side]!,
      name: nameOf(contestants, side, ids),
      role: side === 0 ? 'teacher' : 'student',
    })),
    workloads: workloads.map(([own]) => record.suite.workloads.find(({ id }) => id === own)!),
    loads: loads.specs,
    facts: [],
    claims: [],
  }
  const cells = parts.flatMap((part) => part.cells)
  const { sequential: _own, ...rest } = record // of the reference alone; each model has its own below
  const sequentialOf = Object.fromEntries(
    contestants.flatMap(({ run }, side) => (run.record.sequential === undefined ? [] : [[ids[side]!, run.record.sequential] as const])),
  )
  return {
    dir: reference!.run.dir,
    samples: parts.flatMap(({ samples }) => samples),
    series: parts.flatMap(({ series }) => series),
    record: {
      ...rest,
      id: contestants.map(({ run, model }) => `${run.record.id}:${model.id}`).join(' '),
      suite,
      plan: cells.map(({ key }) => key),
      cells,
      meters: metersOf(contestants),
      warnings: unique([...warnings, ...parts.flatMap((part) => part.warnings)]),
      quick: contestants.some(({ run }) => run.record.quick),
      state: stateOf(contestants),
      ...(Object.keys(sequentialOf).length === 0 ? {} : { sequentialOf }),
    },
  }
}

/** Of the runs behind: one that was cut short cuts the comparison short. */
function stateOf(contestants: readonly Contestant[]): RunRecord['state'] {
  const states = contestants.map(({ run }) => run.record.state)
  if (states.some((state) => state === 'running' || state === 'interrupted')) return 'interrupted'
  return states.every((state) => state === 'done') ? 'done' : 'failed'
}

/** The ids of the models where they differ; else with the run behind them. */
function distinctIds(contestants: readonly Contestant[]): string[] {
  const plain = contestants.map(({ model }) => model.id)
  if (new Set(plain).size === plain.length) return plain
  const long = contestants.map(({ model, run }) => `${model.id}@${run.record.id}`)
  return long.map((id, index) => (long.indexOf(id) === index ? id : `${id}#${index + 1}`)) // a run beside itself
}

function nameOf(contestants: readonly Contestant[], side: number, ids: readonly string[]): string {
  const names = contestants.map(({ model }) => model.name)
  return new Set(names).size === names.length ? names[side]! : ids[side]!
}

interface Renaming {
  id: string
  side: number
  workloads: readonly Pair[]
  loads: readonly ReadonlyMap<string, string>[]
  /** By workload. */
  items: readonly ReadonlyMap<string, string>[]
}

function rename(
  { run, model }: Contestant,
  { id, side, workloads, loads, items }: Renaming,
): { cells: CellRecord[]; samples: Sample[]; series: SeriesRecord[]; warnings: Warning[] } {
  const keyOf = (key: CellKey): { key: CellKey; items: ReadonlyMap<string, string> } | undefined => {
    const at = workloads.findIndex((pair) => pair[side] === key.workload)
    const load = loads[side]!.get(key.load)
    if (key.model !== model.id || at < 0 || load === undefined) return undefined
    return { key: { ...key, model: id, workload: workloads[at]![0]!, load }, items: items[at]! }
  }
  const cellName = (cell: string): string => `${side}:${cell}`
  const known = new Set(run.record.cells.filter(({ key }) => keyOf(key) !== undefined).map((cell) => cell.id))
  return {
    cells: run.record.cells.flatMap((cell): CellRecord[] => {
      const own = keyOf(cell.key)
      if (own === undefined) return []
      return [{ ...cell, id: cellName(cell.id), key: own.key, items: cell.items.flatMap((item) => own.items.get(item) ?? []) }]
    }),
    samples: run.samples.flatMap((sample): Sample[] => {
      const own = keyOf(sample.key)
      const item = own?.items.get(sample.item)
      return own === undefined || item === undefined ? [] : [{ ...sample, cell: cellName(sample.cell), key: own.key, item }]
    }),
    series: run.series.flatMap((one) => (known.has(one.cell) ? [{ ...one, cell: cellName(one.cell) }] : [])),
    warnings: run.record.warnings.flatMap((warning): Warning[] => {
      if (warning.model !== undefined && warning.model !== model.id) return []
      if (warning.cell !== undefined && !known.has(warning.cell)) return []
      return [{ ...warning, model: id, ...(warning.cell === undefined ? {} : { cell: cellName(warning.cell) }) }]
    }),
  }
}

/** A warning that two runs share stands once. */
function unique(warnings: readonly Warning[]): Warning[] {
  return warnings.filter(({ message }, index) => warnings.findIndex((other) => other.message === message) === index)
}

function metersOf(contestants: readonly Contestant[]): RunRecord['meters'] {
  return [...new Map(contestants.flatMap(({ run }) => run.record.meters.map((meter) => [meter.id, meter] as const))).values()]
}

/** What is being compared: where the suites and the machines differ from the reference. */
function differences(contestants: readonly Contestant[], ids: readonly string[], describe: Describe): Warning[] {
  const [reference, ...others] = contestants
  return others.flatMap(({ run }, index): Warning[] => {
    const [before, now] = [reference!.run.record, run.record]
    const warn = (code: string, message: string): Warning => ({ code, message: `${ids[index + 1]} (run ${now.id}) ${message}`, model: ids[index + 1]! })
    const machine = (record: RunRecord): string => JSON.stringify(Object.entries(record.environment.host).sort(([a], [b]) => (a < b ? -1 : 1)))
    return [
      ...(before.suite.hash === now.suite.hash
        ? []
        : [warn('runs-differ', `was run with another suite than ${ids[0]}: ${describe(before.suite, now.suite)}.`)]),
      ...(before.suite.margin === now.suite.margin
        ? []
        : [warn('margins-differ', `has the margin ${now.suite.margin}; that of the reference, ${before.suite.margin}, is used.`)]),
      ...(machine(before) === machine(now) ? [] : [warn('machines-differ', `was run on another machine than ${ids[0]}. Ratios of times compare those too.`)]),
    ]
  })
}
