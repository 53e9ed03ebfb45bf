/** Published figures as bars, one small chart per benchmark or price: quoted numbers, never drawn beside measured ones. */
import type { Fact } from '../../harness/types.ts'
import { formatPublished, scaleOf } from '../format.ts'
import { clip, visible } from '../text.ts'
import type { View } from '../view.ts'
import { listInWords } from '../words.ts'
import { drawn, type Chart, type MaybeChart } from './chart.ts'
import { INK, PALETTE } from './theme.ts'

/** One chart for each metric that at least two models have a published figure for. */
export function publishedCharts(view: View): MaybeChart[] {
  const metrics = [...new Set(view.analysis.facts.map(({ metric }) => metric))]
  return metrics.flatMap((metric, index) => {
    const facts = usedFacts(view.analysis.facts, metric)
    return facts.length < 2 ? [] : [publishedChart(view, metric, facts, index)]
  })
}

/** Of several figures for one model and metric, the preferred one, else the first. */
export function usedFacts(facts: readonly Fact[], metric: string): Fact[] {
  const used = new Map<string, Fact>()
  for (const fact of facts.filter((one) => one.metric === metric)) {
    if (!used.has(fact.model) || fact.preferred === true) used.set(fact.model, fact)
  }
  return [...used.values()]
}

/** Figures about the same model and metric that do not agree. */
export function conflictingFacts(facts: readonly Fact[]): Fact[][] {
  return [...groupFacts(facts).values()].filter((group) => new Set(group.map(({ value, unit }) => `${value} ${unit}`)).size > 1)
}

/** The name of a model or metric for people, where the analysis knows one. */
export function titleOfMetric(view: View, metric: string): string {
  return view.metric(metric)?.title ?? metric
}
export function nameOfModel(view: View, model: string): string {
  return view.analysis.models.find(({ id }) => id === model)?.name ?? model
}

// --- internal ---

const WIDTH = 210
const ROW = 20

function groupFacts(facts: readonly Fact[]): Map<string, Fact[]> {
  const groups = new Map<string, Fact[]>()
  for (const fact of facts) {
    const key = `${fact.model}\u0000${fact.metric}`
    groups.set(key, [...(groups.get(key) ?? []), fact])
  }
  return groups
}

function publishedChart(view: View, metric: string, facts: readonly Fact[], index: number): MaybeChart {
  const title = titleOfMetric(view, metric)
  const unit = facts[0]!.unit
  const lower = view.metric(metric)?.better === 'lower' || unit.startsWith('USD')
  const sorted = [...facts].sort((a, b) => (lower ? a.value - b.value : b.value - a.value))
  const scale = scaleOf(unit, facts.map(({ value }) => value))
  return drawn({
    id: `published-${index}`,
    title: `${title} (published)`,
    description: `Published figures, quoted from their sources and not measured here. ${scale.label === '%' ? 'In percent' : `In ${scale.label}`}, ${lower ? 'lowest' : 'highest'} first; the darker bar is the teacher.`,
    takeaway: takeaway(view, sorted, lower),
    spec: spec(view, sorted, scale.times),
    table: {
      columns: ['Model', title, 'Source', 'Date'],
      rows: sorted.map((fact) => [nameOfModel(view, fact.model), formatPublished(fact.value, fact.unit), fact.source, fact.date]),
    },
  })
}

function takeaway(view: View, sorted: readonly Fact[], lower: boolean): string {
  const best = sorted.filter(({ value }) => value === sorted[0]!.value).map(({ model }) => nameOfModel(view, model))
  return `${lower ? 'Lowest' : 'Highest'}: ${listInWords(best)} with ${formatPublished(sorted[0]!.value, sorted[0]!.unit)}.`
}

function spec(view: View, facts: readonly Fact[], times: number): Chart['spec'] {
  const values = facts.map((fact, index) => ({
    name: `${index}\u0000${visible(clip(nameOfModel(view, fact.model), 40))}`,
    value: fact.value * times,
    text: shortFigure(fact),
    color: colorOf(view, fact.model),
    ...(fact.low === undefined || fact.high === undefined ? {} : { low: fact.low * times, high: fact.high * times }),
  }))
  const most = Math.max(...values.map(({ value }) => value), 0)
  const y = { field: 'name', type: 'nominal' as const, title: null, sort: null, axis: { labelExpr: "split(datum.label, '\\u0000')[1]", ticks: false, domain: false, grid: false, labelColor: INK.text, labelLimit: 150 } }
  const x = { field: 'value', type: 'quantitative' as const, title: null, scale: { domain: [0, most === 0 ? 1 : most * 1.25], nice: false }, axis: null }
  const intervals = values.filter(({ low }) => low !== undefined)
  return {
    width: WIDTH,
    height: facts.length * ROW,
    data: { values },
    layer: [
      { mark: { type: 'bar', height: 12 }, encoding: { x, y, color: { field: 'color', type: 'nominal', scale: null, legend: null } } },
      ...(intervals.length === 0 ? [] : [{ data: { values: intervals }, mark: { type: 'rule' as const, color: INK.text }, encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y } }]),
      { mark: { type: 'text', align: 'left', baseline: 'middle', dx: 5, color: INK.text }, encoding: { x, y, text: { field: 'text', type: 'nominal' } } },
    ],
  }
}

/** Without the unit, which the title of the chart carries. */
function shortFigure(fact: Fact): string {
  return formatPublished(fact.value, fact.unit).replace(/ per million tokens| \(percentile\)/, '')
}

function colorOf(view: View, model: string): string {
  const role = view.analysis.models.find(({ id }) => id === model)?.role
  return role === 'teacher' ? '#000000' : role === 'student' ? PALETTE[0] : INK.axis
}
