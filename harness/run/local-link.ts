/** A cell whose model runs in this process: a client of a server, which waits and does not compute. */
import { HarnessError, toFailure } from '../errors.ts'
import { atMost, createInbox, formatLimit, type Link, type LinkOptions } from './link.ts'
import { FromModelSchema, type FromModel, type ToModel } from './protocol.ts'
import { modelFailure, serveCell } from './serve.ts'

export function linkLocal(options: LinkOptions): Link {
  const inbox = createInbox()
  const controller = new AbortController()
  const { signal } = controller
  const pending: ToModel[] = []
  let wake: () => void = () => {}
  const stop = (error: HarnessError): void => {
    inbox.end(error)
    controller.abort(error)
    wake()
  }
  const timer = setTimeout(
    () => stop(new HarnessError('timeout', `${options.model} did not end within ${formatLimit(options.timeoutMs)} and was stopped`)),
    options.timeoutMs,
  )
  const onAbort = (): void => stop(new HarnessError('aborted', 'interrupted'))
  if (options.signal.aborted) onAbort()
  else options.signal.addEventListener('abort', onAbort, { once: true })

  const send = (message: FromModel): void => {
    const parsed = FromModelSchema.safeParse(message)
    if (parsed.success) inbox.put(parsed.data)
    else stop(new HarnessError('model', `${options.model} gave something that is not valid: ${message.type} ${parsed.error.issues[0]?.path.join('.') ?? ''}`))
  }
  const receive = async (): Promise<ToModel> => {
    for (;;) {
      signal.throwIfAborted()
      const next = pending.shift()
      if (next !== undefined) return next
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const served = serve(receive, send, signal)
  const done = served.then(
    () => inbox.put({ type: 'closed' }),
    (error: unknown) => {
      const { code, message } = toFailure(error)
      inbox.end(error instanceof HarnessError ? error : new HarnessError(code === 'aborted' ? 'aborted' : 'model', message))
    },
  )
  inbox.put({ type: 'ready' })
  return {
    pid: undefined,
    send(message) {
      pending.push(message)
      wake()
    },
    receive: inbox.receive,
    finish: () => atMost(options.graceMs, done),
    async dispose() {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      stop(new HarnessError('aborted', 'the cell is over'))
      await atMost(options.graceMs, done) // a call that never ends is left behind; there is no way to end it
    },
  }
}

// --- internal ---

async function serve(receive: () => Promise<ToModel>, send: (message: FromModel) => void, signal: AbortSignal): Promise<void> {
  const first = await receive()
  if (first.type !== 'job') return send({ type: 'failed', error: modelFailure(new Error(`the harness sent ${first.type} where job was due`)) })
  await serveCell(first.job, { send, receive, signal })
}
