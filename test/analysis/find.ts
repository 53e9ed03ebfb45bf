/** Looking up one number of an analysis, or failing with what was found instead. */
import type { Analysis, Estimate, Observed } from '../../harness/types.ts'

export interface Where {
  model?: string
  load?: string
  slice?: string
  workload?: string
}

export function rowOf(analysis: Analysis, metric: string, where: Where = {}): Observed<Estimate> {
  const row = analysis.rows.find((one) => one.metric === metric && matches(one, where))
  if (row === undefined) throw new Error(`no row ${metric} for ${JSON.stringify(where)}`)
  return row.estimate
}

export function valueOf(analysis: Analysis, metric: string, where: Where = {}): Estimate {
  return expectOk(rowOf(analysis, metric, where), metric)
}

export function ratioOf(analysis: Analysis, metric: string, where: Where = {}): Analysis['ratios'][number] {
  const row = analysis.ratios.find((one) => one.metric === metric && matches(one, where))
  if (row === undefined) throw new Error(`no ratio ${metric} for ${JSON.stringify(where)}`)
  return row
}

export function expectOk<T>(observed: Observed<T>, what: string): T {
  if (observed.state !== 'ok') throw new Error(`${what} is ${observed.state}: ${observed.state === 'absent' ? observed.why : observed.error.message}`)
  return observed.value
}

export function whyOf(observed: Observed<unknown>): string {
  if (observed.state !== 'absent') throw new Error(`expected an absent value, found ${JSON.stringify(observed)}`)
  return observed.why
}

function matches(row: { model: string; load: string; slice: string; workload: string }, { model, load, slice = '', workload }: Where): boolean {
  return (
    (model === undefined || row.model === model) &&
    (load === undefined || row.load === load) &&
    (workload === undefined || row.workload === workload) &&
    row.slice === slice
  )
}
