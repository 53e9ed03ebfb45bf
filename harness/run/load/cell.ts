/** A cell whose load runs in stages: one conversation with the client processes, from their start to their end. */
import { toFailure } from '../../errors.ts'
import type { CellRecord, Failure, Item, Sample, StageRecord } from '../../types.ts'
import type { CellContext, CellOutcome, CellTask } from '../cell.ts'
import { startMeters } from '../metering.ts'
import { idle, idleAfter, keepSeries, LinkFailure, type Windows } from '../phases.ts'
import { redactFailure } from '../redact.ts'
import { requestOf } from '../samples.ts'
import { reopen, saltOf } from '../opening.ts'
import { turnsOf } from '../loads.ts'
import { claimable, fewestFor } from './minimum.ts'
import { createPool, processesFor, type ClientPool } from './pool.ts'
import type { ClientJob, StageEnd, StageOrder } from './protocol.ts'
import { runStage, type StageRun } from './stage.ts'
import { mostStages, nextStage, type StagedLoad, type StageOutcome } from './stages.ts'

/** As `runCell`, for a load that runs in stages. Its time limit counts on top of the time that the load asks for. */
export async function runLoadCell(task: CellTask & { readonly load: StagedLoad }, context: CellContext): Promise<CellOutcome> {
  const timeoutMs = Math.min(LONGEST_TIMER_MS, context.timeoutMs + 2000 * task.load.seconds * mostStages(task.load))
  const pool = createPool(jobOf(task, context), { model: task.spec.id, timeoutMs, graceMs: context.graceMs, signal: context.signal })
  try {
    return await converse(task, context, pool)
  } catch (error) {
    if (!(error instanceof LinkFailure)) throw error
    return error.cause.code === 'aborted' || context.signal.aborted ? { state: 'aborted' } : { state: 'failed', error: redactFailure(toFailure(error.cause)) }
  } finally {
    await pool.dispose()
  }
}

// --- internal ---

const LONGEST_TIMER_MS = 2_147_483_647

async function converse(task: CellTask & { readonly load: StagedLoad }, context: CellContext, pool: ClientPool): Promise<CellOutcome> {
  // 1. open
  context.onPhase('open')
  const opened = await pool.grow(1)
  // 2. the meters, from the idle phase on
  const onFailure = (message: string): void => context.onWarning('meter-failed', message)
  const metering = await startMeters({ ...context, intervalMs: context.meterIntervalMs, pid: undefined, onFailure })
  const windows: Windows = { kept: false }
  try {
    windows.idle = await idle(context)
    // 3. warm up
    context.onPhase('warmup')
    const warmup = await warmUp(task, context, pool)
    // 4. the stages
    context.onPhase('measure')
    const measure = { startMs: context.clock.now(), endMs: Infinity }
    windows.measure = measure
    const { runs, firstError } = await runStages(task, context, pool)
    measure.endMs = context.clock.now()
    windows.idleAfter = await idleAfter(context)
    await keepSeries(task, context, metering, windows)
    // 5. close
    await pool.finish()
    const stages = runs.map(({ record }) => record)
    if (firstError !== undefined && stages.every(({ answered }) => answered === 0))
      return { state: 'failed', error: { ...firstError, message: `no request was answered; the first said: ${firstError.message}` } }
    warn(runs, task.spec.id, context)
    const memory: Extract<CellRecord, { state: 'done' }>['memory'] = {
      deviceBytes: { state: 'absent', why: 'the model is on a server' },
      processBytes: Math.max(0, ...runs.map(({ processBytes }) => processBytes)),
    }
    const phases = { open: opened.phase, warmup, measure }
    return { state: 'done', phases, card: opened.card, runtime: opened.runtime, memory, steps: [], stages }
  } finally {
    await keepSeries(task, context, metering, windows)
  }
}

function jobOf(task: CellTask, context: CellContext): ClientJob {
  const { id, name, role, adapter, options } = task.spec
  const request = (item: Item) => requestOf(item, task.workload, context.seed, task.key.repeat)
  const turns = turnsOf(task.items)
  return {
    spec: { id, name, role, adapter, options },
    dir: context.dir,
    originNs: context.clock.originNs,
    requests: task.items.map(request),
    openings: task.items.some(({ opening }) => opening !== undefined) ? task.items.map(({ opening }) => opening) : [],
    salt: saltOf(task.id, context.clock.originNs),
    ...(turns === undefined ? {} : { turns }),
    warmup: task.warmupItems.map((item, i) => reopen(request(item), item.opening, saltOf(task.id, context.clock.originNs), -1 - i)),
  }
}

