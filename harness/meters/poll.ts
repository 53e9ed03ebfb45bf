/** Meters that are asked: a timer reads a value every so often, and keeps out of the way of whatever runs beside it. */
import { toFailure } from '../errors.ts'
import type { Gap, Meter, MeterContext, MeterSession, Series } from '../types.ts'
import { channelOf } from './channel.ts'

/** `t` on the run clock, in milliseconds; `v` in the unit of the meter. */
export interface Reading {
  readonly t: number
  readonly v: number
}

/** A reading that is none, and after which a counter does not go on from where it was. */
export class Break extends Error {}

export interface PollOptions {
  readonly meter: Pick<Meter, 'id' | 'unit' | 'origin' | 'kind' | 'scope' | 'device' | 'model'>
  readonly how: string
  readonly context: MeterContext
  /** One reading, or undefined when there is none this time. A rejection ends the series; `how` then says why. */
  read(): Promise<Reading | undefined>
  /** The run clock. Given, a rejection does not end the series: it begins a gap with the reason, which the next reading ends. */
  gaps?: () => number
}

/**
 * Reads at once, then every `intervalMs`, and once more at the stop, so that the readings enclose what happens between.
 * A reading that takes longer than the interval delays the next one; two never run at a time.
 */
export async function poll({ meter, how, context, read, gaps: clock }: PollOptions): Promise<MeterSession> {
  const [t, v]: [number[], number[]] = [[], []]
  const gaps: Gap[] = []
  let open: Omit<Gap, 'endMs'> | undefined
  const endGap = (endMs: number): void => {
    if (open !== undefined) gaps.push({ ...open, endMs })
    open = undefined
  }
  let ended: string | undefined
  let timer: NodeJS.Timeout | undefined
  let inFlight: Promise<void> = Promise.resolve()
  const take = async (): Promise<void> => {
    if (ended !== undefined) return
    try {
      const reading = await read()
      if (reading === undefined || !Number.isFinite(reading.v)) return
      endGap(reading.t)
      t.push(reading.t)
      v.push(reading.v)
      context.onReading?.(reading.t, reading.v)
    } catch (error) {
      if (clock !== undefined) {
        open ??= { startMs: t.at(-1) ?? clock(), why: toFailure(error).message }
        if (error instanceof Break) open.breaks = true
        return
      }
      ended =
        (error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH'
          ? 'the process had ended'
          : (error as Error).message
    }
  }
  let stopped = false
  const tick = async (): Promise<void> => {
    await take()
    if (ended === undefined && !stopped && !context.signal.aborted) schedule()
  }
  const schedule = (): void => {
    timer = setTimeout(() => {
      inFlight = tick()
    }, context.intervalMs).unref()
  }
  const halt = (): void => {
    stopped = true
    clearTimeout(timer)
  }
  context.signal.addEventListener('abort', halt, { once: true })
  await take()
  if (!context.signal.aborted) schedule()
  let result: Promise<Series> | undefined
  const finish = async (): Promise<Series> => {
    halt()
    context.signal.removeEventListener('abort', halt)
    await inFlight
    if (!context.signal.aborted) await take()
    if (clock !== undefined) endGap(clock())
    const { id, unit, origin } = meter
    return {
      ...channelOf(meter),
      meter: id,
      unit,
      origin,
      how: ended === undefined ? how : `${how}; the readings end early: ${ended}`,
      t,
      v,
      ...(gaps.length === 0 ? {} : { gaps }),
    }
  }
  return { stop: () => (result ??= finish()) }
}
