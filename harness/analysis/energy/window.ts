/** What a window's energy is made of; the same for every way of getting it. */
import type { Observed } from '../../types.ts'

export interface EnergyWindow {
  joules: number
  /** Standard uncertainty of the joules: sampling, edges, gaps and the step of the sensor; not its gain. */
  u: number
  /** Relative standard uncertainty that all windows of the sensor share and that more windows do not make smaller. */
  shared: number
  method: 'counter' | 'integral' | 'de-lagged average'
  /** Energy of a part of the window. Parts add up: to `joules` over the whole window. */
  part(startMs: number, endMs: number): number
  /** What a reader must know beside the number; one sentence each. */
  notes: readonly string[]
}

export type WindowEnergy = (startMs: number, endMs: number) => Observed<EnergyWindow>

/** Most of a window that may lie in gaps of the readings. */
export const MOST_IN_GAPS = 0.1
/** A pause is a gap from this many usual pauses on. */
export const GAP = 3

/** Relative uncertainty of the difference of a counter that moves every `periodMs`: each read lags by U(0, T), so T ÷ (√6·W). */
export function edgeError(periodMs: number, windowMs: number): number {
  return periodMs / (Math.sqrt(6) * windowMs)
}
