/** One stage of a load, as the harness sees it: orders to the clients, samples from them, and what it came to. */
import { HarnessError, toFailure } from '../../errors.ts'
import { readTrace } from '../../workloads/index.ts'
import type { ClientCalibration, Item, Observed, Sample, StageRecord, StageShape } from '../../types.ts'
import type { CellContext, CellTask } from '../cell.ts'
import { LinkFailure } from '../phases.ts'
import { turnsOf } from '../loads.ts'
import { failedSample, sampleOf } from '../samples.ts'
import { expectedRequests, rateSchedule, traceSchedule } from './arrivals.ts'
import { trustIn } from './calibration.ts'
import { certify } from './health.ts'
import { unpack, type Unpacked } from './pack.ts'
import type { ClientPool } from './pool.ts'
import type { Batch, StageEnd, StageOrder } from './protocol.ts'
import { labelOf, type StagedLoad, type StageOutcome } from './stages.ts'
import { createStop, type Stop } from './stop.ts'
import { StageTally, type StageSums } from './tally.ts'

export interface StageRun {
  readonly record: StageRecord
  readonly outcome: StageOutcome
  /** CPU-seconds per second of all client processes together, and the memory of the largest. */
  readonly cpuShare: number
  readonly processBytes: number
  readonly usd: number
  /** Requests of the steady window. */
  readonly counted: number
}

export interface StageInput {
  readonly task: CellTask
  readonly load: StagedLoad
  readonly context: CellContext
  readonly pool: ClientPool
  readonly shape: StageShape
  readonly index: number
  /** Requests that earlier stages sent: this one goes on with the next items. */
  readonly offset: number
  readonly spentUsd: number
}

/** Runs the stage to its end. Rejects with LinkFailure when a client fails; what was in flight is in the record then. */
export async function runStage(input: StageInput): Promise<StageRun> {
  const { pool, context, load, task, shape, index } = input
  const schedule = await scheduleOf(input)
  const startMs = round(context.clock.now() + LEAD_MS) // as samples are, so that none lies outside of its stage by a rounding
  const sessions = turnsOf(task.items) !== undefined
  const sendingMs = schedule === undefined || sessions ? 1000 * load.seconds : Math.max(1, scheduleEnd(load, shape, schedule))
  const orders = Array.from({ length: pool.size }, (_, k) => orderFor(input, { k, startMs, schedule, sendingMs }))
  const slo = 'slo' in load ? load.slo : undefined
  const tally = new StageTally({ startMs, endMs: startMs + sendingMs, warmupMs: 1000 * load.warmupSeconds, slo })
  const stop = createStop(load, task.spec.price, startMs, input.spentUsd)
  pool.order(orders)
  const ends = await collect(input, tally, stop)
  const sums = tally.sums(Math.max(...ends.map(({ endMs }) => endMs)), schedule !== undefined)
  const sent = ends.reduce((total, end) => total + end.sent, 0)
  const begun = sessions && schedule !== undefined ? schedule.length : sent // under an open load, the limit is of sessions
  const isCapped = load.requests !== undefined && begun >= (schedule === undefined ? load.requests : Math.min(load.requests, uncapped(load, shape)))
  const saturated = ends.some((end) => end.saturated)
  const stoppedBy = stop.reason ?? (saturated ? 'saturated' : isCapped ? 'requests' : undefined)
  const record: StageRecord = {
    index,
    label: labelOf(shape),
    shape,
    startMs,
    endMs: round(tally.latestMs),
    steady: sums.steady,
    sent,
    answered: sums.answered,
    failed: sums.failed,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    client: healthOf(ends, tally, { startMs, open: schedule !== undefined, calibration: context.calibration }),
  }
  const usd = input.spentUsd + stop.usd
  const cpuShare = ends.reduce((total, end) => total + end.cpuShare, 0)
  const processBytes = Math.max(...ends.map((end) => end.processBytes))
  return { record, outcome: outcomeOf(shape, sums, stoppedBy, tally.givenUp), cpuShare, processBytes, usd, counted: sums.counted }
}

// --- internal ---

/** Time for the orders to arrive before the first request is due. */
const LEAD_MS = 50
/** Answers that are still out when nothing more is sent are waited for as long as the stage took, and at least this long. */
const LEAST_DRAIN_MS = 10_000

/** Due times from the start of the stage; undefined for a closed load. */
async function scheduleOf({ load, shape, task, context, index }: StageInput): Promise<Float64Array | undefined> {
  const { seconds, requests } = load
  if (shape.kind === 'concurrency') return undefined
  if (shape.kind === 'trace') {
    const { format, fromSeconds } = load as Extract<StagedLoad, { kind: 'trace' }>
    const rows = await readTrace(shape.file, format, { fromSeconds, seconds: seconds * shape.speed, requests })
    const times = rows.map(({ timeMs }) => timeMs)
    return traceSchedule(times, { speed: shape.speed, seconds, requests })
  }
  // Models are asked at the same times: the seed does not know them.
  return rateSchedule({ ...shape, seconds, requests }, context.seed, task.key.workload, load.id, task.key.repeat, index)
}

function uncapped({ seconds }: StagedLoad, shape: StageShape): number {
  return shape.kind === 'rate' ? expectedRequests({ ...shape, seconds }) - 1 : Infinity
}

function scheduleEnd({ seconds, requests }: StagedLoad, shape: StageShape, schedule: Float64Array): number {
  return shape.kind === 'rate' && requests === undefined ? 1000 * seconds : (schedule.at(-1) ?? 0)
}

interface Part {
  k: number
  startMs: number
  schedule: Float64Array | undefined
  sendingMs: number
}

