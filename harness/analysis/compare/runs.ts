/**
 * Models of different runs as the contestants of one: a prompt that was changed, another engine, a quantisation are compared
 * like a student with its teacher. What comes out is a run as any other, on the questions that all of them answered.
 */
import { HarnessError, nearest } from '../../errors.ts'
import type { CellKey, CellRecord, LoadSpec, ModelSpec, RunRecord, Sample, SeriesRecord, StoredRun, SuiteRecord, Warning } from '../../types.ts'
import { counted } from '../observed.ts'

/** A run, and one of its models by id; without, the models that the runs have in common are compared each with itself. */
export interface RunPick {
  run: StoredRun
  model?: string | undefined
}

/** `hash`: questions with the same text and right answer. `id`: of the same name and with the same right answer; the prompt was changed. */
export type PairBy = 'hash' | 'id'

export interface CombineOptions {
  by: PairBy
  /** In words, where two suites differ. */
  describe: (before: SuiteRecord, now: SuiteRecord) => string
}

/**
 * One run for each model that is compared; the first pick is the reference and takes the place of the teacher. Throws
 * HarnessError `usage` where the runs cannot be compared, with the difference named.
 */
export function combineRuns(picks: readonly RunPick[], options: CombineOptions): StoredRun[] {
  return contestantsOf(picks).map((contestants) => combine(contestants, options))
}

// --- internal ---

interface Contestant {
  run: StoredRun
  model: ModelSpec
}

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
  return {
    dir: reference!.run.dir,
    samples: parts.flatMap(({ samples }) => samples),
    series: parts.flatMap(({ series }) => series),
    record: {
      ...record,
      id: contestants.map(({ run, model }) => `${run.record.id}:${model.id}`).join(' '),
      suite,
      plan: cells.map(({ key }) => key),
      cells,
      meters: metersOf(contestants),
      warnings: unique([...warnings, ...parts.flatMap((part) => part.warnings)]),
      state: contestants.every(({ run }) => run.record.state === 'done') ? 'done' : 'failed',
    },
  }
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

/** Ids of one workload, by side. */
type Pair = readonly string[]
type Describe = CombineOptions['describe']

/** Workloads of the same id; or the only one of each, whatever it is called. Their graders must agree. */
function commonWorkloads(contestants: readonly Contestant[], describe: Describe): Pair[] {
  const lists = contestants.map(({ run, model }) => {
    const asked = new Set(run.samples.filter(({ key }) => key.model === model.id).map(({ key }) => key.workload))
    return run.record.suite.workloads.filter(({ id }) => asked.has(id))
  })
  const common = lists[0]!.filter(({ id }) => lists.every((list) => list.some((other) => other.id === id)))
  const pairs =
    common.length > 0 ? common.map(({ id }) => lists.map(() => id)) : lists.every(({ length }) => length === 1) ? [lists.map((list) => list[0]!.id)] : []
  if (pairs.length === 0) throw notComparable(contestants, describe, 'they have no workload in common')
  for (const pair of pairs) {
    const graders = new Set(pair.map((id, side) => lists[side]!.find((one) => one.id === id)!).map(({ grader, graderVersion }) => `${grader} ${graderVersion}`))
    if (graders.size > 1) throw notComparable(contestants, describe, `${pair[0]} was graded by ${[...graders].join(' and by ')}`)
  }
  return pairs
}

/** Loads of the same id; or the only one of each. Gives the new id by side and old id. */
function commonLoads(contestants: readonly Contestant[], describe: Describe): { specs: LoadSpec[]; ids: readonly ReadonlyMap<string, string>[] } {
  const lists = contestants.map(({ run }) => run.record.suite.loads)
  const common = lists[0]!.filter(({ id }) => lists.every((list) => list.some((other) => other.id === id)))
  if (common.length > 0) return { specs: common, ids: lists.map(() => new Map(common.map(({ id }) => [id, id]))) }
  const only = lists.map(([first]) => first?.id ?? '')
  if (lists.some(({ length }) => length !== 1)) throw notComparable(contestants, describe, 'they have no load in common')
  const id = only.join(' and ')
  // Nobody can say what a time under both is, so that there is no window; accuracy is compared, times are not summed up.
  return { specs: [{ id, kind: 'recorded' }], ids: only.map((own) => new Map([[own, id]])) }
}

/** By side: the name that an item has in the combined run, by its own name; items that not all have are not in it. */
function commonItems(
  contestants: readonly Contestant[],
  pair: Pair,
  { by, describe }: CombineOptions,
): { items: ReadonlyMap<string, string>[]; left: Warning[] } {
  const keyed = contestants.map(({ run, model }, side) => itemKeys(run.samples, model.id, pair[side]!, by))
  const [first] = keyed
  const common = [...first!.keys()].filter((key) => keyed.every((keys) => keys.has(key)))
  if (common.length === 0)
    throw notComparable(
      contestants,
      describe,
      `they have no question of ${pair[0]} in common`,
      by === 'hash' ? 'where the prompt was changed on purpose, --by id pairs questions by name' : undefined,
    )
  const otherTargets = common.filter((key) => new Set(keyed.map((keys) => keys.get(key)!.target?.trim())).size > 1)
  if (otherTargets.length > 0)
    throw notComparable(
      contestants,
      describe,
      `${counted(otherTargets.length, 'question')} of ${pair[0]} have other right answers: ${otherTargets.slice(0, 5).join(', ')}`,
    )
  const most = Math.max(...keyed.map(({ size }) => size))
  const left: Warning[] =
    common.length === most
      ? []
      : [{ code: 'left-out', message: `${pair[0]}: ${common.length} of ${counted(most, 'question')} are in all runs; the others are left out.` }]
  return { left, items: keyed.map((keys) => new Map(common.map((key) => [keys.get(key)!.item, first!.get(key)!.item]))) }
}

/** Items by what they are paired by; a question that a workload has twice is told apart by its place. */
function itemKeys(samples: readonly Sample[], model: string, workload: string, by: PairBy): Map<string, { item: string; target?: string | undefined }> {
  const keys = new Map<string, { item: string; target?: string | undefined }>()
  const seen = new Set<string>()
  for (const { key, item, itemHash, target } of samples) {
    if (key.model !== model || key.workload !== workload || seen.has(item)) continue
    seen.add(item)
    const own = by === 'id' ? item : itemHash
    let place = own
    for (let n = 2; keys.has(place); n++) place = `${own} ${n}`
    keys.set(place, { item, target })
  }
  return keys
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

function notComparable(contestants: readonly Contestant[], describe: Describe, why: string, hint?: string): HarnessError {
  const [reference, ...others] = contestants
  const { record } = reference!.run
  const other = others.find(({ run }) => run.record.suite.hash !== record.suite.hash)?.run.record
  const difference = other === undefined ? '' : `; ${other.id} differs from ${record.id}: ${describe(record.suite, other.suite)}`
  return new HarnessError('usage', `the runs cannot be compared: ${why}${difference}`, hint === undefined ? {} : { hint })
}
