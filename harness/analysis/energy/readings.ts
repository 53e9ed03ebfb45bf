/** Readings of one sensor in order of time, and the integral of power between two times. */
import type { Gap } from '../../types.ts'

export interface Points {
  t: readonly number[]
  v: readonly number[]
  gaps?: readonly Gap[] | undefined
}

/** Readings in order of time; of readings at one time the first. */
export interface Readings {
  t: Float64Array
  v: Float64Array
  /** ∫ v dt ÷ 1000 since the first reading: joules, where v is power. */
  total: Float64Array
  /** Usual time between two readings, ms; 0 for fewer than two. */
  pause: number
  /** Times without readings whose reason is known. */
  gaps: readonly Gap[]
}

export function readingsOf(series: readonly Points[]): Readings {
  const pairs = series
    .flatMap(({ t, v }) => t.map((time, i) => [time, v[i] ?? Number.NaN] as const))
    .filter(([time, value]) => Number.isFinite(time) && Number.isFinite(value))
  const sorted = pairs.sort(([a], [b]) => a - b).filter(([time], i, all) => i === 0 || time > all[i - 1]![0])
  const t = Float64Array.from(sorted, ([time]) => time)
  const v = Float64Array.from(sorted, ([, value]) => value)
  const total = new Float64Array(t.length)
  for (let i = 1; i < t.length; i++) total[i] = total[i - 1]! + (((v[i]! + v[i - 1]!) / 2) * (t[i]! - t[i - 1]!)) / 1000
  return { t, v, total, pause: median(gapsOf(t)), gaps: series.flatMap(({ gaps = [] }) => gaps) }
}

/** ∫ v dt in joules (W × ms ÷ 1000) between two times, linear between readings, constant outside of them. */
export function integrate(readings: Readings, startMs: number, endMs: number): number {
  return joulesAt(readings, endMs) - joulesAt(readings, startMs)
}

/** The value at a time: linear between readings, constant outside of them; NaN where there are none. */
export function valueAt({ t, v }: Readings, time: number): number {
  const last = t.length - 1
  if (last < 0) return Number.NaN
  if (time <= t[0]!) return v[0]!
  if (time >= t[last]!) return v[last]!
  const low = before(t, time)
  return v[low]! + ((time - t[low]!) / (t[low + 1]! - t[low]!)) * (v[low + 1]! - v[low]!)
}

/** The last index whose time is not after `time`; −1 where all are. */
export function before(t: Float64Array, time: number): number {
  let [low, high] = [-1, t.length] // t[low] ≤ time < t[high]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (t[middle]! <= time) low = middle
    else high = middle
  }
  return low
}

/** The usual pause and the longest one that touches a window; undefined for fewer than two readings. */
export function pausesWithin({ t, pause }: Readings, startMs: number, endMs: number): { usual: number; longest: number } | undefined {
  let longest = 0
  for (let i = Math.max(1, before(t, startMs)); i < t.length && t[i - 1]! < endMs; i++) if (t[i]! > startMs) longest = Math.max(longest, t[i]! - t[i - 1]!)
  return t.length < 2 ? undefined : { usual: pause, longest }
}

/** Why readings are missing between two times, as far as it is known: the words of the longest such gap. */
export function gapBetween({ gaps }: Readings, startMs: number, endMs: number): Gap | undefined {
  const touching = gaps.filter((gap) => gap.startMs < endMs && gap.endMs > startMs)
  return touching.reduce<Gap | undefined>((most, gap) => (most === undefined || gap.endMs - gap.startMs > most.endMs - most.startMs ? gap : most), undefined)
}

/**
 * How often the sensor itself moves, ms: the median time between changes of the value. Sensors repeat their value until they
 * have a new one, so this is found only where they are read oftener; else it is the pause between readings.
 */
export function updatePeriod({ t, v, pause }: Readings): number {
  const changes = t.filter((_, i) => i > 0 && v[i] !== v[i - 1])
  return changes.length < 4 ? pause : Math.max(pause, median(gapsOf(changes)))
}

/** The coarsest decimal step that all values are multiples of, down to 1e-6; 0 where there is none. */
export function stepOf(v: Float64Array): number {
  const some = v.subarray(0, 1000)
  const step = [100, 10, 1, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6].find((size) => some.every((value) => Math.abs(value / size - Math.round(value / size)) < 1e-6))
  return some.length === 0 ? 0 : (step ?? 0)
}

export function gapsOf(t: Float64Array): Float64Array {
  return Float64Array.from({ length: Math.max(0, t.length - 1) }, (_, i) => t[i + 1]! - t[i]!)
}

/** The upper median; 0 for no values. */
export function median(values: Float64Array): number {
  return Float64Array.from(values).sort()[values.length >> 1] ?? 0
}

// --- internal ---

function joulesAt(readings: Readings, time: number): number {
  const { t, v, total } = readings
  const last = t.length - 1
  if (last < 0) return 0
  if (time <= t[0]!) return (v[0]! * (time - t[0]!)) / 1000
  if (time >= t[last]!) return total[last]! + (v[last]! * (time - t[last]!)) / 1000
  const low = before(t, time)
  return total[low]! + (((v[low]! + valueAt(readings, time)) / 2) * (time - t[low]!)) / 1000
}
