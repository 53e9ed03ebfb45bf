/** Lookups over an analysis that every renderer shares: who takes part, in which order, and which number is which. */
import type { Analysis, Distribution, Estimate, Metric, MetricRow, ModelSummary, Observed, RatioRow, Role } from '../harness/types.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'

/** One model of one run. `label` is unique in the report; `index` picks colour and shape. */
export interface Contestant {
  key: string
  run: string
  model: string
  label: string
  role: Role
  index: number
  summary: ModelSummary
}

export interface View {
  readonly analysis: Analysis
  /** The texts of the language that is rendered. */
  readonly words: Messages
  /** Teachers first, then students, then controls; published models keep their place. */
  readonly contestants: readonly Contestant[]
  /** Those with at least one measured request or metric row. */
  readonly measured: readonly Contestant[]
  /** Workloads with requests of this tool; benchmarks that are only quoted are not among them. */
  readonly workloads: readonly string[]
  loadsOf(workload: string): readonly string[]
  slicesOf(workload: string): readonly string[]
  metric(id: string): Metric | undefined
  /** The name for people; the id where the model is unknown. */
  labelOf(run: string, model: string): string
  row(contestant: Contestant, workload: string, load: string, metric: string, slice?: string): Observed<Estimate> | undefined
  /** What spoils the number of a row. */
  cautions(contestant: Contestant, workload: string, load: string, metric: string, slice?: string): readonly string[]
  ratio(contestant: Contestant, workload: string, load: string, metric: string): RatioRow | undefined
  distribution(contestant: Contestant, workload: string, load: string, metric: string): Distribution | undefined
  teacherOf(contestant: Contestant): Contestant | undefined
}

/** The value, where there is one. */
export function valueOf<T>(observed: Observed<T> | undefined): T | undefined {
  return observed?.state === 'ok' ? observed.value : undefined
}

export function viewOf(given: Analysis, words: Messages = EN): View {
  const analysis = words.sentences(given)
  const contestants = orderContestants(analysis)
  const rows = new Map(analysis.rows.map((row) => [rowKey(row), row.estimate]))
  const ratios = new Map(analysis.ratios.filter(({ slice }) => slice === '').map((row) => [keyOf(row.run, row.model, row.workload, row.load, row.metric), row]))
  const distributions = new Map(analysis.distributions.map((row) => [keyOf(row.run, row.model, row.workload, row.load, row.metric), row]))
  const metrics = new Map(analysis.metrics.map((metric) => [metric.id, metric]))
  const withRows = new Set(analysis.rows.filter(isMeasuredRow).map((row) => keyOf(row.run, row.model)))
  const asked = analysis.rows.filter((row) => row.workload !== '' && isMeasuredRow(row))
  const loads = groupUnique(asked, (row) => row.load)
  const slices = groupUnique(asked, (row) => row.slice)
  const cautions = new Map(analysis.rows.map((row) => [rowKey(row), row.cautions ?? []]))
  return {
    analysis,
    words,
    contestants,
    measured: contestants.filter(({ key, summary }) => summary.measured || withRows.has(key)),
    workloads: [...loads.keys()],
    loadsOf: (workload) => loads.get(workload) ?? [],
    slicesOf: (workload) => slices.get(workload) ?? [],
    metric: (id) => metrics.get(id),
    labelOf: (run, model) => contestants.find((one) => one.run === run && one.model === model)?.label ?? model,
    row: (contestant, workload, load, metric, slice = '') => rows.get(keyOf(contestant.run, contestant.model, workload, load, slice, metric)),
    cautions: (contestant, workload, load, metric, slice = '') => cautions.get(keyOf(contestant.run, contestant.model, workload, load, slice, metric)) ?? [],
    ratio: (contestant, workload, load, metric) => ratios.get(keyOf(contestant.run, contestant.model, workload, load, metric)),
    distribution: (contestant, workload, load, metric) => distributions.get(keyOf(contestant.run, contestant.model, workload, load, metric)),
    teacherOf: ({ run }) => contestants.find((other) => other.run === run && other.role === 'teacher'),
  }
}

// --- internal ---

const ROLE_ORDER: readonly Role[] = ['teacher', 'student', 'control']

function orderContestants(analysis: Analysis): Contestant[] {
  const severalRuns = new Set(analysis.models.map(({ run }) => run)).size > 1
  const sorted = ROLE_ORDER.flatMap((role) => analysis.models.filter((model) => model.role === role))
  const names = new Map<string, number>()
  for (const model of sorted) names.set(model.name, (names.get(model.name) ?? 0) + 1)
  return sorted.map((summary, index) => {
    const ambiguous = (names.get(summary.name) ?? 0) > 1
    const name = ambiguous && !severalRuns ? `${summary.name} (${summary.id})` : summary.name
    const label = ambiguous && severalRuns ? `${name} (${summary.run})` : name
    return { key: keyOf(summary.run, summary.id), run: summary.run, model: summary.id, label, role: summary.role, index, summary }
  })
}

function isMeasuredRow(row: MetricRow): boolean {
  return row.estimate.state !== 'ok' || row.estimate.value.origin !== 'published'
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\u0000')
}

function rowKey(row: MetricRow): string {
  return keyOf(row.run, row.model, row.workload, row.load, row.slice, row.metric)
}

/** Workload → the distinct values of `pick`, in order of appearance, the empty one left out. */
function groupUnique(rows: readonly MetricRow[], pick: (row: MetricRow) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const row of rows) {
    const values = groups.get(row.workload) ?? []
    groups.set(row.workload, values)
    const value = pick(row)
    if (value !== '' && !values.includes(value)) values.push(value)
  }
  return groups
}
