/** The connection to the model's side of a cell: messages as a queue, and one error once there will be no more. */
import { fromFailure, type Failure, type HarnessError } from '../errors.ts'
import type { FromModel, ToModel } from './protocol.ts'

export interface Link<From extends { type: string } = FromModel, To = ToModel> {
  /** Process of the model, where it has one of its own. */
  readonly pid: number | undefined
  send(message: To): void
  /**
   * The next message. Rejects with HarnessError: `timeout`, `aborted`, `crashed` (the process ended) or `model` (it sent
   * something else than messages of the protocol, or failed).
   */
  receive(): Promise<Exclude<From, { type: 'failed' }>>
  /** Waits until the model's side has ended by itself, but no longer than the grace. */
  finish(): Promise<void>
  /** Ends the model's side, by force if it must be, and resolves when it is gone. Never rejects. */
  dispose(): Promise<void>
}

export interface LinkOptions {
  /** For messages. */
  readonly model: string
  readonly timeoutMs: number
  /** How long the model's side may take to stop by itself. */
  readonly graceMs: number
  readonly signal: AbortSignal
}

/** What both protocols have: the end of a conversation that went wrong. */
type Failed = { type: 'failed'; error: Failure }

export interface Inbox<From extends { type: string } = FromModel> {
  put(message: From): void
  /** No more messages after those that are in it; the first reason counts. */
  end(error: HarnessError): void
  readonly ended: boolean
  receive: Link<From>['receive']
}

export function createInbox<From extends { type: string } = FromModel>(): Inbox<From> {
  const messages: From[] = []
  let error: HarnessError | undefined
  let wake: () => void = () => {}
  return {
    put(message) {
      messages.push(message)
      wake()
    },
    end(reason) {
      error ??= reason
      wake()
    },
    get ended() {
      return error !== undefined
    },
    async receive() {
      for (;;) {
        const next = messages.shift()
        if (next?.type === 'failed') throw fromFailure((next as unknown as Failed).error)
        if (next !== undefined) return next as Exclude<From, { type: 'failed' }>
        if (error !== undefined) throw error
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

/** Resolves with the promise or after `ms`, whichever comes first. */
export async function atMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  try {
    await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** `30 s`, `2.5 s`, `400 ms` */
export function formatLimit(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}
