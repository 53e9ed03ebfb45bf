/** A run cut into groups, model × workload × load, and each group's measured windows into the stretches of work in them. */
import type { CellKey, CellRecord, Failure, LoadSpec, ModelSpec, SampleTable, Site, StoredRun, TableRun } from '../types.ts'
import { splitStages, STAGE } from './stages.ts'
import { sortedBy } from './table/rows.ts'
import { slicesOf, Stretches, unitsOf, windowsOf, type Units } from './units.ts'

export { millis, type Units } from './units.ts'

/** Everything one model did with one workload under one load, over blocks and repeats. */
export interface Group {
  run: string
  model: ModelSpec
  workload: string
  load: string
  spec: LoadSpec | undefined
  cells: readonly CellRecord[]
  table: SampleTable
  /** Rows of the table in the order of cells and time; requests that the user interrupted are left out. */
  samples: Int32Array
  /** Of several attempts at one item of a cell the last: the rows of what is graded. Where a load asks items again and again, all of them. */
  graded: Int32Array
  units: Units
  /** Requests overlap all the time: the units are slices of the windows, and requests belong to the slice in which they ended. */
  sliced: boolean
  /** Prompts without a right answer: a request that failed is no wrong answer. */
  promptsOnly: boolean
  /** Multiple choice by log-likelihood, where the model told it. */
  likely: boolean
  /** How lengths count in that: `raw`, `bytes` or `characters`; empty for other graders. */
  likelyBy: string
  planned: number
  /** Where it ran, as the suite tells. */
  site?: Site
}

/**
 * Groups in the order of the suite: models, then workloads, then loads; a load of several stages has a group for each.
 * Planned groups without a sample are among them.
 */
export function groupsOf(run: Pick<TableRun, 'record' | 'table' | 'rows'>): Group[] {
  const { record, table, rows } = splitStages(run)
  const cells = bucket(record.cells, ({ key }) => groupKey(key))
  const { asked, keys } = rowsByGroup(table, rows)
  const planned = new Map([...record.plan, ...record.cells.map(({ key }) => key), ...keys].map((key) => [groupKey(key), key]))
  const models = new Map(record.suite.models.map((model) => [model.id, model]))
  const rank = orderOf(record.suite)
  const last = new LastAttempts(table)
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
      const spec = record.suite.loads.find((one) => one.id === load || load.startsWith(`${one.id}${STAGE}`))
      const grader = record.suite.workloads.find((one) => one.id === workload)?.grader ?? ''
      const promptsOnly = grader === UNGRADED
      const likely = grader.startsWith(LIKELY)
      const head = {
        run: record.id,
        model,
        workload,
        load,
        spec,
        cells: cells.get(key) ?? [],
        table,
        promptsOnly,
        likely,
        likelyBy: /^choice:log-likelihood\(by=(\w+)\)/.exec(grader)?.[1] ?? '',
        ...(record.suite.site === undefined ? {} : { site: record.suite.site }),
      }
      return [{ ...head, ...requestsOf(head, asked.get(key) ?? NONE, last) }]
    })
}

/** Why a group has no requests at all. */
export function whyEmpty(group: Group): { state: 'absent'; why: string } | { state: 'failed'; error: Failure } {
  for (const cell of group.cells) if (cell.state === 'failed') return { state: 'failed', error: cell.error }
  for (const cell of group.cells) if (cell.state === 'skipped') return { state: 'absent', why: cell.why }
  return { state: 'absent', why: 'nothing was asked: the run ended before' }
}

// --- internal ---

const NONE = new Int32Array(0)
/** The grader of workloads that nobody can grade. */
const UNGRADED = 'none'
/** How graders by log-likelihood are called. */
const LIKELY = 'choice:log-likelihood'

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

/** Rows in groups, and the keys that the rows have, in the order in which they come. */
function rowsByGroup(table: SampleTable, rows: Int32Array): { asked: Map<string, Int32Array>; keys: CellKey[] } {
  const aborted = new Set([...table.errors].flatMap(([row, { code }]) => (code === 'aborted' ? [row] : [])))
  const used = new Set(rows.map((row) => table.key[row]!))
  const kept = aborted.size === 0 ? rows : rows.filter((row) => !aborted.has(row))
  const asked = new Map<string, Int32Array>()
  for (const [name, numbers] of bucket([...used], (number) => groupKey(table.keys[number]!))) {
    const own = new Uint8Array(table.keys.length)
    for (const number of numbers) own[number] = 1
    asked.set(
      name,
      kept.filter((row) => own[table.key[row]!] === 1),
    )
  }
  return { asked, keys: [...used].map((number) => table.keys[number]!) }
}

