/** The process of one cell: started by child-link.ts, ends with the cell, with the harness, or when it is told to. */
import { Worker } from 'node:worker_threads'
import { HarnessError } from '../errors.ts'
import { ToModelSchema, type FromModel, type ToModel } from './protocol.ts'
import { serveCell } from './serve.ts'

/** Must be the pipe's place in the list of child-link.ts. */
const LIFELINE_FD = 4

const controller = new AbortController()
const { signal } = controller
const received: ToModel[] = []
let wake: () => void = () => {}

process.on('message', (message) => {
  received.push(ToModelSchema.parse(message))
  wake()
})
process.on('disconnect', () => process.exit(1)) // nobody is left to answer to
process.on('SIGTERM', () => controller.abort(new HarnessError('aborted', 'stopped')))
process.on('SIGINT', () => {}) // Ctrl-C reaches every process of the terminal; the harness decides
process.on('SIGHUP', () => {})
new Worker(new URL('./watchdog.js', import.meta.url), { workerData: LIFELINE_FD, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()

try {
  send({ type: 'ready' })
  const first = await receive()
  if (first.type !== 'job') throw new HarnessError('internal', `the harness sent ${first.type} where job was due`)
  await serveCell(first.job, { send, receive, signal })
} catch (error) {
  if (!signal.aborted) throw error
}
// What was sent has been written when the channel has taken one more message; open handles of a model must not keep us.
process.send?.({ type: 'closed' } satisfies FromModel, () => process.exit(0))

// --- internal ---

function send(message: FromModel): void {
  process.send?.(message)
}

async function receive(): Promise<ToModel> {
  for (;;) {
    signal.throwIfAborted()
    const next = received.shift()
    if (next !== undefined) return next
    await new Promise<void>((resolve) => {
      wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
