/** Kind `conversations`: sessions of several turns from a file, each turn asked when the one before it is answered and thought about. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { createRandom } from '../random.ts'
import type { Item, Message } from '../types.ts'
import { readTable } from './datasets/rows.ts'
import { ungraded } from './grader.ts'
import { itemHash } from './hash.ts'
import type { LocatedRow } from './items.ts'
import { workloadKind } from './kind.ts'

export interface ConversationOptions {
  /** JSON or JSONL, relative to the folder of the suite: `conversations` of { from, value }, or `messages` of { role, content }. */
  readonly file: string
  /** The first so many sessions; default 100. */
  readonly sessions?: number | undefined
  /** The first so many turns of each session; default all. */
  readonly turns?: number | undefined
  /** What earlier turns are answered with: by the model itself (default), or as in the file. */
  readonly answers?: 'model' | 'recorded' | undefined
  /** Time between an answer and the next turn; default none. */
  readonly think?: ThinkInput | undefined
}

export type ThinkInput =
  | { readonly kind: 'fixed'; readonly seconds: number }
  | { readonly kind: 'exponential'; readonly meanSeconds: number }
  /** `thinkSeconds` of each message of the user but the first. */
  | { readonly kind: 'file' }

export const conversations = workloadKind<ConversationOptions>({
  summary: 'sessions of several turns from a file (ShareGPT or OpenAI messages), with think time; nothing is graded',
  shape: {
    file: z.string().min(1).describe('JSON or JSONL file, relative to the folder of the suite'),
    sessions: z.int().min(1).optional().describe('The first so many sessions; default 100'),
    turns: z.int().min(1).optional().describe('The first so many turns of each session; default all'),
    answers: z.enum(['model', 'recorded']).optional().describe('What earlier turns are answered with: model (default), its own answers, or recorded, those of the file'), // prettier-ignore
    think: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('fixed'), seconds: z.number().min(0) }),
        z.strictObject({ kind: z.literal('exponential'), meanSeconds: z.number().positive() }),
        z.strictObject({ kind: z.literal('file') }),
      ])
      .optional()
      .describe('Time between an answer and the next turn; default none'),
  },
  create(options, { id, dir }) {
    const { answers = 'model' } = options
    return {
      items: (seed) => turnsOf(options, seed, resolve(dir, options.file), id),
      grader: ungraded,
      prefix: `each turn begins with the turns before it, with ${answers === 'model' ? 'the answers of the model' : 'recorded answers'}`,
    }
  },
})

// --- internal ---

const DEFAULT_SESSIONS = 100

async function* turnsOf(options: ConversationOptions, seed: number, file: string, id: string): AsyncGenerator<Item> {
  const { sessions = DEFAULT_SESSIONS, turns = Infinity, answers = 'model', think } = options
  let number = 0
  for await (const { row, where } of rowsOf(file, id)) {
    const lines = linesOf(row, where)
    const last = lines.findLastIndex(({ role }) => role === 'user')
    if (last < 0) continue
    const session = typeof row.id === 'string' && row.id !== '' ? row.id : String(number + 1)
    let index = 0
    for (const [at, { role, thinkSeconds }] of lines.entries()) {
      if (role !== 'user' || index >= turns) continue
      const thinkMs = index === 0 ? 0 : 1000 * secondsOf(think, thinkSeconds, `${where}, turn ${index + 1}`, [seed, session, index])
      const prompt = lines.slice(0, at + 1).map(({ role: by, content }): Message => ({ role: by, content }))
      yield { id: `${session}/${index + 1}`, hash: itemHash(prompt, answers), prompt, cluster: session, turn: { session, index, thinkMs, answers } }
      index += 1
    }
    number += 1
    if (number >= sessions) return
  }
  if (number === 0) throw new HarnessError('data', `workload ${id}: ${file} has no conversation with a message of a user`)
}

function secondsOf(think: ThinkInput | undefined, recorded: number | undefined, where: string, seed: readonly (string | number)[]): number {
  if (think === undefined) return 0
  if (think.kind === 'fixed') return think.seconds
  if (think.kind === 'exponential') return -think.meanSeconds * Math.log(1 - createRandom('think', ...seed).next())
  if (recorded === undefined)
    throw new HarnessError('data', `${where} has no thinkSeconds`, { hint: 'give the message one, or let think be fixed or exponential' })
  return recorded
}

/** A file that begins with `[` is one JSON list; others have an object per line. */
async function* rowsOf(file: string, id: string): AsyncGenerator<LocatedRow> {
  if (!(await beginsList(file, id))) return yield* readTable({ path: file, name: file }, { format: 'jsonl', what: `workload ${id}` })
  let list: unknown
  try {
    list = JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new HarnessError('data', `workload ${id}: ${file} is not valid JSON: ${(error as Error).message}`, { cause: error })
  }
  for (const [i, row] of (list as unknown[]).entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) throw new HarnessError('data', `${file}, entry ${i + 1} must be a JSON object`)
    yield { row: row as LocatedRow['row'], where: `${file}, entry ${i + 1}` }
  }
}

async function beginsList(file: string, id: string): Promise<boolean> {
  const { open } = await import('node:fs/promises')
  try {
    await using handle = await open(file)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0)
    return buffer.toString('utf8', 0, bytesRead).replace(/^\uFEFF/, '').trimStart().startsWith('[') // prettier-ignore
  } catch (error) {
    throw new HarnessError('data', `workload ${id}: ${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

interface Line extends Message {
  thinkSeconds?: number | undefined
}
const SPEAKERS: Record<string, Message['role']> = { human: 'user', user: 'user', gpt: 'assistant', chatgpt: 'assistant', assistant: 'assistant', bing: 'assistant', bard: 'assistant', system: 'system' } // prettier-ignore
const speaker = z.string().transform((name, context) => {
  if (Object.hasOwn(SPEAKERS, name)) return SPEAKERS[name]!
  context.addIssue({ code: 'custom', message: `is "${name}"; known are ${Object.keys(SPEAKERS).join(', ')}` })
  return z.NEVER
})
const thinkSeconds = z.number().min(0).optional()
const RowSchema = z.union(
  [
    z.object({ conversations: z.array(z.object({ from: speaker, value: z.string(), thinkSeconds })) }),
    z.object({ messages: z.array(z.object({ role: speaker, content: z.string(), thinkSeconds })) }),
  ],
  { error: 'must have conversations, a list of { from, value }, or messages, a list of { role, content }' },
)

/** From the first message of the user or the system on; what one side says in a row is one message. */
function linesOf(row: unknown, where: string): Line[] {
  const parsed = RowSchema.safeParse(row)
  if (!parsed.success) throw new HarnessError('data', `${where}: ${describe(parsed.error)}`)
  const all = 'messages' in parsed.data ? parsed.data.messages : parsed.data.conversations.map(({ from, value, ...rest }) => ({ role: from, content: value, ...rest })) // prettier-ignore
  const lines: Line[] = []
  for (const line of all) {
    const before = lines.at(-1)
    if (line.role === 'assistant' && !lines.some(({ role }) => role === 'user')) continue
    if (before?.role === line.role) before.content += `\n\n${line.content}`
    else lines.push({ ...line })
  }
  return lines
}

/** The deepest issue: that of the layout which the row comes nearest to. */
function describe({ issues: [issue] }: z.ZodError): string {
  if (issue?.code !== 'invalid_union') return issue?.message ?? 'is of no known layout'
  const inner = issue.errors.map(([first]) => first).filter((first) => first !== undefined && first.path.length > 1)
  return inner[0] === undefined ? issue.message : `${inner[0].path.join('.')} ${inner[0].message}`
}
