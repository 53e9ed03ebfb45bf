/** Meters: raw series only, no arithmetic. */
import type { Origin, Unit } from '../units.ts'
import type { Observed } from './observed.ts'

export interface Meter {
  readonly id: string
  readonly summary: string
  readonly unit: Unit
  readonly origin: Origin
  /** How it would measure here, or why it cannot; never throws. */
  probe(signal: AbortSignal): Promise<Observed<string>>
  /** `clock` gives milliseconds on the run clock. */
  start(clock: () => number, context: MeterContext): Promise<MeterSession>
}
export interface MeterContext { intervalMs: number; pid?: number; signal: AbortSignal }
export interface MeterSession { stop(): Promise<Series> }
export interface Series { meter: string; unit: Unit; origin: Origin; how: string; t: readonly number[]; v: readonly number[] }
