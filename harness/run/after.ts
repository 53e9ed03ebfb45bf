/** Work on the answers of a run when everything is asked, outside of every timed window: what such passes share. */
import type { LoadedSuite, RunEvent, Sample } from '../types.ts'
import type { Journal } from './journal.ts'

export interface AfterPass {
  /** Keeps what the pass may need of it; costs nothing for others. */
  sample(sample: Sample): void
  /** Does what was not done before. What goes wrong with a model is in the record; rejects only where the record cannot be written. */
  run(): Promise<void>
}

export interface AfterParts {
  readonly loaded: LoadedSuite
  readonly journal: Journal
  /** Of an earlier part of the run. */
  readonly samples: readonly Sample[]
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
}

/** Where the suite wants nothing of the kind. */
export const NO_PASS: AfterPass = { sample: () => {}, run: async () => {} }

/** A pass over answers: those that `name` names, of each name the first one, as `keep` keeps it. */
export function passOver<Kept>(
  { samples }: Pick<AfterParts, 'samples'>,
  parts: { name: (sample: Sample) => string | undefined; keep: (sample: Sample) => Kept; run: (answers: ReadonlyMap<string, Kept>) => Promise<void> },
): AfterPass {
  const answers = new Map<string, Kept>()
  const sample = (one: Sample): void => {
    const name = one.finish === 'error' ? undefined : parts.name(one)
    if (name !== undefined && !answers.has(name)) answers.set(name, parts.keep(one))
  }
  samples.forEach(sample)
  return { sample, run: () => parts.run(answers) }
}

/** Parts as one name that no others have. */
export const nameOf = (...parts: readonly (string | number)[]): string => parts.join('\u0000')

/** Four at a time, in order; nothing new is begun after an abort, or when one has failed. */
export async function fewAtATime<T>(all: readonly T[], signal: AbortSignal, one: (value: T) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < all.length && !signal.aborted) {
      try {
        await one(all[next++]!)
      } catch (error) {
        next = all.length
        throw error
      }
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
}

// --- internal ---

const AT_A_TIME = 4
