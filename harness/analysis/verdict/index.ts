/** The verdict: may a student replace its teacher? docs/verdict.md explains the rule. */
import type { Decision, ModelSummary, RatioRow, SampleTable, SequentialRecord, StoredRun, TaskVerdict, Verdict } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { counted } from '../observed.ts'
import { ALPHA } from '../stats/margin.ts'
import { CUT_OFF } from '../table/codes.ts'
import { countRows, isAnswered, isGraded } from '../table/rows.ts'
import { corrections, decide } from './decide.ts'
import type { PairOrder } from '../compare/accuracy.ts'
import { taskPairs } from './pairs.ts'
import { breakEvenOf, savingsOf } from './savings.ts'
import { anytimeFigures } from './anytime.ts'
import { taskFigures, type TaskFigures } from './task.ts'
import { taskSentence, verdictSentence } from './words.ts'

/** One for each student of the run, in the order of the suite; none where the run has no teacher. */
export function verdictsOf(
  run: Pick<StoredRun, 'record'>,
  groups: readonly GroupData[],
  models: readonly ModelSummary[],
  ratios: readonly RatioRow[],
): Verdict[] {
  const { id, suite } = run.record
  const teacher = models.find(({ role }) => role === 'teacher')
  const students = models.filter(({ role }) => role === 'student')
  if (teacher === undefined) return []
  const margin = suite.margin
  // 1. the figures of each task  2. corrections over all of them  3. decisions and words
  const compared = students.map((student) => {
    const asked = askedOf(run.record, student.id, teacher.id)
    const pairs = groups.some(({ group }) => group.model.id === student.id) ? taskPairs(groups, student.id, teacher.id, asked.order) : []
    return {
      student,
      asked,
      figures: pairs.map((task) =>
        (asked.until.length > 0 ? anytimeFigures : taskFigures)(task, margin, ALPHA / students.length, [student.id, teacher.id].sort()),
      ),
    }
  })
  const corrected = corrections(compared.map(({ figures }) => figures.map(({ test }) => (test.state === 'ok' ? test.value : undefined))))
  return compared.map(({ student, figures, asked }, index): Verdict => {
    const { p, adjusted, nonInferior, inferior } = corrected[index]!
    const tasks = figures.map((task, at): TaskVerdict => withDecision(task, nonInferior[at]!, inferior[at]!, margin))
    const measured = tasks.some(({ items }) => items > 0)
    const decision = decide(corrected[index]!)
    const savings = savingsOf(ratios, id, student.id)
    const ungraded = tasks.length > 0 && groups.every(({ group }) => group.promptsOnly)
    return {
      run: id,
      student: student.id,
      teacher: teacher.id,
      decision,
      ...(ungraded ? { ungraded: true as const } : {}),
      sentence: ungraded
        ? NO_ACCURACY
        : tasks.length === 0
          ? NOTHING[student.adapter === 'published' ? 'quoted' : 'silent']
          : verdictSentence({ tasks, margin, decision, students: students.length, adjusted }),
      margin,
      alpha: ALPHA,
      p: measured ? { state: 'ok', value: { value: p, adjusted, students: students.length } } : { state: 'absent', why: 'nothing was paired' },
      tasks,
      savings,
      breakEven: breakEvenOf(savings, student, teacher),
      cautions: measured ? cautionsOf(run, groups, [student.id, teacher.id], tasks, asked) : [],
    }
  })
}

// --- internal ---

const NOTHING = {
  quoted: 'published figures only: they are not paired item by item, so they cannot decide',
  silent: 'the student was not asked anything',
}

/** Of runs whose prompts have no right answer. */
export const NO_ACCURACY =
  'no accuracy measured: no answer is graded (made-up prompts, or texts that were read for their likelihood), so the run says what its other figures are, and nothing about replacing the teacher'

const UNFINISHED = 'The run did not finish. A verdict on the items asked so far holds only if it was not stopped because of what it showed.'

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

interface Asked {
  /** Records of the runs that asked until it was clear: one, or one for each model where the two come from different runs. */
  until: readonly { who: string; record: SequentialRecord }[]
  order: PairOrder
}

/** Bounds that allow for looking need items in random order: that of the run which stopped by what it saw. */
function askedOf({ sequential, sequentialOf }: StoredRun['record'], student: string, teacher: string): Asked {
  if (sequential !== undefined) return { until: [{ who: 'The run', record: sequential }], order: 'both' }
  const of = (id: string): Asked['until'] => (sequentialOf?.[id] === undefined ? [] : [{ who: `The run of ${id}`, record: sequentialOf[id] }])
  const [own, base] = [of(student), of(teacher)]
  const order = own.length === base.length ? 'both' : own.length > 0 ? 'model' : 'teacher'
  return { until: [...own, ...base].sort((a, b) => (a.who < b.who ? -1 : 1)), order }
}

function askedUntil({ until }: Asked): string[] {
  if (until.length === 0) return []
  return [`${until.map(({ who, record }) => `${who} ${askedHow(record)}`).join(' ')} ${HOLDS}`]
}

const HOLDS = 'Intervals and p-values of this verdict hold however often one looked; those of other tables are for a fixed number of items.'

function askedHow({ looks, rule, stopped }: SequentialRecord): string {
  const ends = {
    decided: 'all students were decided',
    items: 'all items were asked',
    minutes: 'the time was up',
    cost: 'the money was spent',
    failed: 'a model kept failing',
  }
  const end = stopped === undefined ? 'it was cut short' : `it ended since ${ends[stopped]}`
  return `asked in random order until it was clear, with ${counted(looks, 'look')}, one every ${counted(rule.lookEvery, 'item')}; ${end}.`
}

function cautionsOf(
  { record }: Pick<StoredRun, 'record'>,
  groups: readonly GroupData[],
  [student, teacher]: readonly [string, string],
  tasks: readonly TaskVerdict[],
  asked: Asked,
): string[] {
  const judged = groups.filter(({ group }) => group.model.id === student || group.model.id === teacher)
  const over = (has: (table: SampleTable, row: number) => boolean, model?: string): number =>
    judged
      .filter(({ group }) => model === undefined || group.model.id === model)
      .reduce((sum, { group }) => sum + countRows(group.graded, (row) => has(group.table, row)), 0)
  const [ownFailed, theirFailed] = [student, teacher].map((model) => over((table, row) => !isAnswered(table, row), model)) as [number, number]
  const cut = [student, teacher].map((model) => over(({ finish }, row) => finish[row] === CUT_OFF, model)) as [number, number]
  const ungraded = over((table, row) => !isGraded(table, row) && isAnswered(table, row))
  return [
    ...askedUntil(asked),
    ...(asked.until.length === 0 && (record.state === 'interrupted' || record.state === 'running') ? [UNFINISHED] : []),
    ...(ownFailed + theirFailed > 0 ? [`Failed requests count as wrong: ${ownFailed} of the student, ${theirFailed} of the teacher.`] : []),
    ...(cut[0] + cut[1] > 0 ? [`Answers cut off at the token limit are graded as they are: ${cut[0]} of the student, ${cut[1]} of the teacher.`] : []),
    ...(ungraded > 0 ? [`${counted(ungraded, 'answer')} without a grade ${ungraded === 1 ? 'is' : 'are'} left out.`] : []),
    ...(tasks.some(({ items }) => items > 0 && items < 30) ? ['A task of fewer than 30 items says little about items that were not asked.'] : []),
  ]
}
