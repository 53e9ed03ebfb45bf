/** Energy from readings of power: trapezoids with interpolated ends, moved back by the age of the readings. */
import { absent, counted } from '../observed.ts'
import { before, gapBetween, integrate, stepOf, updatePeriod, valueAt, readingsOf, type Readings } from './readings.ts'
import { coverageOf, type Sensor } from './sensor.ts'
import { GAP, MOST_IN_GAPS, type EnergyWindow, type WindowEnergy } from './window.ts'

/**
 * A value is the mean over `averagingMs` up to an update and is shown until the next one, so that at a reading it is on average
 * (averaging + update) ÷ 2 old. Readings are moved back by that before they are integrated.
 */
export function integralEnergy(power: Readings, sensor: Sensor, name: string): WindowEnergy {
  const updateMs = Math.max(sensor.updateMs ?? updatePeriod(power), 0)
  const averagingMs = sensor.averagingMs ?? (sensor.updateMs === undefined ? 0 : updateMs)
  const slow = sensor.kind === 'average' && averagingMs > 2 * updateMs
  const lag = slow ? updateMs / 2 : sensor.updateMs === undefined ? 0 : (updateMs + averagingMs) / 2
  const moved = readingsOf([{ t: Array.from(power.t, (time) => time - lag), v: Array.from(power.v) }])
  return (startMs, endMs) => {
    const missing = whyMissing(power, name, startMs, endMs)
    if (missing !== undefined) return missing
    const window = { startMs, endMs, updateMs: Math.max(updateMs, power.pause), averagingMs }
    const value = { ...(slow ? averaged(moved, window, name) : sampled(moved, window, sensor, name)), shared: sensor.linearity ?? 0 }
    const gaps = gapsWithin(power, startMs, endMs)
    if (gaps.sum === 0) return { state: 'ok', value }
    const range = rangeOf(power.v)
    return {
      state: 'ok',
      value: {
        ...value,
        u: Math.hypot(value.u, (range * gaps.longest) / 1000 / Math.sqrt(12)),
        notes: [...value.notes, `${name} was silent for ${Math.round(gaps.longest)} ms${because(power, startMs, endMs)}`],
      },
    }
  }
}

/** Root mean square of the change from one update to the next, W. */
export function roughness(power: Readings, { startMs, endMs, updateMs }: Pick<Window, 'startMs' | 'endMs' | 'updateMs'>): number {
  const step = Math.max(updateMs, 1)
  const n = Math.max(2, Math.min(5000, Math.floor((endMs - startMs) / step) + 2))
  let squares = 0
  for (let k = 1; k < n; k++) squares += (valueAt(power, startMs + (k - 0.5) * step) - valueAt(power, startMs + (k - 1.5) * step)) ** 2
  return Math.sqrt(squares / (n - 1))
}

// --- internal ---

interface Window {
  startMs: number
  endMs: number
  updateMs: number
  averagingMs: number
}

function whyMissing(power: Readings, name: string, startMs: number, endMs: number) {
  const { t, pause } = power
  if (t.length < 2) return absent(`${name} gave ${counted(t.length, 'reading')} in the window; two are needed`)
  // An end that lies a little outside of the readings is taken at the value of the nearest one; more would be invention.
  const slack = 2 * pause
  if (t[0]! - startMs > slack)
    return absent(`${name} gave its first reading ${Math.round(t[0]! - startMs)} ms after the window began${because(power, startMs, endMs)}`)
  if (endMs - t.at(-1)! > slack)
    return absent(`${name} gave its last reading ${Math.round(endMs - t.at(-1)!)} ms before the window ended${because(power, startMs, endMs)}`)
  const { sum } = gapsWithin(power, startMs, endMs)
  const share = sum / (endMs - startMs)
  if (endMs > startMs && share > MOST_IN_GAPS)
    return absent(`${name} was silent for ${Math.round(100 * share)}% of the window${because(power, startMs, endMs)}`)
  return undefined
}

function because(power: Readings, startMs: number, endMs: number): string {
  const gap = gapBetween(power, startMs, endMs)
  return gap === undefined ? '' : `: ${gap.why}`
}

/** Time in gaps inside of the window, and the longest of them; ms. A pause with a reason is a gap however short it is. */
function gapsWithin(power: Readings, startMs: number, endMs: number): { sum: number; longest: number } {
  const { t, pause } = power
  let [sum, longest] = [0, 0]
  for (let i = Math.max(1, before(t, startMs)); i < t.length && t[i - 1]! < endMs; i++) {
    const gap = Math.min(t[i]!, endMs) - Math.max(t[i - 1]!, startMs)
    if (gap <= 0) continue
    if (t[i]! - t[i - 1]! <= Math.max(GAP * pause, LEAST_GAP_MS) && gapBetween(power, t[i - 1]!, t[i]!) === undefined) continue
    sum += gap
    longest = Math.max(longest, gap)
  }
  return { sum, longest }
}

