/**
 * What the harness and the process that compares models say to each other: `job` ─▶ `scored` per model and answer, or `unable`
 * once for a model, then `closed`. `failed` may come instead and ends it.
 */
import { z } from 'zod'
import type { Failure, ForcedText, ModelSpec } from '../../types.ts'
import { FailureSchema, TokenScoreSchema } from '../store/schema/index.ts'

type Spec = Omit<ModelSpec, 'price'>
/** One answer of the teacher; `number` is its place in the job. */
export type Reading = ForcedText & { number: number }
export interface ScoringJob {
  dir: string
  backend: string
  /** Absent where it cannot be opened here: then only the likelihood of its answers is told. */
  teacher?: Spec
  answers: readonly Reading[]
  /** Which answers each model is to read. */
  models: readonly { spec: Spec; numbers: readonly number[] }[]
}
const FiguresSchema = TokenScoreSchema.pick({ tokens: true, nll: true, bytes: true, same: true })

export type ToScorer = { type: 'job'; job: ScoringJob }
export type FromScorer =
  | { type: 'scored'; model: string; number: number; figures: z.infer<typeof FiguresSchema> }
  | { type: 'unable'; model: string; error: Failure }
  | { type: 'closed' }
  | { type: 'failed'; error: Failure }

/** From our own parent, which has checked the suite. */
export const ToScorerSchema = z.object({
  type: z.literal('job'),
  job: z.custom<ScoringJob>((value) => typeof value === 'object' && value !== null),
}) satisfies z.ZodType<ToScorer>

export const FromScorerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('scored'), model: z.string(), number: z.int().min(0), figures: FiguresSchema }),
  z.object({ type: z.literal('unable'), model: z.string(), error: FailureSchema }),
  z.object({ type: z.literal('closed') }),
  z.object({ type: z.literal('failed'), error: FailureSchema }),
]) satisfies z.ZodType<FromScorer>
