/** The sentences of the gate. Names come from suites and records and are escaped by whoever shows them. */
import type { Estimate, GateFinding, GateLimit, Metric } from '../types.ts'
import { isShare, percent } from './evidence.ts'

/** "at most 5% lower", "at least 0.9", "the verdict stays". */
export function limitInWords(limit: GateLimit, metric: Metric | undefined): string {
  if (limit.kind === 'verdict')
    return limit.atLeast === 'stay'
      ? 'the verdict is no worse than the baseline’s'
      : limit.atLeast === 'replace'
        ? 'the verdict is replace'
        : 'the verdict is not keep-teacher'
  if (limit.kind !== 'regression') return `${limit.kind === 'floor' ? 'at least' : 'at most'} ${amount(limit.value, metric)}`
  const direction = metric?.better === 'higher' ? 'lower' : 'higher'
  return `less than ${metric !== undefined && isShare(metric.unit) ? points(limit.most) : percent(limit.most)} ${direction}`
}

/** What a change was, with its interval: "7.9% lower (7.1% to 8.6%)". */
export function changeInWords({ value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>, metric: Metric): string {
  const share = isShare(metric.unit)
  const show = (one: number): string => (share ? points(one) : percent(one))
  const [worse, better] = metric.better === 'higher' ? ['lower', 'higher'] : ['higher', 'lower']
  const still = Math.abs(value) < 5e-5
  const range = low === high ? '' : ` (${signed(low, show, worse!, better!)} to ${signed(high, show, worse!, better!)})`
  return `${still ? 'no change' : signed(value, show, worse!, better!)}${range}`
}

export function amount(value: number, metric: Metric | undefined): string {
  if (metric !== undefined && isShare(metric.unit)) return percent(value)
  const text = String(Number(value.toPrecision(4)))
  return metric === undefined || metric.unit === 'count' ? text : `${text} ${metric.unit}`
}

export function points(share: number): string {
  const value = Number((100 * Math.abs(share)).toFixed(1))
  return `${value} ${value === 1 ? 'point' : 'points'}`
}

/** Where a finding is: "small on sums, sequential". */
export function placeInWords({ model, workload, load, slice }: Pick<GateFinding, 'model' | 'workload' | 'load' | 'slice'>): string {
  const parts = [workload, load, slice].filter((part) => part !== '')
  return parts.length === 0 ? model : `${model} on ${parts.join(', ')}`
}

/** The least p-value that is shown as a number is 0.001. */
export function pInWords(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${Number(p.toPrecision(2))}`
}

// --- internal ---

function signed(value: number, show: (value: number) => string, worse: string, better: string): string {
  return `${show(Math.abs(value))} ${value >= 0 ? worse : better}`
}
