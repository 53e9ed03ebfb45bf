/** Routing: accuracy against cost, from the student alone to everything handed on to the teacher. */
import type { Routing, RoutingRow } from '../../harness/types.ts'
import { formatNumber, formatValue } from '../format.ts'
import { valueOf, type View } from '../view.ts'
import { drawn, type Chart, type MaybeChart } from './chart.ts'
import { placeLabels, type Box, type Spot } from './labels.ts'
import { CHART_WIDTH, INK, lookOf } from './theme.ts'

/** One chart for each rule that could be worked out; at most twelve. */
export function routingCharts(view: View): MaybeChart[] {
  return view.analysis.routing
    .flatMap((row, index) => {
      const routing = valueOf(row.result)
      return routing === undefined ? [] : [drawn(chartOf(view, row, routing, `routing-${index}`))]
    })
    .slice(0, MOST)
}

// --- internal ---

const MOST = 12
const HEIGHT = 240
const TEACHER = '#000000'

function chartOf(view: View, row: RoutingRow, routing: Routing, id: string): Chart {
  const name = view.labelOf(row.run, row.student)
  const { basics, charts } = view.words
  const { routing: texts } = charts
  const where = view.workloads.length > 1 ? `, ${row.workload}` : ''
  return {
    id,
    title: texts.title(`${name}${where}`, basics.rules[row.rule]),
    description: texts.description(routing.reportedOn),
    takeaway: `${routing.sentence.charAt(0).toUpperCase()}${routing.sentence.slice(1)}.`,
    spec: spec(view, row, routing),
    table: {
      columns: texts.columns,
      rows: routing.curve.map(({ threshold, escalated, accuracy, cost }) => [
        threshold < 0 ? texts.all : formatNumber(threshold),
        formatValue(escalated, 'ratio'),
        formatValue(accuracy, 'ratio'),
        formatValue(cost, 'ratio'),
      ]),
    },
  }
}

function spec(view: View, row: RoutingRow, { curve, chosen, student, teacher }: Routing): Chart['spec'] {
  const { routing: texts } = view.words.charts
  const contestant = view.contestants.find(({ run, model }) => run === row.run && model === row.student)
  const color = contestant === undefined ? '#0072B2' : lookOf(contestant, view.measured).color
  const line = curve.map(({ escalated, accuracy, cost }) => ({ order: escalated, x: 100 * cost, y: 100 * accuracy, name: '' }))
  const marks = [
    { x: (100 * student.cost) / teacher.cost, y: 100 * student.accuracy, shape: 'circle', color, text: texts.studentAlone },
    { x: 100, y: 100 * teacher.accuracy, shape: 'square', color: TEACHER, text: texts.teacherAlone },
    ...(chosen.escalated.value > 0 ? [{ x: 100 * chosen.cost.value, y: 100 * chosen.accuracy.value, shape: 'diamond', color, text: texts.chosen }] : []),
  ]
  const ys = [...line, ...marks].map(({ y }) => y)
  const room = Math.max(1, (Math.max(...ys) - Math.min(...ys)) * 0.15)
  const [low, high] = [Math.max(0, Math.min(...ys) - room), Math.min(100.5, Math.max(...ys) + room)]
  const right = Math.max(110, ...line.map(({ x }) => x), ...marks.map(({ x }) => x)) * 1.08
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: texts.x,
    scale: { domain: [0, right], nice: false },
    axis: { tickCount: 6, format: ',~r' },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: texts.y,
    scale: { domain: [low, high], nice: false, zero: false },
    axis: { tickCount: 6, format: ',~r' },
  }
  const fill = { field: 'color', type: 'nominal', scale: null, legend: null } as const
  const spots = marks.map((one): Spot & { text: string } => ({
    x: (one.x / right) * CHART_WIDTH,
    y: (1 - (one.y - low) / (high - low)) * HEIGHT,
    text: one.text,
  }))
  const names = placeLabels(
    spots,
    CHART_WIDTH,
    HEIGHT,
    alongside(line, (at) => ({ x: (at.x / right) * CHART_WIDTH, y: (1 - (at.y - low) / (high - low)) * HEIGHT })),
  )
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values: marks },
    layer: [
      { data: { values: line }, mark: { type: 'line', color, strokeWidth: 2 }, encoding: { x, y, order: { field: 'order', type: 'quantitative' } } },
      {
        mark: { type: 'point', filled: true, size: 110, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
        encoding: { x, y, fill, shape: { field: 'shape', type: 'nominal', scale: null, legend: null } },
      },
      ...names.map(({ text, align, dx, dy, index }) => ({
        data: { values: [{ x: marks[index]!.x, y: marks[index]!.y, text }] },
        mark: { type: 'text' as const, align, baseline: 'middle' as const, dx, dy, limit: 190, color: INK.text },
        encoding: { x, y, text: { field: 'text', type: 'nominal' as const } },
      })),
    ],
  }
}

/** Boxes along the line, which names should not cover. */
function alongside(line: readonly { x: number; y: number }[], place: (at: { x: number; y: number }) => Spot): Box[] {
  return line.map((at) => {
    const { x, y } = place(at)
    return { left: x - 6, right: x + 6, top: y - 3, bottom: y + 3 }
  })
}
