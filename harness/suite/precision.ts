/** How long a load must run for a wanted precision of its energy. */
import { z } from 'zod'
import type { LoadSpec } from '../types.ts'
import { strict } from './strict.ts'

export interface PrecisionInput {
  readonly energy: number
  readonly maxSeconds?: number | undefined
}

export const PrecisionSchema = strict({
  energy: z.number().min(0.0001).max(0.5).describe('Relative standard error that the edges of the measured window may leave: 0.005 is half a percent'),
  maxSeconds: z.number().positive().default(600).describe('No load is made longer than this'),
})
  .optional()
  .describe('Loads that run for a time are made as long as a power sensor needs that moves every 100 ms')

/** Sensors of GPU boards move about every 100 ms (arXiv 2312.02741). */
const SENSOR_SECONDS = 0.1

/** Seconds of measured window after which the edges leave so much: T ÷ (√6·W) = precision. */
export function secondsFor(energy: number): number {
  return SENSOR_SECONDS / (Math.sqrt(6) * energy)
}

/** A load that runs for a time, made longer where its window (without the warm-up) is too short; others run until their items are asked. */
export function lastingFor(load: LoadSpec, precision: z.output<typeof PrecisionSchema>): LoadSpec {
  if (precision === undefined || !('seconds' in load) || load.seconds === undefined) return load
  const needed = Math.min(precision.maxSeconds, Math.ceil(secondsFor(precision.energy) + (load.warmupSeconds ?? 0)))
  return needed <= load.seconds ? load : { ...load, seconds: needed }
}
