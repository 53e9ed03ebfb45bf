/**
 * Adapter `mock`: a made-up model behind a mock server of its own, which is asked like any served model. For demonstrations
 * and for trying suites and load profiles; its figures are about the profile in its options, not about a model.
 */
import { z } from 'zod'
import { ProfileSchema } from '../../../scripts/mock/profile.ts'
import { spawnMock } from '../../../scripts/mock/process.ts'
import { HarnessError } from '../../errors.ts'
import type { Model, ModelAdapter, ModelSpec, OpenContext } from '../../types.ts'
import { whyNoLikelihoods } from '../openai/can-tell.ts'
import openai from '../openai/index.ts'

const adapter: ModelAdapter = {
  id: 'mock',
  summary: 'a made-up model behind a mock server that is started for it (docs/mock.md): for demonstrations and tests',
  runsIn: 'client',
  whyNoLikelihoods: ({ client }) => whyNoLikelihoods(typeof client === 'object' && client !== null ? client : {}),
  open,
}
export default adapter

// --- internal ---

const OptionsSchema = z.strictObject({
  /** As in docs/mock.md; its name does not matter here. */
  profile: ProfileSchema.prefault({}),
  seed: z.number().int().default(0),
  /** Misbehaviours, parted by `+` or commas: `many=2,comments`. */
  faults: z.string().default(''),
  /** More options of the adapter `openai`. */
  client: z.record(z.string(), z.unknown()).default({}),
})

async function open(spec: ModelSpec, context: OpenContext): Promise<Model> {
  const parsed = OptionsSchema.safeParse(spec.options)
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!
    throw new HarnessError('usage', `models.${spec.id}.options${path.length > 0 ? `.${path.join('.')}` : ''}: ${message}`, { hint: 'docs/mock.md lists the fields of a profile' }) // prettier-ignore
  }
  const { profile, seed, faults, client } = parsed.data
  const mock = await spawnMock({ seed, models: [{ ...profile, name: spec.id }] })
  const model = faults === '' ? spec.id : `${spec.id}+${faults}`
  try {
    const served = await openai.open({ ...spec, options: { check: faults === '', ...client, url: `${mock.url}/v1`, model } }, context)
    return {
      ...served,
      card: { ...served.card, dtype: 'none', tokenizer: 'of the mock', source: 'made up: a mock server, not a model' },
      runtime: { ...served.runtime, device: 'a mock server on this machine' }, // its port differs each time and means nothing
      close: async () => {
        await served.close()
        await mock.close()
      },
    }
  } catch (error) {
    await mock.close()
    throw error
  }
}
