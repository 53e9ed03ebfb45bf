/**
 * Energy from a counter of joules. The counter moves in ticks, about every 100 ms; its value is the energy up to the tick, not up
 * to the reading. So the times of the ticks around the edges are found and the counter is taken as linear between ticks,
 * in place of the difference of two readings that lag by up to a tick.
 */
import { absent, counted } from '../observed.ts'
import { before, gapBetween, gapsOf, median, stepOf, valueAt, readingsOf, type Readings } from './readings.ts'
import type { Sensor } from './sensor.ts'
import { GAP, MOST_IN_GAPS, type EnergyWindow, type WindowEnergy } from './window.ts'

/** The counter of one cell; `name` is what messages call it. Readings are joules since some time in the past. */
export function counterEnergy(counter: Readings, sensor: Sensor, name: string): WindowEnergy {
  const ticks = ticksOf(counter)
  const step = stepOf(counter.v)
  return (startMs, endMs) => {
    const { t, v } = ticks.at
    if (ticks.fell) return absent(`the counter of ${name} went backwards`)
    if (t.length < 2) return absent(`the counter of ${name} moved ${counted(t.length, 'time')} near the window; two are needed`)
    const slack = 2 * ticks.period
    if (t[0]! - startMs > slack) return absent(`the counter of ${name} first moved ${Math.round(t[0]! - startMs)} ms after the window began`)
    if (endMs - t.at(-1)! > slack) return absent(`the counter of ${name} last moved ${Math.round(endMs - t.at(-1)!)} ms before the window ended`)
    const reach = ticks.period
    const broken = counter.gaps.find((gap) => gap.breaks === true && gap.startMs < endMs + reach && gap.endMs > startMs - reach)
    if (broken !== undefined) return absent(`the counter of ${name} does not go on through the window: ${broken.why}`)
    const named = gapBetween(counter, startMs, endMs)
    const gap = longestGap(t, startMs, endMs)
    if (gap > Math.max(GAP * ticks.period, MOST_IN_GAPS * (endMs - startMs)))
      return absent(`the counter of ${name} stood still for ${Math.round(gap)} ms${named === undefined ? '' : `: ${named.why}`}`)
    const part = (from: number, to: number): number => joulesAt(ticks.at, to) - joulesAt(ticks.at, from)
    const u = Math.hypot(edgeUncertainty(ticks, startMs), edgeUncertainty(ticks, endMs), step / Math.sqrt(6))
    const missing = named === undefined ? [] : [`readings of ${name} are missing for ${Math.round(named.endMs - named.startMs)} ms: ${named.why}`]
    const notes = [...missing, ...(v.at(-1) === v[0] ? [] : shortNote(name, ticks, endMs - startMs))]
    return { state: 'ok', value: { joules: part(startMs, endMs), u, shared: sensor.linearity ?? 0, method: 'counter', part, notes } satisfies EnergyWindow }
  }
}

interface Ticks {
  /** When the counter moved, at the middle between the reading before and the one that saw it; and its value since. */
  at: Readings
  /** Half of the time in which the tick may have been, ms; aligned with `at`. */
  doubt: Float64Array
  period: number
  fell: boolean
}

/** The ticks that the readings show. */
export function ticksOf({ t, v }: Readings): Ticks {
  const [times, values, doubt]: [number[], number[], number[]] = [[], [], []]
  let fell = false
  for (let i = 1; i < t.length; i++) {
    if (v[i]! < v[i - 1]!) fell = true
    if (v[i] === v[i - 1]) continue
    times.push((t[i]! + t[i - 1]!) / 2)
    values.push(v[i]!)
    doubt.push((t[i]! - t[i - 1]!) / 2)
  }
  const at = readingsOf([{ t: times, v: values }])
  return { at, doubt: Float64Array.from(doubt), period: median(gapsOf(at.t)), fell }
}

// --- internal ---

/** Inside of the ticks by interpolation; outside at the rate of the nearest pair. */
function joulesAt(ticks: Readings, time: number): number {
  const { t, v } = ticks
  const last = t.length - 1
  if (time < t[0]!) return v[0]! - rate(ticks, 1) * (t[0]! - time)
  if (time > t[last]!) return v[last]! + rate(ticks, last) * (time - t[last]!)
  return valueAt(ticks, time)
}

/** Joules per millisecond up to the tick. */
function rate({ t, v }: Readings, tick: number): number {
  return (v[tick]! - v[tick - 1]!) / (t[tick]! - t[tick - 1]!)
}

/**
 * Of one edge: the time of the ticks around it is known within a reading (uniform), and between two ticks the power may have changed
 * from that of the tick before to that of the tick after at any moment, which a straight line misses by Δ·T ÷ √90 (root mean square over
 * both moments: the integral of the squared Green's function of a line).
 */
function edgeUncertainty({ at, doubt }: Ticks, time: number): number {
  const { t } = at
  const last = t.length - 1
  const tick = Math.min(last, Math.max(1, before(t, time) + 1))
  const own = rate(at, tick)
  const neighbours = [tick - 1, tick + 1].filter((one) => one >= 1 && one <= last).map((one) => rate(at, one))
  const change = neighbours.reduce((most, one) => Math.max(most, Math.abs(one - own)), 0)
  const outside = Math.max(0, t[0]! - time, time - t[last]!)
  const width = t[tick]! - t[tick - 1]!
  return Math.hypot((own * doubt[tick]!) / Math.sqrt(3), (change * width) / Math.sqrt(90), (Math.max(change, own / 4) * outside) / Math.sqrt(3))
}

function longestGap(t: Float64Array, startMs: number, endMs: number): number {
  let longest = 0
  for (let i = 1; i < t.length; i++) if (t[i]! > startMs && t[i - 1]! < endMs) longest = Math.max(longest, t[i]! - t[i - 1]!)
  return longest
}

function shortNote(name: string, { period, doubt }: Ticks, length: number): string[] {
  const coarse = median(doubt) * 2
  return coarse < 0.5 * period
    ? []
    : [
        `the counter of ${name} was read about as often as it moves (${Math.round(period)} ms), so the ends of a window of ${(length / 1000).toFixed(1)} s are not aligned with its ticks`,
      ]
}
