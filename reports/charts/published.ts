/** Published figures as bars, one small chart per benchmark or price: quoted numbers, never drawn beside measured ones. */
import type { Estimate, Fact } from '../../harness/types.ts'
import { formatInterval, formatPublished, scaleOf } from '../format.ts'
import { clip, visible } from '../text.ts'
import { valueOf, type View } from '../view.ts'
import { drawn, type Chart, type MaybeChart } from './chart.ts'
import { INK, PALETTE } from './theme.ts'

/** One benchmark, price or size, and the figure that is used for each model. */
export interface Figure {
  workload: string
  metric: string
  title: string
  facts: readonly Fact[]
}

/** Every figure that facts are about, in order of appearance. */
export function figuresOf(view: View): Figure[] {
  const found = new Map<string, Figure & { facts: Fact[] }>()
  for (const { workload = '', metric } of view.analysis.facts) {
    const key = `${workload}\u0000${metric}`
    if (!found.has(key))
      found.set(key, { workload, metric, title: titleOfFigure(view, workload, metric), facts: usedFacts(view.analysis.facts, workload, metric) })
  }
  return [...found.values()]
}

/** One chart for each figure that at least two models have. */
export function publishedCharts(view: View): MaybeChart[] {
  return figuresOf(view).flatMap((figure, index) => (figure.facts.length < 2 || !sameUnit(figure.facts) ? [] : [publishedChart(view, figure, index)]))
}

/** Of several figures for one model: the preferred one, else the newest that still holds, else the newest. */
export function usedFacts(facts: readonly Fact[], workload: string, metric: string): Fact[] {
  const about = facts.filter((fact) => fact.metric === metric && (fact.workload ?? '') === workload)
  return [...new Set(about.map(({ model }) => model))].map((model) => {
    const rivals = about.filter((fact) => fact.model === model)
    const holding = rivals.filter(({ until }) => until === undefined)
    return rivals.find(({ preferred }) => preferred === true) ?? newest(holding.length > 0 ? holding : rivals)
  })
}

/** "aime-2024: Accuracy", "List price, output". */
export function titleOfFigure(view: View, workload: string, metric: string): string {
  const title = view.metric(metric)?.title ?? metric
  if (workload === '') return title
  return metric === 'accuracy' ? workload : view.words.charts.published.figure(workload, title)
}

export function nameOfModel(view: View, model: string): string {
  return view.analysis.models.find(({ id }) => id === model)?.name ?? model
}

// --- internal ---

const WIDTH = 210
const ROW = 20
/** Units that the title of a chart carries. */
const SAID_BY_TITLE: ReadonlySet<Fact['unit']> = new Set(['USD/Mtoken', 'percentile'])

function newest(facts: readonly Fact[]): Fact {
  return facts.reduce((latest, fact) => (fact.date > latest.date ? fact : latest))
}

function sameUnit(facts: readonly Fact[]): boolean {
  return facts.every(({ unit }) => unit === facts[0]?.unit)
}

function publishedChart(view: View, { workload, metric, title, facts }: Figure, index: number): MaybeChart {
  const { basics, charts } = view.words
  const { published: texts } = charts
  const unit = facts[0]!.unit
  const lower = view.metric(metric)?.better === 'lower'
  const sorted = [...facts].sort((a, b) => (lower ? a.value - b.value : b.value - a.value))
  const scale = scaleOf(
    unit,
    facts.map(({ value }) => value),
    basics.units,
  )
  const bars = sorted.map((fact) => ({ fact, interval: intervalOf(view, fact, workload) }))
  const certain = bars.some(({ interval }) => interval !== undefined)
  return drawn({
    id: `published-${index}`,
    title: texts.title(title),
    description: `${texts.description(/^USD ?[p/]/.test(scale.label) ? scale.label : '', lower)}${certain ? texts.intervals : ''}`,
    takeaway: takeaway(view, sorted, lower),
    spec: spec(view, bars, scale.times),
    table: {
      columns: texts.columns(title, certain),
      rows: bars.map(({ fact, interval }) => [
        nameOfModel(view, fact.model),
        formatPublished(fact.value, fact.unit, 0, basics.units),
        ...(certain ? [interval === undefined ? '–' : formatInterval(interval, basics.units)] : []),
        fact.date,
      ]),
    },
  })
}

