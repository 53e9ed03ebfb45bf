/** Power over the time of a run: for a picture, and for what each phase took. */
import type { Origin } from '../units.ts'
import type { Observed } from './observed.ts'

/** One for each thing that a power meter saw (a GPU, the processor, the socket); where there is none, one that says why. */
export interface PowerRow { run: string; trace: Observed<PowerTrace> }
/** Times are milliseconds since the first reading. `model`: the only one that the meter sees. */
export interface PowerTrace {
  meter: string; origin: Origin; how: string
  /** `counter`: power is the slope of an energy counter. */
  kind: 'counter' | 'instant' | 'average'
  device?: string; model?: string
  readings: number
  lengthMs: number
  bins: PowerBins
  /** In order of time; neighbours of one model and kind that no picture could tell apart are one. */
  phases: readonly PowerPhase[]
  summary: readonly PowerSummary[]
}
/** Stretches of equal length that have readings: bin i is from `at[i]` · `widthMs` on; watts. Nothing is lost at the top or the bottom. */
export interface PowerBins { widthMs: number; at: readonly number[]; low: readonly number[]; high: readonly number[]; mean: readonly number[] }
export interface PowerPhase { model: string; phase: PowerPhaseKind; startMs: number; endMs: number }
/** Readings of the warm-up are not kept; it is known when it was. */
export type PowerPhaseKind = 'idle' | 'warmup' | 'measure' | 'idle-after'
/** Watts over all cells of a model; `seconds` between the first and the last reading of each. */
export interface PowerSummary { model: string; phase: PowerPhaseKind; seconds: number; mean: number; low: number; high: number }
