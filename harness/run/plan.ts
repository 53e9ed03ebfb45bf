/** From a suite to the cells that will run, in their order. */
import { HarnessError, nearest } from '../errors.ts'
import { adapterPlace } from '../models/registry.ts'
import { createRandom } from '../random.ts'
import type {
  CellKey,
  DataSource,
  Item,
  ItemsContext,
  LoadedSuite,
  LoadSpec,
  ModelAdapter,
  ModelSpec,
  Plan,
  Suite,
  UntilDecided,
  Warning,
  WorkloadSpec,
} from '../types.ts'
import { askedAlike, whoCannotTell, type Collected } from './asked-alike.ts'
import { hashItems } from './hash.ts'
import { duplicates, unreadableTargets } from './suspect-items.ts'
import { blocksOf, quickLoad, requestsOf, turnsOf, whyNotAsked, whyNotUnder } from './loads.ts'

export interface PlanOptions {
  /** Default: the seed of the suite. */
  readonly seed?: number
  readonly quick?: boolean
  /** Ids of the models that take part; default: all. */
  readonly models?: readonly string[]
  /** Items come in random order, a block for each look. */
  readonly untilDecided?: UntilDecided
  /** Pairs of models that run one after the other in each block, and change places from block to block (ABBA). */
  readonly sideBySide?: SideBySide
  readonly signal?: AbortSignal
  /** What is being fetched, for people who wait. */
  readonly onProgress?: (message: string) => void
}
export type SideBySide = readonly (readonly [first: string, second: string])[]

/**
 * Collects the items and lays out the cells: repeats, then blocks, then workloads and loads, and inside of each the models
 * in an order drawn from the seed, so that a drift of the machine hits all of them alike. Deterministic from suite and
 * seed. Models that are only quoted get no cells. Throws HarnessError `usage` for an unknown model or adapter or a workload
 * without items, `data` for items that cannot be read.
 */
export async function planSuite({ suite, dir }: LoadedSuite, options: PlanOptions = {}): Promise<Plan> {
  const seed = options.seed ?? suite.seed
  // 1. who takes part  2. what is asked  3. in which order
  const models = await placeModels(chooseModels(suite, options.models), dir)
  const silent = await whoCannotTell(chooseModels(suite, options.models), dir)
  const collected = await Promise.all(
    suite.workloads.map(async (spec) => askedAlike(await collectWorkload(spec, suite, seed, options, models.length > 0), silent)),
  )
  const workloads = collected.map(({ workload }) => workload)
  const warnings = collected.flatMap((one) => one.warnings)
  const cut: Cut = options.untilDecided === undefined ? { blocks: options.quick ? suite.quick.blocks : suite.blocks } : options.untilDecided
  const cells = layOut(suite, models, workloads, seed, cut, options.sideBySide ?? [])
  const running = cells.filter(({ skip }) => skip === undefined)
  const most = new Map(suite.workloads.map(({ id, maxTokens }) => [id, maxTokens]))
  const loads = new Map(suite.loads.map((load) => [load.id, options.quick ? quickLoad(load) : load]))
  const asked = ({ items, key }: Plan['cells'][number]): number => requestsOf(loads.get(key.load)!, items.length, turnsOf(items))
  return {
    cells,
    workloads,
    ...(warnings.length === 0 ? {} : { warnings }),
    requests: running.reduce((sum, cell) => sum + asked(cell), 0),
    maxOutputTokens: running.reduce((sum, cell) => sum + asked(cell) * (most.get(cell.key.workload) ?? 0), 0),
  }
}

