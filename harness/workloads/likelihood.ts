/** Multiple choice by log-likelihood: which of the given texts the model finds most likely after the question. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import type { Grade, Grader, Item, Likelihood } from '../types.ts'
import { FewShotSchema, type FewShotInput } from './examples.ts'
import { itemHash } from './hash.ts'
import { fillTemplate, type Row } from './template.ts'

/** How log-likelihoods of texts of different lengths are set against each other: as they are, or per byte or character of the text. */
export type Normalisation = 'raw' | 'bytes' | 'characters'

export interface LikelihoodInput {
  /** Template of what stands before each text: the question as a text, never as a chat. */
  readonly prompt: string
  /** The letters of the choices, the choices themselves, or texts such as `(A)`. */
  readonly texts: 'letters' | 'choices' | readonly string[]
  /** Between question and text; default a space. Not a part of the text's length. */
  readonly delimiter?: string | undefined
  /** Default `raw`. */
  readonly by?: Normalisation | undefined
  /** Examples before the question, asked in the same way. */
  readonly fewShot?: FewShotInput | undefined
  /** Count a request as failed where the model cannot tell, rather than ask for a written answer. */
  readonly required?: boolean | undefined
}

export const LikelihoodSchema = z.strictObject({
  prompt: z.string().min(1),
  texts: z.union([z.enum(['letters', 'choices']), z.array(z.string().min(1)).min(2).max(26)]),
  delimiter: z.string().optional(),
  by: z.enum(['raw', 'bytes', 'characters']).optional(),
  fewShot: FewShotSchema.optional(),
  required: z.boolean().optional(),
})

/** What is added to the item. `context`: with its examples. Throws HarnessError `data` where the right text cannot be told. */
export function givenChoices(
  input: LikelihoodInput,
  { row, choices, target, where, context }: { row: Row; choices: readonly string[] | undefined; target: string | undefined; where: string; context: string },
): Required<Pick<Item, 'given' | 'right'>> {
  const { texts, delimiter = ' ', required } = input
  if (typeof texts === 'string' && choices === undefined)
    throw new HarnessError('data', `${where}: likelihood is to be of the ${texts}, and there are no choices`, { hint: 'set `choices`, or list the texts' })
  const letters = LETTERS.slice(0, choices?.length ?? texts.length).split('')
  const plain = texts === 'letters' ? letters : texts === 'choices' ? choices! : texts.map((text) => fillTemplate(text, row, where))
  const index = rightOf(target, plain, letters)
  if (index === undefined) throw new HarnessError('data', `${where}: the right answer ${JSON.stringify(target ?? '')} is none of the texts ${plain.map((text) => JSON.stringify(text)).join(', ')}`) // prettier-ignore
  return {
    given: { context, texts: plain.map((text) => delimiter + text), ...(required === true ? { required } : {}) },
    right: { index, names: letters, plain },
  }
}

/** The item as it is asked of models that cannot tell likelihoods. */
export function inWriting(item: Item): Item {
  if (item.given === undefined) return item
  const written: Item = { ...item, hash: itemHash(item.prompt, item.target) }
  delete written.given
  delete written.right
  return written
}

/**
 * Grades by likelihood where it is told, and otherwise as `written` does. The grade says which: the two are different measurements.
 * Of equal likelihoods the first counts, as in lm-evaluation-harness.
 */
export function byLikelihood(written: Grader, by: Normalisation = 'raw'): Grader {
  const own = `choice:log-likelihood(by=${by})`
  return {
    ...written,
    id: `${own} else ${written.id}`,
    version: `${VERSION}/${written.version}`,
    ways: [own, written.id],
    grade: (item, text, said = {}) =>
      said.likelihoods === undefined ? written.grade(item, text, said) : { grader: own, ...judged(item, said.likelihoods, by) },
  }
}

// --- internal ---

const VERSION = '1'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** By the text itself, else by its letter. */
function rightOf(target: string | undefined, plain: readonly string[], letters: readonly string[]): number | undefined {
  const told = target?.trim() ?? ''
  const byText = plain.indexOf(told)
  if (byText >= 0) return byText
  const letter = /^\(?([A-Za-z])\)?[.)]?$/.exec(told)?.[1]?.toUpperCase()
  const byLetter = letter === undefined ? -1 : letters.indexOf(letter)
  return byLetter < 0 ? undefined : byLetter
}

function judged({ right }: Item, likelihoods: readonly Likelihood[], by: Normalisation): Omit<Grade, 'grader'> {
  if (right === undefined || likelihoods.length !== right.plain.length)
    return { score: 0, detail: `there are ${likelihoods.length} likelihoods for ${right?.plain.length ?? 0} texts` }
  const best = (how: Normalisation): number => bestOf(likelihoods.map(({ logProb }, i) => logProb / lengthOf(right.plain[i]!, how)))
  const chosen = best(by)
  const scored = (how: Normalisation): number => (best(how) === right.index ? 1 : 0)
  const others = (['raw', 'bytes', 'characters'] as const).map((how) => `${how === 'raw' ? how : `per ${how.slice(0, -1)}`} ${right.names[best(how)]}`)
  const border = likelihoods.some(({ straddles }) => straddles === true) ? '; a token reaches over the border between question and text' : ''
  return {
    score: chosen === right.index ? 1 : 0,
    answer: right.names[chosen]!,
    detail: `${others.join(', ')}${border}`,
    by: { raw: scored('raw'), bytes: scored('bytes'), characters: scored('characters') },
  }
}

/** Characters are code points, as Python counts them. */
function lengthOf(text: string, by: Normalisation): number {
  return by === 'raw' ? 1 : Math.max(1, by === 'bytes' ? Buffer.byteLength(text) : Array.from(text).length)
}

function bestOf(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0)
}
