/** Quality against cost, speed and energy: one point per contestant, with both intervals, and the frontier. */
import type { Metric } from '../../harness/types.ts'
import { placeOf, type Concept } from '../concepts.ts'
import { formatInterval, formatValue, scaleOf, type Scale } from '../format.ts'
import { valueOf, type View } from '../view.ts'
import { drawn, missing, type MaybeChart } from './chart.ts'
import { frontierOf, type Frontier, type ParetoPoint as Point } from './pareto.ts'
import { qualitySpec } from './quality-spec.ts'

export interface Axis {
  concept: Concept
  id: string
  title: string
  /** Who is best on it, and where better is. */
  best: string
  reads: string
  missing: string
}
export const AGAINST_COST: Axis = {
  concept: 'cost',
  id: 'quality-cost',
  title: 'Quality against cost',
  best: 'cheapest',
  reads: 'left is cheaper',
  missing: 'No cost: the suite sets no price for the models.',
}
export const AGAINST_SPEED: Axis = {
  concept: 'speed',
  id: 'quality-speed',
  title: 'Quality against speed',
  best: 'fastest',
  reads: 'right is faster',
  missing: 'No speed was measured.',
}
export const AGAINST_ENERGY: Axis = {
  concept: 'energy',
  id: 'quality-energy',
  title: 'Quality against energy',
  best: 'most frugal',
  reads: 'left takes less energy',
  missing: 'No energy: no meter saw the device that the models ran on.',
}

/** Accuracy upwards, cost, speed or energy to the right (logarithmic when the values span more than a factor of eight). */
export function qualityChart(view: View, workload: string, axis: Axis): MaybeChart {
  const title = view.workloads.length > 1 ? `${axis.title}: ${workload}` : axis.title
  const id = `${axis.id}-${view.workloads.indexOf(workload)}`
  const [quality, other] = [placeOf(view, workload, 'accuracy'), placeOf(view, workload, axis.concept)]
  if (quality === undefined) return missing(id, title, 'No accuracy was measured.')
  if (other === undefined) return missing(id, title, axis.missing)
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
  const estimated = points.some(({ x }) => x.origin === 'estimated') ? ', estimated' : ''
  const frontier = frontierOf(view, workload, points, { x: other, y: quality })
  return drawn({
    id,
    title,
    description: `Each point is a model. Up is more accurate; ${axis.reads}.${intervalNote(points)}${frontierNote(points, frontier)}`,
    takeaway: [takeaway(points, axis, other.metric, scale), ...frontierSentences(points, frontier)].join(' '),
    spec: qualitySpec(
      points,
      view.measured,
      { x: [other.metric.title, `${scale.label}${estimated}${under}`], y: `${quality.metric.title}, %` },
      scale,
      frontier,
      other.metric.better,
    ),
    table: {
      columns: ['Model', quality.metric.title, 'interval', `${other.metric.title}${estimated}${under}`, 'interval', 'Frontier'],
      rows: points.map(({ contestant, x, y }, index) => [
        contestant.label,
        formatValue(y.value, y.unit),
        formatInterval(y),
        formatValue(x.value, x.unit, scale),
        formatInterval(x, scale),
        standing(points, frontier, index),
      ]),
    },
  })
}

// --- internal ---

/** Names in a sentence; the table has all. */
const MOST_IN_WORDS = 4

function frontierNote(points: readonly Point[], { beaten }: Frontier): string {
  if (points.length === 1) return ''
  return ` The dashed line is the frontier: the best accuracy seen at each place.${beaten.size > 0 ? ' Hollow marks are beaten: another model is at least as good in both, and better in one by more than the interval of the difference.' : ''}`
}

/** Who is on the frontier, who is beaten, and who cannot be told. */
function frontierSentences(points: readonly Point[], { line, beaten, open }: Frontier): string[] {
  if (points.length === 1) return []
  const names = (indices: readonly number[]): string => listInWords(indices.map((index) => points[index]!.contestant.label))
  const unbeaten = line.filter((index) => !beaten.has(index))
  return [
    `On the frontier: ${names(unbeaten)}.`,
    ...(beaten.size > 0 ? [`Beaten: ${names([...beaten.keys()])}.`] : [open.length === 0 ? '' : 'Nobody is beaten beyond the intervals.']),
    ...(open.length > 0 && beaten.size > 0 ? [`Not told apart from it: ${names(open)}.`] : []),
  ].filter((sentence) => sentence !== '')
}

function listInWords(names: readonly string[]): string {
  const shown = names.length > MOST_IN_WORDS ? [...names.slice(0, MOST_IN_WORDS - 1), `${names.length - MOST_IN_WORDS + 1} more`] : names
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

function standing(points: readonly Point[], { line, beaten }: Frontier, index: number): string {
  const by = beaten.get(index)
  if (by !== undefined) return `beaten by ${points[by]!.contestant.label}`
  return line.includes(index) ? 'on it' : 'not told apart from it'
}

function intervalNote(points: readonly Point[]): string {
  const level = points.find(({ y }) => y.level > 0)?.y.level
  return level === undefined ? '' : ` Lines show the ${Number((level * 100).toFixed(1))}% intervals.`
}

function takeaway(points: readonly Point[], axis: Axis, metric: Metric, scale: Scale): string {
  const say = ({ contestant, x, y }: Point): string => `${contestant.label} (${formatValue(y.value, y.unit)}, ${formatValue(x.value, x.unit, scale)})`
  const cheaper = (a: Point, b: Point): boolean => (metric.better === 'lower' ? a.x.value < b.x.value : a.x.value > b.x.value)
  const cheap = points.reduce((best, point) => (cheaper(point, best) ? point : best))
  const accurate = points.reduce((best, point) => (point.y.value > best.y.value || (point.y.value === best.y.value && cheaper(point, best)) ? point : best))
  if (points.length === 1) return `Only ${say(accurate)} has both numbers.`
  const ties = points.filter(({ y }) => y.value === accurate.y.value).length > 1
  if (accurate === cheap)
    return ties ? `${say(accurate)} is the ${axis.best}, and none is more accurate.` : `${say(accurate)} is both the most accurate and the ${axis.best}.`
  return `Most accurate: ${say(accurate)}. ${axis.best.charAt(0).toUpperCase()}${axis.best.slice(1)}: ${say(cheap)}.`
}