/** The models of the suite that are asked for, in the order of the suite. Throws HarnessError `usage` for an unknown id. */
export function chooseModels({ models }: Suite, ids: readonly string[] | undefined): readonly ModelSpec[] {
  if (ids === undefined) return models
  const known = models.map(({ id }) => id)
  const unknown = ids.find((id) => !known.includes(id))
  if (unknown !== undefined) {
    const guess = nearest(unknown, known)
    throw new HarnessError('usage', `the suite has no model "${unknown}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `its models: ${known.join(', ')}`,
    })
  }
  return models.filter(({ id }) => ids.includes(id))
}

/** `model/workload/load/r<repeat>/b<block>` */
export function cellId({ model, workload, load, repeat, block }: CellKey): string {
  return `${model}/${workload}/${load}/r${repeat}/b${block}`
}

/** The items of a workload with what is to be known of them. Throws as `planSuite`. */
export async function collectWorkload(spec: WorkloadSpec, suite: Suite, seed: number, options: PlanOptions, needed: boolean): Promise<Collected> {
  const limit = Math.min(spec.limit ?? Infinity, options.quick ? suite.quick.items : Infinity)
  const items: Item[] = []
  const ids = new Set<string>()
  const warnings: Warning[] = []
  const sources: DataSource[] = []
  const context: ItemsContext = {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    onWarning: (code, message) => void warnings.push({ code, message: `workload ${spec.id}: ${message}` }),
    onSource: (source) => void sources.push(source),
  }
  if (limit > 0)
    for await (const item of spec.items(seed, context)) {
      if (ids.has(item.id)) throw new HarnessError('data', `workload ${spec.id} has two items with the id "${item.id}"; samples are paired by id`)
      ids.add(item.id)
      items.push(item)
      if (items.length >= limit) break
    }
  if (items.length === 0 && needed)
    throw new HarnessError('usage', `workload ${spec.id} has no items, so there is nothing to ask`, { hint: 'check its source and its limit' })
  if (sources.length > 0 || spec.prefix === undefined) warnings.push(...duplicates(spec.id, items))
  warnings.push(...unreadableTargets(spec.id, items, spec.grader))
  return { workload: { id: spec.id, items, itemsHash: hashItems(items), ...(sources.length === 0 ? {} : { sources }) }, warnings }
}

// --- internal ---

interface PlacedModel {
  readonly id: string
  readonly runsIn: Exclude<ModelAdapter['runsIn'], 'none'>
}

async function placeModels(models: readonly ModelSpec[], dir: string): Promise<PlacedModel[]> {
  const placed: PlacedModel[] = []
  for (const { id, adapter, options } of models) {
    const runsIn = await adapterPlace(adapter, dir)
    const [where, what] = runsIn === 'child' || runsIn === 'client' ? (notJson(options, 'options') ?? []) : []
    if (where !== undefined)
      throw new HarnessError('usage', `models.${id}.${where} is ${what}, which cannot be given to the process of the model`, {
        hint: 'options are texts, numbers, booleans, lists and maps; the adapter can build the rest from them',
      })
    if (runsIn !== 'none') placed.push({ id, runsIn })
  }
  return placed
}

/** The first value that JSON cannot carry: where it is, and what. */
function notJson(value: unknown, where: string): [where: string, what: string] | undefined {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return undefined
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : [where, String(value)]
  if (typeof value !== 'object') return [where, `a ${typeof value}`]
  const kind: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && kind !== Object.prototype && kind !== null) return [where, `a ${value.constructor.name}`]
  for (const [key, entry] of Object.entries(value)) {
    const found = notJson(entry, `${where}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

/** A number of blocks; or a block for each look, of items in random order. */
type Cut = { blocks: number } | UntilDecided

function layOut(suite: Suite, models: readonly PlacedModel[], workloads: Plan['workloads'], seed: number, cut: Cut, pairs: SideBySide): Plan['cells'] {
  const groups = workloads.flatMap((workload) => suite.loads.map((load) => ({ workload: workload.id, load, blocks: cutItems(load, workload, seed, cut) })))
  const most = Math.max(0, ...groups.map(({ blocks }) => blocks.length))
  const cells: Plan['cells'][number][] = []
  for (const [repeat, block] of turns(suite.repeats, most, 'lookEvery' in cut))
    for (const { workload, load, blocks } of groups) {
      const items = blocks[block]
      if (items === undefined) continue
      for (const { id: model, runsIn } of inTurn(models, pairs, seed, [workload, load.id], repeat, block)) {
        const key = { model, workload, load: load.id, repeat, block }
        const skip = whyNotUnder(load, runsIn) ?? whyNotAsked(load, items)
        cells.push({ id: cellId(key), key, items, ...(skip === undefined ? {} : { skip }) })
      }
    }
  return cells
}

/**
 * The models in an order drawn from the seed. The models of a pair stay together; which of them comes first is drawn for every
 * other block, and the block after it has them the other way round, so that whatever the place costs hits both alike.
 */
function inTurn(models: readonly PlacedModel[], pairs: SideBySide, seed: number, group: readonly string[], repeat: number, block: number): PlacedModel[] {
  const shuffled = createRandom(seed, 'order', ...group, repeat, block).shuffle(models)
  if (pairs.length === 0) return shuffled
  const swapped = createRandom(seed, 'side', ...group, repeat, Math.floor(block / 2)).next() < 0.5 !== (block % 2 === 1)
  const find = (id: string): PlacedModel[] => models.filter((model) => model.id === id)
  return shuffled.flatMap((model) => {
    const pair = pairs.find((ids) => ids.includes(model.id))
    if (pair === undefined) return [model]
    if (pair[0] !== model.id) return []
    return swapped ? [...find(pair[1]), model] : [model, ...find(pair[1])]
  })
}

function cutItems(load: LoadSpec, { id, items }: Plan['workloads'][number], seed: number, cut: Cut): Item[][] {
  if (!('lookEvery' in cut)) return blocksOf(load, items, cut.blocks)
  if (items.some(({ cluster }) => cluster !== undefined))
    throw new HarnessError('usage', `workload ${id} has items in clusters; asking until it is clear needs items that stand alone`, {
      hint: 'ask all of them, without untilDecided',
    })
  const drawn = createRandom(seed, 'until decided', id).shuffle(items).slice(0, cut.maxItems)
  return blocksOf(load, drawn, Math.ceil(Math.min(drawn.length, load.items ?? Infinity) / cut.lookEvery))
}

/** Repeats after one another; where the results are looked at after each block, all repeats of a block before the next. */
function turns(repeats: number, blocks: number, byBlock: boolean): [repeat: number, block: number][] {
  const all = Array.from({ length: repeats }, (_, repeat) => Array.from({ length: blocks }, (__, block): [number, number] => [repeat, block])).flat()
  return byBlock ? all.sort(([, a], [, b]) => a - b) : all
}
