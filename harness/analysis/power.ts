/** The power of a run over time, thinned for a picture without losing its peaks. */
import type { CellRecord, PowerBins, PowerPhase, PowerPhaseKind, PowerRow, PowerSummary, PowerTrace, SeriesRecord, TableRun } from '../types.ts'
import { ticksOf } from './energy/counter.ts'
import { readingsOf } from './energy/readings.ts'
import { isGpuMeter, whyUnseen } from './energy/seen.ts'
import { sensorOf, type SensorKind } from './energy/sensor.ts'
import { absent } from './observed.ts'

/** One row for each thing that was measured, at most four; estimates only where nothing was measured. */
export function powerRows({ record, series }: Pick<TableRun, 'record' | 'series'>): PowerRow[] {
  if (/\s/.test(record.id)) return [{ run: record.id, trace: absent(COMBINED) }] // ids of runs are names of folders
  const power = series.filter((one) => (one.unit === 'W' || (one.unit === 'J' && sensorOf(one).kind === 'counter')) && one.t.length > 0)
  const traces = chosen(power).flatMap((meter) => {
    const trace = traceOf(
      record.cells,
      power.filter((one) => one.meter === meter),
    )
    return trace === undefined ? [] : [trace]
  })
  if (traces.length > 0) return traces.map((trace) => ({ run: record.id, trace: { state: 'ok', value: trace } }))
  const why = power.length > 0 ? `${power[0]!.meter} gave too few readings` : recorded(record.cells) ? RECORDED : whyUnseen(record, [], undefined, '')
  return [{ run: record.id, trace: absent(why) }]
}

// --- internal ---

const COMBINED = 'these are models of different runs, each with a clock of its own; the reports of those runs show it'
const RECORDED = 'the answers were recorded elsewhere, and what that took is not in them'
const BINS = 240
const MOST_PHASES = 1000
const MOST_TRACES = 4
const KINDS: readonly SensorKind[] = ['instant', 'average', 'counter']

/** Ids of the meters to draw: the best one for each thing that can be seen, measured ones only where there are such. */
function chosen(power: readonly SeriesRecord[]): string[] {
  const measured = power.filter(({ origin }) => origin === 'measured')
  const best = new Map<string, SeriesRecord>()
  for (const one of measured.length > 0 ? measured : power) {
    const key = one.model ?? one.scope ?? (isGpuMeter(one) ? 'gpu' : '')
    const known = best.get(key)
    if (known === undefined || rankOf(one) < rankOf(known)) best.set(key, one)
  }
  return [...new Set([...best.values()].map(({ meter }) => meter))].slice(0, MOST_TRACES)
}

function rankOf(series: SeriesRecord): number {
  return KINDS.indexOf(sensorOf(series).kind)
}

function recorded(cells: readonly CellRecord[]): boolean {
  return cells.length > 0 && cells.every(({ state }) => state === 'recorded')
}

interface Stretch {
  model: string
  phase: PowerPhaseKind
  t: Float64Array
  v: Float64Array
}

