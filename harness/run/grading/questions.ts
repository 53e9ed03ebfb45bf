/** The questions of a run, found again in its suite: a grader may need more of them than the record has. */
import { HarnessError } from '../../errors.ts'
import type { Item, RunRecord, Sample, Suite, WorkloadSpec } from '../../types.ts'
import { inWriting } from '../../workloads/index.ts'
import { collectWorkload } from '../plan.ts'

export interface Questions {
  /** What the sample answered; undefined for workloads that are not graded. Throws HarnessError `usage` where the suite asks something else now. */
  of(sample: Pick<Sample, 'key' | 'item' | 'itemHash'>): Item | undefined
}

export async function matchItems(
  workloads: readonly WorkloadSpec[],
  suite: Suite,
  { id: run, seed, quick }: Pick<RunRecord, 'id' | 'seed' | 'quick'>,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (message: string) => void },
): Promise<Questions> {
  const all = new Map<string, ReadonlyMap<string, Item>>()
  for (const spec of workloads) {
    const { workload } = await collectWorkload(spec, suite, seed, { quick, signal, ...(onProgress === undefined ? {} : { onProgress }) }, true)
    // Where a model could not tell likelihoods, all were asked in writing.
    all.set(spec.id, new Map(workload.items.flatMap((item) => [item, inWriting(item)].map((one) => [nameOf(one.id, one.hash), one] as const))))
  }
  return {
    of({ key, item, itemHash }) {
      const known = all.get(key.workload)
      const found = known?.get(nameOf(item, itemHash))
      if (known === undefined || found !== undefined) return found
      throw new HarnessError(
        'usage',
        `the suite does not ask what run ${run} asked: in the workload ${key.workload} the question "${item}" is missing, or has another text or right answer`,
        {
          hint: 'name the suite as it was with --suite, and its questions with --data; what was asked cannot be changed afterwards, only how it is graded',
        },
      )
    },
  }
}

// --- internal ---

const nameOf = (item: string, hash: string): string => `${item}\u0000${hash}`
