/** Samples whose grade takes its time: symbolic algebra, code that is run, another model that is asked. */
import { toFailure } from '../errors.ts'
import type { Item, Leave, Sample } from '../types.ts'
import type { CellTask } from './cell.ts'
import { settled } from './samples.ts'

export interface Settling {
  /** Writes the sample, at once where its grade is known. */
  sample(sample: Sample): void
  /** Whether grades are still to come. */
  readonly waits: boolean
  /** Waits for all grades. Rejects where a sample could not be written; what an abort leaves without a grade is asked again. */
  finish(): Promise<void>
}

/**
 * Beside a model in a process of this machine nothing is graded before the cell has ended, so that its times are its own. Samples of
 * served models are graded as they come: should the harness be killed, few are lost.
 */
export function settling(task: CellTask, signal: AbortSignal, leave: Leave, write: (sample: Sample) => void): Settling {
  const items = new Map(task.items.map((item) => [item.id, item]))
  const waiting: Sample[] = []
  let [running, failure]: [number, { error: unknown } | undefined] = [0, undefined]
  let onIdle = (): void => {}
  const next = (): void => {
    while (running < AT_A_TIME && waiting.length > 0) {
      running += 1
      void one(waiting.shift()!)
    }
    if (running === 0 && waiting.length === 0) onIdle()
  }
  const one = async (sample: Sample): Promise<void> => {
    try {
      const item = items.get(sample.item)
      const graded = item === undefined ? sample : await gradeOf(sample, item)
      if (graded !== undefined) write(graded)
    } catch (error) {
      failure ??= { error }
    }
    running -= 1
    next()
  }
  const gradeOf = async (sample: Sample, item: Item): Promise<Sample | undefined> => {
    try {
      return await settled(sample, item, task.workload, signal, leave)
    } catch (error) {
      if (signal.aborted) return undefined
      return { ...sample, grade: { score: 0, grader: task.workload.grader.id, detail: `the grader failed: ${toFailure(error).message}` } }
    }
  }
  return {
    sample(sample) {
      if (sample.grade?.unsettled !== true) return write(sample)
      waiting.push(sample)
      if (task.runsIn !== 'child') next()
    },
    get waits() {
      return running > 0 || waiting.length > 0
    },
    async finish() {
      await new Promise<void>((resolve) => {
        onIdle = resolve
        next()
      })
      if (failure !== undefined) throw failure.error
    },
  }
}

// --- internal ---

/** Graders that need order, or fewer at a time, see to it themselves. */
const AT_A_TIME = 4
