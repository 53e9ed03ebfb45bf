/** Columns of a dataset under other names, parts of them, and answers to choose from. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { createRandom } from '../random.ts'
import { columnText, columnValue, fillTemplate, missingColumn, type Row } from './template.ts'

/** A column made of another one. */
export interface ColumnInput {
  /** The column; dots lead inside of it: `answers.text.0`. */
  readonly from: string
  /** Only what stands after the last of these marks, without the space around it: `####`. */
  readonly after?: string | undefined
  /** Only what stands before the first of these marks. */
  readonly before?: string | undefined
  /** Other texts for some values: `{ "1": "A" }`. */
  readonly map?: { readonly [value: string]: string } | undefined
}

/** Answers to choose from. Templates then have `{{choices}}` (a line for each), `{{letter}}` and `{{choice}}` of the right one, `{{letters}}`, and `{{choiceA}}`, `{{choiceB}}` … for each. */
export interface ChoicesInput {
  /** The columns that hold one answer each, or the one that holds a list of them. */
  readonly from: string | readonly string[]
  /** Column that tells the right one; left out where `is` is `first`. */
  readonly answer?: string | undefined
  /** How it tells: `index` counts from 0, `number` from 1, `letter` from A, `text` is the answer itself, `first`: the first is right. */
  readonly is: 'index' | 'number' | 'letter' | 'text' | 'first'
  /** Put the answers of each question in an order of its own, always the same one. */
  readonly shuffle?: boolean | undefined
  /** A line; default `{{letter}}. {{choice}}`. */
  readonly line?: string | undefined
}

export type ColumnsInput = { readonly [name: string]: string | ColumnInput }

export const ColumnsSchema = z.record(
  z.string().min(1),
  z.union([
    z.string().min(1),
    z.strictObject({
      from: z.string().min(1),
      after: z.string().min(1).optional(),
      before: z.string().min(1).optional(),
      map: z.record(z.string(), z.string()).optional(),
    }),
  ]),
)

export const ChoicesSchema = z
  .strictObject({
    from: z.union([z.string().min(1), z.array(z.string().min(1)).min(2).max(26)]),
    answer: z.string().min(1).optional(),
    is: z.enum(['index', 'number', 'letter', 'text', 'first']),
    shuffle: z.boolean().optional(),
    line: z.string().min(1).optional(),
  })
  .refine(({ answer, is }) => (answer === undefined) === (is === 'first'), 'needs `answer`, the column that tells the right one, unless `is` is first')

/** The row with the columns that were asked for beside its own. Throws HarnessError `data` for one that is missing. */
export function mapColumns(row: Row, columns: ColumnsInput | undefined, where: string): Row {
  if (columns === undefined) return row
  const made = Object.entries(columns).map(([name, input]): [string, unknown] => {
    const { from, after, before, map } = typeof input === 'string' ? { from: input } : input
    const value = columnValue(row, from)
    if (value === undefined || value === null) throw missingColumn(row, from, where)
    if (after === undefined && before === undefined && map === undefined) return [name, value]
    let text = columnText(row, from, where)
    if (after !== undefined) text = text.slice(text.lastIndexOf(after) < 0 ? 0 : text.lastIndexOf(after) + after.length).trim()
    if (before !== undefined && text.includes(before)) text = text.slice(0, text.indexOf(before)).trim()
    return [name, map !== undefined && Object.hasOwn(map, text) ? map[text] : text]
  })
  return { ...row, ...Object.fromEntries(made) }
}

export interface Chosen {
  readonly row: Row
  readonly choices?: readonly string[]
}

/** The row with the columns that choices make, and the choices themselves. Throws HarnessError `data` where they cannot be told. */
export function withChoices(row: Row, input: ChoicesInput | undefined, where: string): Chosen {
  if (input === undefined) return { row }
  const given = listOf(row, input, where)
  const right = rightOf(row, given, input, where)
  const order = given.map((_, i) => i)
  const shuffled = input.shuffle === true ? createRandom('choices', ...given).shuffle(order) : order
  const choices = shuffled.map((i) => given[i]!)
  const letter = LETTERS[shuffled.indexOf(right)]!
  const line = input.line ?? '{{letter}}. {{choice}}'
  const lines = choices.map((choice, i) => fillTemplate(line, { letter: LETTERS[i], choice }, where))
  const each = Object.fromEntries(choices.map((choice, i) => [`choice${LETTERS[i]}`, choice]))
  return { row: { ...row, ...each, choices: lines.join('\n'), letter, letters: LETTERS.slice(0, choices.length), choice: given[right] }, choices }
}

// --- internal ---

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

function listOf(row: Row, { from }: ChoicesInput, where: string): readonly string[] {
  if (typeof from !== 'string') return from.map((name) => columnText(row, name, where).trim())
  const value = columnValue(row, from)
  if (value === undefined || value === null) throw missingColumn(row, from, where)
  const list = typeof value === 'string' ? listText(value) : value
  const texts = Array.isArray(list) ? list.map((entry) => (typeof entry === 'string' ? entry.trim() : JSON.stringify(entry))) : []
  if (texts.length >= 2 && texts.length <= 26) return texts
  throw new HarnessError('data', `${where}: the column "${from}" is no list of 2 to 26 answers`)
}

/** A list that was written as text: JSON, or Python's `['a', "b"]`. */
function listText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const entries = [...text.trim().matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)]
    return text.trimStart().startsWith('[') ? entries.map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/g, '$1')) : undefined
  }
}

function rightOf(row: Row, choices: readonly string[], { answer, is }: ChoicesInput, where: string): number {
  if (is === 'first' || answer === undefined) return 0
  const told = columnText(row, answer, where).trim()
  const letter = /^\(?([A-Za-z])\)?[.)]?$/.exec(told)?.[1]
  const index = is === 'text' ? choices.indexOf(told) : is === 'letter' ? (letter === undefined ? -1 : LETTERS.indexOf(letter.toUpperCase())) : /^\d+$/.test(told) ? Number(told) - (is === 'number' ? 1 : 0) : -1 // prettier-ignore
  if (choices[index] !== undefined) return index
  throw new HarnessError(
    'data',
    `${where}: the column "${answer}" is ${JSON.stringify(told.slice(0, 40))}, which names none of the ${choices.length} answers`,
    {
      hint: `it was read as ${is}; \`is\` may be index (from 0), number (from 1), letter or text`,
    },
  )
}
