/** From what a suite says about a workload to the workload that the runner uses. */
import { HarnessError } from '../errors.ts'
import type { Grader, Item, WorkloadSpec } from '../types.ts'
import { guardGrader, ungraded } from './grader.ts'
import type { TemplateOptions } from './items.ts'
import type { WorkloadKind } from './kind.ts'
import { byLikelihood } from './likelihood.ts'
import { getGrader, WORKLOAD_KINDS, type GraderId, type GraderOptions, type KindId, type KindOptions } from './registry.ts'

/** What every workload may say, whatever its kind. */
export interface WorkloadCommon {
  /** Short name, used in cell ids and file names. */
  readonly id: string
  /** Heading in reports; default: the id. */
  readonly title?: string | undefined
  /** How answers are scored: a grader's name, its name with options, or (TypeScript only) a grader of your own; default: the kind's, else `exact`. */
  readonly grader?: GraderId | { [K in GraderId]: { readonly id: K } & GraderOptions[K] }[GraderId] | Grader | undefined
  /** Most tokens that an answer may have; default 256. */
  readonly maxTokens?: number | undefined
  /** Sampling temperature; default 0: greedy. */
  readonly temperature?: number | undefined
  /** Texts that end an answer. */
  readonly stop?: readonly string[] | undefined
  /** Use the first n items only. */
  readonly limit?: number | undefined
}

/** A workload as a suite writes it. */
export type WorkloadInput = { [K in KindId]: WorkloadCommon & { readonly kind: K } & KindOptions[K] }[KindId]

/** Builds the workload; paths are taken relative to `dir`. Nothing is read before `items` is iterated. */
export function createWorkload(input: WorkloadInput, dir: string): WorkloadSpec {
  const { id, kind: kindId, title, grader, maxTokens, temperature, stop, limit, ...options } = input
  const kind = WORKLOAD_KINDS[kindId] as unknown as WorkloadKind<object>
  const { likelihood, perplexity } = options as Pick<TemplateOptions, 'likelihood' | 'perplexity'>
  const parts = { ...kind.create(options, { id, dir }), ...(perplexity === undefined ? {} : { grader: ungraded }) }
  const written = graderOf(grader) ?? parts.grader ?? getGrader('exact')
  const chosen = likelihood === undefined ? written : byLikelihood(written, likelihood.by)
  if (likelihood !== undefined && perplexity !== undefined)
    throw new HarnessError('usage', `workload ${id}: likelihood is of answers to choose from and perplexity of whole texts; a workload is one of them`)
  if (parts.grader === ungraded && grader !== undefined)
    throw new HarnessError(
      'usage',
      `workload ${id}: ${perplexity === undefined ? `prompts of the kind ${kindId}` : 'texts whose perplexity is measured'} have no right answer, so no grader can score them`,
      {
        hint: 'leave out grader',
      },
    )
  const cap = limit ?? parts.limit
  return {
    id,
    title: title ?? parts.title ?? id,
    items: (seed, context) => checked(parts.items(seed, context), id, !isCustom(grader) && parts.grader === undefined && chosen.targetless !== true),
    grader: chosen,
    maxTokens: maxTokens ?? parts.maxTokens ?? 256,
    temperature: temperature ?? parts.temperature ?? 0,
    stop: stop ?? parts.stop ?? [],
    ...(cap === undefined ? {} : { limit: cap }),
    ...(parts.prefix === undefined ? {} : { prefix: parts.prefix }),
    ...(parts.takesData === true ? { takesData: true } : {}),
  }
}

// --- internal ---

const isCustom = (grader: WorkloadCommon['grader']): grader is Grader => typeof grader === 'object' && 'grade' in grader

function graderOf(grader: WorkloadCommon['grader']): Grader | undefined {
  if (grader === undefined) return undefined
  if (typeof grader === 'string') return getGrader(grader)
  if (isCustom(grader)) return guardGrader(grader)
  const { id, ...options } = grader
  return getGrader(id, options)
}

/** Passes items on, and refuses two of one id (samples are paired by it) and items that could never be graded. */
async function* checked(items: Iterable<Item> | AsyncIterable<Item>, workload: string, needsTarget: boolean): AsyncGenerator<Item> {
  const seen = new Set<string>()
  for await (const item of items) {
    if (seen.has(item.id))
      throw new HarnessError('data', `workload ${workload} has two items with the id "${item.id}"`, {
        hint: 'ids name the question in every comparison; make them unique, or leave them out',
      })
    if (needsTarget && item.target === undefined)
      throw new HarnessError('data', `workload ${workload}, item "${item.id}" has no right answer`, {
        hint: 'give it a column "target", or set `target` to the template that makes it',
      })
    seen.add(item.id)
    yield item
  }
}
