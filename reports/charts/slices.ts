/** Accuracy per slice: one average hides where a student falls behind. */
import type { Estimate } from '../../harness/types.ts'
import { placeOf } from '../concepts.ts'
import { formatInterval, formatValue } from '../format.ts'
import { clip, visible } from '../text.ts'
import { valueOf, type Contestant, type View } from '../view.ts'
import { drawn, missing, type Chart, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, INK, lookOf, MOST_NAMED } from './theme.ts'

export function sliceChart(view: View, workload: string): MaybeChart {
  const { basics, charts } = view.words
  const { slices: texts } = charts
  const id = `slices-${view.workloads.indexOf(workload)}`
  const title = view.workloads.length > 1 ? charts.of(texts.title, workload) : texts.title
  const place = placeOf(view, workload, 'accuracy')
  const named = view.slicesOf(workload)
  if (place === undefined || named.length === 0) return missing(id, title, texts.none)
  const points = named.flatMap((slice) =>
    view.measured.flatMap((contestant) => {
      const estimate = valueOf(view.row(contestant, workload, place.load, place.metric.id, slice))
      return estimate === undefined ? [] : [{ slice, contestant, estimate }]
    }),
  )
  const slices = named.filter((slice) => points.some((point) => point.slice === slice)) // others are of other metrics
  if (slices.length === 0) return missing(id, title, texts.noneMeasured)
  return drawn({
    id,
    title,
    description: texts.description,
    takeaway: takeaway(view, points),
    spec: spec(view, points, slices),
    table: {
      columns: texts.columns(view.measured.map(({ label }) => label)),
      rows: slices.map((slice) => {
        const own = points.filter((point) => point.slice === slice)
        const cells = view.measured.map((contestant) => own.find((point) => point.contestant === contestant)?.estimate)
        return [
          slice,
          String(own[0]?.estimate.n ?? 0),
          ...cells.map((one) => (one === undefined ? '–' : `${formatValue(one.value, one.unit)} (${formatInterval(one, basics.units)})`)),
        ]
      }),
    },
  })
}

// --- internal ---

interface Point {
  slice: string
  contestant: Contestant
  estimate: Estimate
}

/** The slice on which each of the first students loses most against its teacher. */
function takeaway({ measured: all, words }: View, points: readonly Point[]): string {
  const { slices: texts } = words.charts
  const teacher = all.find(({ role }) => role === 'teacher')
  const students = all.filter(({ role }) => role === 'student').slice(0, 2)
  const sentences = students.flatMap((student) => {
    const losses = points
      .filter(({ contestant }) => contestant === student)
      .flatMap((own) => {
        const theirs = points.find(({ contestant, slice }) => contestant === teacher && slice === own.slice)
        return theirs === undefined ? [] : [{ slice: own.slice, own: own.estimate, theirs: theirs.estimate, loss: theirs.estimate.value - own.estimate.value }]
      })
    if (losses.length === 0) return []
    const worst = losses.reduce((most, one) => (one.loss > most.loss ? one : most))
    if (worst.loss <= 0) return [texts.onNone(student.label)]
    return [texts.worst(student.label, worst.slice, formatValue(worst.own.value, 'ratio'), formatValue(worst.theirs.value, 'ratio'))]
  })
  if (sentences.length > 0) return sentences.join(' ')
  const hardest = points.reduce((low, point) => (point.estimate.value < low.estimate.value ? point : low))
  return texts.lowest(formatValue(hardest.estimate.value, 'ratio'), hardest.contestant.label, hardest.slice)
}

function spec({ measured: all, words }: View, points: readonly Point[], slices: readonly string[]): Chart['spec'] {
  const named = all.length <= MOST_NAMED
  const lanes = named ? all.length : 3
  const rowHeight = Math.max(26, lanes * 11 + 10)
  const values = points.map(({ slice, contestant, estimate }) => {
    const { color, shape } = lookOf(contestant, all)
    const lane = named ? all.indexOf(contestant) : ['teacher', 'student', 'control'].indexOf(contestant.role)
    return {
      name: `${contestant.label}, ${slice}`,
      slice: shortName(slice, slices),
      lane,
      x: estimate.value * 100,
      x0: estimate.low * 100,
      x1: estimate.high * 100,
      color,
      shape,
    }
  })
  const low = Math.min(...values.map(({ x0 }) => x0))
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: words.charts.slices.x,
    scale: { domain: [Math.min(90, Math.floor(low / 10) * 10), 100], nice: false, zero: false },
    axis: { tickCount: 6 },
  }
  const y = {
    field: 'slice',
    type: 'nominal' as const,
    title: null,
    sort: slices.map((slice) => shortName(slice, slices)),
    scale: { paddingInner: 0.2, paddingOuter: 0.1 },
    axis: { grid: false, ticks: false, domain: false, labelColor: INK.text },
  }
  const yOffset = { field: 'lane', type: 'ordinal' as const, scale: { domain: Array.from({ length: lanes }, (_, i) => i), paddingInner: 1, paddingOuter: 0.5 } }
  const color = { field: 'color', type: 'nominal' as const, scale: null, legend: null }
  return {
    width: CHART_WIDTH - 40,
    height: slices.length * rowHeight,
    data: { values },
    layer: [
      { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.75 }, encoding: { x: { ...x, field: 'x0' }, x2: { field: 'x1' }, y, yOffset, color } },
      {
        mark: { type: 'point', filled: true, size: 60, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
        encoding: { x, y, yOffset, fill: color, shape: { field: 'shape', type: 'nominal', scale: null, legend: null } },
      },
    ],
  }
}

/** Short enough for an axis, and still one name per slice. */
function shortName(slice: string, all: readonly string[]): string {
  const short = visible(clip(slice, 24))
  return all.filter((other) => visible(clip(other, 24)) === short).length > 1 ? `${short} #${all.indexOf(slice) + 1}` : short
}
