/** A stage in numbers while it runs: bins of time and a histogram, so memory does not grow with the requests. */
import type { Sample, Slo, StageRecord } from '../../types.ts'
import { steadyWindow } from './steady.ts'

export interface TallyOptions {
  readonly startMs: number
  /** The last time at which a request may be sent. */
  readonly endMs: number
  readonly warmupMs: number
  readonly slo: Slo | undefined
}

export interface StageSums {
  readonly steady: StageRecord['steady']
  readonly answered: number
  readonly failed: number
  readonly answeredPerSecond: number
  readonly meanMs: number | undefined
  /** At least 99% of the requests of the window met every limit. */
  readonly met: boolean | undefined
  /** The number in flight kept growing, or answers came in clearly slower than requests were due. */
  readonly falling: boolean
  /** Requests of the window. */
  readonly counted: number
}

export class StageTally {
  private readonly options: TallyOptions
  private readonly binMs: number
  /** Change of the number in flight at the start of each bin, and milliseconds in flight within it. */
  private readonly change = new Float64Array(BINS + 1)
  private readonly area = new Float64Array(BINS + 1)
  private readonly started = new Float64Array(BINS + 1)
  private readonly endedWell = new Float64Array(BINS + 1)
  private readonly endedIn = new Float64Array(BINS + 1)
  private readonly good = new Float64Array(BINS + 1)
  private readonly sumMs = new Float64Array(BINS + 1)
  private readonly answeredOf = new Float64Array(BINS + 1)
  readonly lag = new Histogram()
  answered = 0
  failed = 0
  /** Of the failed: not answered long after the last request was sent. */
  givenUp = 0
  latestMs: number

  constructor(options: TallyOptions) {
    this.options = options
    this.binMs = Math.max(1, (options.endMs - options.startMs) / BINS)
    this.latestMs = options.startMs
  }

  add(sample: Sample): void {
    const { slo } = this.options
    const { startMs, endMs, intendedMs } = sample
    const due = intendedMs ?? startMs
    const failed = sample.finish === 'error'
    this.occupy(startMs, 1)
    this.occupy(endMs, -1)
    const [from, to] = [this.bin(due), this.bin(endMs)]
    this.started[from]! += 1
    this.endedIn[to]! += 1
    if (intendedMs !== undefined) this.lag.add(startMs - intendedMs)
    if (endMs > this.latestMs) this.latestMs = endMs
    if (slo !== undefined && !failed && isWithin(sample, due, slo)) this.good[from]! += 1
    if (failed) {
      this.failed += 1
      if (sample.error?.kind === 'drained') this.givenUp += 1
      return
    }
    this.answered += 1
    this.endedWell[to]! += 1
    this.answeredOf[from]! += 1
    this.sumMs[from]! += endMs - due
  }

  /** `sendingEndMs`: when the last request was sent; `open`: requests came whatever the answers did. */
  sums(sendingEndMs: number, open: boolean): StageSums {
    const { startMs, warmupMs, slo } = this.options
    const last = Math.min(BINS, Math.max(1, Math.floor((sendingEndMs - startMs) / this.binMs + EPSILON)))
    const inFlight: number[] = []
    let level = 0
    for (let b = 0; b < last; b++) {
      level += this.change[b]!
      inFlight.push(level + this.area[b]! / this.binMs)
    }
    const steady = steadyWindow({ startMs, binMs: this.binMs, inFlight, ended: [...this.endedIn.subarray(0, last)] }, warmupMs)
    const skipped = Math.min(Math.ceil(warmupMs / this.binMs), last - 1)
    const from = steady.state === 'ok' ? Math.round((steady.value.startMs - startMs) / this.binMs) : skipped
    const sum = (values: Float64Array): number => values.subarray(from, last).reduce((total, value) => total + value, 0)
    const seconds = ((last - from) * this.binMs) / 1000
    const [counted, answered, ended] = [sum(this.started), sum(this.answeredOf), sum(this.endedWell)]
    return {
      steady,
      answered: this.answered,
      failed: this.failed,
      answeredPerSecond: ended / seconds,
      meanMs: answered === 0 ? undefined : sum(this.sumMs) / answered,
      met: slo === undefined ? undefined : counted > 0 && sum(this.good) >= SLO_SHARE * counted,
      falling: open && (isGrowth(steady) || ended < counted * (1 - BEHIND) - 3 * Math.sqrt(counted)),
      counted,
    }
  }

  private bin(ms: number): number {
    return Math.min(BINS, Math.max(0, Math.floor((ms - this.options.startMs) / this.binMs)))
  }

  private occupy(ms: number, by: number): void {
    const b = this.bin(ms)
    if (b >= BINS) return
    this.area[b]! += by * (this.options.startMs + (b + 1) * this.binMs - Math.max(ms, this.options.startMs))
    this.change[b + 1]! += by
  }
}

/** Counts of values in bins that are 2% wide: quantiles to 1%. Values below a microsecond count as one. */
export class Histogram {
  private readonly counts = new Float64Array(SLOTS)
  private total = 0

  add(value: number): void {
    const slot = Math.ceil(Math.log(Math.max(value, LEAST) / LEAST) / Math.log(WIDTH))
    this.counts[Math.min(SLOTS - 1, slot)]! += 1
    this.total += 1
  }

  quantile(q: number): number | undefined {
    if (this.total === 0) return undefined
    let left = q * this.total
    for (let slot = 0; slot < SLOTS; slot++) {
      left -= this.counts[slot]!
      if (left <= 0) return LEAST * WIDTH ** (slot - 0.5)
    }
    return LEAST * WIDTH ** SLOTS
  }
}

// --- internal ---

const BINS = 200
const EPSILON = 1e-9
const SLO_SHARE = 0.99
/** Answers that are this much fewer than requests, and beyond chance, mean that a queue grows. */
const BEHIND = 0.05
const LEAST = 0.001
const WIDTH = 1.02
const SLOTS = 1200

const isGrowth = (steady: StageRecord['steady']): boolean => steady.state === 'absent' && steady.why.includes('growing')

function isWithin({ tokenMs, outputTokens, endMs }: Sample, due: number, { ttftMs, tpotMs, e2eMs }: Slo): boolean {
  const [first, last] = [tokenMs[0], tokenMs.at(-1)]
  if (ttftMs !== undefined && !(first !== undefined && first - due <= ttftMs)) return false
  if (tpotMs !== undefined && outputTokens > 1 && !(first !== undefined && last !== undefined && (last - first) / (outputTokens - 1) <= tpotMs)) return false
  return e2eMs === undefined || endMs - due <= e2eMs
}