/** Requests before the clock starts: connections are opened, the server's kernels compiled. */
async function warmUp(task: CellTask, context: CellContext, pool: ClientPool): Promise<{ startMs: number; endMs: number }> {
  const startMs = context.clock.now()
  if (context.warmupRequests > 0) {
    const base = { index: WARMUP, requests: 'warmup', first: 0, step: 1, startMs, drainMs: context.timeoutMs } as const
    const streams = Math.min(context.warmupRequests, task.load.kind === 'concurrency' ? task.load.streams : 1)
    pool.order([{ ...base, kind: 'closed', streams, endMs: startMs + context.timeoutMs, most: context.warmupRequests } satisfies StageOrder])
    await untilEnded(pool, context)
  }
  return { startMs, endMs: context.clock.now() }
}

const WARMUP = -1

async function untilEnded(pool: ClientPool, context: CellContext): Promise<StageEnd> {
  let failed = 0
  let first: Failure | undefined
  for (;;) {
    const message = await pool.next()
    if (message.type === 'batch')
      for (const [, { error }] of message.batch.rare) {
        if (error !== undefined) failed += 1
        first ??= error
      }
    if (message.type !== 'ended') continue
    if (first !== undefined) context.onWarning('warmup-failed', `${failed} warm-up requests failed: ${redactFailure(first).message}`)
    return message.end
  }
}

async function runStages(task: CellTask & { readonly load: StagedLoad }, context: CellContext, pool: ClientPool) {
  const runs: StageRun[] = []
  let firstError: Failure | undefined
  const onSample = (sample: Sample): void => {
    firstError ??= sample.error
    context.onSample(sample)
  }
  let [offset, usd] = [0, 0]
  for (;;) {
    const outcomes = runs.map(({ outcome }) => outcome)
    const shape = nextStage(task.load, outcomes)
    if (shape === undefined) return { runs, firstError }
    const before = runs.at(-1)
    if (before !== undefined) await pool.grow(processesFor(before.cpuShare, growth(before.outcome, shape), pool.size))
    const run = await runStage({ task, load: task.load, context: { ...context, onSample }, pool, shape, index: runs.length, offset, spentUsd: usd })
    offset += run.record.sent
    usd = run.usd
    runs.push(run)
  }
}

/** How much more work the next stage is for the clients. */
function growth({ answeredPerSecond }: StageOutcome, next: StageRecord['shape']): number {
  return next.kind === 'rate' && answeredPerSecond > 0 ? next.perSecond / answeredPerSecond : 1
}

/** What a reader of the figures must know, once per kind and cell: a sweep has many stages. */
function warn(runs: readonly StageRun[], model: string, { onWarning }: CellContext): void {
  const tell = (code: string, found: readonly StageRun[], say: (example: StageRun) => string): void => {
    const [example] = found
    if (example === undefined) return
    const others = found.length === 1 ? '' : `; so it was in ${found.length} of ${runs.length} stages`
    onWarning(code, `${model}, ${example.record.label}: ${say(example)}${others}`)
  }
  for (const verdict of ['invalid', 'degraded'] as const) {
    const found = runs.filter(({ record }) => record.client.verdict === verdict)
    const what = verdict === 'invalid' ? 'the figures are about the client' : 'the client was not quite on time'
    tell(`client-${verdict}`, found, ({ record }) => `${what}: ${record.client.reasons.join(', ')}`)
  }
  const unsteady = runs.filter(({ record }) => record.steady.state !== 'ok' && record.stoppedBy !== 'saturated')
  tell('not-steady', unsteady, ({ record: { steady } }) => `no steady window was found, ${steady.state === 'absent' ? steady.why : 'for an error'}`)
  const few = runs.filter(({ counted }) => (claimable(counted) ?? 0) < 0.99)
  tell('few-requests', few, ({ counted }) => `${counted} requests count, and a 99th percentile needs ${fewestFor(0.99)}`)
}
