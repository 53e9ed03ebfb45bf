/** Making estimates: a number that is not finite becomes a reason, never a number. */
import type { Estimate, Observed, Origin, Unit } from '../types.ts'
import type { Interval } from './stats/interval.ts'

export interface Account {
  n: number
  unit: Unit
  origin: Origin
  method: string
}

export function absent(why: string): { state: 'absent'; why: string } {
  return { state: 'absent', why }
}

export function estimate({ value, low, high, level }: Interval, { n, unit, origin, method }: Account): Observed<Estimate> {
  if (![value, low, high, level].every(Number.isFinite)) return absent('the records do not allow a finite value')
  return { state: 'ok', value: { value, low, high, n, unit, origin, method, level } }
}

/** A value without an interval. */
export function point(value: number): Interval {
  return { value, low: value, high: value, level: 0 }
}

/** The interval in another unit, `factor` > 0. */
export function scaled({ value, low, high, level }: Interval, factor: number): Interval {
  return { value: value * factor, low: low * factor, high: high * factor, level }
}

/** "1 item", "12 items". */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`
}
