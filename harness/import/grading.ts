/** Which grader scores the imported answers, and where it disagrees with the scores that came with them. */
import { HarnessError } from '../errors.ts'
import type { Grade, Grader, Item, Warning } from '../types.ts'
import { getGrader, gradeFully, splitReasoning } from '../workloads/index.ts'
import type { Contestant } from './contestant.ts'
import { some } from './notes.ts'
import type { Questions } from './questions.ts'

/** Takes the scores that came with the answers, as they are. */
export const GIVEN = 'given'

/** Grades an answer; undefined where there is nothing to grade it by. */
export interface Grading {
  readonly grader: Pick<Grader, 'id' | 'version'>
  grade(item: Item, text: string, given: number | undefined, signal: AbortSignal): Promise<Grade | undefined>
}

/**
 * The grader that was asked for; else `exact` where right answers are known, else the scores of the files. Throws HarnessError
 * `data` where the choice leaves answers without a grade.
 */
export function chooseGrading(id: string | undefined, contestants: readonly Contestant[], { all, tallies }: Questions): Grading {
  const without = [...all.values()].filter(({ target }) => target === undefined).map((question) => question.id)
  const chosen = id ?? (without.length === all.size ? GIVEN : 'exact')
  if (chosen === GIVEN) {
    const silent = contestants.find((_, index) => tallies[index]!.scores === 0)
    if (silent !== undefined)
      throw new HarnessError('data', `${silent.label} has no scores${id === undefined ? ' and no right answers' : ''}, so that its answers cannot be graded`, {
        hint: 'give the right answers with --dataset FILE.jsonl (id, prompt, target) or as "target" beside the answers',
      })
    return { grader: { id: GIVEN, version: '1' }, grade: async (_item, _text, given) => (given === undefined ? undefined : { score: given, grader: GIVEN }) }
  }
  const grader = getGrader(chosen)
  if (without.length > 0 && grader.targetless !== true)
    throw new HarnessError('data', `${without.length} of ${all.size} questions have no right answer for the grader ${chosen}: ${some(without)}`, {
      hint: 'give them with --dataset FILE.jsonl (id, prompt, target); --grader given takes the scores of the files',
    })
  return {
    grader,
    async grade(item, text, _given, signal) {
      const { score, answer, detail, ungraded } = await gradeFully(grader, item, splitReasoning(text).answer, signal)
      if (ungraded) return undefined
      return { score, grader: grader.id, ...(answer === undefined ? {} : { answer }), ...(detail === undefined ? {} : { detail }) }
    },
  }
}

/** Counts where our grade and the one of the file differ. */
export interface Disagreements {
  compare(question: string, ours: number, given: number): void
  warnings(): Warning[]
}

export function countDisagreements({ id, label }: Contestant, grader: string): Disagreements {
  const names: string[] = []
  let [both, differ, harsher] = [0, 0, 0]
  return {
    compare(question, ours, given) {
      both += 1
      if (Math.abs(ours - given) < 1e-9) return
      differ += 1
      if (ours < given) harsher += 1
      if (names.length < KEPT) names.push(`${question} (file ${round(given)}, ours ${round(ours)})`)
    },
    warnings() {
      if (differ === 0) return []
      const message =
        `${label}: ${differ} of ${both} scores that came with the answers differ from those of the grader ${grader}, ` +
        `which is stricter in ${harsher} and milder in ${differ - harsher}: ${some(names, differ)}. The reports use the grader; the others are kept as givenScore.`
      return [{ code: 'grades-disagree', message, model: id }]
    },
  }
}

// --- internal ---

const KEPT = 10
const round = (score: number): number => Number(score.toFixed(3))
