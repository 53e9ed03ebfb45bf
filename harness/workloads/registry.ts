/** The tables of workload kinds and graders: the suite schema, `list` and the messages about typos all read them. */
import { z } from 'zod'
import { HarnessError, nearest } from '../errors.ts'
import type { Grader } from '../types.ts'
import { file, type FileOptions } from './file.ts'
import { createGrader, type GraderKind } from './grader.ts'
import { choice, type ChoiceOptions } from './graders/choice.ts'
import { exact } from './graders/exact.ts'
import { includes } from './graders/includes.ts'
import { numeric, type NumericOptions } from './graders/numeric.ts'
import type { WorkloadKind } from './kind.ts'
import { list, type ListOptions } from './list.ts'
import type { TextOptions } from './text.ts'

/** Options of each workload kind, as a suite writes them. A new kind is one line here and one in WORKLOAD_KINDS. */
export interface KindOptions {
  list: ListOptions
  file: FileOptions
}
export const WORKLOAD_KINDS: { readonly [K in keyof KindOptions]: WorkloadKind<KindOptions[K]> } = { list, file }

/** Options of each grader. */
export interface GraderOptions {
  exact: TextOptions
  includes: TextOptions
  numeric: NumericOptions
  choice: ChoiceOptions
}
export const GRADERS: { readonly [K in keyof GraderOptions]: GraderKind<GraderOptions[K]> } = { exact, includes, numeric, choice }

export type KindId = keyof KindOptions
export type GraderId = keyof GraderOptions
export const KIND_IDS = Object.keys(WORKLOAD_KINDS) as KindId[]
export const GRADER_IDS = Object.keys(GRADERS) as GraderId[]

/** The grader of that name; options are validated. Throws HarnessError `usage` for a name that is not registered. */
export function getGrader(id: string, options: object = {}): Grader {
  if (!Object.hasOwn(GRADERS, id)) {
    const guess = nearest(id, GRADER_IDS)
    throw new HarnessError('usage', `there is no grader "${id}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `graders: ${GRADER_IDS.join(', ')}`,
    })
  }
  const kind: GraderKind<object> = GRADERS[id as GraderId]
  const parsed = z.strictObject(kind.shape as z.ZodRawShape).safeParse(options)
  if (!parsed.success) throw new HarnessError('usage', `grader ${id}: ${z.prettifyError(parsed.error)}`)
  return createGrader(id, kind, parsed.data)
}
