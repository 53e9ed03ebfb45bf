/** The comparison table and the summary sentences, as data: HTML, Markdown and the terminal draw the same ones. */
import type { Estimate, Metric, Observed, Origin, Unit } from '../harness/types.ts'
import { busiestLoad, placeOf, type Concept, type Place } from './concepts.ts'
import { formatShortInterval, formatValue, scaleOf, type Scale } from './format.ts'
import { valueOf, type Contestant, type View } from './view.ts'
import { comparisonOf, listInWords, ratioInWords, whyMissing, type Comparison } from './words.ts'

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
  return [...sentences.slice(0, limit), `${sentences.length - limit} more comparisons are in the table.`]
}

// --- internal ---

interface ColumnPlan {
  concept: Concept
  title: string
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
  const add = (concept: Concept, title: string, among: readonly string[] = loads): void => {
    const place = placeOf(view, workload, concept, among)
    if (place !== undefined && !plans.some((plan) => plan.place.metric.id === place.metric.id && plan.place.load === place.load))
      plans.push({ concept, title, place })
  }
  add('accuracy', 'Accuracy')
  add('speed', 'Speed')
  add('cost', 'Cost')
  add('energy', 'Energy')
  const busiest = busiestLoad(view, workload)
  if (busiest !== undefined && busiest !== loads[0]) add('throughput', 'Speed under load', [busiest])
  add('firstToken', 'First token')
  add('memory', 'Memory')
  return plans
}

function measuredColumn(view: View, workload: string, { concept, title, place: { metric, load } }: ColumnPlan): Column {
  const observed = view.measured.map((contestant) => view.row(contestant, workload, load, metric.id))
  const scale = scaleOf(
    metric.unit,
    observed.flatMap((one) => valueOf(one)?.value ?? []),
  )
  const cells = view.measured.map((contestant, index) => {
    const comparison = contestant.role === 'teacher' ? undefined : comparisonOf(view.ratio(contestant, workload, load, metric.id), metric)
    const cautions = view.cautions(contestant, workload, load, metric.id)
    return { ...measuredCell(observed[index], scale, comparison), ...(cautions.length === 0 ? {} : { cautions }) }
  })
  const under = load === '' || concept === 'accuracy' ? '' : `, ${load}`
  return { id: concept, title, note: `${metric.title}${under}`, unit: scale.label, cells }
}

function measuredCell(observed: Observed<Estimate> | undefined, scale: Scale, comparison: Comparison | undefined): Cell {
  const estimate = valueOf(observed)
  if (estimate === undefined) return { ...NOTHING, why: whyMissing(observed) }
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
  if (!view.measured.some(({ summary }) => summary.card?.parametersTotal !== undefined)) return undefined
  const cells = view.measured.map((contestant): Cell => {
    const parameters = contestant.summary.card?.parametersTotal
    if (parameters === undefined || !(parameters > 0))
      return { ...NOTHING, why: contestant.summary.card === undefined ? 'the model has no card' : 'the server does not tell' }
    const teacher = view.teacherOf(contestant)?.summary.card?.parametersTotal
    const comparison = contestant.role === 'teacher' || teacher === undefined || !(teacher > 0) ? undefined : exactRatio(parameters / teacher, 'parameter')
    const text = formatValue(parameters, 'parameter')
    return { text, figure: text, unit: '', short: text, sort: parameters, ...(comparison === undefined ? {} : { comparison }) }
  })
  return { id: 'parameters', title: 'Parameters', note: 'total, from the model card', unit: '', cells }
}

function exactRatio(ratio: number, unit: Unit): Comparison {
  return ratioInWords({ value: ratio, low: ratio, high: ratio }, { unit, better: 'lower' })
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
  const parts = [`${student.label}: ${formatValue(own.value, own.unit)} ${accuracyNoun(place.metric)}`]
  if (teachers !== undefined) {
    const difference = comparisonOf(view.ratio(student, workload, place.load, place.metric.id), place.metric)
    const interval = difference === undefined ? '' : ` (${[difference.text, difference.range].filter((part) => part !== '').join(', ')})`
    parts[0] = `${student.label}: ${formatValue(own.value, own.unit)} against the teacher's ${formatValue(teachers.value, teachers.unit)}${interval}`
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
  for (const { concept, tail, noun } of SAVINGS) {
    const place = placeOf(view, workload, concept)
    const comparison = place === undefined ? undefined : comparisonOf(view.ratio(student, workload, place.load, place.metric.id), place.metric)
    if (comparison === undefined) continue
    if (comparison.clear) found.push(`${comparison.text}${tail(place?.metric)}`)
    else unclear.push(noun)
  }
  return unclear.length === 0 ? found : [...found, `no clear difference in ${listInWords(unclear)}`]
}

const SAVINGS: readonly { concept: Concept; noun: string; tail: (metric: Metric | undefined) => string }[] = [
  { concept: 'speed', noun: 'speed', tail: () => '' },
  { concept: 'cost', noun: 'cost', tail: (metric) => (metric?.id.includes('correct') === true ? ' per correct answer' : '') },
  { concept: 'energy', noun: 'energy', tail: () => '' },
]
