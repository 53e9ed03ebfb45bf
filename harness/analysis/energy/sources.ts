/** The energy of one cell: from the counter where there is one, else from power; the two are checked against each other. */
import type { Observed } from '../../types.ts'
import { absent } from '../observed.ts'
import { counterEnergy } from './counter.ts'
import { integralEnergy } from './integral.ts'
import { readingsOf } from './readings.ts'
import type { PowerSeries } from './seen.ts'
import { sensorOf } from './sensor.ts'
import type { EnergyWindow, WindowEnergy } from './window.ts'

/** Counter and integral may differ by this share before a reader is told. */
export const MOST_APART = 0.05

/** `chosen` are the readings of one meter in one cell, `others` those of power meters that see the same device. */
export function cellEnergy(chosen: readonly PowerSeries[], others: readonly PowerSeries[]): WindowEnergy {
  const [first] = chosen
  if (first === undefined) return () => absent('there are no readings of this cell')
  const energy = energyOf(first, chosen)
  const [other] = others
  if (sensorOf(first).kind !== 'counter' || other === undefined) return energy
  const check = energyOf(
    other,
    others.filter(({ meter }) => meter === other.meter),
  )
  return (startMs, endMs) => {
    const [own, beside] = [energy(startMs, endMs), check(startMs, endMs)]
    if (own.state !== 'ok') return beside.state === 'ok' ? noted(beside, `${whyNot(own)}; ${other.meter} is integrated instead`) : own
    if (beside.state !== 'ok') return own
    const apart = beside.value.joules / own.value.joules - 1
    if (!(Math.abs(apart) > MOST_APART)) return own
    return noted(own, `the counter of ${first.meter} and the integral of ${other.meter} differ by ${Math.round(100 * Math.abs(apart))}%`)
  }
}

// --- internal ---

function energyOf(series: PowerSeries, all: readonly PowerSeries[]): WindowEnergy {
  const sensor = sensorOf(series)
  const readings = readingsOf(all)
  return sensor.kind === 'counter' ? counterEnergy(readings, sensor, series.meter) : integralEnergy(readings, sensor, series.meter)
}

function noted(energy: Extract<Observed<EnergyWindow>, { state: 'ok' }>, note: string): Observed<EnergyWindow> {
  return { state: 'ok', value: { ...energy.value, notes: [...energy.value.notes, note] } }
}

function whyNot(missing: Exclude<Observed<EnergyWindow>, { state: 'ok' }>): string {
  return missing.state === 'absent' ? missing.why : missing.error.message
}