/** Each process takes every n-th request, so that all of them are equally busy. */
function orderFor({ task, load, shape, pool: { size }, index, offset }: StageInput, { k, startMs, schedule, sendingMs }: Part): StageOrder {
  const share = (total: number): number => Math.floor(total / size) + (k < total % size ? 1 : 0)
  const base = { index, requests: 'measured', first: offset + k, step: size, startMs, drainMs: Math.max(LEAST_DRAIN_MS, sendingMs) } as const
  if (schedule === undefined) {
    const streams = shape.kind === 'concurrency' ? shape.streams : 1
    return { ...base, kind: 'closed', streams: share(streams), endMs: startMs + sendingMs, most: load.requests === undefined ? Infinity : share(load.requests) }
  }
  const dueMs = new Float64Array(share(schedule.length)).map((_, i) => startMs + schedule[k + i * size]!)
  const endMs = turnsOf(task.items) === undefined ? {} : { endMs: startMs + sendingMs }
  return { ...base, kind: 'open', dueMs, maxInFlight: Math.max(1, share(load.maxInFlight)), ...endMs }
}

/** Takes what the clients send until each of them has ended its part. */
async function collect(input: StageInput, tally: StageTally, stop: Stop): Promise<StageEnd[]> {
  const { pool, context, index } = input
  const inFlight = new Map<number, number>()
  const ends: StageEnd[] = []
  let stopped = false
  try {
    while (ends.length < pool.size) {
      const message = await pool.next()
      if (message.type === 'batch' && message.batch.index === index) takeBatch(input, message.batch, inFlight, tally, stop)
      else if (message.type === 'ended' && message.end.index === index) ends.push(message.end)
      else throw new LinkFailure(new HarnessError('model', `a client process sent ${message.type} that does not belong to stage ${index}`))
      if (!stopped && (stop.reason !== undefined || ends.some(({ saturated }) => saturated))) {
        stopped = true
        pool.stop()
      }
    }
    return ends
  } catch (error) {
    if (error instanceof LinkFailure && !context.signal.aborted) {
      const endMs = context.clock.now()
      for (const [number, startMs] of inFlight) {
        const sample = failedSample({ ...identify(input, number), startMs, endMs }, toFailure(error.cause))
        context.onSample({ ...sample, stage: index })
      }
    }
    throw error
  }
}

function takeBatch(input: StageInput, batch: Batch, inFlight: Map<number, number>, tally: StageTally, stop: Stop): void {
  for (let i = 0; i < batch.asked.length; i += 2) inFlight.set(batch.asked[i]!, batch.asked[i + 1]!)
  for (const one of unpack(batch)) {
    inFlight.delete(one.number)
    const sample = sampleFrom(input, one)
    tally.add(sample)
    // What was given up when all had been sent is counted as failed, but stopped nothing.
    stop.ended(sample.finish === 'error' && sample.error?.kind !== 'drained', sample, sample.endMs)
    input.context.onSample(sample)
  }
}

function sampleFrom(input: StageInput, { number, dueMs, startMs, endMs, answer }: Unpacked): Sample {
  const sample = sampleOf({ ...identify(input, number), startMs: round(startMs), endMs: round(endMs) }, answer, input.task.workload)
  return { ...sample, tokenMs: sample.tokenMs.map(round), stage: input.index, ...(Number.isNaN(dueMs) ? {} : { intendedMs: round(dueMs) }) }
}

function identify({ task }: StageInput, number: number): { cell: string; key: CellTask['key']; item: Item } {
  const item = task.items[number % task.items.length]
  if (item === undefined) throw new LinkFailure(new HarnessError('model', 'a client process answered what was not asked'))
  return { cell: task.id, key: task.key, item }
}

/** To the microsecond: finer digits would be noise in the record. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000

interface Conditions {
  startMs: number
  open: boolean
  calibration: Observed<ClientCalibration>
}

function healthOf(ends: readonly StageEnd[], tally: StageTally, { startMs, open, calibration }: Conditions): StageRecord['client'] {
  const mostInFlight = ends.reduce((total, end) => total + end.mostInFlight, 0)
  const sent = ends.reduce((total, end) => total + end.sent, 0)
  const perSecond = (untilMs: number): number => (untilMs > startMs ? (1000 * sent) / (untilMs - startMs) : 0)
  const achievedPerSecond = perSecond(Math.max(...ends.map(({ lastSentMs }) => lastSentMs)))
  const lag = (q: number): Observed<number> => {
    const value = open ? tally.lag.quantile(q) : undefined
    return value === undefined
      ? { state: 'absent', why: open ? 'nothing was sent' : 'under a closed load no request is due at a time' }
      : { state: 'ok', value: round(value) }
  }
  return certify({
    workers: ends.length,
    cpuShare: Math.max(...ends.map((end) => end.cpuShare)),
    loopDelayP99Ms: Math.max(...ends.map((end) => end.loopDelayP99Ms)),
    sendLagP50Ms: lag(0.5),
    sendLagP99Ms: lag(0.99),
    ...trustIn(calibration, mostInFlight),
    mostInFlight,
    offeredPerSecond: open ? perSecond(Math.max(...ends.map(({ lastDueMs }) => lastDueMs))) : achievedPerSecond,
    achievedPerSecond,
  })
}

function outcomeOf(shape: StageShape, sums: StageSums, stoppedBy: StageRecord['stoppedBy'], givenUp: number): StageOutcome {
  const { answeredPerSecond, meanMs, met, falling } = sums
  const saturated = falling || givenUp > 0 || stoppedBy === 'saturated' || stoppedBy === 'errors'
  return { shape, answeredPerSecond, saturated, meanMs, met, last: stoppedBy === 'cost' }
}
