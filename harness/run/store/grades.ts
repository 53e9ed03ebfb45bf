/**
 * Grades that were given after a run: each grading is a file of its own beside the samples, which stay as they were. Readers
 * put the last grade of an answer in the place of the first.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { AnswerInterner } from '../../analysis/table/build.ts'
import { byLengthBits } from '../../analysis/table/codes.ts'
import type { Grade, GradingBill, GradingRecord, RunRecord, Sample, SampleTable, TableRun, Warning } from '../../types.ts'
import { openAppend } from './append.ts'
import { storageError } from './errors.ts'
import { readLines } from './lines.ts'
import { SampleSchema } from './schema/index.ts'

/** The grade of one answer, or why it has none. */
export interface LateGrade {
  cell: string
  item: string
  /** A cell may ask an item several times, under a load that runs for a time. */
  startMs: number
  grade?: Grade
  ungraded?: string
  grading?: GradingBill
}
export type LateGrades = ReadonlyMap<string, LateGrade>

export const gradesFile = (number: number): string => `grades-${number}.jsonl`

/** Those that count: of several gradings the last, unless the run went on after it. */
export async function readGrades(dir: string, record: Pick<RunRecord, 'gradings'>): Promise<LateGrades> {
  const grades = new Map<string, LateGrade>()
  for (const { number } of gradingsThatCount(record))
    for (const one of (await readLines(join(dir, gradesFile(number)), LateGradeSchema)).values) grades.set(nameOf(one.cell, one.item, one.startMs), one)
  return grades
}

/** The record with the graders whose grades count, and what their gradings found. */
export function asGraded(record: RunRecord): RunRecord {
  const counting = gradingsThatCount(record)
  if (counting.length === 0) return record
  const last = new Map(counting.flatMap(({ workloads }) => workloads.map((one) => [one.id, one] as const)))
  const workloads = record.suite.workloads.map((one) => {
    const now = last.get(one.id)
    return now === undefined ? one : { ...one, grader: now.grader, graderVersion: now.graderVersion }
  })
  const old = record.warnings.filter(({ code, message }) => code !== 'no-grades' || ![...last.keys()].some((id) => message.includes(`the answers of ${id} `)))
  return { ...record, suite: { ...record.suite, workloads }, warnings: [...old, ...counting.flatMap((one) => [gradedLater(one), ...(one.warnings ?? [])])] }
}

/** The sample with the grade that counts. */
export function withLateGrade(sample: Sample, grades: LateGrades): Sample {
  const late = grades.size === 0 ? undefined : grades.get(nameOf(sample.cell, sample.item, sample.startMs))
  if (late === undefined) return sample
  const { grade: _first, ungraded: _why, ...rest } = sample
  const { grade, ungraded, grading } = late
  return { ...rest, ...(grade === undefined ? {} : { grade }), ...(ungraded === undefined ? {} : { ungraded }), ...(grading === undefined ? {} : { grading }) }
}

/** The same for the columns of a run; its table is changed. */
export function gradeTable({ table, ...run }: TableRun, grades: LateGrades): TableRun {
  if (grades.size === 0) return { ...run, table }
  const answers = new AnswerInterner()
  for (const text of table.answers) answers.append(text)
  const bills = new Map(table.bills)
  for (const row of run.rows) {
    const late = grades.get(nameOf(table.cells[table.cell[row]!]!, table.names[table.item[row]!]!, table.startMs[row]!))
    if (late === undefined) continue
    table.score[row] = late.grade?.score ?? Number.NaN
    table.byLength[row] = byLengthBits(late.grade?.by)
    if (late.grade?.answer !== undefined) table.answer[row] = answers.add(late.grade.answer)
    if (late.grading !== undefined) bills.set(row, late.grading)
  }
  const graded: SampleTable = { ...table, answers: answers.texts, bills }
  return { ...run, table: graded }
}

/** Writes the file of a grading; it counts when the record names it. `close(false)` leaves nothing behind. */
export function writeGrades(dir: string, number: number): { add(grade: LateGrade): void; close(keep: boolean): void } {
  const [path, temporary] = [join(dir, gradesFile(number)), join(dir, `${gradesFile(number)}.new`)]
  rmSync(temporary, { force: true }) // of a grading that was killed
  const file = openAppend(temporary)
  return {
    add: (grade) => file.append(grade),
    close(keep) {
      if (keep) file.sync()
      file.close()
      try {
        if (keep) renameSync(temporary, path)
      } catch (error) {
        throw storageError(error, dir, `write ${gradesFile(number)}`)
      } finally {
        if (existsSync(temporary)) rmSync(temporary, { force: true })
      }
    },
  }
}

// --- internal ---

const nameOf = (cell: string, item: string, startMs: number): string => `${cell}\u0000${item}\u0000${startMs}`

const { cell, item, startMs, grade, ungraded, grading } = SampleSchema.shape
const LateGradeSchema: z.ZodType<LateGrade> = z.object({ cell, item, startMs, grade, ungraded, grading })

/** For readers of the figures. */
function gradedLater({ at, allowCode, workloads }: GradingRecord): Warning {
  const what = workloads.map(({ id, answers, grader, graderVersion }) => `${answers} of ${id} by ${grader} ${graderVersion}`).join(', ')
  return {
    code: 'graded-later',
    message: `Answers were graded once more on ${at.slice(0, 10)}, after the run${allowCode ? ', with leave to run code' : ''}: ${what}.`,
  }
}

const gradingsThatCount = ({ gradings = [] }: Pick<RunRecord, 'gradings'>): readonly GradingRecord[] =>
  gradings.filter(({ replaced }) => replaced === undefined)
