/** The comparison table and the summary sentences, as data: HTML, Markdown and the terminal draw the same ones. */
import type { Estimate, Metric, Observed, Origin, Unit } from '../harness/types.ts'
import { busiestLoad, placeOf, type Concept, type Place } from './concepts.ts'
import { formatShortInterval, formatValue, scaleOf, type Scale } from './format.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type Contestant, type View } from './view.ts'
import { comparisonOf, ratioInWords, whyMissing, type Comparison } from './words.ts'

/** `text` is the whole figure; `figure` and `unit` are its parts; `short` is the bare number, for a column that names the unit. */
export interface Cell {
  text: string
  figure: string
  unit: string
  short: string
  sort: number | undefined
  interval?: string
  origin?: Origin
  comparison?: Comparison
  why?: string
  cautions?: readonly string[]
}
export interface Column {
  id: string
  title: string
  note: string
  unit: string
  cells: readonly Cell[]
}
/** One per workload: a row per contestant, in the order of `contestants`. */
export interface ComparisonTable {
  workload: string
  contestants: readonly Contestant[]
  columns: readonly Column[]
}

/** The comparison of everything that was measured; empty when nothing was. */
export function comparisonTables(view: View): ComparisonTable[] {
  return view.workloads
    .map((workload) => ({ workload, contestants: view.measured, columns: columnsOf(view, workload) }))
    .filter(({ columns }) => columns.length > 0)
}

/** "Student X: 97.1% against the teacher's 98.4% (−1.3 points, −3.0 to +0.4), 4.2 times faster, 74% cheaper per correct answer." */
export function summarySentences(view: View, limit = 3): string[] {
  const sentences: string[] = []
  const students = view.measured.filter(({ role }) => role === 'student')
  for (const workload of view.workloads) {
    for (const student of students) {
      const sentence = studentSentence(view, student, workload)
      if (sentence !== undefined) sentences.push(view.workloads.length > 1 ? `${workload}: ${sentence}` : sentence)
    }
  }
  if (sentences.length <= limit) return sentences
  return [...sentences.slice(0, limit), view.words.verdict.moreComparisons(sentences.length - limit)]
}

// --- internal ---

type Titled = Concept & keyof Messages['tables']['comparison']

interface ColumnPlan {
  concept: Titled
  place: Place
}

function columnsOf(view: View, workload: string): Column[] {
  const columns = plannedColumns(view, workload).map((plan) => measuredColumn(view, workload, plan))
  const parameters = parameterColumn(view)
  return columns.length > 0 && parameters !== undefined ? [...columns, parameters] : columns
}

function plannedColumns(view: View, workload: string): ColumnPlan[] {
  const loads = view.loadsOf(workload)
  const plans: ColumnPlan[] = []
  const add = (concept: Titled, among: readonly string[] = loads): void => {
    const place = placeOf(view, workload, concept, among)
    if (place !== undefined && !plans.some((plan) => plan.place.metric.id === place.metric.id && plan.place.load === place.load)) plans.push({ concept, place })
  }
  add('accuracy')
  add('speed')
  add('cost')
  add('energy')
  const busiest = busiestLoad(view, workload)
  if (busiest !== undefined && busiest !== loads[0]) add('throughput', [busiest])
  add('firstToken')
  add('memory')
  return plans
}

function measuredColumn(view: View, workload: string, { concept, place: { metric, load } }: ColumnPlan): Column {
  const { words } = view
  const observed = view.measured.map((contestant) => view.row(contestant, workload, load, metric.id))
  const scale = scaleOf(
    metric.unit,
    observed.flatMap((one) => valueOf(one)?.value ?? []),
    words.basics.units,
  )
  const cells = view.measured.map((contestant, index) => {
    const comparison = contestant.role === 'teacher' ? undefined : comparisonOf(view.ratio(contestant, workload, load, metric.id), metric, words)
    const cautions = view.cautions(contestant, workload, load, metric.id)
    return { ...measuredCell(words, observed[index], scale, comparison), ...(cautions.length === 0 ? {} : { cautions }) }
  })
  const under = load === '' || concept === 'accuracy' ? '' : `, ${load}`
  return { id: concept, title: words.tables.comparison[concept], note: `${metric.title}${under}`, unit: scale.label, cells }
}

