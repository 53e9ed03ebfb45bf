/** What is known of a model, and how it ran. */
import { z } from 'zod'
import type { ModelCard, RuntimeFacts, StepTiming } from '../../../types.ts'
import { amount, maybe, number, observed, OriginSchema, text } from './common.ts'

const sum = { value: number, origin: OriginSchema, how: text }
export const ModelCardSchema = z.object({
  name: text,
  parametersTotal: maybe(amount),
  parametersActive: maybe(amount),
  cacheBytesPerToken: maybe(amount),
  experts: maybe(z.object({ count: amount, perToken: amount })),
  dtype: text,
  tokenizer: text,
  architecture: maybe(text),
  training: maybe(
    z.object({
      method: text,
      teacher: maybe(text),
      examples: maybe(number),
      steps: maybe(number),
      seed: maybe(number),
      backend: maybe(text),
      seconds: maybe(number),
      energyJ: maybe(z.object(sum)),
      costUsd: maybe(z.object(sum)),
      gpuHours: maybe(z.object({ ...sum, usdPerHour: maybe(amount), watts: maybe(amount) })),
      recipe: maybe(text),
      finalLoss: maybe(number),
    }),
  ),
  source: maybe(text),
}) satisfies z.ZodType<ModelCard>

export const RuntimeSchema = z.object({
  backend: text,
  device: text,
  versions: z.record(text, text),
  rejected: z.array(z.object({ backend: text, why: text })),
  limits: maybe(z.object({ bytesPerSecond: amount, flopPerSecond: amount, how: text })),
  gpu: maybe(z.object({ names: z.array(text), vendor: maybe(text), uuid: maybe(text), busId: maybe(text), cuda: maybe(z.boolean()) })),
}) satisfies z.ZodType<RuntimeFacts>

export const MemorySchema = z.object({ deviceBytes: observed(amount), processBytes: amount })

export const StepsSchema = z.array(
  z.object({ step: z.enum(['prefill', 'decode']), batch: amount, tokens: amount, ms: amount, lowMs: amount, highMs: amount, samples: amount }),
) satisfies z.ZodType<StepTiming[]>
