/**
 * Lets engines run on the clock of the host: one timer for all of them. Of what is due a little is told per turn of the event loop, for the server
 * reads its sockets between turns: a request that came behind a hundred tokens would seem to have come after them.
 */
import type { Engine } from './engine.ts'
import { nowNs } from './truth.ts'

export interface Driver {
  /** Milliseconds on the driver's clock. */
  now(): number
  add(engine: Engine): void
  /** Something changed: perhaps something is due earlier now. */
  wake(): void
  stop(): void
}

export function createDriver(): Driver {
  const engines: Engine[] = []
  const originNs = nowNs()
  const now = (): number => (nowNs() - originNs) / 1e6
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined
  let dueMs = Infinity
  let stopped = false

  const tick = (): void => {
    clearTimeout(timer)
    timer = turn = undefined
    dueMs = Infinity
    const until = now() + EARLY_MS
    for (const engine of engines) engine.advance(until, PER_TURN)
    wake()
  }
  const wake = (): void => {
    if (stopped || turn !== undefined) return
    let next = Infinity
    for (const engine of engines) next = Math.min(next, engine.next() ?? Infinity)
    if (next === Infinity || (timer !== undefined && dueMs <= next)) return
    clearTimeout(timer)
    timer = undefined
    dueMs = next
    const inMs = next - now()
    if (inMs <= EARLY_MS) turn = setImmediate(tick)
    else timer = setTimeout(tick, Math.max(1, Math.floor(inMs)))
  }
  return {
    now,
    add: (engine) => void engines.push(engine),
    wake,
    stop() {
      stopped = true
      clearTimeout(timer)
      clearImmediate(turn)
    },
  }
}

// --- internal ---

/** Timers come a whole number of milliseconds late; half of one early on, they are as often early as late. */
const EARLY_MS = 0.5
/** Tokens of each engine; some tenths of a millisecond of writing. */
const PER_TURN = 16
