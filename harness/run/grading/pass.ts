/** Grades the answers of a run that has ended once more: with leave that it did not have, or by a newer grader. Nothing is asked of its models again. */
import { HarnessError } from '../../errors.ts'
import { packageInfo } from '../../package.ts'
import type { GradingRecord, Item, Leave, LoadedSuite, RunEvent, RunRecord, Sample, Warning, WorkloadSpec } from '../../types.ts'
import { fewAtATime } from '../after.ts'
import { createJudges } from '../judging/ask.ts'
import { unready } from '../readiness.ts'
import { gradedAgain } from '../samples.ts'
import { asGraded, readGrades, withLateGrade, writeGrades } from '../store/grades.ts'
import { lockRun } from '../store/lock.ts'
import { currentOf, openRun, streamSamples } from '../store/read.ts'
import { replaceRecord } from '../store/write.ts'
import { compareGrades } from './changes.ts'
import { matchItems, type Questions } from './questions.ts'

export interface GradeOptions {
  /** Let graders run code that models wrote, in a sandbox. */
  readonly allowCode: boolean
  /** Also answers that have a grade by the very same grader. */
  readonly again: boolean
  /** The command line, for the record. */
  readonly command: string
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
  readonly onProgress?: (message: string) => void
}

/**
 * Grades what has no grade, and what another grader, or another version of it, has graded. Gives what was added to the record; undefined
 * where there was nothing to do. Throws HarnessError `usage` where the suite is not that of the run or nothing can be graded, `aborted`
 * without a trace.
 */
export async function gradeRun(dir: string, loaded: LoadedSuite, options: GradeOptions): Promise<GradingRecord | undefined> {
  const unlock = lockRun(dir)
  const judges = createJudges(options.signal)
  try {
    // 1. what is to be graded
    const { record } = openRun(dir, '')
    refuseRecorded(record)
    const graded = asGraded(record)
    const wanted = wantedOf(graded, loaded, options.again)
    const current = currentSamples(dir, record)
    const counts = await countWanted(current(), wanted)
    const pending = loaded.suite.workloads.filter(({ id }) => (counts.get(id) ?? 0) > 0)
    if (pending.length === 0) return undefined
    const leave: Leave = { code: options.allowCode, ask: (...asked) => judges.ask(...asked) }
    const workloads = await readyOnes(pending, leave)
    // 2. the questions, which must be those of the run
    const questions = await matchItems(workloads, loaded.suite, record, options)
    await checkQuestions(current(), wanted, questions)
    // 3. the grades
    const of = workloads.reduce((sum, { id }) => sum + counts.get(id)!, 0)
    options.onEvent({ type: 'grading', answers: of })
    return await write(dir, { record, workloads, questions, wanted, current, leave, of }, options)
  } finally {
    await judges.close()
    unlock()
  }
}

// --- internal ---

type Wanted = (sample: Sample) => boolean

function refuseRecorded({ id, cells }: RunRecord): void {
  if (cells.some(({ state }) => state === 'recorded'))
    throw new HarnessError('usage', `run ${id} holds answers that were recorded elsewhere, which are graded as they are imported`, {
      hint: 'import the files again, with another --grader',
    })
}

/** Answers without a grade, and all of a workload whose grader is another now. */
function wantedOf({ id, suite }: RunRecord, { suite: { workloads }, file }: LoadedSuite, again: boolean): Wanted {
  const all = new Map<string, boolean>()
  for (const before of suite.workloads) {
    const now = workloads.find((one) => one.id === before.id)
    if (now === undefined)
      throw new HarnessError('usage', `run ${id} asked the workload ${before.id}, which ${file} does not have`, {
        hint: 'name the suite of the run with --suite',
      })
    if (now.grader.id !== 'none') all.set(before.id, again || now.grader.id !== before.grader || now.grader.version !== before.graderVersion)
  }
  return ({ key, finish, grade, ungraded }) => {
    const whole = all.get(key.workload)
    return whole !== undefined && finish !== 'error' && (whole || (grade === undefined && ungraded !== undefined))
  }
}

