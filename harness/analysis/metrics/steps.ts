/** Prefill and decode steps in isolation, as tinybench timed them: once for each model. */
import type { MetricRow, RatioRow, StepTiming, StoredRun } from '../../types.ts'
import { absent, estimate } from '../observed.ts'
import type { MetricId } from './table.ts'

/** The load that step rows carry in place of a load of the suite. */
export const ISOLATED = 'isolated'

export function stepRows({ record }: Pick<StoredRun, 'record'>): MetricRow[] {
  return record.suite.models.flatMap(({ id, role }) =>
    stepsOf(record, id).map((step): MetricRow => {
      const method = `tinybench, ${step.samples} calls after warm-up`
      return {
        run: record.id,
        model: id,
        role,
        workload: '',
        load: ISOLATED,
        slice: sliceOf(step),
        metric: metricFor(step),
        estimate: estimate({ value: step.ms, low: step.lowMs, high: step.highMs, level: 0.95 }, { n: step.samples, unit: 'ms', origin: 'measured', method }),
      }
    }),
  )
}

/** The same step of a model and its teacher; their runs are independent, so the errors of the logarithms add as squares. */
export function stepRatios(rows: readonly MetricRow[]): RatioRow[] {
  const steps = rows.filter(({ load, workload }) => load === ISOLATED && workload === '')
  const teacher = new Map(steps.filter(({ role }) => role === 'teacher').map((row) => [`${row.run} ${row.metric} ${row.slice}`, row]))
  return steps.flatMap((row): RatioRow[] => {
    const other = teacher.get(`${row.run} ${row.metric} ${row.slice}`)
    if (row.role === 'teacher' || other === undefined || row.estimate.state !== 'ok' || other.estimate.state !== 'ok') return []
    const [own, base] = [row.estimate.value, other.estimate.value]
    if (!(own.low > 0 && base.low > 0)) return []
    const value = own.value / base.value
    const span = (up: boolean): number =>
      Math.exp(Math.hypot(Math.log((up ? own.high : own.low) / own.value), Math.log((up ? base.low : base.high) / base.value)))
    const account = {
      n: Math.min(own.n, base.n),
      unit: 'ratio',
      origin: 'measured',
      method: 'steps in isolation, timed one model after the other: not paired',
    } as const
    const ratio = estimate({ value, low: value / span(false), high: value * span(true), level: 0.95 }, account)
    const { run, model, workload, load, slice, metric } = row
    return [{ run, model, workload, load, slice, metric, ratio, difference: absent('steps are compared by their ratio'), pairs: 0 }]
  })
}

// --- internal ---

/** A model is timed once, but a resumed run may hold it twice: the first counts. */
function stepsOf(record: StoredRun['record'], model: string): readonly StepTiming[] {
  for (const cell of record.cells) if (cell.state === 'done' && cell.key.model === model && cell.steps.length > 0) return cell.steps
  return []
}

function metricFor({ step }: StepTiming): MetricId {
  return step === 'prefill' ? 'prefill-step' : 'decode-step'
}

function sliceOf({ batch, tokens }: StepTiming): string {
  return `batch ${batch}, ${tokens} ${tokens === 1 ? 'token' : 'tokens'}`
}
