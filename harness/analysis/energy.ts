/** Which meter the energy of a model comes from. Gross; what the device draws idle is in it. */
import type { Observed, Origin, RuntimeFacts, StoredRun } from '../types.ts'
import { describedMeters, isGpuMeter, sees, whyUnseen, type PowerSeries } from './energy/seen.ts'
import { ticksOf } from './energy/counter.ts'
import { readingsOf, type Readings } from './energy/readings.ts'
import { sensorOf } from './energy/sensor.ts'
import { cellEnergy } from './energy/sources.ts'
import type { EnergyWindow, WindowEnergy } from './energy/window.ts'
import { absent } from './observed.ts'

/** One power meter with its readings by cell. Never the sum of several: two of them may see the same device. */
export interface PowerSource {
  meter: string
  origin: Origin
  how: string
  /** Relative standard uncertainty of its scale: common to all models on the device. */
  gain: number
  /** What it sees of the machine; undefined where the record does not tell. */
  scope: PowerSeries['scope']
  /** Name of what it sees, with a count where there are several. */
  device: string | undefined
  /** It is this model's meter and no other's. */
  model: string | undefined
  /** Energy of a window of a cell, or why it is not known. */
  energy(cell: string, startMs: number, endMs: number): Observed<EnergyWindow>
  /** Mean watts of the idle phases of the cells, one value per phase: before the requests, and after them. */
  idle(cells: readonly string[]): number[]
  /** The longest pause between readings in the measured windows, and the usual one; milliseconds. */
  pauses(cells: readonly string[]): { longest: number; usual: number } | undefined
}

/** Chooses the power meter for a model by what the model ran on; undefined: unknown, any meter will do. */
export type PowerChoice = (runtime: RuntimeFacts | undefined, model: string) => Observed<PowerSource>

/**
 * Of the meters that see the device a model ran on: those that the suite describes first, since its author named them for this; then a
 * measuring one before an estimating one, then a counter before instant power and that before a running mean, then the order of the record.
 */
export function powerSources({ record, series }: Pick<StoredRun, 'record' | 'series'>): PowerChoice {
  const described = describedMeters(record)
  const power = series
    .filter((one) => (one.unit === 'W' || (one.unit === 'J' && one.kind === 'counter')) && one.t.length > 0)
    .map((one): PowerSeries => (described.has(one.meter) ? { ...one, described: true } : one))
  const order = record.meters.map(({ id }) => id)
  const place = (one: PowerSeries): number =>
    (one.origin === 'measured' ? 0 : 10_000) +
    (one.described === true ? 0 : 5000) +
    1000 * KINDS.indexOf(sensorOf(one).kind) +
    (order.includes(one.meter) ? order.indexOf(one.meter) : 999)
  const sources = new Map<string, PowerSource>()
  return (runtime, model) => {
    const seeing = power.filter((one) => sees(one, described.get(one.meter), runtime, model)).sort((a, b) => place(a) - place(b))
    const [best] = seeing
    if (best === undefined) return absent(whyUnseen(record, power, runtime, model))
    const beside = seeing.filter(
      (one) => one.unit === 'W' && one.origin === 'measured' && isGpuMeter(one) === isGpuMeter(best) && (one.scope ?? best.scope) === (best.scope ?? one.scope),
    )
    const key = [`${best.meter} ${best.origin}`, ...new Set(beside.map(({ meter }) => meter))].join(' ')
    const source =
      sources.get(key) ??
      sourceOf(
        best,
        power.filter(({ meter, origin }) => meter === best.meter && origin === best.origin),
        beside,
      )
    sources.set(key, source)
    return { state: 'ok', value: source }
  }
}

// --- internal ---

const KINDS = ['counter', 'instant', 'average'] as const

function sourceOf(chosen: PowerSeries, series: readonly PowerSeries[], others: readonly PowerSeries[]): PowerSource {
  const { meter, origin, how } = chosen
  const phases = new Map<string, PowerSeries[]>()
  for (const one of series) {
    const key = `${one.phase}\u0000${one.cell}`
    phases.set(key, [...(phases.get(key) ?? []), one])
  }
  const cache = new Map<string, Readings>()
  const readings = (phase: PowerSeries['phase'], cell: string): Readings => {
    const key = `${phase}\u0000${cell}`
    const known = cache.get(key) ?? readingsOf(phases.get(key) ?? [])
    cache.set(key, known)
    return known
  }
  const besides = new Map<string, PowerSeries[]>()
  if (chosen.unit === 'J') for (const one of others) if (one.phase === 'measure') besides.set(one.cell, [...(besides.get(one.cell) ?? []), one])
  const energies = new Map<string, WindowEnergy>()
  const energyOf = (cell: string): WindowEnergy => {
    const known = energies.get(cell) ?? cellEnergy(phases.get(`measure\u0000${cell}`) ?? [], besides.get(cell) ?? [])
    energies.set(cell, known)
    return known
  }
  return {
    meter,
    origin,
    how,
    gain: sensorOf(chosen).gain ?? 0,
    scope: chosen.scope,
    device: chosen.device,
    model: chosen.model,
    energy: (cell, startMs, endMs) => energyOf(cell)(startMs, endMs),
    idle: (cells) =>
      cells.flatMap((cell) =>
        (['idle', 'idle-after'] as const).flatMap((phase) => (chosen.unit === 'J' ? meanRate(readings(phase, cell)) : meanPower(readings(phase, cell)))),
      ),
    pauses: (cells) => pausesOf(cells.map((cell) => readings('measure', cell))),
  }
}

/** Of a counter, between its first and its last tick. */
function meanRate(readings: Readings): number[] {
  const { t, v } = ticksOf(readings).at
  return t.length < 2 ? [] : [((v.at(-1)! - v[0]!) / (t.at(-1)! - t[0]!)) * 1000]
}

function meanPower({ t, v, total }: Readings): number[] {
  const last = t.length - 1
  if (last < 0) return []
  return last === 0 ? [v[0]!] : [(total[last]! / (t[last]! - t[0]!)) * 1000]
}

function pausesOf(all: readonly Readings[]): { longest: number; usual: number } | undefined {
  const gaps = all.flatMap(({ t }) => Array.from({ length: Math.max(0, t.length - 1) }, (_, i) => t[i + 1]! - t[i]!)).sort((a, b) => a - b)
  const longest = gaps.at(-1)
  return longest === undefined ? undefined : { longest, usual: gaps[gaps.length >> 1]! }
}
