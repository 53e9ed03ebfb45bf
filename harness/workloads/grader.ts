/** What a grader is: reads the text of a model, gives a score between 0 and 1. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { HarnessError, toFailure } from '../errors.ts'
import type { Grade, Grader, GradingBill, Item, Leave, Said } from '../types.ts'
import { createExtract, type ExtractStep } from './extract.ts'

/** What a grader may want to know beside text and target. */
export interface Extra {
  readonly item: Item
  readonly said: Said
}

/** A grader that suites name; `Options` is what may stand beside its id. */
export interface GraderKind<Options extends object> {
  readonly summary: string
  /** Raised whenever the same text may get another score. */
  readonly version: string
  /** Stands behind the id in records: what it must not be mistaken for. */
  readonly label?: string
  /** What stands for its options in its id. */
  readonly named?: (options: Options) => string
  /** Options that are not in its id as they are. */
  readonly unnamed?: readonly (keyof Options)[]
  /** Items need no right answer. */
  readonly targetless?: true
  readonly shape: { readonly [K in keyof Options]-?: z.ZodType<unknown, Options[K] | undefined> }
  /** Why nothing can be compared with this target: its answers then get no grade, since the fault is not the models'. */
  unreadable?(options: Options): (target: string, item: Item) => string | undefined
  /** Reads one answer; `target` is the right one, empty where the item has none. Must give the same verdict for the same strings, in linear time. */
  judge(options: Options): (text: string, target: string, extra: Extra) => Verdict
  /** Why answers would get no grade here; undefined: nothing stands in the way. */
  ready?(options: Options): (leave: Leave) => Promise<string | undefined>
  /** Takes its time with what `judge` left unsettled. */
  settle?(options: Options): (text: string, target: string, extra: Extra, signal: AbortSignal, leave: Leave) => Promise<Verdict>
}

/** `answer` is what was read from the text, if anything was. */
export interface Verdict {
  readonly correct: boolean
  /** In place of right or wrong. */
  readonly score?: number
  readonly answer?: string
  readonly detail?: string
  /** `settle` must be asked. */
  readonly unsettled?: true
  /** No grade at all; `detail` says why. */
  readonly ungraded?: true
  readonly bill?: GradingBill
}

/** What every grader that suites name takes besides its own options. */
export interface CommonGraderOptions {
  /** What is taken from the answer before it is graded, step by step. */
  readonly extract?: readonly ExtractStep[]
}

/** Declares a grader; identity with types. */
export const graderKind = <Options extends object>(kind: GraderKind<Options>): GraderKind<Options> => kind

/** The grader itself. Options that were set are part of its id, so that runs graded differently are not compared. */
export function createGrader<Options extends object>(id: string, kind: GraderKind<Options>, options: Options & CommonGraderOptions): Grader {
  const { extract: steps, ...own } = options
  const hidden: readonly PropertyKey[] = kind.unnamed ?? []
  const set = Object.entries(options).filter(([key, value]) => value !== undefined && value !== false && !hidden.includes(key))
  const texts = [
    ...(kind.named === undefined ? [] : [kind.named(options)]),
    ...set.map(([key, value]) => (value === true ? key : `${key}=${optionText(value)}`)),
  ]
  const name = kind.label === undefined ? id : `${id}:${kind.label}`
  const fullId = texts.length === 0 ? name : `${name}(${texts.join(',')})`
  const judge = kind.judge(own as unknown as Options)
  const settle = kind.settle?.(own as unknown as Options)
  const ready = kind.ready?.(own as unknown as Options)
  const unreadable = kind.unreadable?.(own as unknown as Options)
  const extract = steps === undefined ? (text: string) => ({ text }) : createExtract(steps)
  const gradeOf = ({ correct, score, ...found }: Verdict): Grade => ({ score: score ?? (correct ? 1 : 0), grader: fullId, ...found })
  return {
    id: fullId,
    version: kind.version,
    ...(kind.targetless === true ? { targetless: true } : {}),
    ...(ready === undefined ? {} : { ready }),
    ...(unreadable === undefined ? {} : { unreadable: (item) => (item.target === undefined ? undefined : unreadable(item.target, item)) }),
    grade(item, text, said = {}) {
      if (item.target === undefined && kind.targetless !== true) return { score: 0, grader: fullId, detail: 'the item has no right answer to compare with' }
      try {
        const why = item.target === undefined ? undefined : unreadable?.(item.target, item)
        if (why !== undefined) return { score: 0, grader: fullId, ungraded: true, detail: why }
        const extracted = extract(text)
        if (extracted.text === undefined) return { score: 0, grader: fullId, detail: extracted.why }
        return gradeOf(judge(extracted.text, item.target ?? '', { item, said }))
      } catch (error) {
        return { score: 0, grader: fullId, detail: `the grader failed: ${toFailure(error).message}` }
      }
    },
    ...(settle === undefined
      ? {}
      : {
          async settle(item, text, signal, said = {}, leave = {}) {
            const extracted = extract(text)
            if (extracted.text === undefined) return { score: 0, grader: fullId, detail: extracted.why }
            return gradeOf(await settle(extracted.text, item.target ?? '', { item, said }, signal, leave))
          },
        }),
  }
}

/** Grades an answer, taking the time that it takes. Rejects only when aborted. */
export async function gradeFully(grader: Grader, item: Item, text: string, signal: AbortSignal, said?: Said): Promise<Grade> {
  const { unsettled, ...grade } = grader.grade(item, text, said)
  if (unsettled !== true || grader.settle === undefined) return grade
  try {
    return await grader.settle(item, text, signal, said)
  } catch (error) {
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    return { score: 0, grader: grader.id, detail: `the grader failed: ${toFailure(error).message}` }
  }
}

/** Stands where nothing can be graded: answers get no grade at all, not a bad one. */
export const ungraded: Grader = { id: 'none', version: '1', grade: () => ({ score: 0, grader: 'none', detail: 'made-up prompts have no right answer' }) }

/** A grader of a user's own, held to the contract: never throws, and scores between 0 and 1. What it broke is in `detail`. */
export function guardGrader(grader: Grader): Grader {
  const failed = (detail: string): Grade => ({ score: 0, grader: grader.id, detail })
  const held = (grade: Grade): Grade => {
    const valid = typeof grade?.score === 'number' && grade.score >= 0 && grade.score <= 1
    return valid ? { ...grade, grader: grader.id } : failed(`the grader gave the score ${String(grade?.score)}, which is not between 0 and 1`)
  }
  return {
    id: grader.id,
    version: grader.version,
    ...(grader.ready === undefined ? {} : { ready: (leave) => grader.ready!(leave) }),
    grade(item, text, said) {
      try {
        return held(grader.grade(item, text, said))
      } catch (error) {
        return failed(`the grader failed: ${error instanceof Error ? error.message : String(error)}`)
      }
    },
    ...(grader.settle === undefined ? {} : { settle: async (...asked) => held(await grader.settle!(...asked)) }),
  }
}

// --- internal ---

/** As JSON where it is no plain value; of what is long, a digest. */
function optionText(value: unknown): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length <= 100 ? text : createHash('sha256').update(text).digest('hex').slice(0, 12)
}
