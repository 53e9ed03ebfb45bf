/** Which meter the energy of a model comes from. Gross; what the device draws idle is in it. */
import type { Observed, Origin, RuntimeFacts, SeriesRecord, StoredRun } from '../types.ts'
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
  /** Energy of a window of a cell, or why it is not known. */
  energy(cell: string, startMs: number, endMs: number): Observed<EnergyWindow>
  /** Mean watts of the idle phases of the cells, one value per cell that has one. */
  idle(cells: readonly string[]): number[]
  /** The longest pause between readings in the measured windows, and the usual one; milliseconds. */
  pauses(cells: readonly string[]): { longest: number; usual: number } | undefined
}

/** Chooses the power meter for a model by what the model ran on; undefined: unknown, any meter will do. */
export type PowerChoice = (runtime: RuntimeFacts | undefined) => Observed<PowerSource>

/** Of the meters that see the device a model ran on: a measuring one before an estimating one, then the order of the record. */
export function powerSources({ record, series }: StoredRun): PowerChoice {
  const power = series.filter((one) => (one.unit === 'W' || (one.unit === 'J' && one.kind === 'counter')) && one.t.length > 0)
  const order = record.meters.map(({ id }) => id)
  // A counter before instant power, and that before a running mean.
  const place = (one: SeriesRecord): number =>
    (one.origin === 'measured' ? 0 : 10_000) + 1000 * KINDS.indexOf(sensorOf(one).kind) + (order.includes(one.meter) ? order.indexOf(one.meter) : 999)
  const sources = new Map<string, PowerSource>()
  return (runtime) => {
    if (power.length === 0) return absent(whyNoPower(record))
    const seeing = power.filter(({ meter }) => sees(meter, runtime))
    const best = seeing.reduce<SeriesRecord | undefined>((chosen, next) => (chosen === undefined || place(next) < place(chosen) ? next : chosen), undefined)
    if (best === undefined && runtime?.backend === SERVED)
      return absent(`the model is behind a server (${runtime.device}), and no meter here sees what it runs on`)
    if (best === undefined) return absent(`${power[0]!.meter} does not see what the model ran on (${runtime?.backend}, ${runtime?.device})`)
    const key = `${best.meter} ${best.origin}`
    const source =
      sources.get(key) ??
      sourceOf(
        best,
        power.filter(({ meter, origin }) => meter === best.meter && origin === best.origin),
        seeing
          .filter(({ meter, origin, unit }) => unit === 'W' && origin === 'measured' && GPU_METERS.test(meter) === GPU_METERS.test(best.meter))
          .sort((a, b) => place(a) - place(b)),
      )
    sources.set(key, source)
    return { state: 'ok', value: source }
  }
}

// --- internal ---

const KINDS = ['counter', 'instant', 'average'] as const
const GPU_METERS = /^(?:nvidia|nvml|dcgm|amd)/
/** Backend of models behind a server; their device names the host. A server on this machine may use a device that has a meter. */
const SERVED = 'http'
const LOOPBACK = /^server (?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|$)/
const CPU_METERS = /^(?:estimate|rapl)/

/** A GPU's meter says nothing about a model on the CPU, nor the other way round. */
function sees(meter: string, runtime: RuntimeFacts | undefined): boolean {
  if (runtime?.backend === SERVED) return LOOPBACK.test(runtime.device) && meter !== 'estimate' // CPU time of the client, not of the model
  const onGpu = runtime === undefined ? undefined : isGpu(runtime)
  if (onGpu === undefined) return true
  return onGpu ? !CPU_METERS.test(meter) : !GPU_METERS.test(meter)
}

function isGpu({ backend, device }: RuntimeFacts): boolean | undefined {
  if (backend === 'cpu' || backend === 'wasm') return false
  if (backend === 'webgpu' || /gpu|cuda|nvidia|radeon/i.test(device)) return true
  return /cpu|x86|arm64/i.test(device) ? false : undefined
}

function sourceOf(chosen: SeriesRecord, series: readonly SeriesRecord[], others: readonly SeriesRecord[]): PowerSource {
  const { meter, origin, how } = chosen
  const phases = new Map<string, SeriesRecord[]>()
  for (const one of series) {
    const key = `${one.phase}\u0000${one.cell}`
    phases.set(key, [...(phases.get(key) ?? []), one])
  }
  const cache = new Map<string, Readings>()
  const readings = (phase: 'idle' | 'measure', cell: string): Readings => {
    const key = `${phase}\u0000${cell}`
    const known = cache.get(key) ?? readingsOf(phases.get(key) ?? [])
    cache.set(key, known)
    return known
  }
  const besides = new Map<string, SeriesRecord[]>()
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
    energy: (cell, startMs, endMs) => energyOf(cell)(startMs, endMs),
    idle: (cells) => cells.flatMap((cell) => (chosen.unit === 'J' ? meanRate(readings('idle', cell)) : meanPower(readings('idle', cell)))),
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

/** What the meters said when they were probed. */
function whyNoPower(record: StoredRun['record']): string {
  const reasons = record.meters
    .filter(({ unit }) => unit === 'W')
    .map(({ id, probe }) =>
      probe.state === 'absent' ? `${id}: ${probe.why}` : probe.state === 'failed' ? `${id}: ${probe.error.message}` : `${id} gave no readings`,
    )
  return reasons.length === 0 ? 'the run had no power meter' : `no power meter (${reasons.join('; ')})`
}
