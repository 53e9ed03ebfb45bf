/** Load profiles: which requests go together, and how many are in flight. */
import type { Item, LoadSpec, ModelAdapter, Turn } from '../types.ts'
import { expectedRequests } from './load/arrivals.ts'
import type { StagedLoad } from './load/stages.ts'

/** The items cut into what is asked together: whole batches, or one request at a time. */
export function batchesOf<T>(load: LoadSpec, items: readonly T[]): T[][] {
  const size = unitOf(load)
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

/** How many of those are in flight at a time. */
export function streamsOf(load: LoadSpec): number {
  return load.kind === 'concurrency' ? load.streams : 1
}

/** Warm-up in the shape of the load, since compiled kernels are per shape: at least `requests`, in whole batches. */
export function warmupBatches<T>(load: LoadSpec, requests: number, items: readonly T[]): T[][] {
  if (items.length === 0) return []
  const calls = Math.ceil(requests / unitOf(load))
  return batchesOf(
    load,
    Array.from({ length: calls * unitOf(load) }, (_, i) => items[i % items.length] as T),
  )
}

/** Loads that run in stages, for a time: they belong to the engine in load/. */
export function isStaged(load: LoadSpec): load is StagedLoad {
  return 'seconds' in load && load.seconds !== undefined
}

/** Why this load cannot be put on a model that runs there; undefined where it can. */
export function whyNotUnder(load: LoadSpec, runsIn: ModelAdapter['runsIn']): string | undefined {
  if (isStaged(load))
    return runsIn === 'client'
      ? undefined
      : `only a model behind a server can be put under a load of ${load.kind} that runs for a time; this one computes in a process of its own`
  if (load.kind !== 'concurrency' || load.streams === 1 || runsIn === 'parent' || runsIn === 'client') return undefined
  return `an in-process model computes one call at a time, so ${load.streams} requests in flight would only wait in its queue; a batch load answers several at once`
}

/** The turns, where all of these items are turns of sessions. */
export function turnsOf(items: readonly Item[]): Turn[] | undefined {
  const turns = items.flatMap(({ turn }) => turn ?? [])
  return turns.length > 0 && turns.length === items.length ? turns : undefined
}

/** Why these items cannot be asked under this load; undefined where they can. */
export function whyNotAsked(load: LoadSpec, items: readonly Item[]): string | undefined {
  if (isStaged(load) || turnsOf(items) === undefined) return undefined
  return `conversations need a load that runs for a time (rate, trace, sweep, search, or concurrency with seconds); ${load.kind} knows no sessions`
}

/**
 * The items of a load in blocks of nearly equal size that cut no batch apart; fewer blocks where there are not enough
 * batches. Blocks follow the order of the items. A load that runs for a time is not cut: its stages are long enough to be
 * compared, and repeats let contestants take turns.
 */
export function blocksOf<T>(load: LoadSpec, items: readonly T[], blocks: number): T[][] {
  const batches = batchesOf(load, items.slice(0, load.items))
  const count = Math.min(isStaged(load) ? 1 : blocks, batches.length)
  return Array.from({ length: count }, (_, b) => batches.slice(Math.floor((b * batches.length) / count), Math.floor(((b + 1) * batches.length) / count)).flat())
}

/** How many requests a load will send to `items` items, as far as it can be told before. */
export function requestsOf(load: LoadSpec, items: number, turns?: readonly Turn[]): number {
  const perSession = turns === undefined ? 1 : turns.length / turns.filter(({ session }, i) => session !== turns[i - 1]?.session).length
  return load.kind === 'rate' ? Math.ceil(expectedRequests(load) * perSession) : Math.min(items, (isStaged(load) ? load.requests : undefined) ?? Infinity)
}

/** The load as `--quick` has it: stages of a few seconds, and few of them. */
export function quickLoad(load: LoadSpec): LoadSpec {
  if (!isStaged(load)) return load
  const seconds = Math.min(load.seconds, QUICK.seconds)
  const points = 'points' in load ? { points: Math.min(load.points, QUICK.points) } : {}
  return { ...load, ...points, seconds, warmupSeconds: (load.warmupSeconds * seconds) / load.seconds }
}

// --- internal ---

const QUICK = { seconds: 5, points: 4 }

function unitOf(load: LoadSpec): number {
  return load.kind === 'batch' ? load.size : 1
}
