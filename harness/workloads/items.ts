/** From rows of a dataset to the questions that are asked. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { createRandom } from '../random.ts'
import type { Item, ItemsContext, Message } from '../types.ts'
import { ChoicesSchema, ColumnsSchema, mapColumns, withChoices, type ChoicesInput, type ColumnsInput } from './columns.ts'
import type { LocatedRow } from './datasets/rows.ts'
import { drawExamples, FewShotSchema, type Examples, type FewShotInput } from './examples.ts'
import { itemHash } from './hash.ts'
import { givenChoices, LikelihoodSchema, type LikelihoodInput } from './likelihood.ts'
import { PerplexitySchema, textItems, type PerplexityInput } from './perplexity.ts'
import { fillTemplate, type Row } from './template.ts'

export type { LocatedRow } from './datasets/rows.ts'

/** How a row becomes an item. Texts are templates, such as `{{question}}`; columns of these names are the defaults. */
export interface TemplateOptions {
  /** The question, or the messages of a chat; default: the column `prompt`. */
  readonly prompt?: string | readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[]
  /** A system message before the question. */
  readonly system?: string
  /** The right answer; default: the letter of the right choice where there are choices, else the column `target`, if there is one. */
  readonly target?: string
  /** Group that is also reported on its own; default: the column `slice`. */
  readonly slice?: string
  /** Items that are not independent share a cluster, which widens the intervals; default: the column `cluster`. */
  readonly cluster?: string
  /** Name of the item; default: the column `id`, else its number from 1. */
  readonly itemId?: string
  /** Columns under names that templates use: `{ question: Problem, final: { from: answer, after: "####" } }`. */
  readonly columns?: ColumnsInput
  /** Answers to choose from. */
  readonly choices?: ChoicesInput
  /** Examples before each question. */
  readonly fewShot?: FewShotInput
  /** Multiple choice by log-likelihood, where a model can tell it; the others are asked in writing, by `prompt`. */
  readonly likelihood?: LikelihoodInput
  /** No questions: how likely models find the texts of the rows. */
  readonly perplexity?: PerplexityInput
  /** So many questions, drawn with the seed of the run, in random order. */
  readonly sample?: number
}

export const MessagesSchema = z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1)

export const TEMPLATE_SHAPE = {
  prompt: z
    .union([z.string().min(1), MessagesSchema])
    .optional()
    .describe('Question template, or chat messages, with {{column}} for columns of the row; default {{prompt}}'),
  system: z.string().min(1).optional().describe('Template of a system message before the question'),
  target: z.string().optional().describe('Template of the right answer; default: the letter of the right choice, else the column target'),
  slice: z.string().optional().describe('Template of the group that is reported on its own; default: the column slice'),
  cluster: z.string().optional().describe('Template of the cluster of items that are not independent; default: the column cluster'),
  itemId: z.string().min(1).optional().describe('Template of the item name; default: the column id, else its number from 1'),
  columns: ColumnsSchema.optional().describe('Columns under other names, or parts of them: { from, after, before, map }'),
  choices: ChoicesSchema.optional().describe('Answers to choose from: { from, answer, is, shuffle, line }; gives {{choices}}, {{letter}}, {{letters}}, {{choice}}, and {{choiceA}}, {{choiceB}} … of each'), // prettier-ignore
  fewShot: FewShotSchema.optional().describe('Examples before each question: { count, split | file | items, by, order, seed, answer, as, intro, delimiter, separator }'), // prettier-ignore
  likelihood: LikelihoodSchema.optional().describe('Multiple choice by log-likelihood where a model can tell it: { prompt, texts: letters | choices | [texts], delimiter, by: raw | bytes | characters, fewShot, required }'), // prettier-ignore
  perplexity: PerplexitySchema.optional().describe('No questions: how likely models find a text: { text, pieceBytes, contextBytes }'),
  sample: z.int().min(1).optional().describe('So many questions, drawn with the seed of the run, in random order'),
}

/** What the kind of the workload knows. */
export interface RowsContext {
  /** Id of the workload. */
  readonly id: string
  readonly seed: number
  readonly context: ItemsContext
  /** Rows that examples come from; absent: only those written in the suite. */
  readonly examples?: (input: FewShotInput) => AsyncIterable<LocatedRow> | undefined
}

/** Items in the order of the rows, or a sample of them. Throws HarnessError `data` for a missing column. */
export async function* itemsFromRows(
  rows: Iterable<LocatedRow> | AsyncIterable<LocatedRow>,
  templates: TemplateOptions,
  own: RowsContext,
): AsyncGenerator<Item> {
  const { likelihood } = templates
  const examples = await examplesOf(templates, own)
  const before = likelihood === undefined ? undefined : await examplesOf(asGiven(templates, likelihood), own)
  try {
    for await (const [number, row] of numbered(rows, templates.sample, own)) {
      if (templates.perplexity !== undefined) yield* toTexts(row, templates, number, templates.perplexity)
      else yield toItem(row, templates, number, examples, before)
    }
  } finally {
    if (own.context.onWarning !== undefined) (examples ?? before)?.tell(own.context.onWarning)
  }
}

// --- internal ---

/** Rows with their numbers from 1: all of them, or so many in random order. */
async function* numbered(
  rows: Iterable<LocatedRow> | AsyncIterable<LocatedRow>,
  sample: number | undefined,
  { id, seed }: RowsContext,
): AsyncGenerator<[number, LocatedRow]> {
  const all: [number, LocatedRow][] = []
  let number = 0
  for await (const row of rows) {
    number += 1
    if (sample === undefined) yield [number, row]
    else all.push([number, row])
  }
  if (sample !== undefined) yield* createRandom(seed, 'sample', id).shuffle(all).slice(0, sample)
}

