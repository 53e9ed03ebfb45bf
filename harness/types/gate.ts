/** The gate: rules that a run must keep, and what was found. */
import type { Origin } from '../units.ts'
import type { Estimate } from './analysis.ts'
import type { Observed } from './observed.ts'
import type { Decision } from './verdict.ts'

/** `error` decides the exit code, `warn` is only told. */
export type GateLevel = 'warn' | 'error'

/** Rules as they are judged: after validation and defaults (what a user writes is `GateInput` in suite/gate.ts). */
export interface GatePolicy {
  /** Chance of a false failure of the whole gate, shared out among its rules by Holm's method. */
  alpha: number
  /** Chance, of each rule, to pass although the candidate is worse by the limit. */
  missed: number
  /** Standard deviation of the logarithm of one speed or energy figure between sessions on one machine; where baseline and candidate ran apart. */
  sessionNoise: number
  rules: readonly GateRule[]
}
export interface GateRule {
  id: string
  /** Id of a metric, or `verdict`. */
  metric: string
  level: GateLevel
  /** Level where baseline and candidate did not run side by side and the metric depends on the machine. */
  levelApart: GateLevel | 'off'
  /** Ids of models; `students`: all of them; `all`: controls too. */
  models: 'contestants' | 'students' | 'teachers' | 'all' | readonly string[]
  /** Absent: all. */
  workloads?: readonly string[]
  loads?: readonly string[]
  /** Of the metric's rows by slice; `*` is each slice. Absent: the whole. */
  slice?: string
  limit: GateLimit
  /** Origins that are judged; figures of another origin make the rule fail with advice. */
  judges: readonly Origin[]
  /** False: a metric that was not measured is told and left out. */
  required: boolean
  /** One of the rules that hold where nobody wrote any. */
  byDefault?: true
}
export type GateLimit =
  | { kind: 'floor' | 'ceiling'; value: number }
  /** `most` is the change for the worse that must be excluded to pass; to fail, more than `tolerated` must be shown. Shares of the baseline; points where the unit is a ratio. */
  | { kind: 'regression'; most: number; tolerated: number }
  /** `stay`: not worse than the baseline's verdict. */
  | { kind: 'verdict'; atLeast: 'replace' | 'undecided' | 'stay' }

/** `invalid`: could not be judged (not measured, a spoilt run, a figure of another origin); counts as a failure. */
export type GateOutcome = 'pass' | 'fail' | 'undecided' | 'invalid' | 'skipped'

/** One rule applied to one model, workload and load. */
export interface GateFinding {
  rule: string
  level: GateLevel
  outcome: GateOutcome
  metric: string
  model: string; workload: string; load: string; slice: string
  /** The limit in words: "at most 4% slower". */
  limit: string
  baseline: Observed<Estimate>
  candidate: Observed<Estimate>
  /** Change for the worse, as a share of the baseline or in points; positive is worse. Absent for floors, ceilings and verdicts. */
  change: Observed<Estimate>
  /**
   * One-sided p-values: of "nothing changed, or no more than tolerated", divided by the share of alpha that the look has (small:
   * fail); the same after Holm; and of "worse by the limit or more" (small: pass).
   */
  p?: { fail: number; adjusted: number; pass: number }
  /** Items, blocks or groups of requests that both sides have. */
  pairs: number
  /** Smallest change that so many pairs show in nine of ten cases, and the pairs that show one at the limit. */
  detectable?: { change: number; pairsForLimit: number }
  verdicts?: { baseline?: Decision; candidate: Decision }
  /** What happened, for people; and what to do about it. */
  message: string
  advice?: string
}

export interface GateReport {
  schema: 'gate/1'
  run: string
  baseline?: { name: string; run: string }
  /** `together`: both ran side by side in one job; `apart`: the baseline was stored. */
  ran: 'together' | 'apart' | 'alone'
  policy: { source: string; hash: string; alpha: number; missed: number; rules: number }
  /** Which look of a sequential gate; alpha is shared out among the looks. */
  look?: { index: number; of: number; pairs: number }
  outcome: 'pass' | 'fail' | 'undecided'
  findings: readonly GateFinding[]
  /** The statement about false alarms, and how the units of the report read. */
  statement: string
  /** What differs between the two in environment or models without making them incomparable. */
  differences: readonly string[]
  warnings: readonly string[]
}
