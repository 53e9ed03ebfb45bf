/** The card of a model in a suite: what its author knows of it. */
import { z } from 'zod'
import type { Origin, StatedCard } from '../types.ts'
import { defined } from './loads.ts'
import { strict } from './strict.ts'

interface SumInput {
  readonly value: number
  /** Default: `published`. */
  readonly origin?: Origin | undefined
  /** Who says so, or how it was worked out, with the date. */
  readonly how: string
}

export interface CardInput {
  readonly parametersTotal?: number | undefined
  /** Of a mixture of experts: those that work on one token. */
  readonly parametersActive?: number | undefined
  /** Number format of the weights: `bf16`, `fp8`, `int4`. */
  readonly dtype?: string | undefined
  readonly architecture?: string | undefined
  /** Bytes of keys and values per token of context: 2 × layers × heads of the cache × their size × bytes of a number. */
  readonly cacheBytesPerToken?: number | undefined
  /** Routed experts of a layer, and how many of them work on a token. */
  readonly experts?: { readonly count: number; readonly perToken: number } | undefined
  readonly training?:
    | {
        readonly method: string
        readonly teacher?: string | undefined
        readonly examples?: number | undefined
        readonly steps?: number | undefined
        readonly seconds?: number | undefined
        readonly energyJ?: SumInput | undefined
        readonly costUsd?: SumInput | undefined
        readonly gpuHours?: (SumInput & { readonly usdPerHour?: number | undefined; readonly watts?: number | undefined }) | undefined
        readonly recipe?: string | undefined
      }
    | undefined
  /** Where this is from. */
  readonly source?: string | undefined
}

const text = z.string().min(1)
const parameters = z.number().positive().optional()
const amount = z.number().min(0)
const sum = {
  value: amount,
  origin: z.enum(['measured', 'estimated', 'published']).default('published'),
  how: text.describe('Who says so, or how it was worked out, with the date'),
}

export const CardSchema = strict({
  parametersTotal: parameters.describe('Number of weights'),
  parametersActive: parameters.describe('Of a mixture of experts: weights that work on one token'),
  dtype: text.optional().describe('Number format of the weights: bf16, fp8, int4'),
  architecture: text.optional(),
  cacheBytesPerToken: amount.optional().describe('Keys and values of a token of context: 2 × layers × heads of the cache × their size × bytes of a number'),
  experts: strict({ count: z.int().min(1), perToken: z.int().min(1) })
    .refine(({ count, perToken }) => perToken <= count, 'cannot use more experts per token than there are')
    .optional()
    .describe('Routed experts of a layer, and how many of them work on a token'),
  training: strict({
    method: text,
    teacher: text.optional(),
    examples: amount.optional(),
    steps: amount.optional(),
    seconds: amount.optional(),
    energyJ: strict(sum).optional().describe('Energy of the training, joules'),
    costUsd: strict(sum).optional().describe('Cost of the training, US dollars'),
    gpuHours: strict({
      ...sum,
      usdPerHour: amount.optional().describe('What an hour of one of these GPUs costs'),
      watts: amount.optional().describe('Mean watts of one of these GPUs'),
    })
      .optional()
      .describe('Hours of GPUs that the training took'),
    recipe: text.optional(),
  }).optional(),
  source: text.optional().describe('Where this is from'),
}).refine(({ parametersActive = 0, parametersTotal = Infinity }) => parametersActive <= parametersTotal, {
  path: ['parametersActive'],
  error: 'cannot be more than parametersTotal',
})

export const DeviceSchema = strict({
  name: text.describe('As the driver names it, such as NVIDIA H100 80GB HBM3'),
  count: z.int().min(1).default(1).describe('How many of them serve one copy of the model'),
})

/** Without keys that are undefined, at any depth. */
export function resolveCard(card: z.output<typeof CardSchema>): StatedCard {
  const { experts, training, ...plain } = card
  const sums = training && {
    ...defined(training),
    ...(training.gpuHours === undefined ? {} : { gpuHours: defined(training.gpuHours) }),
  }
  return { ...defined(plain), ...(experts === undefined ? {} : { experts }), ...(sums === undefined ? {} : { training: sums as StatedCard['training'] & {} }) }
}