async function examplesOf(templates: TemplateOptions, { id, examples }: RowsContext): Promise<Examples | undefined> {
  const { fewShot } = templates
  if (fewShot === undefined || fewShot.count === 0) return undefined
  const rows = fewShot.items === undefined ? examples?.(fewShot) : writtenHere(fewShot.items, id)
  if (rows === undefined)
    throw new HarnessError('usage', `workload ${id}: fewShot cannot take examples from a ${fewShot.split === undefined ? 'file' : 'split'} here`, {
      hint: fewShot.split === undefined ? 'give them as items' : 'only datasets of a hub have splits; give file or items',
    })
  return drawExamples(rows, fewShot, (one) => {
    const { row } = prepare(one, templates)
    const answer = fewShot.answer ?? templates.target ?? (templates.choices === undefined ? '{{target}}' : '{{letter}}')
    return { row, question: promptOf(row, { ...templates, system: undefined }, one.where), answer: fillTemplate(answer, row, one.where) }
  })
}

async function* writtenHere(rows: readonly Row[], id: string): AsyncGenerator<LocatedRow> {
  for (const [i, row] of rows.entries()) yield { row, where: `workload ${id}, example ${i + 1}` }
}

function prepare({ row, where }: LocatedRow, { columns, choices }: TemplateOptions): ReturnType<typeof withChoices> {
  return withChoices(mapColumns(row, columns, where), choices, where)
}

/** The templates as they are for a question that stands before given texts. */
function asGiven(templates: TemplateOptions, { prompt, texts, fewShot }: LikelihoodInput): TemplateOptions {
  const { fewShot: _, system: __, ...rest } = templates
  const answer = texts === 'letters' ? '{{letter}}' : texts === 'choices' ? '{{choice}}' : undefined
  return { ...rest, prompt, ...(fewShot === undefined ? {} : { fewShot: { ...(answer === undefined ? {} : { answer }), ...fewShot, as: 'text' } }) }
}

function toTexts(located: LocatedRow, templates: TemplateOptions, number: number, input: PerplexityInput): Item[] {
  const { where } = located
  const row = mapColumns(located.row, templates.columns, where)
  const [slice, cluster] = [fieldOf(row, 'slice', templates.slice, where), fieldOf(row, 'cluster', templates.cluster, where)]
  const head = { id: idOf(row, templates, number, where), ...(slice === undefined ? {} : { slice }), ...(cluster === undefined ? {} : { cluster }) }
  return textItems(fillTemplate(input.text ?? '{{text}}', row, where), input, head)
}

function toItem(located: LocatedRow, templates: TemplateOptions, number: number, examples: Examples | undefined, before: Examples | undefined): Item {
  const { where } = located
  const { row, choices } = prepare(located, templates)
  const question = promptOf(row, templates, where)
  const prompt = examples === undefined ? question : examples.before(question, row, where)
  const target = fieldOf(row, 'target', templates.target ?? (templates.choices === undefined ? undefined : '{{letter}}'), where)
  const [slice, cluster] = [fieldOf(row, 'slice', templates.slice, where), fieldOf(row, 'cluster', templates.cluster, where)]
  const likely = likelihoodOf({ row, choices, target, where }, templates.likelihood, before)
  return {
    id: idOf(row, templates, number, where),
    hash: itemHash(prompt, target, likely?.given),
    prompt,
    ...(target === undefined ? {} : { target }),
    ...(slice === undefined ? {} : { slice }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(choices === undefined ? {} : { choices }),
    ...likely,
  }
}

type Prepared = Omit<Parameters<typeof givenChoices>[1], 'context'>

function likelihoodOf(prepared: Prepared, input: LikelihoodInput | undefined, before: Examples | undefined): ReturnType<typeof givenChoices> | undefined {
  if (input === undefined) return undefined
  const question = fillTemplate(input.prompt, prepared.row, prepared.where)
  const context = before === undefined ? question : (before.before(question, prepared.row, prepared.where) as string)
  return givenChoices(input, { ...prepared, context })
}

function fieldOf(row: Row, name: string, template: string | undefined, where: string): string | undefined {
  if (template !== undefined) return fillTemplate(template, row, where)
  return hasText(row, name) ? fillTemplate(`{{${name}}}`, row, where) : undefined
}

function idOf(row: Row, { itemId }: TemplateOptions, number: number, where: string): string {
  return fieldOf(row, 'id', itemId, where) ?? String(number)
}

function promptOf(row: Row, { prompt, system }: { prompt?: TemplateOptions['prompt']; system?: string | undefined }, where: string): Item['prompt'] {
  const question = questionOf(row, prompt, where)
  if (system === undefined) return question
  const messages: readonly Message[] = typeof question === 'string' ? [{ role: 'user', content: question }] : question
  return [{ role: 'system', content: fillTemplate(system, row, where) }, ...messages]
}

function questionOf(row: Row, prompt: TemplateOptions['prompt'], where: string): Item['prompt'] {
  if (typeof prompt === 'string') return fillTemplate(prompt, row, where)
  if (prompt !== undefined) return prompt.map(({ role, content }) => ({ role, content: fillTemplate(content, row, where) }))
  if (!Array.isArray(row.prompt)) return fillTemplate('{{prompt}}', row, where)
  const messages = MessagesSchema.safeParse(row.prompt)
  if (!messages.success) throw new HarnessError('data', `${where}: prompt must be text or a list of { role, content } messages`)
  return messages.data
}

const hasText = (row: Row, name: string): boolean => Object.hasOwn(row, name) && row[name] !== undefined && row[name] !== null
