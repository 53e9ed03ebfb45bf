/** Latency against throughput: how a model slows down as more is asked of it. One curve per model, one mark per stage of a load. */
import { formatValue, scaleOf } from '../format.ts'
import { contestantOf } from '../load.ts'
import { valueOf, type Contestant, type View } from '../view.ts'
import { drawn, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, INK, logTicks, lookOf } from './theme.ts'

/** A chart for each workload that has a load of at least two stages. */
export function loadCharts(view: View): MaybeChart[] {
  return view.workloads.flatMap((workload) => {
    const curves = curvesOf(view, workload)
    return curves.some(({ points }) => points.length > 1) ? [loadChart(view, workload, curves)] : []
  })
}

// --- internal ---

interface Point {
  label: string
  /** Answered output tokens per second, and the median time to the first token, ms. */
  x: number
  y: number
}
interface Curve {
  contestant: Contestant
  points: Point[]
}

const HEIGHT = 240

function curvesOf(view: View, workload: string): Curve[] {
  const curves = new Map<string, Curve>()
  for (const stage of view.analysis.stages) {
    if (stage.workload !== workload) continue
    const contestant = contestantOf(view, stage)
    if (contestant === undefined) continue
    const x = valueOf(view.row(contestant, workload, stage.load, 'throughput'))
    const y = valueOf(view.row(contestant, workload, stage.load, 'ttft'))
    if (x === undefined || y === undefined) continue
    const curve = curves.get(contestant.key) ?? { contestant, points: [] }
    curves.set(contestant.key, curve)
    curve.points.push({ label: stage.label, x: x.value, y: y.value })
  }
  return [...curves.values()]
}

function loadChart(view: View, workload: string, curves: readonly Curve[]): MaybeChart {
  const all = curves.flatMap(({ points }) => points)
  const { basics, charts } = view.words
  const time = scaleOf(
    'ms',
    all.map(({ y }) => y),
    basics.units,
  )
  const rate = scaleOf(
    'token/s',
    all.map(({ x }) => x),
    basics.units,
  )
  const best = curves.reduce((most, curve) => (peak(curve).x > peak(most).x ? curve : most))
  return drawn({
    id: `load-${view.workloads.indexOf(workload)}`,
    title: view.workloads.length > 1 ? charts.of(charts.load.title, workload) : charts.load.title,
    description: charts.load.description,
    takeaway: charts.load.takeaway(best.contestant.label, formatValue(peak(best).x, 'token/s', rate), peak(best).label, formatValue(peak(best).y, 'ms', time)),
    spec: spec(view, curves, time, rate),
    table: {
      columns: charts.load.columns,
      rows: curves.flatMap(({ contestant, points }) =>
        points.map(({ label, x, y }) => [contestant.label, label, formatValue(x, 'token/s', rate), formatValue(y, 'ms', time)]),
      ),
    },
  })
}

function peak({ points }: Curve): Point {
  return points.reduce((most, point) => (point.x > most.x ? point : most))
}

type Scale = ReturnType<typeof scaleOf>

function spec({ measured, words: { charts } }: View, curves: readonly Curve[], time: Scale, rate: Scale) {
  const values = curves.flatMap(({ points }) => points.map(({ y }) => y * time.times))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const log = low > 0 && high / low > 8
  const domain: [number, number] = log ? [low / 1.2, high * 1.2] : [0, high === 0 ? 1 : high * 1.08]
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: charts.load.x(rate.label),
    scale: { zero: true, nice: true },
    axis: { format: ',~r', tickCount: 5 },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: log ? charts.logScale(charts.load.y(time.label)) : charts.load.y(time.label),
    scale: { type: log ? ('log' as const) : ('linear' as const), domain, nice: false },
    axis: { format: ',~r', ...(log ? { values: logTicks(domain) } : { tickCount: 5 }) },
  }
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values: [] },
    layer: curves.flatMap(({ contestant, points }) => {
      const { color, dash, shape } = lookOf(contestant, measured)
      const data = { values: points.map((point, i) => ({ x: point.x * rate.times, y: point.y * time.times, i, name: `${contestant.label}, ${point.label}` })) }
      return [
        {
          data,
          mark: { type: 'line' as const, stroke: color, strokeDash: [...dash], strokeWidth: 2 },
          encoding: { x, y, order: { field: 'i', type: 'quantitative' as const } },
        },
        {
          data,
          mark: { type: 'point' as const, filled: true, fill: color, shape: shape as 'circle', size: 60, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
          encoding: { x, y },
        },
      ]
    }),
  }
}
