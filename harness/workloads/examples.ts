/** Examples before a question: few-shot. */
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { createRandom } from '../random.ts'
import type { Item, Message } from '../types.ts'
import type { LocatedRow } from './datasets/rows.ts'
import { itemHash } from './hash.ts'
import { columnText, fillTemplate, type Row } from './template.ts'

export interface FewShotInput {
  readonly count: number
  /** Where they come from: another split of the hub dataset, another file (path or address), or rows written here. */
  readonly split?: string | undefined
  readonly file?: string | undefined
  readonly items?: readonly { readonly [column: string]: unknown }[] | undefined
  /** Only examples that have the same text in this column as the question: `subject`. */
  readonly by?: string | undefined
  /** `random` draws them once for all questions (the default); `first` takes the first ones. */
  readonly order?: 'random' | 'first' | undefined
  /** Of the draw; default 1234. It does not follow the seed of the suite, so that prompts stay the same. */
  readonly seed?: number | undefined
  /** Template of the answer in an example; default: the target. */
  readonly answer?: string | undefined
  /** `text`: examples stand before the question in one text; `messages`: as turns of the chat. Default: text where the prompt is one text without `system`. */
  readonly as?: 'text' | 'messages' | undefined
  /** Template of what stands before the first example of a text. */
  readonly intro?: string | undefined
  /** Between question and answer of an example; default a space. */
  readonly delimiter?: string | undefined
  /** Between examples, and before the question; default an empty line. */
  readonly separator?: string | undefined
}

const text = z.string()
export const FewShotSchema = z
  .strictObject({
    count: z.int().min(0).max(1000),
    split: text.min(1).optional(),
    file: text.min(1).optional(),
    items: z.array(z.record(z.string(), z.unknown())).min(1).optional(),
    by: text.min(1).optional(),
    order: z.enum(['random', 'first']).optional(),
    seed: z.int().min(0).optional(),
    answer: text.min(1).optional(),
    as: z.enum(['text', 'messages']).optional(),
    intro: text.optional(),
    delimiter: text.optional(),
    separator: text.optional(),
  })
  .refine(({ split, file, items }) => [split, file, items].filter((source) => source !== undefined).length === 1, 'needs one of split, file and items: where examples come from') // prettier-ignore

/** An example as it is asked and answered. */
export interface Example {
  readonly question: Item['prompt']
  readonly answer: string
  readonly hash: string
  /** What it has in the column `by`. */
  readonly group: string
}

export interface Examples {
  /** The prompt of a question with its examples before it. An example that is the question itself is left out. */
  before(prompt: Item['prompt'], row: Row, where: string): Item['prompt']
  /** What a reader of the figures must know, once all questions were asked for. */
  tell(onWarning: (code: string, message: string) => void): void
}

/**
 * Reads all rows that examples may come from, and draws. `toExample` makes one of a row. Throws HarnessError `data` where there are too few.
 */
export async function drawExamples(
  rows: AsyncIterable<LocatedRow>,
  input: FewShotInput,
  toExample: (row: LocatedRow) => Omit<Example, 'hash' | 'group'> & { row: Row },
): Promise<Examples> {
  const pool: Example[] = []
  for await (const located of rows) {
    const { question, answer, row } = toExample(located)
    pool.push({ question, answer, hash: itemHash(question), group: input.by === undefined ? '' : columnText(row, input.by, located.where) })
  }
  const groups = groupBy(pool)
  const ordered = new Map([...groups].map(([group, all]) => [group, input.order === 'first' ? all : createRandom(input.seed ?? 1234, 'examples', group).shuffle(all)])) // prettier-ignore
  const known = new Set(pool.map(({ hash }) => hash))
  const [overlapping, short] = [new Set<string>(), new Set<string>()]
  return {
    before(prompt, row, where) {
      const hash = itemHash(prompt)
      if (known.has(hash)) overlapping.add(where)
      const group = input.by === undefined ? '' : columnText(row, input.by, where)
      const chosen = (ordered.get(group) ?? []).filter((example) => example.hash !== hash).slice(0, input.count)
      if (chosen.length === 0 && input.count > 0) throw new HarnessError('data', `${where}: there are no examples${input.by === undefined ? '' : ` with "${group}" in the column ${input.by}`}`, { hint: `few-shot examples were to be ${input.count}, of ${pool.length} rows` }) // prettier-ignore
      if (chosen.length < input.count) short.add(group)
      return place(prompt, chosen, input, row, where)
    },
    tell(onWarning) {
      if (overlapping.size > 0) onWarning('examples-overlap', `${overlapping.size === 1 ? '1 question also stands' : `${overlapping.size} questions also stand`} among the rows that examples come from (${[...overlapping].slice(0, 3).join(', ')}${overlapping.size > 3 ? ' …' : ''}); none is an example for itself, but the two sets are not apart`) // prettier-ignore
      if (short.size > 0) onWarning('few-examples', `there are fewer than ${input.count} examples${input.by === undefined ? '' : ` for ${[...short].slice(0, 5).join(', ')}`}`) // prettier-ignore
    },
  }
}

// --- internal ---

function groupBy(pool: readonly Example[]): Map<string, Example[]> {
  const groups = new Map<string, Example[]>()
  for (const example of pool) {
    const group = groups.get(example.group)
    if (group === undefined) groups.set(example.group, [example])
    else group.push(example)
  }
  return groups
}

function place(prompt: Item['prompt'], examples: readonly Example[], input: FewShotInput, row: Row, where: string): Item['prompt'] {
  const intro = input.intro === undefined ? '' : fillTemplate(input.intro, row, where)
  const { delimiter = ' ', separator = '\n\n' } = input
  if (typeof prompt === 'string' && input.as !== 'messages') {
    const shots = examples.map(({ question, answer }) => `${textOf(question)}${delimiter}${answer}`)
    return intro + [...shots, prompt].join(separator)
  }
  const messages: readonly Message[] = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt
  const first = messages.findIndex(({ role }) => role !== 'system')
  const head = messages.slice(0, first < 0 ? messages.length : first)
  const rest = messages.slice(head.length)
  if (input.as === 'text') {
    const shots = examples.map(({ question, answer }) => `${textOf(question)}${delimiter}${answer}`)
    return [...head, ...rest.map((message, i) => (i === 0 ? { ...message, content: intro + [...shots, message.content].join(separator) } : message))]
  }
  const turns = examples.flatMap(({ question, answer }): Message[] => [
    ...(typeof question === 'string' ? [{ role: 'user' as const, content: question }] : question.filter(({ role }) => role !== 'system')),
    { role: 'assistant', content: answer },
  ])
  return intro === '' ? [...head, ...turns, ...rest] : [{ role: 'system', content: intro }, ...head, ...turns, ...rest]
}

const textOf = (question: Item['prompt']): string =>
  typeof question === 'string' ? question : question.filter(({ role }) => role === 'user').map(({ content }) => content).join('\n\n') // prettier-ignore
