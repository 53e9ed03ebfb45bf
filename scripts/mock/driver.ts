/** Lets engines run on the clock of the host: one timer for all of them, and everything that is due is told in one turn. */
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
  let dueMs = Infinity
  let stopped = false

  const tick = (): void => {
    timer = undefined
    dueMs = Infinity
    const until = now() + EARLY_MS
    for (const engine of engines) engine.advance(until)
    wake()
  }
  const wake = (): void => {
    if (stopped) return
    let next = Infinity
    for (const engine of engines) next = Math.min(next, engine.next() ?? Infinity)
    if (next === Infinity || (timer !== undefined && dueMs <= next)) return
    clearTimeout(timer)
    dueMs = next
    timer = setTimeout(tick, Math.max(1, Math.floor(next - now())))
  }
  return {
    now,
    add: (engine) => void engines.push(engine),
    wake,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

// --- internal ---

/** Timers come a whole number of milliseconds late; half of one early on, they are as often early as late. */
const EARLY_MS = 0.5
