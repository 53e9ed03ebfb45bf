/** The tables of workload kinds and graders: the suite schema, `list` and the messages about typos all read them. */
import { z } from 'zod'
import { HarnessError, nearest } from '../errors.ts'
import type { Grader } from '../types.ts'
import { ARITHMETIC_SLICES, arithmeticWorkload, type ArithmeticOptions } from './arithmetic.ts'
import { file } from './file.ts'
import { hub } from './hub.ts'
import { conversations } from './conversations.ts'
import { ExtractSchema } from './extract.ts'
import { createGrader, type CommonGraderOptions, type GraderKind } from './grader.ts'
import { choice } from './graders/choice.ts'
import { code } from './graders/code.ts'
import { exact } from './graders/exact.ts'
import { includes } from './graders/includes.ts'
import { instructions } from './graders/instructions.ts'
import { json } from './graders/json.ts'
import { judge } from './graders/judge.ts'
import { math } from './graders/math.ts'
import { numeric } from './graders/numeric.ts'
import { toolCalls } from './graders/tool-calls.ts'
import { workloadKind, type WorkloadKind } from './kind.ts'
import { list } from './list.ts'
import { synthetic } from './synthetic.ts'

/** The kinds by name; a new kind is one line here. */
export const WORKLOAD_KINDS = {
  list,
  file,
  hub,
  synthetic,
  conversations,
  arithmetic: workloadKind<ArithmeticOptions>({
    summary: 'generated questions with working: addition, subtraction, multiplication, expressions',
    shape: { perSlice: z.int().min(1), split: z.enum(['train', 'test']).optional(), slices: z.array(z.enum(ARITHMETIC_SLICES)).min(1).optional() },
    create: (options) => arithmeticWorkload(options),
  }),
}

/** The graders by name. */
export const GRADERS = { exact, includes, numeric, choice, math, code, judge, instructions, json, 'tool-calls': toolCalls }

/** Options of each kind and of each grader, as a suite writes them. */
export type KindOptions = { [K in keyof typeof WORKLOAD_KINDS]: (typeof WORKLOAD_KINDS)[K] extends WorkloadKind<infer Options> ? Options : never }
export type GraderOptions = { [K in keyof typeof GRADERS]: (typeof GRADERS)[K] extends GraderKind<infer Options> ? Options & CommonGraderOptions : never }

export type KindId = keyof KindOptions
export type GraderId = keyof GraderOptions
export const KIND_IDS = Object.keys(WORKLOAD_KINDS) as KindId[]
export const GRADER_IDS = Object.keys(GRADERS) as GraderId[]

/** What may stand beside a grader's id. */
export function graderShape(id: GraderId): z.ZodRawShape {
  const extract = ExtractSchema.optional().describe('What is taken from the answer before it is graded, step by step: { after }, { before }, { pattern, group, take, ignoreCase }, { line }, { boxed: true }; each may be optional') // prettier-ignore
  return { ...(GRADERS[id].shape as z.ZodRawShape), extract }
}

/** The grader of that name; options are validated. Throws HarnessError `usage` for a name that is not registered. */
export function getGrader(id: string, options: object = {}): Grader {
  if (!Object.hasOwn(GRADERS, id)) {
    const guess = nearest(id, GRADER_IDS)
    throw new HarnessError('usage', `there is no grader "${id}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: `graders: ${GRADER_IDS.join(', ')}`,
    })
  }
  const kind = GRADERS[id as GraderId] as unknown as GraderKind<object>
  const parsed = z.strictObject(graderShape(id as GraderId)).safeParse(options)
  if (!parsed.success) throw new HarnessError('usage', `grader ${id}: ${z.prettifyError(parsed.error)}`)
  return createGrader(id, kind, parsed.data)
}
