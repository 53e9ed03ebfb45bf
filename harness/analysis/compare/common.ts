/** What models of different runs have in common: workloads, loads and questions; and the refusal where that is nothing. */
import { HarnessError } from '../../errors.ts'
import type { LoadSpec, ModelSpec, Sample, StoredRun, SuiteRecord, Warning } from '../../types.ts'
import { counted } from '../observed.ts'

/** `hash`: questions with the same text and right answer. `id`: of the same name and with the same right answer; the prompt was changed. */
export type PairBy = 'hash' | 'id'

export interface CombineOptions {
  by: PairBy
  /** In words, where two suites differ. */
  describe: (before: SuiteRecord, now: SuiteRecord) => string
}

/** A model of a run; of several the first is the reference. */
export interface Contestant {
  run: StoredRun
  model: ModelSpec
}

/** Ids of one workload, by side. */
export type Pair = readonly string[]
export type Describe = CombineOptions['describe']

/** Workloads of the same id; or the only one of each, whatever it is called. Their graders must agree. */
export function commonWorkloads(contestants: readonly Contestant[], describe: Describe): Pair[] {
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
export function commonLoads(contestants: readonly Contestant[], describe: Describe): { specs: LoadSpec[]; ids: readonly ReadonlyMap<string, string>[] } {
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
export function commonItems(
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

// --- internal ---

/** Items by what they are paired by; a question that a workload has twice is told apart by the order of the names. */
function itemKeys(samples: readonly Sample[], model: string, workload: string, by: PairBy): Map<string, Named> {
  const same = new Map<string, Named[]>()
  const seen = new Set<string>()
  for (const { key, item, itemHash, target } of samples) {
    if (key.model !== model || key.workload !== workload || seen.has(item)) continue
    seen.add(item)
    const own = by === 'id' ? item : itemHash
    const known = same.get(own)
    if (known === undefined) same.set(own, [{ item, target }])
    else known.push({ item, target })
  }
  const keys = new Map<string, Named>()
  for (const [own, items] of same) {
    if (items.length > 1) items.sort((a, b) => (a.item < b.item ? -1 : 1))
    items.forEach((one, i) => keys.set(i === 0 ? own : `${own} ${i + 1}`, one))
  }
  return keys
}

interface Named {
  item: string
  target?: string | undefined
}

function notComparable(contestants: readonly Contestant[], describe: Describe, why: string, hint?: string): HarnessError {
  const [reference, ...others] = contestants
  const { record } = reference!.run
  const other = others.find(({ run }) => run.record.suite.hash !== record.suite.hash)?.run.record
  const difference = other === undefined ? '' : `; ${other.id} differs from ${record.id}: ${describe(record.suite, other.suite)}`
  return new HarnessError('usage', `the runs cannot be compared: ${why}${difference}`, hint === undefined ? {} : { hint })
}
