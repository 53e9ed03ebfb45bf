/** What a student costs over its life, distillation included, beside its teacher. */
import type { Origin, Unit } from '../units.ts'
import type { Estimate } from './analysis.ts'
import type { Observed } from './observed.ts'
import type { Range } from './projection.ts'

/** One for each student, workload and kind. Money in US dollars, energy in joules. */
export interface LifecycleRow {
  run: string; student: string; teacher: string; workload: string; load: string
  kind: 'cost' | 'energy'
  /** What the distillation took, by the model card. */
  spent: Observed<{ value: number; unit: Unit; origin: Origin; how: string }>
  /** What a request takes, failed ones among them. */
  each: { teacher: Observed<Estimate>; student: Observed<Estimate> }
  /** Requests after which the student has saved what was spent: spent ÷ (teacher − student), the difference paired by item. */
  crossing: Observed<Estimate>
  /** Days to get there. */
  payback: readonly { requestsPerDay: number; days: Observed<Range> }[]
  /** Total after so many requests: the teacher's, and the student's with what was spent. */
  curve: Observed<readonly { requests: number; teacher: number; student: Range }[]>
}
