/** Power over the time of a run, with what ran when in a strip above it. */
import type { PowerPhaseKind, PowerRow, PowerTrace } from '../../harness/types.ts'
import { formatValue, scaleOf, type Scale } from '../format.ts'
import { valueOf, type View } from '../view.ts'
import { whyMissing } from '../words.ts'
import { drawn, missing, type Chart, type MaybeChart } from './chart.ts'
import { INK, lookOf, WIDE_WIDTH } from './theme.ts'

/** One for each thing that a meter saw, of at most four runs; a reason for each run without. */
export function powerCharts(view: View): MaybeChart[] {
  const { power: texts } = view.words.charts
  const several = new Set(view.analysis.power.map(({ run }) => run)).size > 1
  return view.analysis.power.slice(0, MOST).map((row, index) => {
    const trace = valueOf(row.trace)
    const id = `power-${index}`
    if (trace === undefined) return missing(id, texts.title(several ? row.run : ''), texts.missing(whyMissing(row.trace)))
    return drawn(chartOf(view, row, trace, id, several))
  })
}

// --- internal ---

const MOST = 12
const HEIGHT = 200
/** Above the plot: what ran. A phase is told by its height, a model by its colour. */
const STRIP = 18
const HEIGHTS: Record<PowerPhaseKind, number> = { idle: 0.25, 'idle-after': 0.25, warmup: 0.6, measure: 1 }

function chartOf(view: View, { run }: PowerRow, trace: PowerTrace, id: string, several: boolean): Chart {
  const { basics, charts } = view.words
  const { power: texts } = charts
  const estimated = trace.origin !== 'measured'
  const watts = scaleOf('W', trace.bins.high, basics.units)
  const seconds = scaleOf('s', [trace.lengthMs / 1000], basics.units)
  const show = (value: number): string => formatValue(value, 'W', watts)
  return {
    id,
    title: texts.titleOf(trace.device ?? (estimated ? undefined : trace.meter), several ? run : '', estimated),
    description: texts.description(trace.how, formatValue(trace.bins.widthMs, 'ms')),
    takeaway: `${estimated ? `${texts.estimated} ` : ''}${takeaway(view, run, trace, show)}`,
    spec: spec(view, run, trace, watts, seconds),
    table: {
      columns: texts.columns,
      rows: trace.summary.map(({ model, phase, seconds: time, mean, low, high }) => [
        view.labelOf(run, model),
        texts.phases[phase],
        formatValue(time, 's'),
        show(mean),
        show(low),
        show(high),
      ]),
    },
    wide: true,
  }
}

function takeaway(view: View, run: string, { summary, readings }: PowerTrace, show: (watts: number) => string): string {
  const { power: texts } = view.words.charts
  const parts = view.contestants.flatMap(({ run: own, model, label }) => {
    const of = (phase: PowerPhaseKind): number | undefined =>
      own === run ? summary.find((one) => one.model === model && one.phase === phase)?.mean : undefined
    const [measured, idle] = [of('measure'), of('idle')]
    return measured === undefined ? [] : [texts.part(label, show(measured), idle === undefined ? undefined : show(idle))]
  })
  return parts.length === 0 ? texts.readings(readings) : texts.takeaway(parts.length > 6 ? `${parts.slice(0, 6).join(', ')}, …` : view.words.basics.list(parts))
}

type Layer = Extract<Chart['spec'], { layer: unknown }>['layer'][number]

function spec(view: View, run: string, trace: PowerTrace, watts: Scale, seconds: Scale): Chart['spec'] {
  const { bins } = trace
  const toX = (ms: number): number => Number(((ms / 1000) * seconds.times).toPrecision(6))
  const most = Math.max(1e-9, ...bins.high) * watts.times
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: view.words.charts.power.x(seconds.label),
    scale: { domain: [0, Math.max(toX(trace.lengthMs), 1e-6)] as [number, number], nice: false },
    axis: { tickCount: 8, grid: false },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: view.words.charts.power.y(watts.label),
    scale: { domain: [0, most * 1.05] as [number, number], nice: false },
    axis: { tickCount: 5, format: ',~r' },
  }
  let piece = 0
  const values = bins.at.map((at, i) => {
    if (i > 0 && at - bins.at[i - 1]! > 2) piece++
    return {
      x: toX((at + 0.5) * bins.widthMs),
      y: bins.mean[i]! * watts.times,
      low: bins.low[i]! * watts.times,
      high: bins.high[i]! * watts.times,
      piece,
      name: '',
    }
  })
  const detail = { field: 'piece', type: 'nominal' as const }
  const alone = values.filter(({ piece: own }, i) => values[i - 1]?.piece !== own && values[i + 1]?.piece !== own)
  return {
    width: WIDE_WIDTH,
    height: HEIGHT,
    padding: { left: 4, right: 12, top: STRIP + 12, bottom: 4 },
    data: { values: [] },
    layer: [
      ...stripOf(view, run, trace, toX, x),
      {
        data: { values },
        mark: { type: 'area', color: INK.axis, opacity: 0.35 },
        encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, detail },
      },
      { data: { values }, mark: { type: 'line', stroke: INK.text, strokeWidth: 1.25, strokeJoin: 'round' }, encoding: { x, y, detail } },
      { data: { values: alone }, mark: { type: 'point', filled: true, fill: INK.text, size: 14, opacity: 1 }, encoding: { x, y } },
    ],
  }
}

/** Phases of a model and kind are one layer, so that they are one group of the picture. */
function stripOf(view: View, run: string, { phases }: PowerTrace, toX: (ms: number) => number, x: object): Layer[] {
  const groups = new Map<string, typeof phases>()
  for (const one of phases) groups.set(`${one.model}\u0000${HEIGHTS[one.phase]}`, [...(groups.get(`${one.model}\u0000${HEIGHTS[one.phase]}`) ?? []), one])
  return [...groups.values()].map((group): Layer => {
    const { model, phase } = group[0]!
    const contestant = view.contestants.find((one) => one.run === run && one.model === model)
    const color = contestant === undefined ? INK.soft : lookOf(contestant, view.measured).color
    return {
      data: {
        values: group.map(({ startMs, endMs }) => ({
          x: toX(startMs),
          x2: toX(endMs),
          name: `${view.labelOf(run, model)}, ${view.words.charts.power.phases[phase]}`,
        })),
      },
      mark: { type: 'rect', color, opacity: 1 },
      encoding: { x, x2: { field: 'x2' }, y: { value: -6 - STRIP * HEIGHTS[phase] }, y2: { value: -6 } },
    } as Layer
  })
}
