/** From rows of a dataset to the questions that are asked. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import type { Item, Message } from '../types.ts'
import { itemHash } from './hash.ts'
import { fillTemplate, type Row } from './template.ts'

/** How a row becomes an item. All are templates, such as `{{question}}`; columns of these names are the defaults. */
export interface TemplateOptions {
  /** The question, or the messages of a chat; default: the column `prompt`. */
  readonly prompt?: string | readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[]
  /** The right answer; default: the column `target`, if there is one. */
  readonly target?: string
  /** Group that is also reported on its own; default: the column `slice`. */
  readonly slice?: string
  /** Items that are not independent share a cluster, which widens the intervals; default: the column `cluster`. */
  readonly cluster?: string
  /** Name of the item; default: the column `id`, else its number from 1. */
  readonly itemId?: string
}

export const MessagesSchema = z.array(z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1)

export const TEMPLATE_SHAPE = {
  prompt: z
    .union([z.string().min(1), MessagesSchema])
    .optional()
    .describe('Question template, or chat messages, with {{column}} for columns of the row; default {{prompt}}'),
  target: z.string().optional().describe('Template of the right answer; default: the column target'),
  slice: z.string().optional().describe('Template of the group that is reported on its own; default: the column slice'),
  cluster: z.string().optional().describe('Template of the cluster of items that are not independent; default: the column cluster'),
  itemId: z.string().min(1).optional().describe('Template of the item name; default: the column id, else its number from 1'),
}

/** Items in the order of the rows. Throws HarnessError `data` for a missing column. */
export async function* itemsFromRows(rows: Iterable<LocatedRow> | AsyncIterable<LocatedRow>, templates: TemplateOptions): AsyncGenerator<Item> {
  let number = 0
  for await (const { row, where } of rows) {
    number += 1
    yield toItem(row, templates, where, number)
  }
}

/** A row with the place that messages name, such as `questions.jsonl:12`. */
export interface LocatedRow {
  readonly row: Row
  readonly where: string
}

// --- internal ---

function toItem(row: Row, templates: TemplateOptions, where: string, number: number): Item {
  const field = (name: 'target' | 'slice' | 'cluster'): string | undefined => {
    const template = templates[name]
    if (template !== undefined) return fillTemplate(template, row, where)
    return hasText(row, name) ? fillTemplate(`{{${name}}}`, row, where) : undefined
  }
  const prompt = promptOf(row, templates, where)
  const [target, slice, cluster] = [field('target'), field('slice'), field('cluster')]
  const id =
    templates.itemId === undefined ? (hasText(row, 'id') ? fillTemplate('{{id}}', row, where) : String(number)) : fillTemplate(templates.itemId, row, where)
  return {
    id,
    hash: itemHash(prompt, target),
    prompt,
    ...(target === undefined ? {} : { target }),
    ...(slice === undefined ? {} : { slice }),
    ...(cluster === undefined ? {} : { cluster }),
  }
}

function promptOf(row: Row, { prompt }: TemplateOptions, where: string): string | readonly Message[] {
  if (typeof prompt === 'string') return fillTemplate(prompt, row, where)
  if (prompt !== undefined) return prompt.map(({ role, content }) => ({ role, content: fillTemplate(content, row, where) }))
  if (!Array.isArray(row.prompt)) return fillTemplate('{{prompt}}', row, where)
  const messages = MessagesSchema.safeParse(row.prompt)
  if (!messages.success) throw new HarnessError('data', `${where}: prompt must be text or a list of { role, content } messages`)
  return messages.data
}

const hasText = (row: Row, name: string): boolean => Object.hasOwn(row, name) && row[name] !== undefined && row[name] !== null
