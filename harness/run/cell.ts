/** The harness's side of a cell: one conversation with one model, from its start to its end. */
import { HarnessError, toFailure } from '../errors.ts'
import type {
  ClientCalibration,
  CellKey,
  CellRecord,
  Failure,
  Item,
  LoadSpec,
  Meter,
  ModelAdapter,
  ModelSpec,
  Observed,
  Sample,
  SeriesRecord,
  WorkloadSpec,
} from '../types.ts'
import { linkChild } from './child-link.ts'
import type { Clock } from './clock.ts'
import type { Link } from './link.ts'
import { batchesOf, streamsOf, warmupBatches } from './loads.ts'
import { linkLocal } from './local-link.ts'
import { startMeters } from './metering.ts'
import { idle, idleAfter, keepSeries, LinkFailure, type Windows } from './phases.ts'
import type { FromModel, Job } from './protocol.ts'
import { redactFailure } from './redact.ts'
import { reopen, saltOf } from './opening.ts'
import { failedSample, requestOf, sampleOf } from './samples.ts'

export interface CellTask {
  readonly id: string
  readonly key: CellKey
  /** What is still to be asked; may be nothing, where only the facts about the model are missing. */
  readonly items: readonly Item[]
  /** Requests of the cell that an earlier part of the run got answered. */
  readonly answeredBefore: number
  readonly spec: ModelSpec
  readonly runsIn: Exclude<ModelAdapter['runsIn'], 'none'>
  readonly workload: WorkloadSpec
  /** Items that warm-up may use: those of other blocks where there are any, so that no answer is prepared by it. */
  readonly warmupItems: readonly Item[]
  readonly load: LoadSpec
  readonly timeSteps: boolean
}

/** What a cell needs of the run. */
export interface CellContext {
  readonly dir: string
  readonly backend: string
  readonly seed: number
  readonly clock: Clock
  readonly meters: readonly Meter[]
  readonly meterIntervalMs: number
  readonly idleMs: number
  readonly warmupRequests: number
  readonly timeoutMs: number
  /** Of the client on this machine, if one was made. */
  readonly calibration: Observed<ClientCalibration>
  readonly graceMs: number
  readonly signal: AbortSignal
  readonly onPhase: (phase: 'open' | 'idle' | 'warmup' | 'measure') => void
  readonly onSample: (sample: Sample) => void
  readonly onSeries: (series: SeriesRecord) => void
  readonly onWarning: (code: string, message: string) => void
}

type Done = Extract<CellRecord, { state: 'done' }>
export type CellOutcome =
  | ({ state: 'done' } & Pick<Done, 'phases' | 'card' | 'runtime' | 'memory' | 'steps' | 'stages'>)
  | { state: 'failed'; error: Failure }
  | { state: 'aborted' }

/**
 * Runs the cell. Whatever happens to the model is in the outcome; rejects only where a callback throws (a full disk), and
 * then too the process of the model has ended.
 */
export async function runCell(task: CellTask, context: CellContext): Promise<CellOutcome> {
  const options = { model: task.spec.id, timeoutMs: context.timeoutMs, graceMs: context.graceMs, signal: context.signal }
  const link = task.runsIn === 'parent' ? linkLocal(options) : linkChild(options)
  try {
    return await converse(task, context, link)
  } catch (error) {
    if (!(error instanceof LinkFailure)) throw error
    return error.cause.code === 'aborted' || context.signal.aborted ? { state: 'aborted' } : { state: 'failed', error: redactFailure(toFailure(error.cause)) }
  } finally {
    await link.dispose()
  }
}

// --- internal ---

async function converse(task: CellTask, context: CellContext, link: Link): Promise<CellOutcome> {
  // 1. open
  context.onPhase('open')
  const batches = batchesOf(task.load, task.items)
  await expectMessage(link, 'ready')
  link.send({ type: 'job', job: jobOf(task, context, batches) })
  const opened = await expectMessage(link, 'opened')
  // 2. the meters, from the idle phase on; what they read in the warm-up is dropped
  const onFailure = (message: string): void => context.onWarning('meter-failed', message)
  const onNote = (message: string): void => context.onWarning('gpu-not-known', message)
  const metering = await startMeters({ ...context, intervalMs: context.meterIntervalMs, pid: link.pid, gpu: opened.runtime.gpu, onFailure, onNote })
  const windows: Windows = { kept: false }
  try {
    if (batches.length > 0) windows.idle = await idle(context)
    // 3. warm up
    context.onPhase('warmup')
    link.send({ type: 'go' })
    const warmed = await expectMessage(link, 'warmed')
    if (warmed.error !== undefined) context.onWarning('warmup-failed', `${warmed.failed} warm-up requests failed: ${redactFailure(warmed.error).message}`)
    // 4. measure
    context.onPhase('measure')
    windows.measure = { startMs: context.clock.now(), endMs: Infinity } // so that readings are kept if it ends early
    link.send({ type: 'go' })
    const { answered, firstError, measured } = await takeSamples(task, context, link, batches)
    windows.measure = measured.phase
    // 5. idle again; the model's process waits, loaded
    if (batches.length > 0) windows.idleAfter = await idleAfter(context)
    await keepSeries(task, context, metering, windows)
    // 6. isolated steps; a failure there spoils nothing
    link.send({ type: 'go' })
    const steps = await takeSteps(task, context, link)
    // 7. close
    await link.finish()
    if (firstError !== undefined && answered + task.answeredBefore === 0)
      return { state: 'failed', error: { ...firstError, message: `no request was answered; the first said: ${firstError.message}` } }
    const phases = { open: opened.phase, warmup: warmed.phase, measure: measured.phase }
    return { state: 'done', phases, card: opened.card, runtime: opened.runtime, memory: measured.memory, steps }
  } finally {
    await keepSeries(task, context, metering, windows)
  }
}

