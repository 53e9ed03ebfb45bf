/** The model's side of a cell: opens the model, asks it, and stamps its tokens. Runs in a child, or beside the harness. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { HarnessError, toFailure } from '../errors.ts'
import { getAdapter } from '../models/registry.ts'
import { residentBytes } from '../resident.ts'
import type { Completion, Failure, Model, Request } from '../types.ts'
import { sendAll } from './ask-server.ts'
import { clockFrom, type Clock } from './clock.ts'
import { readGiven, whyWritten } from './given.ts'
import type { Answer, FromModel, Job, ToModel } from './protocol.ts'
import { CompletionSchema } from './store/schema/index.ts'

export interface Port {
  send(message: FromModel): void
  /** The next message of the harness; rejects when the signal is aborted. */
  receive(): Promise<ToModel>
  signal: AbortSignal
}

/**
 * Serves one cell, from opening the model to closing it. What goes wrong with the model is said as `failed`, or as the error
 * of a request; rejects only when the signal is aborted.
 */
export async function serveCell(job: Job, port: Port): Promise<void> {
  const clock = clockFrom(job.originNs)
  // 1. open
  const openMs = clock.now()
  let model: Model
  try {
    const adapter = await getAdapter(job.spec.adapter, job.dir)
    model = checkModel(await adapter.open(job.spec, { backend: job.backend, signal: port.signal }), job)
  } catch (error) {
    port.signal.throwIfAborted()
    port.send({ type: 'failed', error: modelFailure(error) })
    return
  }
  try {
    port.send({ type: 'opened', phase: { startMs: openMs, endMs: clock.now() }, card: model.card, runtime: model.runtime })
    // 2. warm up
    await receiveGo(port)
    await warmUp(model, job, port, clock)
    // 3. measure
    await receiveGo(port)
    const startMs = clock.now()
    const broken = await askAll(model, job, port, clock)
    if (broken !== undefined) {
      port.send({ type: 'failed', error: broken })
      return
    }
    port.send({ type: 'measured', phase: { startMs, endMs: clock.now() }, memory: readMemory(model) })
    // 4. isolated steps, when the window is over and the harness has measured how much the idle model draws
    await receiveGo(port)
    port.send({ type: 'steps', steps: await timeSteps(model, job, port) })
  } finally {
    // 5. close
    await model.close().catch(() => {}) // the process ends anyway, and the answers are given
  }
}

/** What an adapter throws is a failure of its model, unless it says what kind it is. */
export function modelFailure(error: unknown): Failure {
  const failure = toFailure(error)
  return failure.code === 'internal' ? { ...failure, code: 'model' } : failure
}

// --- internal ---

async function receiveGo(port: Port): Promise<void> {
  const { type } = await port.receive()
  if (type !== 'go') throw new HarnessError('internal', `the harness sent ${type} where go was due`)
}

async function warmUp(model: Model, job: Job, port: Port, clock: Clock): Promise<void> {
  const startMs = clock.now()
  let failed = 0
  let error: Failure | undefined
  for (const requests of job.warmup) {
    const { answers } = await ask(model, requests, port, clock)
    for (const answer of answers) {
      if (answer.ok) continue
      failed += 1
      error ??= answer.error
    }
  }
  port.send({ type: 'warmed', phase: { startMs, endMs: clock.now() }, failed, ...(error === undefined ? {} : { error }) })
}

/** Asks all batches in order, `streams` at a time; stops at a device that is broken, and says why. */
async function askAll(model: Model, { batches, streams }: Job, port: Port, clock: Clock): Promise<Failure | undefined> {
  let next = 0
  let broken: Failure | undefined
  const stream = async (): Promise<void> => {
    for (let batch = next++; batch < batches.length && broken === undefined; batch = next++) {
      port.send({ type: 'asked', batch, startMs: clock.now() })
      const answered = await ask(model, batches[batch] ?? [], port, clock)
      port.send({ type: 'answered', batch, ...answered })
      for (const answer of answered.answers) if (!answer.ok && BROKEN.has(answer.error.kind)) broken ??= answer.error
    }
  }
  await Promise.all(Array.from({ length: Math.min(streams, batches.length) }, stream))
  return broken
}

/** Kinds of failures after which a device answers nothing more: asking on would count requests as failed that were never tried. */
const BROKEN = new Set<string | undefined>(['device-lost', 'device-memory', 'device-error'])

/** One call of the model. Rejects only when the signal is aborted. */
async function ask(model: Model, requests: readonly Request[], port: Port, clock: Clock): Promise<{ startMs: number; endMs: number; answers: Answer[] }> {
  await nextTurn() // a model that never waits would keep signals and messages from being seen
  port.signal.throwIfAborted()
  if (model.send !== undefined) {
    const startMs = clock.now()
    const answers = await sendAll((...args) => model.send!(...args), requests, clock, port.signal)
    return { startMs, endMs: clock.now(), answers }
  }
  if (model.score !== undefined && requests.length > 0 && requests.every(({ given }) => given !== undefined)) {
    const startMs = clock.now()
    const answers = await readGiven(model, requests, port.signal)
    return { startMs, endMs: clock.now(), answers }
  }
  const tokenMs: number[][] = requests.map(() => [])
  const texts: string[][] = requests.map(() => [])
  let completions: readonly Completion[] = []
  let failure: Failure | undefined
  const startMs = clock.now()
  try {
    completions = await model.generate(
      requests,
      (index, { tokens, text, channel }) => {
        const now = clock.now()
        for (let i = 0; i < tokens; i++) tokenMs[index]?.push(now)
        if (channel === 'answer') texts[index]?.push(text)
      },
      port.signal,
    )
  } catch (error) {
    failure = modelFailure(error)
  }
  const endMs = clock.now()
  if (failure !== undefined) port.signal.throwIfAborted()
  const answers = requests.map((request, index): Answer => {
    const soFar = { tokenMs: tokenMs[index] ?? [], text: (texts[index] ?? []).join('') }
    if (failure !== undefined) return { ok: false, ...soFar, error: failure }
    const parsed = CompletionSchema.safeParse(completions[index])
    if (parsed.success) return whyWritten(request, { ok: true, tokenMs: soFar.tokenMs, completion: parsed.data })
    const [issue] = parsed.error.issues
    const what = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')
    return { ok: false, ...soFar, error: { code: 'model', message: `the adapter gave no valid completion: ${what}` } }
  })
  return { startMs, endMs, answers }
}

function readMemory(model: Model): Extract<FromModel, { type: 'measured' }>['memory'] {
  try {
    return model.memory()
  } catch (error) {
    return { deviceBytes: { state: 'failed', error: modelFailure(error) }, processBytes: residentBytes() }
  }
}

async function timeSteps(model: Model, job: Job, port: Port): Promise<Extract<FromModel, { type: 'steps' }>['steps']> {
  if (!job.timeSteps) return { state: 'absent', why: 'timed in another cell of the model' }
  if (model.timeSteps === undefined) return { state: 'absent', why: 'the adapter cannot time steps in isolation' }
  try {
    return { state: 'ok', value: [...(await model.timeSteps(port.signal))] }
  } catch (error) {
    port.signal.throwIfAborted()
    return { state: 'failed', error: modelFailure(error) }
  }
}

function checkModel(value: Model, { spec }: Job): Model {
  const missing = (['generate', 'memory', 'close'] as const).filter((name) => typeof (value as Partial<Model> | undefined)?.[name] !== 'function')
  if (missing.length === 0) return value
  throw new HarnessError('model', `the adapter ${spec.adapter} opened no model: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`)
}
