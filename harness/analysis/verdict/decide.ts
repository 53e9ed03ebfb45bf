/** From the p-values of all students and tasks of a run to decisions. */
import type { Decision } from '../../types.ts'
import { holm } from '../stats/holm.ts'
import { ALPHA } from '../stats/margin.ts'
import { intersectionUnion } from '../stats/multiple.ts'

/** One task of one student; undefined where nothing is known, which shows nothing. */
export type TaskTest = { nonInferior: number; inferior: number } | undefined

export interface Corrected {
  /** Non-inferior on every task: alone, and corrected for the students. */
  p: number
  adjusted: number
  /** By task, corrected for all students × tasks. */
  nonInferior: number[]
  inferior: number[]
}

/**
 * "This student may replace its teacher" is one claim per student: non-inferior on all of its tasks (intersection-union), Holm over
 * the students. "Worse by more than the margin" is one claim for each student and task, Holm over all of them.
 */
export function corrections(students: readonly (readonly TaskTest[])[]): Corrected[] {
  const all = students.map((tasks) => intersectionUnion(tasks.map((task) => task?.nonInferior ?? 1)))
  const adjusted = holm(all)
  const flat = students.flat()
  const [better, worse] = (['nonInferior', 'inferior'] as const).map((which) => holm(flat.map((task) => task?.[which] ?? 1))) as [number[], number[]]
  let from = 0
  return students.map((tasks, index) => {
    const to = from + tasks.length
    const own = { p: all[index]!, adjusted: adjusted[index]!, nonInferior: better.slice(from, to), inferior: worse.slice(from, to) }
    from = to
    return own
  })
}

/** The verdict on a student from its corrected p-values. */
export function decide({ adjusted, nonInferior, inferior }: Corrected): Decision {
  if (nonInferior.length > 0 && adjusted <= ALPHA) return 'replace'
  return inferior.some((p) => p <= ALPHA) ? 'keep-teacher' : 'undecided'
}
