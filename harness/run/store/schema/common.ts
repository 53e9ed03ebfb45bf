/** Parts that several shapes have; finite numbers only, for JSON has no others. */
import { z } from 'zod'
import { FAILURE_CODES } from '../../../errors.ts'
import type { Failure, Observed } from '../../../types.ts'
import { UNITS } from '../../../units.ts'

export const text = z.string()
export const number = z.number() // finite: JSON has no other
export const amount = z.number().min(0)
export const maybe = z.exactOptional

export const OriginSchema = z.enum(['measured', 'estimated', 'published'])
export const UnitSchema = z.enum(UNITS)
export const RoleSchema = z.enum(['teacher', 'student', 'control'])
export const TokenCountSchema = z.enum(['server', 'tokenizer', 'estimate'])

export const FailureSchema = z.object({ code: z.enum(FAILURE_CODES), message: text, hint: maybe(text), kind: maybe(text) }) satisfies z.ZodType<Failure>

export function observed<T>(value: z.ZodType<T>): z.ZodType<Observed<T>> {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('ok'), value }),
    z.object({ state: z.literal('absent'), why: text }),
    z.object({ state: z.literal('failed'), error: FailureSchema }),
  ])
}

export const PhaseSchema = z.object({ startMs: number, endMs: number })

export const KeySchema = z.object({ model: text, workload: text, load: text, repeat: number, block: number })

export const ArrivalKind = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant') }),
  z.object({ kind: z.literal('poisson') }),
  z.object({ kind: z.literal('gamma'), shape: number }),
])