function measuredCell(words: Messages, observed: Observed<Estimate> | undefined, scale: Scale, comparison: Comparison | undefined): Cell {
  const estimate = valueOf(observed)
  if (estimate === undefined) return { ...NOTHING, why: whyMissing(observed, words) }
  const sign = scale.suffix === '%' ? '%' : ''
  return {
    text: formatValue(estimate.value, estimate.unit, scale),
    figure: formatValue(estimate.value, estimate.unit, { ...scale, suffix: sign }),
    unit: scale.suffix.slice(sign.length).trim(),
    short: formatValue(estimate.value, estimate.unit, { ...scale, prefix: '', suffix: sign }),
    sort: estimate.value,
    origin: estimate.origin,
    ...(hasInterval(estimate) ? { interval: formatShortInterval(estimate, scale) } : {}),
    ...(comparison === undefined ? {} : { comparison }),
  }
}

const NOTHING: Cell = { text: '–', figure: '–', unit: '', short: '–', sort: undefined }

function parameterColumn(view: View): Column | undefined {
  const { comparison: texts } = view.words.tables
  if (!view.measured.some(({ summary }) => summary.card?.parametersTotal !== undefined)) return undefined
  const cells = view.measured.map((contestant): Cell => {
    const parameters = contestant.summary.card?.parametersTotal
    if (parameters === undefined || !(parameters > 0)) return { ...NOTHING, why: contestant.summary.card === undefined ? texts.noCard : texts.untold }
    const teacher = view.teacherOf(contestant)?.summary.card?.parametersTotal
    const comparison =
      contestant.role === 'teacher' || teacher === undefined || !(teacher > 0) ? undefined : exactRatio(view.words, parameters / teacher, 'parameter')
    const text = formatValue(parameters, 'parameter', view.words.basics.units)
    return { text, figure: text, unit: '', short: text, sort: parameters, ...(comparison === undefined ? {} : { comparison }) }
  })
  return { id: 'parameters', title: texts.parameters, note: texts.parametersNote, unit: '', cells }
}

function exactRatio(words: Messages, ratio: number, unit: Unit): Comparison {
  return ratioInWords({ value: ratio, low: ratio, high: ratio }, { unit, better: 'lower' }, words)
}

/** Whether `low` to `high` is an interval at all; level 0 marks a range that was seen, or a figure without one. */
export function hasInterval({ value, low, high, level }: Estimate): boolean {
  return level > 0 && (low !== value || high !== value)
}

function studentSentence(view: View, student: Contestant, workload: string): string | undefined {
  const place = placeOf(view, workload, 'accuracy')
  if (place === undefined) return undefined
  const own = valueOf(view.row(student, workload, place.load, place.metric.id))
  if (own === undefined) return undefined
  const teacher = view.teacherOf(student)
  const teachers = teacher === undefined ? undefined : valueOf(view.row(teacher, workload, place.load, place.metric.id))
  const { words } = view
  const parts = [`${student.label}: ${words.verdict.own(formatValue(own.value, own.unit), accuracyNoun(place.metric))}`]
  if (teachers !== undefined) {
    const difference = comparisonOf(view.ratio(student, workload, place.load, place.metric.id), place.metric, words)
    const interval = difference === undefined ? '' : ` (${[difference.text, difference.range].filter((part) => part !== '').join(', ')})`
    parts[0] = `${student.label}: ${words.verdict.against(formatValue(own.value, own.unit), formatValue(teachers.value, teachers.unit), interval)}`
  }
  parts.push(...savings(view, student, workload))
  return `${parts.join(', ')}.`
}

function accuracyNoun(metric: Metric): string {
  return metric.title.toLowerCase()
}

/** "4.2 times faster", "74% cheaper per correct answer", "61% less energy": what the paired ratios say, where they say anything clear. */
function savings(view: View, student: Contestant, workload: string): string[] {
  const found: string[] = []
  const unclear: string[] = []
  const { basics, verdict } = view.words
  for (const concept of ['speed', 'cost', 'energy'] as const) {
    const place = placeOf(view, workload, concept)
    const comparison = place === undefined ? undefined : comparisonOf(view.ratio(student, workload, place.load, place.metric.id), place.metric, view.words)
    if (comparison === undefined) continue
    const perCorrect = concept === 'cost' && place?.metric.id.includes('correct') === true
    if (comparison.clear) found.push(perCorrect ? verdict.perCorrect(comparison.text) : comparison.text)
    else unclear.push(verdict.nouns[concept])
  }
  return unclear.length === 0 ? found : [...found, verdict.noDifference(basics.list(unclear))]
}
