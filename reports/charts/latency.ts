/** Latency as a distribution (empirical cumulative distribution function): the slow tail is part of the picture. */
import type { Distribution } from '../../harness/types.ts'
import { CONCEPT_METRICS, type Concept } from '../concepts.ts'
import { formatValue, scaleOf, type Scale } from '../format.ts'
import type { Messages } from '../messages/index.ts'
import type { Contestant, View } from '../view.ts'
import { drawn, missing, type Chart, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, INK, logTicks, lookOf, MOST_NAMED } from './theme.ts'

/** Share of requests (up) that took at most so long (right); the mark on each curve is its 95th percentile. */
export function latencyChart(view: View, workload: string, concept: keyof Messages['charts']['latency']['titles']): MaybeChart {
  const { basics, charts } = view.words
  const { latency: texts } = charts
  const title = texts.titles[concept]
  const id = `latency-${concept}-${view.workloads.indexOf(workload)}`
  const fullTitle = view.workloads.length > 1 ? charts.of(title, workload) : title
  const found = curvesOf(view, workload, concept)
  if (found === undefined) return missing(id, fullTitle, texts.none)
  const { curves, load, metricTitle } = found
  const scale = scaleOf(
    'ms',
    curves.map(({ distribution }) => quantileOf(distribution.quantiles, 0.5)),
    basics.units,
  )
  return drawn({
    id,
    title: fullTitle,
    description: texts.description(load),
    takeaway: takeaway(view, curves, scale),
    spec: spec(view, curves, `${metricTitle}, ${scale.label}`, scale),
    table: tableOf(view, workload, curves[0]!.distribution.metric, scale),
  })
}

/** Value below which the share `q` of the samples lies; linear between the stored quantiles. */
export function quantileOf(quantiles: readonly number[], q: number): number {
  const position = q * (quantiles.length - 1)
  const [below, above] = [quantiles[Math.floor(position)] ?? 0, quantiles[Math.ceil(position)] ?? 0]
  return below + (above - below) * (position - Math.floor(position))
}

// --- internal ---

interface Curve {
  contestant: Contestant
  distribution: Distribution
}

const HEIGHT = 220
const SHOWN = [0.05, 0.5, 0.9, 0.95, 0.99] as const

function curvesOf(view: View, workload: string, concept: Concept): { curves: Curve[]; load: string; metricTitle: string } | undefined {
  for (const metric of CONCEPT_METRICS[concept]) {
    for (const load of view.loadsOf(workload)) {
      const curves = view.measured.flatMap((contestant) => {
        const distribution = view.distribution(contestant, workload, load, metric)
        return distribution === undefined || distribution.quantiles.length === 0 ? [] : [{ contestant, distribution }]
      })
      if (curves.length > 0) return { curves, load, metricTitle: view.metric(metric)?.title ?? metric }
    }
  }
  return undefined
}

function takeaway(view: View, curves: readonly Curve[], scale: Scale): string {
  const at = ({ distribution }: Curve, q: number): string => formatValue(quantileOf(distribution.quantiles, q), 'ms', scale)
  const median = ({ distribution }: Curve): number => quantileOf(distribution.quantiles, 0.5)
  const fastest = curves.reduce((best, curve) => (median(curve) < median(best) ? curve : best))
  const teacher = curves.find(({ contestant }) => contestant.role === 'teacher')
  const first = teacher ?? fastest
  const { latency: texts } = view.words.charts
  const sentence = texts.takeaway(first.contestant.label, at(first, 0.5), at(first, 0.95))
  return first === fastest ? sentence : `${sentence}${texts.fastest(fastest.contestant.label, at(fastest, 0.5), at(fastest, 0.95))}`
}

function tableOf(view: View, workload: string, metric: string, scale: Scale): Chart['table'] {
  const rows = view.measured.flatMap((contestant) =>
    view.loadsOf(workload).flatMap((load) => {
      const distribution = view.distribution(contestant, workload, load, metric)
      if (distribution === undefined || distribution.quantiles.length === 0) return []
      const cells = SHOWN.map((q) => (tooFew(q, distribution.n) ? '–' : formatValue(quantileOf(distribution.quantiles, q), 'ms', scale)))
      return [[contestant.label, load, String(distribution.n), ...cells]]
    }),
  )
  return { columns: view.words.charts.latency.columns, rows }
}

/** A percentile needs samples beyond it: the 99th is not known from fifty requests. */
function tooFew(q: number, n: number): boolean {
  return n * Math.min(q, 1 - q) < 1
}

function spec({ measured: all, words: { charts } }: View, curves: readonly Curve[], title: string, scale: Scale): Chart['spec'] {
  const shown = curves.map(({ contestant, distribution }) => ({
    contestant,
    points: thin(distribution.quantiles, stepsFor(curves.length, all.length)).map((ms) => ms * scale.times),
  }))
  const ends = shown.flatMap(({ points }) => [points[0]!, points.at(-1)!])
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const log = low > 0 && high / low > 8
  const domain: [number, number] = log ? [low / 1.1, high * 1.1] : [0, high === 0 ? 1 : high * 1.05]
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: log ? charts.logScale(title) : title,
    scale: { type: log ? ('log' as const) : ('linear' as const), domain, nice: false },
    axis: { format: ',~r', ...(log ? { values: logTicks(domain) } : { tickCount: 5 }) },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: charts.latency.y,
    scale: { domain: [0, 100] },
    axis: { values: [0, 25, 50, 75, 95], labelOverlap: false },
  }
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values: [] },
    layer: shown.flatMap(({ contestant, points }) => {
      const { color, dash, shape } = lookOf(contestant, all)
      const steps = [
        { x: domain[0], y: 0 },
        { x: points[0]!, y: 0 },
        ...points.map((point, i) => ({ x: point, y: ((i + 1) / points.length) * 100 })),
        { x: domain[1], y: 100 },
      ].map((step, i) => ({ ...step, i, name: contestant.label }))
      return [
        {
          data: { values: steps },
          mark: { type: 'line' as const, interpolate: 'step-after' as const, stroke: color, strokeDash: [...dash], strokeWidth: 2 },
          encoding: { x, y, order: { field: 'i', type: 'quantitative' as const } },
        },
        {
          data: { values: [{ x: quantileOf(points, 0.95), y: 95, name: contestant.label }] },
          mark: { type: 'point' as const, filled: true, fill: color, shape: shape as 'circle', size: 70, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
          encoding: { x, y },
        },
      ]
    }),
  }
}

/** Steps of a curve: a picture with many has not the room to show all of each. */
function stepsFor(curves: number, all: number): number {
  return all > MOST_NAMED ? 40 : Math.min(120, Math.round(400 / curves))
}

function thin(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values]
  return Array.from({ length: most }, (_, i) => quantileOf(values, i / (most - 1)))
}