function orderOf(suite: StoredRun['record']['suite']): (list: 'models' | 'workloads' | 'loads', id: string) => number {
  const ranks = { models: suite.models, workloads: suite.workloads, loads: suite.loads }
  const maps = Object.fromEntries(Object.entries(ranks).map(([list, specs]) => [list, new Map(specs.map(({ id }, index) => [id, index]))]))
  return (list, id) => maps[list]?.get(id) ?? Number.MAX_SAFE_INTEGER
}

function requestsOf(
  { spec, cells, table }: Pick<Group, 'spec' | 'cells' | 'table'>,
  asked: Int32Array,
  last: LastAttempts,
): Pick<Group, 'samples' | 'graded' | 'units' | 'sliced' | 'planned'> {
  const known = new Map(cells.map((cell) => [cell.id, cell]))
  const rowsOf = byCell(table, asked)
  const byName = new Map([...rowsOf.keys()].map((number) => [table.cells[number]!, number]))
  const sliced = spec !== undefined && overlaps(spec)
  const stretches = new Stretches(asked.length)
  const [samples, graded] = [new Int32Array(asked.length), new Int32Array(asked.length)]
  let [placed, kept, planned] = [0, 0, 0]
  for (const id of new Set([...known.keys(), ...byName.keys()])) {
    const number = byName.get(id) ?? -1
    const own = sortedBy(rowsOf.get(number) ?? NONE, table.startMs)
    samples.set(own, placed)
    for (const window of windowsOf(known.get(id), table, samples.subarray(placed, placed + own.length), placed, sliced))
      (sliced ? slicesOf : unitsOf)(stretches, id, window, table, samples)
    const items = isStage(known.get(id)) ? copy(own, graded.subarray(kept)) : last.collect(own, graded.subarray(kept))
    placed += own.length
    kept += items
    planned += Math.max(known.get(id)?.items.length ?? 0, items)
  }
  return { samples, graded: graded.slice(0, kept), units: stretches.done(), sliced, planned }
}

/** Rows by the number of their cell, each list in the order in which they come. */
function byCell({ cell, cells }: SampleTable, rows: Int32Array): Map<number, Int32Array> {
  const sizes = new Int32Array(cells.length)
  for (const row of rows) sizes[cell[row]!]!++
  const lists = new Map<number, Int32Array>()
  const next = new Int32Array(cells.length)
  for (const row of rows) {
    const number = cell[row]!
    let list = lists.get(number)
    if (list === undefined) lists.set(number, (list = new Int32Array(sizes[number]!)))
    list[next[number]!++] = row
  }
  return lists
}

/** A cell of a load that runs for a time, which asks its items in turn until that is over. */
function isStage(cell: CellRecord | undefined): boolean {
  return cell?.state === 'done' && (cell.stages?.length ?? 0) > 0
}

function copy(rows: Int32Array, into: Int32Array): number {
  into.set(rows)
  return rows.length
}

/** The last row of each item of a cell, in the order in which the items first come. */
class LastAttempts {
  readonly #table: SampleTable
  readonly #turn: Int32Array
  readonly #place: Int32Array
  #turns = 0

  constructor(table: SampleTable) {
    this.#table = table
    this.#turn = new Int32Array(table.names.length)
    this.#place = new Int32Array(table.names.length)
  }

  /** Writes them to the beginning of `into`; gives how many. */
  collect(rows: Int32Array, into: Int32Array): number {
    const turn = ++this.#turns
    let count = 0
    for (const row of rows) {
      const item = this.#table.item[row]!
      if (this.#turn[item] !== turn) {
        this.#turn[item] = turn
        this.#place[item] = count++
      }
      into[this.#place[item]!] = row
    }
    return count
  }
}

function overlaps(spec: LoadSpec): boolean {
  return spec.kind === 'concurrency' ? spec.streams > 1 : spec.kind === 'rate' || spec.kind === 'sweep' || spec.kind === 'search' || spec.kind === 'trace'
}
