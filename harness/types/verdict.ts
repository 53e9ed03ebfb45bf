/** Verdicts: may a student replace its teacher, what does that save, and is asking both the better way. */
import type { Origin, Unit } from '../units.ts'
import type { Estimate } from './analysis.ts'
import type { Observed } from './observed.ts'

/**
 * `replace`: shown to be worse by less than the margin, or better. `keep-teacher`: shown to be worse by more than the
 * margin. `undecided`: neither, and then more items are needed.
 */
export type Decision = 'replace' | 'keep-teacher' | 'undecided'

/** One student of one run against its teacher, over all workloads that the run asked. */
export interface Verdict {
  run: string; student: string; teacher: string
  decision: Decision
  /** Nothing that was asked can be graded: there is no verdict, whatever is asked further. `decision` is `undecided` then. */
  ungraded?: true
  /** Why, for people, without the names and the decision: "non-inferior within 2 points on all 4 tasks". */
  sentence: string
  /** Largest loss of accuracy that is acceptable, as a ratio; from the suite, fixed before the run. */
  margin: number
  /** One-sided level of each test: 0.025 goes with intervals at 95%. */
  alpha: number
  /** "Non-inferior on every task" (intersection-union: the largest of the tasks' p-values), and corrected for the students of the run (Holm). */
  p: Observed<{ value: number; adjusted: number; students: number }>
  tasks: readonly TaskVerdict[]
  savings: readonly Saving[]
  breakEven: readonly BreakEven[]
  /** What a reader must know before acting on it. */
  cautions: readonly string[]
}

/** One workload. An item's score is its mean over loads and repeats, taken where both were asked. */
export interface TaskVerdict {
  workload: string
  decision: Decision
  sentence: string
  loads: readonly string[]
  items: number
  /** Items on which the student scored less, and more, than the teacher. */
  lost: number
  won: number
  /** student − teacher. */
  difference: Observed<Estimate>
  /** One-sided tests of difference = −margin: the score statistic, and both p-values alone and corrected for all comparisons of the run (Holm). */
  test: Observed<{ /** Absent where the run asked until it was clear: the p-values are then of bets, and hold however often one looked. */ z?: number; nonInferior: number; inferior: number; nonInferiorHolm: number; inferiorHolm: number }>
  /** Two-sided, of "equally good"; single right-or-wrong answers only. */
  mcnemar: Observed<{ exact: number; midP: number }>
  /** student ÷ teacher. */
  retained: Observed<Estimate>
  /** The difference with bounds that hold however often one looked before stopping; recorded answers, whose order says nothing, come by lot. */
  anytime: Observed<Estimate>
  /** Further items with which the test decides in four of five cases: if the two are equally good, and if they are as far apart as seen. */
  moreItems: { ifEqual: Observed<number>; asSeen: Observed<number> }
  /** The least difference that so many items show in four of five cases. */
  detectable: Observed<number>
}

/** What the student takes less of than the teacher; negative where it takes more. */
export interface Saving {
  workload: string; load: string
  kind: 'cost' | 'energy' | 'latency'
  metric: string
  perCorrect: boolean
  /** 1 − student ÷ teacher. */
  share: Observed<Estimate>
  /** teacher − student, in the unit of the metric. */
  difference: Observed<Estimate>
}

/** How many correct answers pay for the distillation: what it took ÷ what each saves. */
export interface BreakEven {
  workload: string; load: string
  kind: 'cost' | 'energy'
  spent: Observed<{ value: number; unit: Unit; origin: Origin; how: string }>
  answers: Observed<Estimate>
}

/** When the student hands an item on: it wrote a long answer, its answers to the item disagree, or it gave its answer a low probability. */
export type RoutingRule = 'answer-length' | 'agreement' | 'log-probability'

/** Student first, teacher when the student is unsure: worked out from the samples of a run in which both answered everything. */
export interface RoutingRow {
  run: string; student: string; teacher: string; workload: string; load: string
  rule: RoutingRule
  result: Observed<Routing>
}
export interface Routing {
  /** Items on whose answers the threshold was chosen, and the others, of which all figures are. */
  chosenOn: number
  reportedOn: number
  /** What the threshold is compared with: output tokens; share of answers that differ; −log-probability per token. */
  thresholdUnit: Unit
  /** Cost of an item: list or hourly prices, or seconds of work where there are none. */
  costUnit: 'USD' | 's'
  costOrigin: Origin
  student: { accuracy: number; cost: number }
  teacher: { accuracy: number; cost: number }
  /** From "never ask the teacher" to "always": an item goes on to the teacher when its doubt is above the threshold. */
  curve: readonly RoutingPoint[]
  chosen: {
    threshold: number
    /** Share of items that go on to the teacher. */
    escalated: Estimate
    accuracy: Estimate
    /** routed − teacher. */
    difference: Estimate
    /** Cost ÷ that of the teacher alone, the student's part in it. */
    cost: Estimate
    /** Accuracy if as many items, picked at random, went on. */
    byChance: number
    /** Against the same margin as the student. */
    decision: Decision
  }
  sentence: string
}
export interface RoutingPoint { threshold: number; escalated: number; accuracy: number; cost: number }
