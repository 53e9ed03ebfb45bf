/** Meters that a suite describes. */
import type { Meter, MeterSpec } from '../types.ts'
import { prometheus } from './prometheus.ts'
import { wall } from './wall.ts'

export function meterOfSpec(spec: MeterSpec): Meter {
  return spec.kind === 'prometheus' ? prometheus(spec) : wall(spec)
}