function traceOf(cells: readonly CellRecord[], series: readonly SeriesRecord[]): PowerTrace | undefined {
  const [first] = series
  const byId = new Map(cells.map((cell) => [cell.id, cell]))
  const groups = new Map<string, SeriesRecord[]>()
  for (const one of series) {
    const key = `${one.phase}\u0000${one.cell}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const stretches = [...groups.values()].flatMap((group): Stretch[] => {
    const cell = byId.get(group[0]!.cell)
    const { t, v } = wattsOf(group)
    return cell === undefined || t.length === 0 ? [] : [{ model: cell.key.model, phase: group[0]!.phase, t, v }]
  })
  const phases = phasesOf(cells, stretches)
  const times = [...stretches.flatMap(({ t }) => [t[0]!, t.at(-1)!]), ...phases.flatMap(({ startMs, endMs }) => [startMs, endMs])]
  const readings = stretches.reduce((sum, { t }) => sum + t.length, 0)
  if (first === undefined || readings < 2) return undefined
  const startMs = times.reduce((least, time) => Math.min(least, time), Infinity)
  const lengthMs = times.reduce((most, time) => Math.max(most, time), -Infinity) - startMs
  return {
    meter: first.meter,
    origin: first.origin,
    how: first.how,
    kind: sensorOf(first).kind,
    ...(first.device === undefined ? {} : { device: first.device }),
    ...(first.model === undefined ? {} : { model: first.model }),
    readings,
    lengthMs: Math.round(lengthMs),
    bins: binsOf(stretches, startMs, lengthMs),
    phases: thinned(phases, startMs, lengthMs),
    summary: summaryOf(stretches),
  }
}

/** Watts at times; of a counter the mean between two of its ticks, at the later one. */
function wattsOf(series: readonly SeriesRecord[]): { t: Float64Array; v: Float64Array } {
  const readings = readingsOf(series)
  if (series[0]!.unit !== 'J') return readings
  const { t, v } = ticksOf(readings).at
  return { t: t.slice(1), v: Float64Array.from({ length: Math.max(0, t.length - 1) }, (_, i) => ((v[i + 1]! - v[i]!) / (t[i + 1]! - t[i]!)) * 1000) }
}

function binsOf(stretches: readonly Stretch[], startMs: number, lengthMs: number): PowerBins {
  const widthMs = Math.max(1, Math.ceil((lengthMs + 1) / BINS))
  const bins = new Map<number, { low: number; high: number; sum: number; n: number }>()
  for (const { t, v } of stretches)
    t.forEach((time, i) => {
      const at = Math.floor((time - startMs) / widthMs)
      const value = v[i]!
      const bin = bins.get(at)
      if (bin === undefined) bins.set(at, { low: value, high: value, sum: value, n: 1 })
      else bins.set(at, { low: Math.min(bin.low, value), high: Math.max(bin.high, value), sum: bin.sum + value, n: bin.n + 1 })
    })
  const sorted = [...bins].sort(([a], [b]) => a - b)
  return {
    widthMs,
    at: sorted.map(([at]) => at),
    low: sorted.map(([, { low }]) => rounded(low)),
    high: sorted.map(([, { high }]) => rounded(high)),
    mean: sorted.map(([, { sum, n }]) => rounded(sum / n)),
  }
}

/** Warm-up and measurement are in the record; idle phases are where there are readings of them, up to the neighbouring phase. */
function phasesOf(cells: readonly CellRecord[], stretches: readonly Stretch[]): PowerPhase[] {
  const known = cells.flatMap((cell): PowerPhase[] =>
    cell.state === 'done' ? (['warmup', 'measure'] as const).map((phase) => ({ model: cell.key.model, phase, ...cell.phases[phase] })) : [],
  )
  const edges = known.flatMap(({ startMs, endMs }) => [startMs, endMs]).sort((a, b) => a - b)
  const idle = stretches.flatMap(({ model, phase, t }): PowerPhase[] => {
    if (phase === 'measure') return []
    const middle = (t[0]! + t.at(-1)!) / 2
    const next = edges.findIndex((edge) => edge > middle)
    const [before, after] = [edges[(next < 0 ? edges.length : next) - 1] ?? -Infinity, next < 0 ? Infinity : edges[next]!]
    return [{ model, phase, startMs: Math.max(t[0]!, before), endMs: Math.min(t.at(-1)!, after) }]
  })
  return [...known, ...idle].filter(({ startMs, endMs }) => endMs > startMs).sort((a, b) => a.startMs - b.startMs)
}

/** From the first reading on, in whole milliseconds; what a picture of a thousand points cannot tell apart is joined, or left out. */
function thinned(phases: readonly PowerPhase[], startMs: number, lengthMs: number): PowerPhase[] {
  const joined: PowerPhase[] = []
  for (const phase of phases) {
    const last = joined.at(-1)
    if (last !== undefined && last.model === phase.model && last.phase === phase.phase && phase.startMs - last.endMs < lengthMs / 1000)
      joined[joined.length - 1] = { ...last, endMs: Math.max(last.endMs, phase.endMs) }
    else joined.push(phase)
  }
  const least = joined.map((one) => one.endMs - one.startMs).sort((a, b) => b - a)[MOST_PHASES - 1] ?? 0
  return joined
    .filter((one) => one.endMs - one.startMs >= least)
    .slice(0, MOST_PHASES)
    .map((one) => ({ ...one, startMs: Math.round(one.startMs - startMs), endMs: Math.round(one.endMs - startMs) }))
}

/** The mean is over time, linear between readings. */
function summaryOf(stretches: readonly Stretch[]): PowerSummary[] {
  const groups = new Map<string, Stretch[]>()
  for (const one of stretches) groups.set(`${one.model}\u0000${one.phase}`, [...(groups.get(`${one.model}\u0000${one.phase}`) ?? []), one])
  return [...groups.values()].map((group) => {
    const each = group.map(({ t, v }) => ({
      ms: t.at(-1)! - t[0]!,
      joules: readingsOf([{ t: [...t], v: [...v] }]).total.at(-1) ?? 0,
      n: t.length,
      sum: v.reduce((a, b) => a + b, 0),
    }))
    const total = each.reduce((sum, one) => ({ ms: sum.ms + one.ms, joules: sum.joules + one.joules, n: sum.n + one.n, sum: sum.sum + one.sum }))
    return {
      model: group[0]!.model,
      phase: group[0]!.phase,
      seconds: rounded(total.ms / 1000),
      mean: rounded(total.ms > 0 ? (total.joules / total.ms) * 1000 : total.sum / total.n),
      low: rounded(group.reduce((least, { v }) => v.reduce((a, b) => Math.min(a, b), least), Infinity)),
      high: rounded(group.reduce((most, { v }) => v.reduce((a, b) => Math.max(a, b), most), -Infinity)),
    }
  })
}

/** Five digits: more than any power sensor has. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
