/** Replays a recorded trace through the rules of integration, and compares the energy of random windows with the external meter. */
import { integralEnergy } from '../../harness/analysis/energy/integral.ts'
import { before, integrate, readingsOf, type Readings } from '../../harness/analysis/energy/readings.ts'
import { sensorOf } from '../../harness/analysis/energy/sensor.ts'
import { createRandom } from '../../harness/random.ts'
import type { Column, Trace } from './traces.ts'

export interface ReplayOptions {
  field: string
  /** For what is known of the sensor: its averaging time. */
  device: string
  windowMs: number
  windows: number
  pollMs: number
  seed: number
}

/** Mean and largest absolute error of the energy, percent, after the gain of the card. `covered`: share of windows whose 95% interval holds the truth. */
export interface Replayed {
  ours: { mean: number; max: number; covered: number }
  /** Trapezoid with interpolated ends, readings taken as they are. */
  plain: { mean: number; max: number }
  /** Trapezoid over the readings inside of the window, nothing at its ends. */
  insideOnly: { mean: number; max: number }
}

export function replay(trace: Trace, { field, device, windowMs, windows, pollMs, seed }: ReplayOptions): Replayed {
  const column = trace.fields.get(field)
  if (column === undefined) throw new Error(`${trace.name} has no field ${field}`)
  const truth = readingsOf([trace.truth])
  const [low, high] = [truth.t[0]!, Math.min(truth.t.at(-1)!, column.t.at(-1)!)]
  // The gain of the card: constant, and common to whatever is measured with it.
  const gain = integrate(readingsOf([column]), low, high) / integrate(truth, low, high)
  const sensor = sensorOf({
    meter: 'nvidia-smi',
    how: `${field} ${device}`,
    unit: 'W',
    ...(field.endsWith('.average') ? { kind: 'average' } : { kind: 'instant' }),
  })
  const random = createRandom('bench-energy', trace.name, field, windowMs, seed)
  const errors = { ours: [] as number[], plain: [] as number[], insideOnly: [] as number[] }
  let covered = 0
  for (let i = 0; i < windows; i++) {
    const startMs = low + random.next() * (high - low - windowMs)
    const polled = readingsOf([pollAt(column, random.next() * pollMs, pollMs, gain)])
    const energy = integralEnergy(polled, sensor, field)(startMs, startMs + windowMs)
    if (energy.state !== 'ok') throw new Error(energy.state === 'absent' ? energy.why : energy.error.message)
    const joules = integrate(truth, startMs, startMs + windowMs)
    errors.ours.push(Math.abs(energy.value.joules / joules - 1))
    errors.plain.push(Math.abs(integrate(polled, startMs, startMs + windowMs) / joules - 1))
    errors.insideOnly.push(Math.abs(insideOnly(polled, startMs, startMs + windowMs) / joules - 1))
    if (Math.abs(energy.value.joules - joules) <= 1.96 * Math.hypot(energy.value.u, energy.value.shared * energy.value.joules)) covered++
  }
  return { ours: { ...summary(errors.ours), covered: covered / windows }, plain: summary(errors.plain), insideOnly: summary(errors.insideOnly) }
}

/** The rule that others use: trapezoids between the readings inside, so that both ends up to the next reading are missing. */
export function insideOnly({ t, total }: Readings, startMs: number, endMs: number): number {
  const [first, last] = [before(t, startMs) + 1, before(t, endMs)]
  return last > first ? total[last]! - total[first]! : 0
}

// --- internal ---

/** What a poller reads: the last row at or before each poll. */
function pollAt({ t, v }: Column, phaseMs: number, pollMs: number, gain: number): Column {
  const [times, values]: [number[], number[]] = [[], []]
  let row = 0
  for (let at = t[0]! + phaseMs; at <= t.at(-1)!; at += pollMs) {
    while (row + 1 < t.length && t[row + 1]! <= at) row++
    times.push(at)
    values.push(v[row]! / gain)
  }
  return { t: times, v: values }
}

function summary(errors: readonly number[]): { mean: number; max: number } {
  return { mean: (100 * errors.reduce((sum, one) => sum + one, 0)) / errors.length, max: 100 * Math.max(...errors) }
}
