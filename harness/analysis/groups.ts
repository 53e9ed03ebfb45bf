/** A run cut into groups, model × workload × load, and each group's measured windows into the stretches of work in them. */
import type { CellRecord, Failure, LoadSpec, ModelSpec, Sample, StoredRun } from '../types.ts'
import { splitStages, STAGE } from './stages.ts'

/** Everything one model did with one workload under one load, over blocks and repeats. */
export interface Group {
  run: string
  model: ModelSpec
  workload: string
  load: string
  spec: LoadSpec | undefined
  cells: readonly CellRecord[]
  /** In the order of cells and time; requests that the user interrupted are left out. */
  samples: readonly Sample[]
  /** Of several attempts at one item of a cell the last: what is graded. */
  graded: readonly Sample[]
  units: readonly WorkUnit[]
  /** Requests overlap all the time: the units are slices of the windows, and requests belong to the slice in which they ended. */
  sliced: boolean
  planned: number
}

/**
 * Requests that were on their way together (a batch; or one request alone) and the time that they are charged with: from
 * the first one's start to the next unit's start, so that the units of a window add up to the window.
 */
export interface WorkUnit {
  cell: string
  /** Index of the measured window; energy is known for all of a window or for none of it. */
  window: number
  startMs: number
  endMs: number
  samples: readonly Sample[]
}

/**
 * Groups in the order of the suite: models, then workloads, then loads; a load of several stages has a group for each.
 * Planned groups without a sample are among them.
 */
export function groupsOf({ record: whole, samples: all }: StoredRun): Group[] {
  const { record, samples } = splitStages(whole, all)
  const cells = bucket(record.cells, ({ key }) => groupKey(key))
  const asked = bucket(
    samples.filter((sample) => sample.error?.code !== 'aborted'),
    ({ key }) => groupKey(key),
  )
  const planned = new Map([...record.plan, ...record.cells.map(({ key }) => key), ...samples.map(({ key }) => key)].map((key) => [groupKey(key), key]))
  const models = new Map(record.suite.models.map((model) => [model.id, model]))
  const rank = orderOf(record.suite)
  return [...planned.entries()]
    .sort(
      ([, a], [, b]) =>
        rank('models', a.model) - rank('models', b.model) ||
        rank('workloads', a.workload) - rank('workloads', b.workload) ||
        rank('loads', a.load) - rank('loads', b.load),
    )
    .flatMap(([key, { model: id, workload, load }]) => {
      const model = models.get(id)
      if (model === undefined) return [] // a record whose cells name a model that its suite lacks is broken; there is nothing to compare
      return [
        groupOf(
          record.id,
          model,
          workload,
          load,
          record.suite.loads.find((spec) => spec.id === load || load.startsWith(`${spec.id}${STAGE}`)),
          cells.get(key) ?? [],
          asked.get(key) ?? [],
        ),
      ]
    })
}

/** Why a group has no requests at all. */
export function whyEmpty(group: Group): { state: 'absent'; why: string } | { state: 'failed'; error: Failure } {
  for (const cell of group.cells) if (cell.state === 'failed') return { state: 'failed', error: cell.error }
  for (const cell of group.cells) if (cell.state === 'skipped') return { state: 'absent', why: cell.why }
  return { state: 'absent', why: 'nothing was asked: the run ended before' }
}

/** Milliseconds of a unit; never negative. */
export function millis(unit: WorkUnit): number {
  return Math.max(0, unit.endMs - unit.startMs)
}

// --- internal ---

const EPSILON_MS = 1e-6

function groupKey({ model, workload, load }: { model: string; workload: string; load: string }): string {
  return `${model}\u0000${workload}\u0000${load}`
}

function bucket<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const buckets = new Map<string, T[]>()
  for (const value of values) {
    const key = keyOf(value)
    const list = buckets.get(key)
    if (list === undefined) buckets.set(key, [value])
    else list.push(value)
  }
  return buckets
}

function orderOf(suite: StoredRun['record']['suite']): (list: 'models' | 'workloads' | 'loads', id: string) => number {
  const ranks = { models: suite.models, workloads: suite.workloads, loads: suite.loads }
  const maps = Object.fromEntries(Object.entries(ranks).map(([list, specs]) => [list, new Map(specs.map(({ id }, index) => [id, index]))]))
  return (list, id) => maps[list]?.get(id) ?? Number.MAX_SAFE_INTEGER
}

