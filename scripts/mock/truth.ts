/** What really happened, on the monotonic clock of the host: nanoseconds of process.hrtime, as numbers. */
export interface RequestTruth {
  /** As the client sent it in x-request-id, or as the answer carries it. Tries of one request may share it. */
  id: string
  /** Counts all requests that were read. */
  index: number
  model: string
  behaviour: string
  status: number
  promptTokens: number
  cachedTokens: number
  reasoningTokens: number
  outputTokens: number
  receivedNs: number
  /** Left the queue. */
  startedNs?: number
  /** Written, reasoning included: one time per token, those of one event the same. The first is the time to the first token. */
  tokensNs: readonly number[]
  endedNs?: number
  end: 'open' | 'complete' | 'refused' | 'cut' | 'client-left'
}
export interface TruthReport {
  clock: 'process.hrtime'
  unit: 'ns'
  pid: number
  nowNs: number
  /** Requests since the start or the last reset. */
  received: number
  inFlight: number
  mostInFlight: number
  /** Visitors of the target of redirects. */
  redirected: number
  /** |written − due| of the last 65,536 tokens; absent before the first. */
  tickErrorMs?: { p50: number; p99: number; max: number }
  /** The oldest first. */
  requests: readonly RequestTruth[]
}

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
      return { clock: 'process.hrtime', unit: 'ns', pid: process.pid, nowNs: nowNs(), received, inFlight, mostInFlight, redirected, ...(tickErrorMs && { tickErrorMs }), requests } // prettier-ignore
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

function originNs(): number {
  let best = Infinity
  for (let i = 0; i < 20; i++) best = Math.min(best, Number(process.hrtime.bigint()) - performance.now() * 1e6) // the pair with least between its two readings is nearest
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
