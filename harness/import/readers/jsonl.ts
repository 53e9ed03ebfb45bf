/**
 * Format `jsonl`: one answer per line. Names may be written as `outputTokens` or `output_tokens`; other names are passed over,
 * and named when they look like a mistyped one. docs/import.md lists the fields.
 */
import { basename } from 'node:path'
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { Message } from '../../types.ts'
import type { Answer, Choice, Notes, Reader, Source } from '../answer.ts'
import { check, compact, count, nullish, scoreOf } from '../json.ts'
import { readJsonLines } from '../lines.ts'

export const jsonl: Reader = {
  id: 'jsonl',
  summary: 'one answer per line: {"id", "output", …}, with prompt, target, times, token counts, cost and score where known',
  recognises: ({ firstLine }) => firstLine !== undefined,
  open: (path, choice, signal) => Promise.resolve(openJsonl(path, choice, signal)),
}

const FIELDS = [
  'id',
  'output',
  'prompt',
  'target',
  'slice',
  'cluster',
  'repeat',
  'reasoning',
  'finish',
  'error',
  'latencyMs',
  'ttftMs',
  'promptTokens',
  'outputTokens',
  'reasoningTokens',
  'cachedTokens',
  'countedBy',
  'costUsd',
  'score',
  'model',
  'task',
] as const

/** Ids and labels may be numbers in a file; they are names here. */
const name = z.union([z.string(), z.number()]).transform(String)
const MessageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })

const LineSchema = z.object({
  id: nullish(name),
  output: z.string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be text') }).nullish(),
  prompt: nullish(z.union([z.string(), z.array(MessageSchema).min(1)], 'must be text or a list of { role, content } messages')),
  target: nullish(z.union([z.string(), z.number(), z.boolean()]).transform(String)),
  slice: nullish(name),
  cluster: nullish(name),
  repeat: nullish(z.int().min(0)),
  reasoning: nullish(z.string()),
  finish: nullish(z.enum(['stop', 'length', 'tool-calls', 'content-filter'])),
  error: nullish(z.string()),
  latencyMs: nullish(count),
  ttftMs: nullish(count),
  promptTokens: nullish(count),
  outputTokens: nullish(count),
  reasoningTokens: nullish(count),
  cachedTokens: nullish(count),
  countedBy: nullish(z.enum(['server', 'tokenizer', 'estimate'])),
  costUsd: nullish(count),
  score: nullish(z.union([z.number(), z.boolean()]).transform(Number)),
})

// --- internal ---

function openJsonl(path: string, { column, score }: Choice, signal: AbortSignal): Source {
  for (const [option, value] of [
    ['#', column],
    ['--score ', score],
  ] as const)
    if (value !== undefined) throw new HarnessError('usage', `${path} holds answers of one model with one score; "${option}${value}" names one of several`)
  return { file: path, format: 'jsonl', answers: (notes) => answers(path, signal, notes) }
}

async function* answers(path: string, signal: AbortSignal, notes: Notes): AsyncGenerator<Answer> {
  const asked = new Set<string>()
  for await (const { where, value } of readJsonLines(path, signal, notes.cutShort)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HarnessError('data', `${where} must be a JSON object`)
    const row = camelCase(value as Record<string, unknown>)
    for (const key of Object.keys(row)) if (!asked.has(key)) askAbout(key, asked, basename(path), notes)
    yield toAnswer(row, where)
  }
}

function toAnswer(row: Record<string, unknown>, where: string): Answer {
  const { output, prompt, score, ...rest } = check(LineSchema, row, where)
  if (output === undefined || output === null) {
    if (rest.error === undefined && (output === undefined || score === undefined)) throw noOutput(row, where)
    const given = rest.error === undefined && score !== undefined ? { score: scoreOf(score, where), noText: true as const } : {}
    return compact({ ...rest, ...given, where, output: '', prompt: prompt as string | Message[] | undefined })
  }
  return compact({ ...rest, where, output, prompt: prompt as string | Message[] | undefined, score: score === undefined ? undefined : scoreOf(score, where) })
}

function noOutput(row: Record<string, unknown>, where: string): HarnessError {
  const keys = Object.keys(row)
  const guess = ['text', 'response', 'completion', 'generation', 'answer', 'prediction'].find((key) => keys.includes(key)) ?? nearest('output', keys)
  return new HarnessError('data', `${where} has no "output"${guess === undefined ? '' : `; is it "${guess}"?`}`, {
    hint: `rename that field to "output", or give a request that failed an "error"; the line has ${keys.slice(0, 12).join(', ') || 'no field'}`,
  })
}

/** `output_tokens` as `outputTokens`. */
function camelCase(row: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(row).map(([key, value]) => [key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), value] as const)
  return Object.fromEntries(entries)
}

function askAbout(key: string, asked: Set<string>, file: string, notes: Notes): void {
  asked.add(key)
  const known: readonly string[] = FIELDS
  if (known.includes(key)) return
  const guess = nearest(key, FIELDS)
  if (guess !== undefined) notes.add('unknown-field', `${file}: the field "${key}" is not known and was passed over; did you mean "${guess}"?`)
}
