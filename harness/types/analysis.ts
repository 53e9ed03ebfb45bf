/** Analysis: pure functions of records. */
import type { Failure } from '../errors.ts'
import type { Origin, Unit } from '../units.ts'
import type { Fact } from './facts.ts'
import type { Fidelity } from './fidelity.ts'
import type { StageSummary } from './load.ts'
import type { ModelCard, RuntimeFacts } from './model.ts'
import type { GradingCost, Judged } from './judge.ts'
import type { Observed } from './observed.ts'
import type { Environment, Warning } from './record.ts'
import type { LifecycleRow } from './lifecycle.ts'
import type { PowerRow } from './power.ts'
import type { RooflineRow } from './roofline.ts'
import type { Price, Role } from './suite.ts'
import type { RoutingRow, Verdict } from './verdict.ts'

/**
 * `level` is the confidence level of `low` to `high` (0.95 as a rule). Level 0: the two are no confidence interval, but
 * the range that was seen (peaks), or the value itself where one observation or a quoted figure allows none.
 * `n` counts what `method` names: items, requests, batches.
 */
export interface Estimate { value: number; low: number; high: number; n: number; unit: Unit; origin: Origin; method: string; level: number }

/** One metric's declaration; the table of all of them is analysis/metrics. `neither`: a description, not a merit. */
export interface Metric { id: string; title: string; unit: Unit; better: 'higher' | 'lower' | 'neither'; definition: string; misleads: string }
/**
 * One row per fact: the tidy form that every renderer starts from. `workload` and `load` are empty where they do not
 * apply (a price, a size); isolated steps have the load `isolated` and the slice `batch 8, 64 tokens`.
 */
export interface MetricRow {
  run: string; model: string; role: Role; workload: string; load: string; slice: string; metric: string; estimate: Observed<Estimate>
  /** What spoils this number (a busy client, too few items); empty is never written. */
  cautions?: readonly string[]
}
/**
 * model ÷ teacher, paired by item. `ratio` is > 1 when the model has more of it; `difference` is model − teacher.
 * `pairs` counts the items that both answered; 0 for quoted figures, which cannot be paired.
 */
export interface RatioRow { run: string; model: string; workload: string; load: string; slice: string; metric: string; ratio: Observed<Estimate>; difference: Observed<Estimate>; pairs: number }

/** One contestant of one run; the same model in two runs is two of these. */
export interface ModelSummary { run: string; id: string; name: string; role: Role; adapter: string; card?: ModelCard; runtime?: RuntimeFacts; price?: Price; measured: boolean }
export interface Analysis {
  schema: 'analysis/1'
  runs: readonly { id: string; createdAt: string; suite: string; title: string; description: string; command: string; seed: number; quick: boolean; state: string; suiteHash: string; environment: Environment }[]
  models: readonly ModelSummary[]
  metrics: readonly Metric[]
  rows: readonly MetricRow[]
  ratios: readonly RatioRow[]
  /** One for every student of every run. */
  verdicts: readonly Verdict[]
  /** Student first, teacher on doubt: one row for each rule that the samples allow. */
  routing: readonly RoutingRow[]
  /** Every student and control against the teacher, beyond accuracy. */
  fidelity: readonly Fidelity[]
  /** Answers beside the teacher's, where the suite has a judge. */
  judged: readonly Judged[]
  /** Where a model graded. */
  grading: readonly GradingCost[]
  /** Distillation gap recovered per student: (student − control)/(teacher − control). */
  gap: readonly { run: string; student: string; control: string; workload: string; recovered: Observed<Estimate> }[]
  distributions: readonly Distribution[]
  /** Of loads that run for a time, in the order in which they ran. */
  stages: readonly StageSummary[]
  /** What each measured speed is of the peaks of its device. */
  roofline: readonly RooflineRow[]
  /** Power over time. */
  power: readonly PowerRow[]
  /** What students cost over their life, distillation included. */
  lifecycle: readonly LifecycleRow[]
  facts: readonly Fact[]
  /** Facts that disagree about one figure, the one used in the rows first. */
  conflicts: readonly { model: string; workload: string; metric: string; facts: readonly Fact[] }[]
  claims: readonly ClaimResult[]
  /** `planned` requests were meant to be asked, `requests` were; a run that was cut short has fewer. */
  counts: readonly { run: string; model: string; workload: string; load: string; planned: number; requests: number; failed: number; truncated: number; /** Of the planned ones: not asked by a run that asks until it is clear. */ spared?: number; /** Answers of which nobody knows whether they were cut off. */ untold?: number }[]
  failures: readonly { run: string; cell: string; error: Failure }[]
  warnings: readonly Warning[]
}
/** Sorted values of one metric over the samples of one model × workload × load, thinned to at most 200 quantiles of six digits. */
export interface Distribution { run: string; model: string; workload: string; load: string; metric: string; unit: Unit; n: number; quantiles: readonly number[] }
export interface ClaimResult { id: string; title: string; numerator: Fact; denominator: Fact; ratio: number; share: number; says?: string; explanation: string }