function jobOf(task: CellTask, context: CellContext, batches: readonly (readonly Item[])[]): Job {
  const { id, name, role, adapter, options } = task.spec
  const salt = saltOf(task.id, context.clock.originNs)
  let number = 0
  const requests = (batch: readonly Item[]) =>
    batch.map((item) => reopen(requestOf(item, task.workload, context.seed, task.key.repeat), item.opening, salt, number++))
  const warmup = batches.length === 0 ? [] : warmupBatches(task.load, context.warmupRequests, task.warmupItems)
  return {
    spec: { id, name, role, adapter, options },
    dir: context.dir,
    backend: context.backend,
    originNs: context.clock.originNs,
    warmup: warmup.map(requests),
    batches: batches.map(requests),
    streams: streamsOf(task.load),
    timeSteps: task.timeSteps,
  }
}

/** The next message, which must be of this type. */
async function expectMessage<T extends FromModel['type']>(link: Link, type: T): Promise<Extract<FromModel, { type: T }>> {
  const message = await receive(link)
  if (message.type === type) return message as Extract<FromModel, { type: T }>
  throw new LinkFailure(new HarnessError('model', `the model's process sent ${message.type} where ${type} was due`))
}

async function receive(link: Link): ReturnType<Link['receive']> {
  try {
    return await link.receive()
  } catch (error) {
    throw error instanceof HarnessError ? new LinkFailure(error) : error
  }
}

interface Taken {
  answered: number
  firstError: Failure | undefined
  measured: Extract<FromModel, { type: 'measured' }>
}

/** Samples as they come, until the window ends. If it ends early, what was in flight is a failed request. */
async function takeSamples(task: CellTask, context: CellContext, link: Link, batches: readonly (readonly Item[])[]): Promise<Taken> {
  const inFlight = new Map<number, number>()
  let answered = 0
  let firstError: Failure | undefined
  const asked = (item: Item, startMs: number, endMs: number) => ({ cell: task.id, key: task.key, item, startMs, endMs })
  try {
    for (;;) {
      const message = await receive(link)
      if (message.type === 'measured') return { answered, firstError, measured: message }
      if (message.type === 'asked') inFlight.set(message.batch, message.startMs)
      else if (message.type === 'answered') {
        const { batch, startMs, endMs, answers } = message
        inFlight.delete(batch)
        answers.forEach((answer, i) => {
          const item = batches[batch]?.[i]
          if (item === undefined) throw new LinkFailure(new HarnessError('model', 'the model’s process answered what was not asked'))
          const sample = sampleOf(asked(item, startMs, endMs), answer, task.workload)
          if (answer.ok) answered += 1
          firstError ??= sample.error
          context.onSample(sample)
        })
      } else throw new LinkFailure(new HarnessError('model', `the model's process sent ${message.type} while it was measured`))
    }
  } catch (error) {
    if (error instanceof LinkFailure && !context.signal.aborted) {
      const endMs = context.clock.now()
      for (const [batch, startMs] of inFlight)
        for (const item of batches[batch] ?? []) context.onSample(failedSample(asked(item, startMs, endMs), toFailure(error.cause)))
    }
    throw error
  }
}

async function takeSteps(task: CellTask, context: CellContext, link: Link): Promise<Done['steps']> {
  try {
    const { steps } = await expectMessage(link, 'steps')
    if (steps.state === 'ok') return steps.value
    if (steps.state === 'failed') throw new LinkFailure(new HarnessError(steps.error.code, steps.error.message))
  } catch (error) {
    if (!(error instanceof LinkFailure) || context.signal.aborted) throw error
    context.onWarning('steps-failed', `${task.spec.id}: its steps could not be timed in isolation: ${redactFailure(toFailure(error.cause)).message}`)
  }
  return []
}
