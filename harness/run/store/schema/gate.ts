/** The rules of a gate as a record keeps them. */
import { z } from 'zod'
import type { GatePolicy } from '../../../types.ts'
import { maybe, text } from './common.ts'

const level = z.enum(['warn', 'error'])

export const GatePolicySchema = z.object({
  alpha: z.number(),
  missed: z.number(),
  sessionNoise: z.number(),
  rules: z.array(
    z.object({
      id: text,
      metric: text,
      level,
      levelApart: z.enum(['warn', 'error', 'off']),
      models: z.union([z.enum(['contestants', 'students', 'teachers', 'all']), z.array(text)]),
      workloads: maybe(z.array(text)),
      loads: maybe(z.array(text)),
      slice: maybe(text),
      limit: z.discriminatedUnion('kind', [
        z.object({ kind: z.enum(['floor', 'ceiling']), value: z.number() }),
        z.object({ kind: z.literal('regression'), most: z.number(), tolerated: z.number() }),
        z.object({ kind: z.literal('verdict'), atLeast: z.enum(['replace', 'undecided', 'stay']) }),
      ]),
      judges: z.array(z.enum(['measured', 'estimated', 'published'])),
      required: z.boolean(),
      byDefault: maybe(z.literal(true)),
    }),
  ),
}) satisfies z.ZodType<GatePolicy>