/** The interval that the analysis gives a quoted share of a known number of items, or that the source gives. */
function intervalOf(view: View, fact: Fact, workload: string): Estimate | undefined {
  const row = view.analysis.rows.find(
    (one) => one.model === fact.model && one.workload === workload && one.metric === fact.metric && one.load === '' && one.slice === '',
  )
  const estimate = valueOf(row?.estimate)
  return estimate !== undefined && estimate.origin === 'published' && estimate.level > 0 && estimate.value === fact.value ? estimate : undefined
}

function takeaway(view: View, sorted: readonly Fact[], lower: boolean): string {
  const best = sorted.filter(({ value }) => value === sorted[0]!.value).map(({ model }) => nameOfModel(view, model))
  const { basics, charts } = view.words
  return charts.published.takeaway(lower, basics.list(best), formatPublished(sorted[0]!.value, sorted[0]!.unit, 0, basics.units))
}

function spec(view: View, bars: readonly { fact: Fact; interval: Estimate | undefined }[], times: number): Chart['spec'] {
  const decimals = bars.some(({ fact }) => fact.unit === 'ratio' && (fact.value * 1000) % 10 > 1e-6) ? 1 : 0
  const values = bars.map(({ fact, interval }, index) => ({
    name: `${index}|${visible(clip(nameOfModel(view, fact.model), 40))}`,
    value: fact.value * times,
    end: Math.max(fact.value, interval?.high ?? fact.value) * times,
    text: shortFigure(view, fact, decimals),
    color: colorOf(view, fact.model),
    ...(interval === undefined ? {} : { low: interval.low * times, high: interval.high * times }),
  }))
  const most = Math.max(...values.map(({ end }) => end), 0)
  const labels = "slice(datum.label, indexof(datum.label, '|') + 1)"
  const y = {
    field: 'name',
    type: 'nominal' as const,
    title: null,
    sort: null,
    axis: { labelExpr: labels, ticks: false, domain: false, grid: false, labelColor: INK.text, labelLimit: 150 },
  }
  const x = { field: 'value', type: 'quantitative' as const, title: null, scale: { domain: [0, most === 0 ? 1 : most * 1.3], nice: false }, axis: null }
  const sure = values.filter(({ low }) => low !== undefined)
  return {
    width: WIDTH,
    height: bars.length * ROW,
    data: { values },
    layer: [
      { mark: { type: 'bar', height: 11 }, encoding: { x, y, color: { field: 'color', type: 'nominal', scale: null, legend: null } } },
      ...(sure.length === 0
        ? []
        : [
            {
              data: { values: sure },
              mark: { type: 'rule' as const, color: INK.soft, strokeWidth: 1.5 },
              encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y },
            },
          ]),
      {
        mark: { type: 'text', align: 'left', baseline: 'middle', dx: 5, color: INK.text },
        encoding: { x: { ...x, field: 'end' }, y, text: { field: 'text', type: 'nominal' } },
      },
    ],
  }
}

/** Without the unit, which the title of the chart carries. */
function shortFigure({ words: { basics } }: View, fact: Fact, decimals: number): string {
  const text = formatPublished(fact.value, fact.unit, decimals, basics.units)
  const suffix = basics.units.steps[fact.unit][0]?.suffix ?? ''
  return SAID_BY_TITLE.has(fact.unit) ? text.replace(suffix, '') : text
}

function colorOf(view: View, model: string): string {
  const role = view.analysis.models.find(({ id }) => id === model)?.role
  return role === 'teacher' ? '#000000' : role === 'student' ? PALETTE[0] : INK.axis
}
