/** Total cost after so many requests: the teacher from nothing, a student from what its distillation took; where the lines cross it has paid. */
import type { LifecycleRow, Range } from '../../harness/types.ts'
import { formatAbout, formatInterval, formatNumber, formatValue, scaleOf } from '../format.ts'
import { paid } from '../lifecycle.ts'
import { valueOf, type View } from '../view.ts'
import { whyMissing } from '../words.ts'
import { drawn, missing, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, INK, lookOf } from './theme.ts'

/** One for each student, workload and kind; at most eight, and one reason for each that cannot be drawn. */
export function lifecycleCharts(view: View): MaybeChart[] {
  return paid(view)
    .slice(0, MOST)
    .map((row, index) => chartOf(view, row, `lifecycle-${index}`))
}

// --- internal ---

const MOST = 8
const HEIGHT = 220
type Points = readonly { requests: number; teacher: number; student: Range }[]

function chartOf(view: View, row: LifecycleRow, id: string): MaybeChart {
  const [name, teacher] = [view.labelOf(row.run, row.student), view.labelOf(row.run, row.teacher)]
  const where = view.workloads.length > 1 ? `, ${row.workload}` : ''
  const { basics, charts } = view.words
  const { lifecycle: texts } = charts
  const [title, short] = [texts.title(row.kind, `${name}${where}`), texts.short(row.kind, `${name}${where}`)]
  const [points, spent, crossing] = [valueOf(row.curve), valueOf(row.spent), valueOf(row.crossing)]
  if (points === undefined || spent === undefined) return missing(id, short, texts.notDrawn(whyMissing(row.curve)))
  // Two lines that never meet say no more than this sentence.
  if (crossing === undefined) return missing(id, short, texts.notPaid(whyMissing(row.crossing)))
  const unit = row.kind === 'cost' ? 'USD' : 'J'
  const amounts = scaleOf(unit, [points.at(-1)!.teacher, points.at(-1)!.student.value], basics.units)
  const mark = spent.origin === 'measured' ? '' : ` (${basics.origins[spent.origin]})`
  return drawn({
    id,
    title,
    description: texts.description(`${formatValue(spent.value, unit, basics.units)}${mark}`, spent.how, row.load),
    takeaway: texts.takeaway(
      name,
      formatAbout(crossing.value),
      basics.range(formatAbout(crossing.low), formatAbout(crossing.high)),
      formatNumber(DAILY),
      daysText(view, row),
    ),
    spec: spec(view, row, points, amounts, crossing.value),
    table: {
      columns: texts.columns(teacher, name),
      rows: points.map(({ requests, teacher: base, student }) => [
        formatNumber(Number(requests.toPrecision(3))),
        formatValue(base, unit, amounts),
        formatValue(student.value, unit, amounts),
        formatInterval({ ...student, unit }, amounts),
      ]),
    },
  })
}

const DAILY = 100_000

function daysText({ words }: View, { payback }: LifecycleRow): string {
  const days = valueOf(payback.find(({ requestsPerDay }) => requestsPerDay === DAILY)?.days)
  const { lifecycle: texts } = words.charts
  return days === undefined ? texts.unknownTime : days.value < 1 ? texts.lessThanDay : texts.days(formatNumber(Math.ceil(days.value)))
}

function spec(view: View, row: LifecycleRow, points: Points, amounts: ReturnType<typeof scaleOf>, crossing: number) {
  const { lifecycle: texts } = view.words.charts
  const look = (model: string): { color: string; dash: readonly number[] } => {
    const contestant = view.contestants.find((one) => one.run === row.run && one.model === model)
    return contestant === undefined ? { color: '#0072B2', dash: [] } : lookOf(contestant, view.measured)
  }
  const x = { field: 'x', type: 'quantitative' as const, title: texts.x, scale: { nice: false }, axis: { tickCount: 5, format: '~s' } }
  const y = { field: 'y', type: 'quantitative' as const, title: texts.y(amounts.label), scale: { zero: true }, axis: { tickCount: 5, format: ',~r' } }
  const line = (model: string, of: (point: Points[number]) => number) => {
    const { color, dash } = look(model)
    return {
      data: { values: points.map((point) => ({ x: point.requests, y: of(point) * amounts.times, name: view.labelOf(row.run, model) })) },
      mark: { type: 'line' as const, stroke: color, strokeDash: [...dash], strokeWidth: 2 },
      encoding: { x, y },
    }
  }
  const at = [{ x: crossing, y: (points.at(-1)!.teacher / points.at(-1)!.requests) * crossing * amounts.times, text: texts.paysBack }]
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values: [] },
    layer: [
      {
        data: { values: points.map(({ requests, student }) => ({ x: requests, y: student.low * amounts.times, y2: student.high * amounts.times })) },
        mark: { type: 'area' as const, color: look(row.student).color, opacity: 0.15 },
        encoding: { x, y, y2: { field: 'y2' } },
      },
      line(row.teacher, ({ teacher }) => teacher),
      line(row.student, ({ student }) => student.value),
      {
        data: { values: at },
        mark: { type: 'point' as const, filled: true, fill: INK.text, size: 70, opacity: 1 },
        encoding: { x, y },
      },
      {
        data: { values: at },
        mark: { type: 'text' as const, align: 'right' as const, dx: -8, dy: -10, color: INK.text },
        encoding: { x, y, text: { field: 'text', type: 'nominal' as const } },
      },
    ],
  }
}
