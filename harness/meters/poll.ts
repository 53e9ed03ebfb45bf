/** Meters that are asked: a timer reads a value every so often, and keeps out of the way of whatever runs beside it. */
import type { Meter, MeterContext, MeterSession, Series } from '../types.ts'

/** `t` on the run clock, in milliseconds; `v` in the unit of the meter. */
export interface Reading {
  readonly t: number
  readonly v: number
}

export interface PollOptions {
  readonly meter: Pick<Meter, 'id' | 'unit' | 'origin'>
  readonly how: string
  readonly context: MeterContext
  /** One reading, or undefined when there is none this time. A rejection ends the series; `how` then says why. */
  read(): Promise<Reading | undefined>
}

/**
 * Reads at once, then every `intervalMs`, and once more at the stop, so that the readings enclose what happens between.
 * A reading that takes longer than the interval delays the next one; two never run at a time.
 */
export async function poll({ meter, how, context, read }: PollOptions): Promise<MeterSession> {
  const [t, v]: [number[], number[]] = [[], []]
  let ended: string | undefined
  let timer: NodeJS.Timeout | undefined
  let inFlight: Promise<void> = Promise.resolve()
  const take = async (): Promise<void> => {
    if (ended !== undefined) return
    try {
      const reading = await read()
      if (reading === undefined || !Number.isFinite(reading.v)) return
      t.push(reading.t)
      v.push(reading.v)
    } catch (error) {
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
    return { meter: meter.id, unit: meter.unit, origin: meter.origin, how: ended === undefined ? how : `${how}; the readings end early: ${ended}`, t, v }
  }
  return { stop: () => (result ??= finish()) }
}
