/** A process of a cell, seen from inside: its messages, and its end with the cell, with the harness, or when it is told to. */
import { Worker } from 'node:worker_threads'
import { HarnessError } from '../errors.ts'

/** Must be the pipe's place in the list of child-link.ts. */
const LIFELINE_FD = 4

export interface Side<To, From> {
  send(message: From): void
  /** The next message; rejects when the signal is aborted. */
  receive(): Promise<To>
  readonly signal: AbortSignal
}

/** `parse` throws for what is no message of the protocol. Ends the process once `serve` is done. */
export async function runSide<To, From extends object>(
  parse: (message: unknown) => To,
  closed: From,
  serve: (side: Side<To, From>) => Promise<void>,
): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const received: To[] = []
  let wake: () => void = () => {}
  process.on('message', (message) => {
    received.push(parse(message))
    wake()
  })
  process.on('disconnect', () => process.exit(1)) // nobody is left to answer to
  process.on('SIGTERM', () => {
    controller.abort(new HarnessError('aborted', 'stopped'))
    wake()
  })
  process.on('SIGINT', () => {}) // Ctrl-C reaches every process of the terminal; the harness decides
  process.on('SIGHUP', () => {})
  new Worker(new URL('./watchdog.js', import.meta.url), { workerData: LIFELINE_FD, resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref()
  const receive = async (): Promise<To> => {
    for (;;) {
      signal.throwIfAborted()
      const next = received.shift()
      if (next !== undefined) return next
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  try {
    await serve({ send: (message) => void process.send?.(message), receive, signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
  // What was sent has been written when the channel has taken one more message; open handles of a model must not keep us.
  process.send?.(closed, () => process.exit(0))
}
