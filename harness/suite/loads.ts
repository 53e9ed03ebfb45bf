/** Loads of a suite: as written, and with their defaults. */
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Arrivals, LoadSpec } from '../types.ts'
import { TRACE_FORMATS } from '../workloads/index.ts'
import { Id, strict } from './strict.ts'

const count = z.int().min(1)
const common = { id: Id.optional(), items: count.optional().describe('Ask only the first n items of the workload under this load') }
const timing = {
  seconds: z.number().positive().optional().describe('No request starts later than this many seconds after the first'),
  requests: count.optional().describe('Nor more requests than this'),
  warmupSeconds: z.number().min(0).optional().describe('Requests that start in the first seconds are left out of the figures; default: a tenth, 5 at most'),
  maxErrorShare: z.number().min(0).max(1).optional().describe('Stop when more than this share of the last 50 requests failed; default 0.1'),
  maxInFlight: count.optional().describe('Stop when more requests than this are in flight: the server is saturated; default 2000'),
  maxUsd: z.number().positive().optional().describe('Stop when the load has cost this many US dollars at the price of the model'),
}
const limit = z.number().positive().optional()
const Slo = strict({
  ttftMs: limit.describe('Longest time to the first token, milliseconds'),
  tpotMs: limit.describe('Longest time per token after the first, milliseconds'),
  e2eMs: limit.describe('Longest time to the end of the answer, milliseconds'),
})
  .refine((slo) => Object.values(slo).some((value) => value !== undefined), {
    error: 'sets no limit; give at least one of ttftMs, tpotMs, e2eMs',
    when: ({ issues }) => issues.length === 0,
  })
  .describe('What a request must meet to count for goodput')
const ArrivalsInput = z
  .union(
    [
      z.enum(['constant', 'poisson']),
      strict({ kind: z.literal('gamma'), shape: z.number().positive().describe('1 is Poisson; below 1 requests come in bursts') }),
    ],
    {
      error: 'must be constant, poisson, or { kind: gamma, shape: … }',
    },
  )
  .optional()
  .describe('How requests follow one another: constant, poisson (default), or gamma with a shape')

export const LoadSchema = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('sequential').describe('one request at a time'), ...common }),
  strict({ kind: z.literal('batch').describe('several requests as one batch'), size: count, ...common }),
  strict({ kind: z.literal('concurrency').describe('several requests in flight; with seconds, for that long'), streams: count, ...common, ...timing }),
  strict({
    kind: z.literal('rate').describe('so many requests per second, however fast the answers come'),
    perSecond: z.number().positive(),
    arrivals: ArrivalsInput,
    rampSeconds: z.number().min(0).optional().describe('The rate grows from nothing over these first seconds; default 0'),
    slo: Slo.optional(),
    ...common,
    ...timing,
  }),
  strict({
    kind: z.literal('sweep').describe('from one stream to saturation, at rates chosen on the way'),
    points: count.optional().describe('Most stages; default 10'),
    arrivals: ArrivalsInput,
    slo: Slo.optional(),
    ...common,
    ...timing,
  }),
  strict({
    kind: z.literal('search').describe('the highest rate that meets the objective'),
    slo: Slo,
    points: count.optional().describe('Most stages; default 12'),
    arrivals: ArrivalsInput,
    ...common,
    ...timing,
  }),
  strict({
    kind: z.literal('trace').describe('requests at the times of a file'),
    file: z.string().min(1).describe('Path, relative to the suite'),
    format: z
      .enum(['auto', ...TRACE_FORMATS])
      .optional()
      .describe('Layout of the file; default auto: told by its first line'),
    fromSeconds: z.number().min(0).optional().describe('Leave out the requests of the first seconds of the file; default 0'),
    speed: z.number().positive().optional().describe('2 replays twice as fast; default 1'),
    slo: Slo.optional(),
    ...common,
    ...timing,
  }),
])
type ParsedLoad = z.output<typeof LoadSchema>

/** `sequential`, `batch-8`, `concurrency-4`, `rate-2.5`, `sweep`. */
export function loadId(load: ParsedLoad): string {
  if (load.id !== undefined) return load.id
  if (load.kind === 'batch') return `batch-${load.size}`
  if (load.kind === 'concurrency') return `concurrency-${load.streams}`
  return load.kind === 'rate' ? `rate-${load.perSecond}` : load.kind
}

/** The load with its defaults. `dir` is where the path of a trace starts. */
export function resolveLoad(load: ParsedLoad, dir: string): LoadSpec {
  const id = loadId(load)
  switch (load.kind) {
    case 'sequential':
    case 'batch':
      return { ...defined(load), id }
    case 'concurrency':
      return { ...(load.seconds === undefined ? defined(load) : timed(load, load.seconds)), id }
    case 'rate':
      return { ...timed(load, SECONDS.rate), id, arrivals: resolveArrivals(load.arrivals), rampSeconds: load.rampSeconds ?? 0 }
    case 'sweep':
      return { ...timed(load, SECONDS.stage), id, arrivals: resolveArrivals(load.arrivals), points: load.points ?? 10 }
    case 'search':
      return { ...timed(load, SECONDS.stage), id, arrivals: resolveArrivals(load.arrivals), points: load.points ?? 12, slo: defined(load.slo) }
    case 'trace':
      return { ...timed(load, SECONDS.trace), id, file: resolve(dir, load.file), format: load.format ?? 'auto', speed: load.speed ?? 1 }
  }
}

/** The same object without the keys that are undefined. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

// --- internal ---

/** Of a trace: as long as it is, a day at most. */
const SECONDS = { rate: 60, stage: 30, trace: 86_400 }
const WARMUP_SHARE = 0.1
const MOST_WARMUP = 5

type Timed = Exclude<ParsedLoad, { kind: 'sequential' | 'batch' }>

function timed<T extends Timed>(load: T, fallback: number) {
  const { slo, ...rest } = load as T & { slo?: z.output<typeof Slo> | undefined }
  const seconds = load.seconds ?? fallback
  return {
    ...defined(rest),
    ...(slo === undefined ? {} : { slo: defined(slo) }),
    seconds,
    warmupSeconds: load.warmupSeconds ?? Math.min(MOST_WARMUP, WARMUP_SHARE * seconds),
    maxErrorShare: load.maxErrorShare ?? 0.1,
    maxInFlight: load.maxInFlight ?? 2000,
  }
}

const resolveArrivals = (arrivals: z.output<typeof ArrivalsInput>): Arrivals => (typeof arrivals === 'object' ? arrivals : { kind: arrivals ?? 'poisson' })
