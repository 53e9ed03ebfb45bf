/** What a rule is about: models, workloads, loads and slices of the run. */
import { HarnessError, nearest } from '../errors.ts'
import type { RunFigures } from '../analysis/index.ts'
import type { GateRule, MetricRow, ModelSpec } from '../types.ts'

export interface Target {
  model: string
  workload: string
  load: string
  slice: string
}

/** Ids of the models that the rule is about. Throws HarnessError `usage` for an id that the run does not have. */
export function modelsOf({ id: rule, models }: GateRule, known: readonly ModelSpec[]): string[] {
  if (typeof models === 'string') return known.filter(({ role }) => IN_SCOPE[models]!.includes(role)).map(({ id }) => id)
  const ids = known.map(({ id }) => id)
  const unknown = models.find((id) => !ids.includes(id))
  if (unknown !== undefined) {
    const guess = nearest(unknown, ids)
    throw new HarnessError(
      'usage',
      `the gate's rule ${rule} is about a model "${unknown}", which the run does not have${guess === undefined ? '' : `; did you mean ${guess}?`}`,
      {
        hint: `its models: ${ids.join(', ')}`,
      },
    )
  }
  return [...models]
}

/** Rows of the metric in any of the analyses, each once, in their order. A rule of accuracy is about workloads: their loads ask the same items. */
export function targetsOf(rule: GateRule, models: readonly string[], figures: readonly RunFigures[]): Target[] {
  const wholeTask = rule.metric === 'accuracy' && rule.limit.kind === 'regression'
  const targets = new Map<string, Target>()
  for (const { rows } of figures)
    for (const row of rows) {
      if (row.metric !== rule.metric || !models.includes(row.model) || !inScope(rule, row)) continue
      const target = { model: row.model, workload: row.workload, load: wholeTask ? '' : row.load, slice: row.slice }
      targets.set(JSON.stringify(target), target)
    }
  return [...targets.values()]
}

export function rowOf({ rows }: RunFigures, metric: string, { model, workload, load, slice }: Target): MetricRow | undefined {
  return rows.find(
    (row) => row.metric === metric && row.model === model && row.workload === workload && (load === '' || row.load === load) && row.slice === slice,
  )
}

// --- internal ---

const IN_SCOPE: Readonly<Record<string, readonly ModelSpec['role'][]>> = {
  contestants: ['teacher', 'student'],
  students: ['student'],
  teachers: ['teacher'],
  all: ['teacher', 'student', 'control'],
}

function inScope({ workloads, loads, slice }: GateRule, row: MetricRow): boolean {
  if (workloads !== undefined && !workloads.includes(row.workload)) return false
  if (loads !== undefined && !loads.some((load) => row.load === load || row.load.startsWith(`${load}: `))) return false
  return slice === undefined ? row.slice === '' : slice === '*' ? row.slice !== '' : row.slice === slice
}
