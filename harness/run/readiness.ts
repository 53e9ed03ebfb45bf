/** Graders that need more than an answer: leave of the user, a sandbox, another model. */
import type { Leave, Suite, Warning } from '../types.ts'

/** Why a workload's answers would get no grade, as it is and with all the leave that a user can give. */
export interface Unready {
  readonly workload: string
  readonly why: string
  /** Undefined: with leave they can be graded here. */
  readonly evenWithLeave?: string
}

/** The workloads whose answers would get no grade. */
export async function unready({ workloads }: Pick<Suite, 'workloads'>, leave: Leave): Promise<readonly Unready[]> {
  const all = await Promise.all(
    workloads.map(async ({ id, grader }): Promise<readonly Unready[]> => {
      const why = await grader.ready?.(leave)
      if (why === undefined) return []
      const evenWithLeave = await grader.ready?.(EVERYTHING)
      return [{ workload: id, why, ...(evenWithLeave === undefined ? {} : { evenWithLeave }) }]
    }),
  )
  return all.flat()
}

/** The same for the record. */
export async function noGrades(suite: Pick<Suite, 'workloads'>, leave: Leave): Promise<Warning[]> {
  return (await unready(suite, leave)).map(({ workload, why }) => ({ code: 'no-grades', message: `the answers of ${workload} will get no grade: ${why}` }))
}

// --- internal ---

const EVERYTHING: Leave = { code: true }