/** Those that count, each with the grade that counts so far; from the first one anew with each call. */
function currentSamples(dir: string, record: RunRecord): () => AsyncGenerator<readonly Sample[]> {
  const isCurrent = currentOf(record)
  return async function* () {
    const grades = await readGrades(dir, record)
    for await (const batch of streamSamples(dir, { lateGrades: false }))
      yield batch.filter(({ cell, startMs }) => isCurrent(cell, startMs)).map((sample) => withLateGrade(sample, grades))
  }
}

async function countWanted(samples: AsyncIterable<readonly Sample[]>, wanted: Wanted): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for await (const batch of samples) for (const sample of batch) if (wanted(sample)) counts.set(sample.key.workload, (counts.get(sample.key.workload) ?? 0) + 1)
  return counts
}

/** Those that can be graded here and now. Throws HarnessError `usage` where none can. */
async function readyOnes(pending: readonly WorkloadSpec[], leave: Leave): Promise<readonly WorkloadSpec[]> {
  const gaps = new Map((await unready({ workloads: pending }, leave)).map((gap) => [gap.workload, gap]))
  const ready = pending.filter(({ id }) => !gaps.has(id))
  if (ready.length > 0) return ready
  const [gap] = gaps.values()
  throw new HarnessError('usage', `the answers of ${gap!.workload} get no grade: ${gap!.why}`, {
    hint: gap!.evenWithLeave === undefined ? 'with --allow-code they can be graded on this machine' : gap!.evenWithLeave,
  })
}

async function checkQuestions(samples: AsyncIterable<readonly Sample[]>, wanted: Wanted, questions: Questions): Promise<void> {
  for await (const batch of samples) for (const sample of batch) if (wanted(sample)) questions.of(sample)
}

interface Work {
  readonly record: RunRecord
  readonly workloads: readonly WorkloadSpec[]
  readonly questions: Questions
  readonly wanted: Wanted
  readonly current: () => AsyncGenerator<readonly Sample[]>
  readonly leave: Leave
  readonly of: number
}

async function write(dir: string, { record, workloads, questions, wanted, current, leave, of }: Work, options: GradeOptions): Promise<GradingRecord> {
  const { signal, onEvent } = options
  const number = 1 + Math.max(0, ...(record.gradings ?? []).map((one) => one.number))
  const specs = new Map(workloads.map((one) => [one.id, one]))
  const changes = compareGrades(
    record.suite.models.map(({ id }) => id),
    workloads,
  )
  const file = writeGrades(dir, number)
  let [done, usd, whole]: [number, number | undefined, boolean] = [0, undefined, false]
  const one = async (sample: Sample): Promise<void> => {
    const item: Item | undefined = questions.of(sample)
    const spec = specs.get(sample.key.workload)
    if (item === undefined || spec === undefined) return
    const graded = await gradedAgain(sample, item, spec, signal, leave)
    const { grade, ungraded, grading } = graded
    file.add({
      cell: sample.cell,
      item: sample.item,
      startMs: sample.startMs,
      ...(grade === undefined ? {} : { grade }),
      ...(ungraded === undefined ? {} : { ungraded }),
      ...(grading === undefined ? {} : { grading }),
    })
    changes.add(sample, graded)
    if (grading?.costUsd !== undefined) usd = (usd ?? 0) + grading.costUsd
    onEvent({ type: 'graded', model: sample.key.model, done: ++done, of, ...(usd === undefined ? {} : { usd }) })
  }
  try {
    for await (const batch of current())
      await fewAtATime(
        batch.filter((sample) => wanted(sample) && specs.has(sample.key.workload)),
        signal,
        one,
      )
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted; the grades are as they were before')
    whole = true
  } catch (error) {
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted; the grades are as they were before', { cause: error })
    throw error
  } finally {
    file.close(whole)
  }
  const warnings: readonly Warning[] = changes.warnings()
  const added: GradingRecord = {
    number,
    at: new Date().toISOString(),
    tool: packageInfo(),
    command: options.command,
    allowCode: options.allowCode,
    workloads: changes.workloads(),
    ...(warnings.length === 0 ? {} : { warnings }),
  }
  replaceRecord(dir, { ...record, gradings: [...(record.gradings ?? []), added] })
  return added
}
