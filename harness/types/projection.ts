/** Serving at the scale of a data centre, worked out from a run. */
import type { Observed } from './observed.ts'
import type { Role } from './suite.ts'

/** Low and high are the ends that the intervals of the parts allow together: wider than an interval of the whole. */
export interface Range { value: number; low: number; high: number }

export interface ProjectionInput {
  /** Output tokens a day as the teacher writes them, requests a day, or watts at the grid connection. */
  demand: { kind: 'tokens' | 'requests'; perDay: number } | { kind: 'power'; watts: number }
  pue: number
  usdPerKwh?: number
  gramsPerKwh: number
  /** Where that figure comes from. */
  gridSource: string
  /** Growth of the demand a year, as a ratio. */
  growth: number
  years: number
  /** Share of the measured speed that is kept up at the peak. */
  utilisation: number
  /** Spare machines, as a ratio of those that are needed. */
  redundancy: number
  peakToMean: number
}

export interface ServedBy {
  id: string; name: string; role: Role | 'routed'
  requestsPerDay: Observed<Range>
  tokensPerDay: Observed<Range>
  /** Deployments such as the one that was measured. */
  machines: Observed<Range>
  /** Watts at the grid connection, mean. */
  watts: Observed<Range>
  /** A year at the demand of the first year. */
  usdPerYear: Observed<Range>
  usdHow: string
  tonnesPerYear: Observed<Range>
  /** Spent before it serves: distillation by the model card. */
  spentUsd: Observed<number>
  /** Cumulative US dollars after each year, growth and distillation in it. */
  curve: Observed<readonly { year: number; usd: Range }[]>
  /** Days until it has saved what its distillation cost, at the demand of the first year. */
  paybackDays: Observed<Range>
}
export interface Projection { run: string; workload: string; load: string; input: ProjectionInput; served: readonly ServedBy[]; assumptions: readonly string[] }
