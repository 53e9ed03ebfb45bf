/** Quality against cost, and against speed: one point per contestant, with both intervals. */
import type { Estimate, Metric } from '../../harness/types.ts'
import { placeOf, type Concept } from '../concepts.ts'
import { formatInterval, formatValue, scaleOf, type Scale } from '../format.ts'
import { valueOf, type Contestant, type View } from '../view.ts'
import { drawn, missing, type MaybeChart } from './chart.ts'
import { placeLabels, type Box, type Spot } from './labels.ts'
import { CHART_WIDTH, INK, logTicks, lookOf, MOST_NAMED } from './theme.ts'

export interface Axis {
  concept: Concept
  id: string
  title: string
  best: 'cheapest' | 'fastest'
}
export const AGAINST_COST: Axis = { concept: 'cost', id: 'quality-cost', title: 'Quality against cost', best: 'cheapest' }
export const AGAINST_SPEED: Axis = { concept: 'speed', id: 'quality-speed', title: 'Quality against speed', best: 'fastest' }

/** Accuracy upwards, cost or speed to the right (logarithmic when the values span more than a factor of eight). */
export function qualityChart(view: View, workload: string, axis: Axis): MaybeChart {
  const title = view.workloads.length > 1 ? `${axis.title}: ${workload}` : axis.title
  const id = `${axis.id}-${view.workloads.indexOf(workload)}`
  const [quality, other] = [placeOf(view, workload, 'accuracy'), placeOf(view, workload, axis.concept)]
  if (quality === undefined) return missing(id, title, 'No accuracy was measured.')
  if (other === undefined) return missing(id, title, axis.concept === 'cost' ? 'No cost: the suite sets no price for the models.' : 'No speed was measured.')
  const points = view.measured.flatMap((contestant) => {
    const x = valueOf(view.row(contestant, workload, other.load, other.metric.id))
    const y = valueOf(view.row(contestant, workload, quality.load, quality.metric.id))
    return x === undefined || y === undefined ? [] : [{ contestant, x, y }]
  })
  if (points.length === 0) return missing(id, title, 'No model has both numbers.')
  const scale = scaleOf(
    other.metric.unit,
    points.map(({ x }) => x.value),
  )
  const under = other.load === '' ? '' : ` (${other.load})`
  return drawn({
    id,
    title,
    description: `Each point is a model. Up is more accurate; ${axis.best === 'cheapest' ? 'left is cheaper' : 'right is faster'}. ${intervalNote(points)}`,
    takeaway: takeaway(points, axis, other.metric, scale),
    spec: spec(points, view.measured, { x: [other.metric.title, `${scale.label}${under}`], y: `${quality.metric.title}, %` }, scale),
    table: {
      columns: ['Model', quality.metric.title, 'interval', `${other.metric.title}${under}`, 'interval'],
      rows: points.map(({ contestant, x, y }) => [
        contestant.label,
        formatValue(y.value, y.unit),
        formatInterval(y),
        formatValue(x.value, x.unit, scale),
        formatInterval(x, scale),
      ]),
    },
  })
}

// --- internal ---

interface Point {
  contestant: Contestant
  x: Estimate
  y: Estimate
}

const HEIGHT = 240

function intervalNote(points: readonly Point[]): string {
  const level = points.find(({ y }) => y.level > 0)?.y.level
  return level === undefined ? '' : ` Lines show the ${Number((level * 100).toFixed(1))}% intervals.`
}

function takeaway(points: readonly Point[], axis: Axis, metric: Metric, scale: Scale): string {
  const say = ({ contestant, x, y }: Point): string => `${contestant.label} (${formatValue(y.value, y.unit)}, ${formatValue(x.value, x.unit, scale)})`
  const accurate = points.reduce((best, point) => (point.y.value > best.y.value ? point : best))
  const cheap = points.reduce((best, point) => ((metric.better === 'lower' ? point.x.value < best.x.value : point.x.value > best.x.value) ? point : best))
  if (points.length === 1) return `Only ${say(accurate)} has both numbers.`
  if (accurate === cheap) return `${say(accurate)} is both the most accurate and the ${axis.best}.`
  return `Most accurate: ${say(accurate)}. ${axis.best === 'cheapest' ? 'Cheapest' : 'Fastest'}: ${say(cheap)}.`
}

