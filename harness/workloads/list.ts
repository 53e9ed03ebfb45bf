/** Kind `list`: the questions stand in the suite itself, or come from a function in a TypeScript suite. */
import { z } from 'zod'
import { workloadKind } from './kind.ts'
import { itemsFromRows, MessagesSchema, TEMPLATE_SHAPE, type LocatedRow, type TemplateOptions } from './items.ts'
import type { Row } from './template.ts'

export interface ListOptions extends TemplateOptions {
  /** Rows with the columns `prompt`, `target`, `slice`, `id`, or any others that the templates name; or a function of the seed. */
  readonly items: readonly ItemRow[] | ((seed: number) => Iterable<ItemRow> | AsyncIterable<ItemRow>)
}

export interface ItemRow {
  readonly id?: string | number | undefined
  readonly prompt?: string | readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[] | undefined
  readonly target?: string | number | undefined
  readonly slice?: string | number | undefined
  readonly cluster?: string | number | undefined
  readonly [column: string]: unknown
}

const text = z.union([z.string(), z.number()]).optional()
const RowSchema = z.looseObject({ id: text, prompt: z.union([z.string(), MessagesSchema]).optional(), target: text, slice: text, cluster: text })

export const list = workloadKind<ListOptions>({
  summary: 'questions written in the suite itself',
  shape: {
    items: z
      .union([
        z.array(RowSchema).min(1),
        z.custom<Exclude<ListOptions['items'], readonly unknown[]>>((value) => typeof value === 'function').meta({ codeOnly: true }),
      ])
      .describe('Rows; a row has the columns prompt, target, slice and id, or any others that the templates name'),
    ...TEMPLATE_SHAPE,
  },
  create: ({ items, ...templates }, { id }) => ({
    items: (seed, context = {}) => itemsFromRows(locate(typeof items === 'function' ? items(seed) : items, id), templates, { id, seed, context }),
  }),
})

// --- internal ---

async function* locate(rows: Iterable<Row> | AsyncIterable<Row>, workload: string): AsyncGenerator<LocatedRow> {
  let number = 0
  for await (const row of rows) yield { row, where: `workload ${workload}, item ${(number += 1)}` }
}
