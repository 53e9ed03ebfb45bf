/** Load profiles: how requests arrive, and what is recorded about how they did. */
import type { ErrorSpread } from './client-calibration.ts'
import type { Observed } from './observed.ts'

/** `gamma` with shape 1 is Poisson; below 1 requests come in bursts, above 1 more evenly. */
export type Arrivals = { kind: 'constant' } | { kind: 'poisson' } | { kind: 'gamma'; shape: number }

/** What a request must meet to count for goodput; all limits in milliseconds. */
export interface Slo { ttftMs?: number; tpotMs?: number; e2eMs?: number }

/** When a load that runs for a time ends, and what of it counts. */
export interface Timing {
  /** No request starts later than this many seconds after the first. */
  seconds: number
  /** Nor more than this many. */
  requests?: number
  /** Requests that start in the first seconds load the server and are left out of the figures. */
  warmupSeconds: number
  /** Stop when more than this share of the last 50 requests failed. */
  maxErrorShare: number
  /** Most requests in flight under an open load; more than these means that the server is saturated, and the stage ends. */
  maxInFlight: number
  /** Stop when the load has cost this many US dollars at the model's price. */
  maxUsd?: number
}

/** One steady load inside a cell; a sweep has several. */
export type StageShape =
  | { kind: 'concurrency'; streams: number }
  | { kind: 'rate'; perSecond: number; arrivals: Arrivals; /** Rate grows from nothing over the first seconds. */ rampSeconds: number }
  | { kind: 'trace'; file: string; speed: number }
export interface StageRecord {
  /** In the order in which they ran; samples name it. */
  index: number
  /** `4 streams`, `2.5 requests/s` */
  label: string
  shape: StageShape
  startMs: number
  endMs: number
  /** When it was steady: the figures are about this window. */
  steady: Observed<{ startMs: number; endMs: number }>
  sent: number
  answered: number
  failed: number
  /** Why it ended before its time. */
  stoppedBy?: 'errors' | 'saturated' | 'cost' | 'requests'
  client: ClientHealth
}

/** Did the client measure, or was it measured? After MLPerf's run validity. */
export interface ClientHealth {
  verdict: 'valid' | 'degraded' | 'invalid'
  /** One sentence per finding; empty when valid. */
  reasons: readonly string[]
  workers: number
  /** CPU-seconds per second of the busiest worker. */
  cpuShare: number
  loopDelayP99Ms: number
  /** Sent − intended, under open loads. */
  sendLagP50Ms: Observed<number>
  sendLagP99Ms: Observed<number>
  /** Streams that this machine read within the error limits when it was calibrated. */
  trustedStreams: Observed<number>
  /** How wrong its times were then, at the least number of streams that is not below that of this stage. */
  calibrated?: { at: string; streams: number; ttftErrorMs: ErrorSpread; tokenErrorMs: ErrorSpread }
  offeredPerSecond: number
  achievedPerSecond: number
}

/** One stage of one model's load, for reports: how it was offered, how it went, and whether the client can be trusted. `load` is the load of its rows. */
export interface StageSummary {
  run: string
  model: string
  workload: string
  load: string
  label: string
  shape: StageShape
  sent: number
  answered: number
  failed: number
  stoppedBy?: StageRecord['stoppedBy']
  /** Length of the window that the figures are about, or why none was steady: then they are about the whole stage. */
  steadySeconds: Observed<number>
  client: ClientHealth
}
