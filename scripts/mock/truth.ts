/** What really happened, on the monotonic clock of the host: nanoseconds of process.hrtime, as numbers. */
import { z } from 'zod'

export const RequestTruthSchema = z.object({
  /** As the client sent it in x-request-id, or as the answer carries it. Tries of one request may share it. */
  id: z.string(),
  /** Counts all requests that were read. */
  index: z.number(),
  model: z.string(),
  behaviour: z.string(),
  status: z.number(),
  promptTokens: z.number(),
  cachedTokens: z.number(),
  reasoningTokens: z.number(),
  /** Reasoning included. */
  outputTokens: z.number(),
  receivedNs: z.number(),
  /** Left the queue. */
  startedNs: z.number().exactOptional(),
  /** When each token was written, reasoning included; those of one event have one time. The first is the time to the first token. */
  tokensNs: z.array(z.number()).readonly(),
  endedNs: z.number().exactOptional(),
  end: z.enum(['open', 'complete', 'refused', 'cut', 'client-left']),
})
export type RequestTruth = z.output<typeof RequestTruthSchema>

export const TruthReportSchema = z.object({
  clock: z.literal('process.hrtime'),
  unit: z.literal('ns'),
  pid: z.number(),
  nowNs: z.number(),
  /** Requests since the start or the last reset. */
  received: z.number(),
  inFlight: z.number(),
  mostInFlight: z.number(),
  /** Visitors of the target of redirects. */
  redirected: z.number(),
  /** |written − due| of the last 65,536 tokens; absent before the first. */
  tickErrorMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }).exactOptional(),
  /** CPU time of the process so far, user and system. */
  cpuSeconds: z.number(),
  /** The oldest first. */
  requests: z.array(RequestTruthSchema).readonly(),
})
export type TruthReport = z.output<typeof TruthReportSchema>

/** Grows by one number per token; nothing is built until it is read. */
export interface OpenTruth extends Omit<RequestTruth, 'tokensNs'> {
  tokensNs: number[]
}

export interface TruthBook {
  open(fields: Pick<RequestTruth, 'id' | 'model' | 'behaviour' | 'promptTokens' | 'cachedTokens' | 'receivedNs'>): OpenTruth
  close(truth: OpenTruth, end: RequestTruth['end'], status?: number): void
  /** A token was written so many milliseconds after it was due; below zero: before. */
  tick(errorMs: number): void
  redirected(): void
  report(id?: string): TruthReport
  reset(): void
}

/** Remembers the last `capacity` requests. */
export function createTruthBook(capacity: number): TruthBook {
  let state = emptyState()
  return {
    open(fields) {
      const truth: OpenTruth = { ...fields, index: state.received++, status: 0, reasoningTokens: 0, outputTokens: 0, tokensNs: [], end: 'open' }
      state.requests.push(truth)
      if (state.requests.length >= 2 * capacity) state.requests.splice(0, state.requests.length - capacity)
      state.inFlight += 1
      state.mostInFlight = Math.max(state.mostInFlight, state.inFlight)
      return truth
    },
    close(truth, end, status = truth.status) {
      if (truth.end !== 'open') return
      Object.assign(truth, { end, status, endedNs: nowNs() })
      state.inFlight -= 1
    },
    tick(errorMs) {
      state.ticks[state.ticked++ % TICKS] = errorMs
    },
    redirected: () => void (state.redirected += 1),
    report(id) {
      const { received, inFlight, mostInFlight, redirected } = state
      const recent = state.requests.slice(-capacity)
      const requests = id === undefined ? recent : recent.filter((request) => request.id === id)
      const tickErrorMs = spread(state.ticks.subarray(0, Math.min(TICKS, state.ticked)))
      const { user, system } = process.cpuUsage()
      const counts = { received, inFlight, mostInFlight, redirected, cpuSeconds: (user + system) / 1e6 }
      return { clock: 'process.hrtime', unit: 'ns', pid: process.pid, nowNs: nowNs(), ...counts, ...(tickErrorMs && { tickErrorMs }), requests }
    },
    reset() {
      const { inFlight } = state
      state = { ...emptyState(), inFlight, mostInFlight: inFlight }
    },
  }
}

/** Now, in nanoseconds of process.hrtime. A double holds them to a nanosecond for the first 104 days of a host, then to two. */
export function nowNs(): number {
  return ORIGIN_NS + performance.now() * 1e6
}

// --- internal ---

const TICKS = 65_536
/** performance.now() reads the same clock and allocates nothing; hrtime.bigint() allocates. */
const ORIGIN_NS = originNs()

/** The second reading is the later one, so each difference is too small by what passed between them: the greatest is nearest. */
function originNs(): number {
  let best = -Infinity
  for (let i = 0; i < 64; i++) best = Math.max(best, Number(process.hrtime.bigint()) - performance.now() * 1e6)
  return best
}

function emptyState(): {
  requests: OpenTruth[]
  received: number
  inFlight: number
  mostInFlight: number
  redirected: number
  ticks: Float32Array
  ticked: number
} {
  return { requests: [], received: 0, inFlight: 0, mostInFlight: 0, redirected: 0, ticks: new Float32Array(TICKS), ticked: 0 }
}

function spread(values: Float32Array): TruthReport['tickErrorMs'] {
  if (values.length === 0) return undefined
  const sorted = values.map(Math.abs).sort()
  const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! * 1000) / 1000
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}
