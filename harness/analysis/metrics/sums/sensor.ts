/** What the sensor may be wrong by, in the intervals of energy. */
import type { Interval } from '../../stats/interval.ts'
import type { Ledger } from '../../tally.ts'
import type { SumMetric } from './list.ts'

/** Widened by what the sensor may be wrong by, its scale included; independent of the spread of the requests, so squares add (of logarithms). */
export function sensed({ id }: SumMetric, ledger: Ledger, interval: Interval): Interval {
  const { energy } = ledger
  if (id === 'net-energy-per-token') return sensedNet(ledger, interval)
  if (!OF_ENERGY.has(id) || energy.state !== 'ok' || interval.level === 0) return interval
  const { value, low, high, level } = interval
  const half = 1.96 * Math.hypot(energy.value.u, energy.value.gain)
  if (!(low > 0)) return interval
  return { value, low: value * Math.exp(-Math.hypot(Math.log(value / low), half)), high: value * Math.exp(Math.hypot(Math.log(high / value), half)), level }
}

// --- internal ---

const OF_ENERGY: ReadonlySet<string> = new Set([
  'power',
  'energy-per-token',
  'energy-per-request',
  'energy-per-correct',
  'carbon-per-request',
  'carbon-per-correct',
])

/** A difference: its parts may be far larger than it is, so squares of joules add, not of logarithms. */
function sensedNet({ tallies, energy, idle }: Ledger, { value, low, high, level }: Interval): Interval {
  if (energy.state !== 'ok' || idle.state !== 'ok' || level === 0) return { value, low, high, level }
  const sum = (column: Float64Array): number => column.reduce((total, one, unit) => (Number.isNaN(tallies.joules[unit]!) ? total : total + one), 0)
  const tokens = sum(tallies.tokens)
  const gross = sum(tallies.joules) / tokens
  const half = 1.96 * Math.hypot(energy.value.u * gross, energy.value.gain * value, (idle.value.u * sum(tallies.seconds)) / tokens)
  return { value, low: value - Math.hypot(value - low, half), high: value + Math.hypot(high - value, half), level }
}