function groupOf(
  run: string,
  model: ModelSpec,
  workload: string,
  load: string,
  spec: LoadSpec | undefined,
  cells: readonly CellRecord[],
  asked: readonly Sample[],
): Group {
  const byCell = bucket(asked, ({ cell }) => cell)
  const known = new Map(cells.map((cell) => [cell.id, cell]))
  const ids = [...new Set([...known.keys(), ...byCell.keys()])]
  const samples: Sample[] = []
  const units: WorkUnit[] = []
  let window = 0
  const sliced = spec !== undefined && overlaps(spec)
  for (const id of ids) {
    const own = [...(byCell.get(id) ?? [])].sort((a, b) => a.startMs - b.startMs)
    for (const sample of own) samples.push(sample) // a spread has a limit, and a cell may have a million
    for (const stretch of windowsOf(known.get(id), own, sliced)) for (const unit of (sliced ? slicesOf : unitsOf)(id, window++, stretch)) units.push(unit)
  }
  const last = new Map(samples.map((sample) => [`${sample.cell}\u0000${sample.item}`, sample]))
  const planned = ids.reduce((sum, id) => sum + Math.max(known.get(id)?.items.length ?? 0, new Set(byCell.get(id)?.map(({ item }) => item)).size), 0)
  return { run, model, workload, load, spec, cells, samples, graded: [...last.values()], units, sliced, planned }
}

interface Window {
  startMs: number
  endMs: number
  samples: readonly Sample[]
}

/**
 * The measured window of a finished cell, and beside it the time of requests that an earlier attempt had finished before
 * the run was cut short; a cell without a recorded window has only that.
 */
function windowsOf(cell: CellRecord | undefined, samples: readonly Sample[], sliced: boolean): Window[] {
  const phase = cell?.state === 'done' ? cell.phases.measure : undefined
  if (phase === undefined || !(phase.endMs > phase.startMs)) return loose(samples)
  const within = ({ startMs, endMs }: Sample): boolean => startMs >= phase.startMs - 1 && (sliced || endMs <= phase.endMs + 1)
  const inside = samples.filter(within)
  const outside = samples.filter((sample) => !within(sample))
  return [...loose(outside), ...(inside.length === 0 ? [] : [{ ...phase, samples: inside }])]
}

function loose(samples: readonly Sample[]): Window[] {
  const first = samples[0]
  return first === undefined ? [] : [{ startMs: first.startMs, endMs: latestEnd(samples), samples }]
}

function unitsOf(cell: string, window: number, { startMs, endMs, samples }: Window): WorkUnit[] {
  const batches: Sample[][] = []
  let busyUntil = -Infinity
  for (const sample of samples) {
    if (sample.startMs >= busyUntil - EPSILON_MS && sample.startMs !== batches.at(-1)?.[0]?.startMs) batches.push([])
    batches.at(-1)?.push(sample)
    busyUntil = Math.max(busyUntil, sample.endMs)
  }
  return batches.map((batch, index) => ({
    cell,
    window,
    startMs: index === 0 ? startMs : batch[0]!.startMs,
    endMs: batches[index + 1]?.[0]?.startMs ?? Math.max(endMs, latestEnd(batch)),
    samples: batch,
  }))
}

/** Slices per window: enough for an interval, few enough that what one request did to the next stays inside of one. */
const SLICES = 20
const LEAST_PER_SLICE = 5

/**
 * Slices of equal length. What was due in the window counts as a whole, whenever it ended: it stands for what was due before and
 * ended in the window (the method of batch means: Law and Kelton, Simulation Modeling and Analysis, chapter 9).
 */
function slicesOf(cell: string, window: number, { startMs, endMs, samples }: Window): WorkUnit[] {
  const count = Math.max(1, Math.min(SLICES, Math.floor(samples.length / LEAST_PER_SLICE)))
  const width = (endMs - startMs) / count
  const members = Array.from({ length: count }, (): Sample[] => [])
  for (const sample of samples) members[Math.max(0, Math.min(count - 1, Math.floor((sample.endMs - startMs) / width || 0)))]!.push(sample)
  return members.map((own, i) => ({
    cell,
    window,
    startMs: startMs + i * width,
    endMs: startMs + (i + 1) * width,
    samples: own,
  }))
}

function overlaps(spec: LoadSpec): boolean {
  return spec.kind === 'concurrency' ? spec.streams > 1 : spec.kind === 'rate' || spec.kind === 'sweep' || spec.kind === 'search' || spec.kind === 'trace'
}

function latestEnd(samples: readonly Sample[]): number {
  return samples.reduce((latest, { endMs }) => Math.max(latest, endMs), -Infinity)
}
