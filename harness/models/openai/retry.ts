/** When a request is sent again: the server said that it has too much to do, and for how long. */
import { setTimeout as sleep } from 'node:timers/promises'
import { HarnessError } from '../../errors.ts'
import { fnv1a } from '../../random.ts'

/** Statuses after which asking again may help, since nothing was done: too many requests, not available now. */
export const RETRIED: readonly number[] = [429, 503]

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/**
 * What Retry-After asks for, in milliseconds from now: seconds, or a date, which counts from the server's own Date where there
 * is one, since clocks differ. `retry-after-ms` goes first. Undefined where there is nothing that can be read.
 */
export function retryAfterMs(headers: Headers, nowMs: number = Date.now()): number | undefined {
  const exact = decimal(one(headers, 'retry-after-ms'))
  if (exact !== undefined) return exact
  const value = one(headers, 'retry-after')
  if (value === undefined) return undefined
  const seconds = decimal(value)
  if (seconds !== undefined) return seconds * 1000
  const until = Date.parse(value)
  if (Number.isNaN(until)) return undefined
  const now = Date.parse(one(headers, 'date') ?? '')
  return Math.max(0, until - (Number.isNaN(now) ? nowMs : now))
}

/** Doubles with each attempt; spread by up to a half, so that streams that failed together do not come back together. */
export function backoffMs(attempt: number, baseMs: number, seed: number): number {
  const spread = fnv1a(`${seed} ${attempt}`) / 2 ** 32
  return baseMs * 2 ** attempt * (1 + spread / 2)
}

/** Throws HarnessError `aborted`. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw new HarnessError('aborted', 'interrupted')
  }
}

// --- internal ---

function one(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function decimal(value: string | undefined): number | undefined {
  return value !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}
