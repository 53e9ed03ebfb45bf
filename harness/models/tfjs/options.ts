/** What a suite may say of a model of this adapter. Loads no runtime. */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { ModelSpec } from '../../types.ts'
import { TransformerSchema } from './config.ts'

const sizes = z.array(z.int().min(1)).min(1)
/** A model that is made when it is opened: for speed, energy and cost at a size that nobody wants to download. */
const RandomSchema = TransformerSchema.safeExtend({
  seed: z.int().min(0).default(1),
  /** Batches and prompt lengths of the isolated steps, each with each. */
  steps: z.strictObject({ batches: sizes, tokens: sizes }).default({ batches: [1, 8], tokens: [128] }),
})
export type RandomOptions = z.infer<typeof RandomSchema>

const OptionsSchema = z
  .strictObject({ weights: z.string().optional(), random: RandomSchema.optional(), backend: z.string().optional() })
  .refine(({ weights, random }) => (weights === undefined) !== (random === undefined), { message: 'give either `weights` or `random`' })

/** Throws HarnessError `usage` that names the model. */
export function readOptions(spec: Pick<ModelSpec, 'id' | 'options'>): z.infer<typeof OptionsSchema> {
  const options = OptionsSchema.safeParse(spec.options)
  if (options.success) return options.data
  throw new HarnessError('usage', `models.${spec.id}: ${z.prettifyError(options.error).replaceAll('\n', ' ')}`, {
    hint: 'The adapter tfjs needs the option `weights`, or `random` with the shape of a model that is made up.',
  })
}
