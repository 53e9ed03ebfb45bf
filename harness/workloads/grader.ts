/** What a grader is: reads the text of a model, gives a score between 0 and 1. */
import type { z } from 'zod'
import type { Grade, Grader, Item } from '../types.ts'

/** A grader that suites name; `Options` is what may stand beside its id. */
export interface GraderKind<Options extends object> {
  readonly summary: string
  /** Raised whenever the same text may get another score. */
  readonly version: string
  readonly shape: { readonly [K in keyof Options]-?: z.ZodType<unknown, Options[K] | undefined> }
  /** Reads one answer; `target` is the right one. Must give the same verdict for the same strings, in linear time. */
  judge(options: Options): (text: string, target: string) => Verdict
}

/** `answer` is what was read from the text, if anything was. */
export interface Verdict {
  readonly correct: boolean
  readonly answer?: string
  readonly detail?: string
}

/** Declares a grader; identity with types. */
export const graderKind = <Options extends object>(kind: GraderKind<Options>): GraderKind<Options> => kind

/** The grader itself. Options that were set are part of its id, so that runs graded differently are not compared. */
export function createGrader<Options extends object>(id: string, kind: GraderKind<Options>, options: Options): Grader {
  const set = Object.entries(options).filter(([, value]) => value !== undefined && value !== false)
  const fullId = set.length === 0 ? id : `${id}(${set.map(([key, value]) => (value === true ? key : `${key}=${String(value)}`)).join(',')})`
  const judge = kind.judge(options)
  return {
    id: fullId,
    version: kind.version,
    grade(item: Item, text: string): Grade {
      if (item.target === undefined) return { score: 0, grader: fullId, detail: 'the item has no right answer to compare with' }
      const { correct, ...found } = judge(text, item.target)
      return { score: correct ? 1 : 0, grader: fullId, ...found }
    },
  }
}

/** Stands where nothing can be graded: answers get no grade at all, not a bad one. */
export const ungraded: Grader = { id: 'none', version: '1', grade: () => ({ score: 0, grader: 'none', detail: 'made-up prompts have no right answer' }) }

/** A grader of a user's own, held to the contract: never throws, and scores between 0 and 1. What it broke is in `detail`. */
export function guardGrader(grader: Grader): Grader {
  const failed = (detail: string): Grade => ({ score: 0, grader: grader.id, detail })
  return {
    id: grader.id,
    version: grader.version,
    grade(item, text) {
      try {
        const grade = grader.grade(item, text)
        const valid = typeof grade?.score === 'number' && grade.score >= 0 && grade.score <= 1
        return valid ? { ...grade, grader: grader.id } : failed(`the grader gave the score ${String(grade?.score)}, which is not between 0 and 1`)
      } catch (error) {
        return failed(`the grader failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
  }
}