/** Shorter silences are jitter of a busy machine. */
const LEAST_GAP_MS = 300

function sampled(power: Readings, window: Window, sensor: Sensor, name: string): Omit<EnergyWindow, 'shared'> {
  const { startMs, endMs, updateMs } = window
  const change = roughness(power, window)
  const coverage = coverageOf(sensor)
  const updates = Math.max(1, (endMs - startMs) / updateMs)
  // The age of a reading is known within an update (uniform), which shifts the window: it takes power at one end for power at the other.
  const shift = (Math.abs(valueAt(power, endMs) - valueAt(power, startMs)) * updateMs) / Math.sqrt(12)
  // And each end lies somewhere between two updates.
  const ends = [startMs, endMs].map((time) => Math.max(USUAL * change, EDGE * changeAt(power, time, updateMs)) * updateMs)
  const edges = Math.hypot(shift, ...ends) / 1000
  // Time that the sensor does not look at: its power differs from that of the time beside it as one update does from the next.
  const unseen = ((change / Math.SQRT2) * updateMs * Math.sqrt(updates * (1 - coverage))) / 1000
  const notes =
    coverage >= 1
      ? []
      : [
          `${name} sees ${Math.round(100 * coverage)}% of the time (${window.averagingMs} of every ${Math.round(updateMs)} ms): a load that repeats in step with it is measured wrongly`,
        ]
  const part = (from: number, to: number): number => integrate(power, from, to)
  return { joules: part(startMs, endMs), u: Math.hypot(edges, unseen, quantum(power, updates, updateMs)), method: 'integral', part, notes }
}

/** Of the usual change and of the change at the edge, as shares of an update; from simulations of sensors read as often as they move (test/analysis/energy). */
const [USUAL, EDGE] = [0.1, 0.3]

/** The largest change from one update to the next around a time, W. */
function changeAt(power: Readings, time: number, updateMs: number): number {
  const v = [-2, -1, 0, 1, 2].map((k) => valueAt(power, time + k * updateMs))
  return v.slice(1).reduce((most, value, k) => Math.max(most, Math.abs(value - v[k]!)), 0)
}

/**
 * A running mean over τ telescopes: τ·A(t) is exactly the energy of the last τ. So the window is laid out in pieces of τ from its end,
 * and what is left at its start is integrated over the mean half of τ later, around which it is centred.
 */
function averaged(power: Readings, window: Window, name: string): Omit<EnergyWindow, 'shared'> {
  const { startMs, endMs, averagingMs, updateMs } = window
  const length = endMs - startMs
  const pieces = Math.floor(length / averagingMs + 1e-9)
  const rest = Math.max(0, length - pieces * averagingMs)
  let joules = integrate(power, startMs + averagingMs / 2, startMs + averagingMs / 2 + rest)
  for (let k = 1; k <= pieces; k++) joules += (valueAt(power, startMs + rest + k * averagingMs) * averagingMs) / 1000
  const spread = (roughness(power, window) * averagingMs) / updateMs / Math.SQRT2 // of the power behind the mean: P(t) − P(t − τ) = τ·dA/dt
  const edges = (spread * updateMs * Math.SQRT2 * SLOW_EDGE) / 1000
  const u = Math.hypot(edges, (spread * rest * (1 - rest / averagingMs)) / 1000, quantum(power, Math.max(1, pieces), averagingMs))
  const plain = (from: number, to: number): number => integrate(power, from + averagingMs / 2, to + averagingMs / 2)
  const whole = plain(startMs, endMs)
  const scale = whole > 0 ? joules / whole : 1
  const notes = pieces > 0 ? [] : [`${name} shows the mean of the last ${averagingMs / 1000} s, longer than the window`]
  return { joules, u, method: 'de-lagged average', part: (from, to) => plain(from, to) * scale, notes }
}

/** Of an update, at each edge of a window; as above. */
const SLOW_EDGE = 0.4

/** Of the step of the sensor: q ÷ √12 for each update. */
function quantum({ v }: Readings, updates: number, updateMs: number): number {
  return (stepOf(v) * updateMs * Math.sqrt(updates)) / 1000 / Math.sqrt(12)
}

function rangeOf(v: Float64Array): number {
  let [low, high] = [Infinity, -Infinity]
  for (const value of v) [low, high] = [Math.min(low, value), Math.max(high, value)]
  return v.length === 0 ? 0 : high - low
}
