/** The verdict: may a student replace its teacher? docs/verdict.md explains the rule. */
import type { Decision, ModelSummary, RatioRow, StoredRun, TaskVerdict, Verdict } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { counted } from '../observed.ts'
import { holm } from '../stats/holm.ts'
import { ALPHA } from '../stats/margin.ts'
import { intersectionUnion } from '../stats/multiple.ts'
import { taskPairs } from './pairs.ts'
import { breakEvenOf, savingsOf } from './savings.ts'
import { taskFigures, type TaskFigures } from './task.ts'
import { taskSentence, verdictSentence } from './words.ts'

/** One for each student of the run, in the order of the suite; none where the run has no teacher. */
export function verdictsOf(run: StoredRun, groups: readonly GroupData[], models: readonly ModelSummary[], ratios: readonly RatioRow[]): Verdict[] {
  const { id, suite } = run.record
  const teacher = models.find(({ role }) => role === 'teacher')
  const students = models.filter(({ role }) => role === 'student')
  if (teacher === undefined) return []
  const margin = suite.margin
  // 1. the figures of each task  2. corrections over all of them  3. decisions and words
  const compared = students.map((student) => {
    const pairs = groups.some(({ group }) => group.model.id === student.id) ? taskPairs(groups, student.id, teacher.id) : []
    return { student, figures: pairs.map((task) => taskFigures(task, margin, ALPHA / students.length, [id, student.id, teacher.id])) }
  })
  const corrected = corrections(compared.map(({ figures }) => figures))
  return compared.map(({ student, figures }, index): Verdict => {
    const { p, adjusted, nonInferior, inferior } = corrected[index]!
    const tasks = figures.map((task, at): TaskVerdict => withDecision(task, nonInferior[at]!, inferior[at]!, margin))
    const measured = tasks.some(({ items }) => items > 0)
    const decision = decide(tasks, adjusted)
    const savings = savingsOf(ratios, id, student.id)
    return {
      run: id,
      student: student.id,
      teacher: teacher.id,
      decision,
      sentence:
        tasks.length === 0
          ? NOTHING[student.adapter === 'published' ? 'quoted' : 'silent']
          : verdictSentence({ tasks, margin, decision, students: students.length, adjusted }),
      margin,
      alpha: ALPHA,
      p: measured ? { state: 'ok', value: { value: p, adjusted, students: students.length } } : { state: 'absent', why: 'nothing was paired' },
      tasks,
      savings,
      breakEven: breakEvenOf(savings, student),
      cautions: measured ? cautionsOf(run, groups, [student.id, teacher.id], tasks) : [],
    }
  })
}

// --- internal ---

const NOTHING = {
  quoted: 'published figures only: they are not paired item by item, so they cannot decide',
  silent: 'the student was not asked anything',
}

const UNFINISHED = 'The run did not finish. A verdict on the items asked so far holds only if it was not stopped because of what it showed.'

/** A task of which nothing is known shows nothing. */
function pOf({ test }: TaskFigures, which: 'nonInferior' | 'inferior'): number {
  return test.state === 'ok' ? test.value[which] : 1
}

interface Corrected {
  p: number
  adjusted: number
  nonInferior: number[]
  inferior: number[]
}

/**
 * "This student may replace its teacher" is one claim per student: non-inferior on all of its tasks (intersection-union), Holm over
 * the students. "Worse by more than the margin" is one claim for each student and task, Holm over all of them.
 */
function corrections(students: readonly (readonly TaskFigures[])[]): Corrected[] {
  const all = students.map((tasks) => intersectionUnion(tasks.map((task) => pOf(task, 'nonInferior'))))
  const adjusted = holm(all)
  const flat = students.flat()
  const [better, worse] = (['nonInferior', 'inferior'] as const).map((which) => holm(flat.map((task) => pOf(task, which)))) as [number[], number[]]
  let from = 0
  return students.map((tasks, index) => {
    const to = from + tasks.length
    const own = { p: all[index]!, adjusted: adjusted[index]!, nonInferior: better.slice(from, to), inferior: worse.slice(from, to) }
    from = to
    return own
  })
}

/** By the task's own interval: both ends above −margin, both below, or neither. */
function withDecision(task: TaskFigures, nonInferiorHolm: number, inferiorHolm: number, margin: number): TaskVerdict {
  if (task.test.state !== 'ok') {
    const open = { ...task, decision: 'undecided' as const, test: task.test }
    return { ...open, sentence: taskSentence(open, margin) }
  }
  const { nonInferior, inferior } = task.test.value
  const decision: Decision = nonInferior <= ALPHA ? 'replace' : inferior <= ALPHA ? 'keep-teacher' : 'undecided'
  const decided = { ...task, decision, test: { state: 'ok' as const, value: { ...task.test.value, nonInferiorHolm, inferiorHolm } } }
  return { ...decided, sentence: taskSentence(decided, margin) }
}

function decide(tasks: readonly TaskVerdict[], adjusted: number): Decision {
  if (tasks.length > 0 && adjusted <= ALPHA) return 'replace'
  return tasks.some(({ test }) => test.state === 'ok' && test.value.inferiorHolm <= ALPHA) ? 'keep-teacher' : 'undecided'
}

function cautionsOf(
  { record }: StoredRun,
  groups: readonly GroupData[],
  [student, teacher]: readonly [string, string],
  tasks: readonly TaskVerdict[],
): string[] {
  const judged = groups.filter(({ group }) => group.model.id === student || group.model.id === teacher)
  const count = (has: (finish: string) => boolean, model: string): number =>
    judged.filter(({ group }) => group.model.id === model).reduce((sum, { group }) => sum + group.graded.filter(({ finish }) => has(finish)).length, 0)
  const [ownFailed, theirFailed] = [student, teacher].map((model) => count((finish) => finish === 'error', model)) as [number, number]
  const cut = [student, teacher].map((model) => count((finish) => finish === 'length', model)) as [number, number]
  const ungraded = judged.reduce((sum, { group }) => sum + group.graded.filter(({ grade, finish }) => grade === undefined && finish !== 'error').length, 0)
  return [
    ...(record.state === 'interrupted' || record.state === 'running' ? [UNFINISHED] : []),
    ...(ownFailed + theirFailed > 0 ? [`Failed requests count as wrong: ${ownFailed} of the student, ${theirFailed} of the teacher.`] : []),
    ...(cut[0] + cut[1] > 0 ? [`Answers cut off at the token limit are graded as they are: ${cut[0]} of the student, ${cut[1]} of the teacher.`] : []),
    ...(ungraded > 0 ? [`${counted(ungraded, 'answer')} without a grade ${ungraded === 1 ? 'is' : 'are'} left out.`] : []),
    ...(tasks.some(({ items }) => items > 0 && items < 30) ? ['A task of fewer than 30 items says little about items that were not asked.'] : []),
  ]
}
