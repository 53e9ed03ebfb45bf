/** Whether all models are asked in the same way: multiple choice by log-likelihood, or written answers. */
import { HarnessError } from '../errors.ts'
import { whyNoLikelihoodsOf } from '../models/registry.ts'
import type { ModelSpec, Plan, Warning } from '../types.ts'
import { inWriting } from '../workloads/index.ts'
import { hashItems } from './hash.ts'

export interface Collected {
  readonly workload: Plan['workloads'][number]
  readonly warnings: readonly Warning[]
}

export interface Silent {
  readonly model: string
  readonly why: string
}

/** Models that are known not to tell how likely given texts are. */
export async function whoCannotTell(models: readonly ModelSpec[], dir: string): Promise<Silent[]> {
  const found = await Promise.all(
    models.map(async (spec) => {
      const why = spec.adapter === 'published' ? undefined : await whyNoLikelihoodsOf(spec, dir)
      return why === undefined ? [] : [{ model: spec.id, why }]
    }),
  )
  return found.flat()
}

/** Where one of the models cannot tell likelihoods all are asked in writing: otherwise there would be nothing to compare. */
export function askedAlike({ workload, warnings }: Collected, silent: readonly Silent[]): Collected {
  const [first] = silent
  const given = workload.items.filter((item) => item.given !== undefined)
  if (first === undefined || given.length === 0) return { workload, warnings }
  const who = `${silent.map(({ model }) => model).join(' and ')} cannot tell how likely a given text is (${first.model}: ${first.why})`
  if (given.some((item) => item.given?.required === true))
    throw new HarnessError('usage', `workload ${workload.id} is scored by log-likelihood, and ${who}`, {
      hint: 'models of this machine can, and servers with a completions endpoint that tells the log-probabilities of a prompt: api: completions',
    })
  const items = workload.items.map(inWriting)
  const message = `workload ${workload.id}: all models are asked for written answers, since ${who}; such scores are not comparable with multiple choice by log-likelihood`
  return { workload: { ...workload, items, itemsHash: hashItems(items) }, warnings: [...warnings, { code: 'asked-in-writing', message }] }
}
