/** Quality against cost, speed and energy: one point per contestant, with both intervals, and the frontier. */
import type { Metric } from '../../harness/types.ts'
import { placeOf } from '../concepts.ts'
import { formatInterval, formatValue, scaleOf, type Scale } from '../format.ts'
import type { Messages } from '../messages/index.ts'
import { valueOf, type View } from '../view.ts'
import { drawn, missing, type MaybeChart } from './chart.ts'
import { frontierOf, type Frontier, type ParetoPoint as Point } from './pareto.ts'
import { qualitySpec } from './quality-spec.ts'

type Axis = keyof Messages['charts']['quality']['axes']

/** Accuracy upwards, cost, speed or energy to the right (logarithmic when the values span more than a factor of eight). */
export function qualityChart(view: View, workload: string, axis: Axis): MaybeChart {
  const { basics, charts } = view.words
  const { quality: texts } = charts
  const title = view.workloads.length > 1 ? charts.of(texts.axes[axis].title, workload) : texts.axes[axis].title
  const id = `quality-${axis}-${view.workloads.indexOf(workload)}`
  const [quality, other] = [placeOf(view, workload, 'accuracy'), placeOf(view, workload, axis)]
  if (quality === undefined) return missing(id, title, texts.noAccuracy)
  if (other === undefined) return missing(id, title, texts.axes[axis].missing)
  const points = view.measured.flatMap((contestant) => {
    const x = valueOf(view.row(contestant, workload, other.load, other.metric.id))
    const y = valueOf(view.row(contestant, workload, quality.load, quality.metric.id))
    return x === undefined || y === undefined ? [] : [{ contestant, x, y }]
  })
  if (points.length === 0) return missing(id, title, texts.noneHasBoth)
  const scale = scaleOf(
    other.metric.unit,
    points.map(({ x }) => x.value),
    basics.units,
  )
  const under = other.load === '' ? '' : texts.under(other.load)
  const estimated = points.some(({ x }) => x.origin === 'estimated') ? texts.estimated : ''
  const frontier = frontierOf(view, workload, points, { x: other, y: quality })
  return drawn({
    id,
    title,
    description: `${texts.description(texts.axes[axis].reads)}${intervalNote(texts, points)}${frontierNote(texts, points, frontier)}`,
    takeaway: [takeaway(texts, points, axis, other.metric, scale), ...frontierSentences(view, points, frontier)].join(' '),
    spec: qualitySpec(
      points,
      view.measured,
      { x: [other.metric.title, `${scale.label}${estimated}${under}`], y: `${quality.metric.title}, %`, logScale: charts.logScale },
      scale,
      frontier,
      other.metric.better,
    ),
    table: {
      columns: texts.columns(quality.metric.title, `${other.metric.title}${estimated}${under}`),
      rows: points.map(({ contestant, x, y }, index) => [
        contestant.label,
        formatValue(y.value, y.unit),
        formatInterval(y, basics.units),
        formatValue(x.value, x.unit, scale),
        formatInterval(x, scale),
        standing(texts, points, frontier, index),
      ]),
    },
  })
}

// --- internal ---

type Texts = Messages['charts']['quality']

/** Names in a sentence; the table has all. */
const MOST_IN_WORDS = 4

function frontierNote(texts: Texts, points: readonly Point[], { beaten }: Frontier): string {
  if (points.length === 1) return ''
  return `${texts.frontier}${beaten.size > 0 ? texts.hollow : ''}`
}

/** Who is on the frontier, who is beaten, and who cannot be told. */
function frontierSentences({ words: { basics, charts } }: View, points: readonly Point[], { line, beaten, open }: Frontier): string[] {
  if (points.length === 1) return []
  const { quality: texts } = charts
  const names = (indices: readonly number[]): string => {
    const labels = indices.map((index) => points[index]!.contestant.label)
    const shown = labels.length > MOST_IN_WORDS ? [...labels.slice(0, MOST_IN_WORDS - 1), basics.more(labels.length - MOST_IN_WORDS + 1)] : labels
    return basics.list(shown)
  }
  const unbeaten = line.filter((index) => !beaten.has(index))
  return [
    texts.onFrontier(names(unbeaten)),
    ...(beaten.size > 0 ? [texts.beaten(names([...beaten.keys()]))] : [open.length === 0 ? '' : texts.noneBeaten]),
    ...(open.length > 0 && beaten.size > 0 ? [texts.open(names(open))] : []),
  ].filter((sentence) => sentence !== '')
}

function standing(texts: Texts, points: readonly Point[], { line, beaten }: Frontier, index: number): string {
  const by = beaten.get(index)
  if (by !== undefined) return texts.beatenBy(points[by]!.contestant.label)
  return line.includes(index) ? texts.onIt : texts.notTold
}

function intervalNote(texts: Texts, points: readonly Point[]): string {
  const level = points.find(({ y }) => y.level > 0)?.y.level
  return level === undefined ? '' : texts.intervals(String(Number((level * 100).toFixed(1))))
}

function takeaway(texts: Texts, points: readonly Point[], axis: Axis, metric: Metric, scale: Scale): string {
  const say = ({ contestant, x, y }: Point): string => `${contestant.label} (${formatValue(y.value, y.unit)}, ${formatValue(x.value, x.unit, scale)})`
  const cheaper = (a: Point, b: Point): boolean => (metric.better === 'lower' ? a.x.value < b.x.value : a.x.value > b.x.value)
  const cheap = points.reduce((best, point) => (cheaper(point, best) ? point : best))
  const accurate = points.reduce((best, point) => (point.y.value > best.y.value || (point.y.value === best.y.value && cheaper(point, best)) ? point : best))
  if (points.length === 1) return texts.only(say(accurate))
  const ties = points.filter(({ y }) => y.value === accurate.y.value).length > 1
  const { best } = texts.axes[axis]
  if (accurate === cheap) return ties ? texts.ties(say(accurate), best) : texts.both(say(accurate), best)
  return texts.two(say(accurate), best, say(cheap))
}
