/** The meters of a cell. One that fails leaves a warning and no readings, and never stops a run. */
import { toFailure } from '../errors.ts'
import type { GpuIdentity, Meter, MeterSession, Series } from '../types.ts'
import { METERS, startHost } from '../meters/index.ts'
import type { Clock } from './clock.ts'

export interface Metering {
  /** Readings from the start until the first call. Resolves soon, whatever the meters do. */
  stop(): Promise<readonly Series[]>
}

export interface MeteringOptions {
  readonly meters: readonly Meter[]
  readonly clock: Clock
  readonly intervalMs: number
  readonly pid: number | undefined
  readonly gpu?: GpuIdentity | undefined
  readonly signal: AbortSignal
  /** Called with a sentence for each meter that fails. */
  readonly onFailure: (message: string) => void
  /** Called with a sentence for what a reader of the figures must know. */
  readonly onNote?: (message: string) => void
}

/** Starts all meters; resolves when each has begun to read, or has failed to. */
export async function startMeters({ meters, clock, intervalMs, pid, gpu, signal, onFailure, onNote }: MeteringOptions): Promise<Metering> {
  const context = { intervalMs, signal, ...(pid === undefined ? {} : { pid }), ...(gpu === undefined ? {} : { gpu }) }
  const guard = async <T>(meter: Meter, doing: string, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await within(PATIENCE_MS, act())
    } catch (error) {
      onFailure(`the meter ${meter.id} failed to ${doing}: ${toFailure(error).message}`)
      return undefined
    }
  }
  // Those of ours sample in processes of their own, native ones apart from the others; a meter that is handed in runs here.
  const ours = meters.filter((meter) => meter.spec !== undefined || METERS.includes(meter))
  const groups = [ours.filter(({ native }) => native !== true), ours.filter(({ native }) => native === true)].filter((group) => group.length > 0)
  const hosts = await Promise.all(
    groups.map(async (group) => {
      try {
        return await startHost({ meters: group, clock, intervalMs, pid, gpu, signal })
      } catch (error) {
        onFailure(`the process of the meters failed to start: ${toFailure(error).message}`)
        return undefined
      }
    }),
  )
  const started = await Promise.all(
    meters
      .filter((meter) => !ours.includes(meter))
      .map(async (meter) => ({ meter, session: await guard(meter, 'start', () => meter.start(() => clock.now(), context)) })),
  )
  const running = started.filter((entry): entry is { meter: Meter; session: MeterSession } => entry.session !== undefined)
  const notes = [...hosts.flatMap((host) => host?.notes ?? []), ...running.flatMap(({ session }) => session.notes ?? [])]
  for (const note of new Set(notes)) onNote?.(note)
  const finish = async (): Promise<Series[]> => {
    const series = await Promise.all(running.map(({ meter, session }) => guard(meter, 'stop', () => session.stop())))
    const remote = (await Promise.all(hosts.flatMap((host) => (host === undefined ? [] : [host.stop()])))).flat()
    for (const why of new Set(remote.flatMap(({ gaps = [] }) => gaps.map((gap) => gap.why)))) onFailure(`readings are missing for a while: ${why}`)
    return [...remote, ...series.filter((one) => one !== undefined)]
  }
  let stopped: Promise<Series[]> | undefined
  return { stop: () => (stopped ??= finish()) }
}

/**
 * The readings of a phase: those inside and `beyondMs` around it, and the nearest one on each side, so that both ends can be interpolated. Readings
 * that are no numbers are dropped: the record has none such.
 */
export function cropSeries(series: Series, window: { startMs: number; endMs: number }, beyondMs = 0): Series {
  const [startMs, endMs] = [window.startMs - beyondMs, window.endMs + beyondMs]
  const readings = series.t.map((t, i) => ({ t, v: series.v[i] ?? Number.NaN })).filter(({ t, v }) => Number.isFinite(t) && Number.isFinite(v))
  const first = Math.max(
    0,
    readings.findLastIndex(({ t }) => t <= startMs),
  )
  const after = readings.findIndex(({ t }) => t >= endMs)
  const kept = readings.slice(first, after < 0 ? undefined : after + 1)
  const gaps = (series.gaps ?? []).filter((gap) => gap.startMs < endMs && gap.endMs > startMs)
  const { gaps: _all, ...rest } = series
  return { ...rest, t: kept.map(({ t }) => t), v: kept.map(({ v }) => v), ...(gaps.length === 0 ? {} : { gaps }) }
}

// --- internal ---

/** A meter that takes longer than this to start or stop is given up. */
const PATIENCE_MS = 10_000

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