/** Where the axis begins and ends, in shown units, with room for labels. */
function domains(points: readonly Point[], scale: Scale): { x: [number, number]; y: [number, number]; log: boolean } {
  const ends = (pick: (point: Point) => Estimate): number[] => points.flatMap((point) => [pick(point).low, pick(point).high, pick(point).value])
  const xs = ends(({ x }) => x).map((value) => value * scale.times)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const log = left > 0 && right / left > 8
  const ys = ends(({ y }) => y).map((value) => value * 100)
  const room = Math.max(1.5, (Math.max(...ys) - Math.min(...ys)) * 0.12)
  const y: [number, number] = [Math.max(0, Math.min(...ys) - room), Math.min(100 + room / 3, Math.max(...ys) + room)]
  if (log) return { x: [left / 1.35, right * 1.6], y, log }
  return { x: [Math.min(0, left), right === 0 ? 1 : right * 1.15], y, log }
}

function spec(
  points: readonly Point[],
  all: readonly Contestant[],
  titles: { x: [string, string]; y: string },
  scale: Scale,
): Parameters<typeof drawn>[0]['spec'] {
  const domain = domains(points, scale)
  const values = points.map(({ contestant, x, y }) => {
    const { color, shape } = lookOf(contestant, all)
    return {
      x: x.value * scale.times,
      x0: x.low * scale.times,
      x1: x.high * scale.times,
      y: y.value * 100,
      y0: y.low * 100,
      y1: y.high * 100,
      color,
      shape,
    }
  })
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: [titles.x[0], `${titles.x[1]}${domain.log ? ', log scale' : ''}`],
    scale: { type: domain.log ? ('log' as const) : ('linear' as const), domain: domain.x, nice: false },
    axis: { format: ',~r', ...(domain.log ? { values: logTicks(domain.x), grid: true } : { tickCount: 5 }), labelFlush: false },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: titles.y,
    scale: { domain: domain.y, zero: false, nice: false },
    axis: { tickCount: 6, format: ',~r' },
  }
  const color = { field: 'color', type: 'nominal' as const, scale: null, legend: null }
  const spots = values.map((value, index) => ({ ...spotOf(value, domain), text: points[index]!.contestant.label }))
  const bars = values.flatMap((value) => barsOf(value, domain))
  const names = all.length > MOST_NAMED ? [] : placeLabels(spots, CHART_WIDTH, HEIGHT, bars)
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values },
    layer: [
      { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.75 }, encoding: { x: { ...x, field: 'x0' }, x2: { field: 'x1' }, y, color } },
      { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.75 }, encoding: { x, y: { ...y, field: 'y0' }, y2: { field: 'y1' }, color } },
      {
        mark: { type: 'point', filled: true, size: 110, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
        encoding: { x, y, fill: color, shape: { field: 'shape', type: 'nominal', scale: null, legend: null } },
      },
      ...names.map(({ text, align, dx, dy, index }) => ({
        data: { values: [{ x: values[index]!.x, y: values[index]!.y, text }] },
        mark: { type: 'text' as const, align, baseline: 'middle' as const, dx, dy, limit: 190, color: INK.text },
        encoding: { x, y, text: { field: 'text', type: 'nominal' as const } },
      })),
    ],
  }
}

/** Pixels of a value along an axis. */
function spotOf(value: { x: number; y: number }, domain: ReturnType<typeof domains>): Spot {
  const along = (v: number, [low, high]: [number, number], log: boolean): number => (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low))
  return { x: along(value.x, domain.x, domain.log) * CHART_WIDTH, y: (1 - along(value.y, domain.y, false)) * HEIGHT }
}

/** The two interval lines of a point, which names should not cover. */
function barsOf(value: { x: number; x0: number; x1: number; y: number; y0: number; y1: number }, domain: ReturnType<typeof domains>): Box[] {
  const [from, to] = [spotOf({ x: value.x0, y: value.y1 }, domain), spotOf({ x: value.x1, y: value.y0 }, domain)]
  const { x, y } = spotOf(value, domain)
  return [
    { left: x - 2, right: x + 2, top: from.y, bottom: to.y },
    { left: from.x, right: to.x, top: y - 2, bottom: y + 2 },
  ]
}
