/** Meters that open something, then read it again and again. A reading that fails begins a gap with a reason; the next good one ends it. */
import { toFailure } from '../errors.ts'
import type { Meter, MeterContext, Observed, Series } from '../types.ts'
import { channelOf } from './channel.ts'
import { poll, type Reading } from './poll.ts'

export interface OpenSensor {
  readonly how: string
  readonly device?: string
  /** What a reader of its figures must know. */
  readonly notes?: readonly string[]
  /** Where it is another than that of the meter. */
  readonly kind?: NonNullable<Meter['kind']>
  /** One value in the unit of the meter, or undefined where there is nothing new. A rejection begins a gap. Must end by itself. */
  read(clock: () => number): Promise<Reading | undefined>
  close?(): void | Promise<void>
}

export type SensorOptions = Omit<Meter, 'probe' | 'start' | 'origin'> & {
  /** Reads at least this often: a counter whose ticks are looked for. */
  readonly everyMs?: number
  open(signal: AbortSignal, context?: MeterContext): Promise<Observed<OpenSensor>>
}

/** A measuring meter made of a sensor. It is probed by opening it and reading once. */
export function meterFrom({ open, everyMs, ...about }: SensorOptions): Meter {
  const meter: Meter = {
    ...about,
    origin: 'measured',
    async probe(signal) {
      const sensor = await safely(() => open(signal))
      if (sensor.state !== 'ok') return sensor
      try {
        await sensor.value.read(() => performance.now())
        return { state: 'ok', value: sensor.value.how }
      } catch (error) {
        return { state: 'absent', why: toFailure(error).message }
      } finally {
        await sensor.value.close?.()
      }
    },
    async start(clock, context) {
      const sensor = await safely(() => open(context.signal, context))
      if (sensor.state !== 'ok') {
        const series: Series = {
          ...channelOf(meter),
          meter: meter.id,
          unit: meter.unit,
          origin: 'measured',
          how: `no readings: ${reasonOf(sensor)}`,
          t: [],
          v: [],
        }
        return { stop: async () => series }
      }
      const { how, device, kind, read, close, notes = [] } = sensor.value
      const found = { ...meter, ...(device === undefined ? {} : { device }), ...(kind === undefined ? {} : { kind }) }
      const often = { ...context, intervalMs: Math.min(context.intervalMs, everyMs ?? Infinity) }
      const session = await poll({ meter: found, how, context: often, read: () => read(clock), gaps: clock })
      let stopped: Promise<Series> | undefined
      const stop = async (): Promise<Series> => {
        try {
          return await session.stop()
        } finally {
          await close?.()
        }
      }
      return { notes, stop: () => (stopped ??= stop()) }
    },
  }
  return meter
}

export const reasonOf = (missing: Exclude<Observed<unknown>, { state: 'ok' }>): string => (missing.state === 'absent' ? missing.why : missing.error.message)

// --- internal ---

async function safely<T>(open: () => Promise<Observed<T>>): Promise<Observed<T>> {
  try {
    return await open()
  } catch (error) {
    return { state: 'absent', why: toFailure(error).message }
  }
}
