/** What cells of every kind share: the idle phase, the readings of each phase, and failures of the model's side. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { HarnessError } from '../errors.ts'
import type { CellContext, CellTask } from './cell.ts'
import { cropSeries, type Metering } from './metering.ts'

/** Sets failures of the model's side apart from those of our own. */
export class LinkFailure extends Error {
  override readonly cause: HarnessError
  constructor(cause: HarnessError) {
    super(cause.message)
    this.cause = cause
  }
}

export interface Window {
  startMs: number
  endMs: number
}
export interface Windows {
  idle?: Window | undefined
  measure?: Window
  idleAfter?: Window | undefined
  kept: boolean
}

/** Power with the model loaded and nothing asked. Only where a power meter measures: an estimate knows of no idle power. */
export async function idle({ clock, idleMs, meters, onPhase, signal }: CellContext, settleMs = 0): Promise<Window | undefined> {
  if (idleMs <= 0 || !meters.some(({ unit, origin }) => (unit === 'W' || unit === 'J') && origin === 'measured')) return undefined
  onPhase('idle')
  const startMs = clock.now() + settleMs
  await sleep(idleMs + settleMs, undefined, { signal }).catch(() => {}) // interrupted: the link tells so
  const endMs = clock.now()
  return endMs > startMs ? { startMs, endMs } : undefined
}

/** The same after the requests, still loaded and now warm. Begins late, so that no mean of the last second has a request in it. */
export function idleAfter(context: CellContext): Promise<Window | undefined> {
  return idle(context, Math.min(SETTLE_MS, context.idleMs))
}

/** Stops the meters and keeps what they read, once. */
export async function keepSeries(task: CellTask, context: CellContext, metering: Metering, windows: Windows): Promise<void> {
  const all = await metering.stop()
  if (windows.kept || task.items.length === 0) return
  windows.kept = true
  for (const series of all)
    for (const phase of ['idle', 'measure', 'idle-after'] as const) {
      const window = windows[phase === 'idle-after' ? 'idleAfter' : phase]
      const beyond = phase === 'measure' && (series.unit === 'W' || series.unit === 'J') ? BEYOND_MS : 0
      if (window !== undefined) context.onSeries({ ...cropSeries(series, window, beyond), cell: task.id, phase })
    }
}

// --- internal ---

const SETTLE_MS = 1000
/** Readings of power are old when they are read: by up to an update, and by half a second where they are the mean of one. */
const BEYOND_MS = 600
