/** A client process: asks a server on behalf of the harness, which keeps the clock, the meters and the record. */
import { HarnessError } from '../../errors.ts'
import { getAdapter } from '../../models/registry.ts'
import type { Model, Request } from '../../types.ts'
import { clockFrom } from '../clock.ts'
import { modelFailure } from '../serve.ts'
import { runSide, type Side } from '../side.ts'
import { arrivalClock, fastClock } from './clock.ts'
import { startStage, type Stage } from './engine.ts'
import { createSessions } from './sessions.ts'
import { reopen } from '../opening.ts'
import { ToClientSchema, type ClientJob, type FromClient, type ToClient } from './protocol.ts'

await runSide<ToClient, FromClient>((message) => ToClientSchema.parse(message), { type: 'closed' }, serve)

// --- internal ---

type Client = Side<ToClient, FromClient>

async function serve(side: Client): Promise<void> {
  side.send({ type: 'ready' })
  const first = await side.receive()
  if (first.type !== 'job') throw new HarnessError('internal', `the harness sent ${first.type} where job was due`)
  const { job } = first
  const clock = clockFrom(job.originNs)
  const startMs = clock.now()
  let model: Model
  try {
    const adapter = await getAdapter(job.spec.adapter, job.dir)
    model = await adapter.open(job.spec, { backend: 'auto', signal: side.signal })
    if (model.send === undefined) throw new HarnessError('model', `the adapter ${job.spec.adapter} cannot send requests one by one`)
  } catch (error) {
    side.signal.throwIfAborted()
    return side.send({ type: 'failed', error: modelFailure(error) })
  }
  try {
    side.send({ type: 'opened', phase: { startMs, endMs: clock.now() }, card: model.card, runtime: model.runtime })
    await takeOrders(side, job, model)
  } finally {
    await model.close().catch(() => {}) // the process ends anyway, and the answers are given
  }
}

async function takeOrders(side: Client, job: ClientJob, model: Model): Promise<void> {
  const now = fastClock(job.originNs)
  const arrived = arrivalClock(now)
  let stage: Stage | undefined
  for (;;) {
    const message = await side.receive()
    if (message.type === 'close') return
    if (message.type === 'stop') stage?.stop()
    if (message.type !== 'stage') continue
    const { order } = message
    const sessions = job.turns === undefined ? undefined : createSessions(job.turns)
    const asked = (number: number, request: Request): Request => sessions?.request(number, request) ?? request
    stage = startStage(order, {
      send: (...args) => model.send!(...args),
      requestOf: (number) =>
        order.requests === 'warmup'
          ? requestAt(job.warmup, number)
          : asked(number, reopen(requestAt(job.requests, number), job.openings[number % job.requests.length], job.salt, number)),
      ...(sessions === undefined || order.requests === 'warmup' ? {} : { sessions }),
      now,
      arrived,
      signal: side.signal,
      onBatch: (batch) => side.send({ type: 'batch', batch }),
    })
    stage.ended.then(
      (end) => side.send({ type: 'ended', end }),
      () => {}, // aborted: the side tells so
    )
  }
}

/** Requests are asked in turn; from the second round on with another seed, so that no answer is a copy. */
function requestAt(requests: readonly Request[], number: number): Request {
  const request = requests[number % requests.length]!
  const round = Math.floor(number / requests.length)
  return round === 0 ? request : { ...request, seed: (request.seed + round) >>> 0 }
}
