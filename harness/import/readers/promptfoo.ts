/**
 * Format `promptfoo`: what `promptfoo eval -o results.json` writes, or `-o results.jsonl`. A file has a column for each provider and
 * prompt; one of them is chosen. Requests that came from promptfoo's cache have no times, for their latency is that of the cache.
 */
import { basename } from 'node:path'
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { Answer, Choice, Notes, Reader, Source } from '../answer.ts'
import { check, compact, count, nullish, readDocument } from '../json.ts'
import { readJsonLines } from '../lines.ts'
import { counted } from '../notes.ts'

export const promptfoo: Reader = {
  id: 'promptfoo',
  summary: 'results of promptfoo, .json or .jsonl; one provider of several is chosen as FILE#PROVIDER',
  recognises: ({ path, bytes, firstLine }) =>
    firstLine === undefined
      ? path.endsWith('.json') && /^\s*\{[\s\S]{0,400}"(?:evalId|results)"\s*:/.test(bytes.toString('latin1'))
      : isResult(firstLine) || ('results' in firstLine && typeof firstLine.results === 'object'),
  open: openPromptfoo,
}

const Tokens = z.looseObject({ prompt: nullish(count), completion: nullish(count), cached: nullish(count) })
const ResultSchema = z.looseObject({
  promptIdx: nullish(z.int()),
  testIdx: nullish(z.int()),
  provider: z.union([z.string().transform((id) => ({ id, label: undefined })), z.looseObject({ id: nullish(z.string()), label: nullish(z.string()) })]),
  prompt: z.looseObject({ raw: z.string(), label: nullish(z.string()) }),
  vars: z.record(z.string(), z.unknown()).default({}),
  testCase: nullish(z.looseObject({ assert: nullish(z.array(z.looseObject({ type: nullish(z.string()), value: z.unknown() }))) })),
  response: nullish(
    z.looseObject({
      output: z.unknown(),
      error: nullish(z.string()),
      cached: nullish(z.boolean()),
      tokenUsage: nullish(Tokens),
      cost: nullish(count),
      finishReason: nullish(z.string()),
    }),
  ),
  error: nullish(z.string()),
  failureReason: nullish(z.union([z.int(), z.string()])),
  success: z.boolean(),
  score: nullish(z.number()),
  namedScores: nullish(z.record(z.string(), z.number())),
  latencyMs: nullish(count),
  cost: nullish(count),
})
type Result = z.infer<typeof ResultSchema>

const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024

// --- internal ---

interface Located {
  where: string
  value: unknown
}

interface Column {
  /** Which of the file's columns, as promptfoo counts them. */
  index: number
  name: string
  prompt: string
}

async function openPromptfoo(path: string, { column, score }: Choice, signal: AbortSignal): Promise<Source> {
  const results = path.endsWith('.jsonl') ? undefined : await resultsOf(path, signal)
  const all = (notes: Notes): AsyncIterable<Located> => (results === undefined ? readJsonLines(path, signal, notes.cutShort) : walk(results))
  const chosen = chooseColumn(path, await columnsOf(all), column)
  return {
    file: path,
    format: 'promptfoo',
    model: chosen.name,
    answers: (notes) => answers(path, all(notes), chosen, score, notes),
  }
}

async function resultsOf(path: string, signal: AbortSignal): Promise<readonly Located[]> {
  const document = await readDocument(path, MAX_DOCUMENT_BYTES, 'export it as lines: `promptfoo export eval ID -o results.jsonl`', signal)
  const outer = check(
    z.looseObject({ results: z.union([z.array(z.unknown()), z.looseObject({ results: z.array(z.unknown()) })]) }),
    document,
    path,
    'is this a result of promptfoo?',
  )
  const list = Array.isArray(outer.results) ? outer.results : outer.results.results
  return list.map((value, index) => ({ where: `${path}, results[${index}]`, value }))
}

async function* walk(results: readonly Located[]): AsyncGenerator<Located> {
  yield* results
}

function nameOf({ provider }: Result): string {
  return provider.label ?? provider.id ?? 'unnamed provider'
}

async function columnsOf(all: (notes: Notes) => AsyncIterable<Located>): Promise<readonly Column[]> {
  const columns = new Map<number, Column>()
  for await (const { where, value } of all({ add: () => {}, cutShort: () => {} })) {
    const result = check(ResultSchema, value, where)
    const index = result.promptIdx ?? 0
    if (!columns.has(index)) columns.set(index, { index, name: nameOf(result), prompt: result.prompt.label ?? result.prompt.raw })
  }
  return [...columns.values()].sort((a, b) => a.index - b.index)
}

function chooseColumn(path: string, columns: readonly Column[], wanted: string | undefined): Column {
  const [only, ...others] = columns
  if (only === undefined) throw new HarnessError('data', `${path} holds no results`)
  if (wanted === undefined && others.length === 0) return only
  const found = columns.filter(({ index, name }) => wanted === name || wanted === String(index))
  if (found.length === 1) return found[0]!
  const list = columns.map(({ index, name, prompt }) => `${index}: ${name}, prompt "${prompt.replace(/\s+/g, ' ').slice(0, 40)}"`).join('; ')
  const guess =
    wanted === undefined
      ? undefined
      : nearest(
          wanted,
          columns.map(({ name }) => name),
        )
  const problem =
    wanted === undefined
      ? `${path} has ${columns.length} columns of answers, and one is needed`
      : found.length === 0
        ? `${path} has no column "${wanted}"${guess === undefined ? '' : `; did you mean ${guess}?`}`
        : `${path} has ${found.length} columns of ${wanted}, with different prompts`
  throw new HarnessError('usage', problem, { hint: `name one as ${basename(path)}#NAME or by its number; columns: ${list}` })
}

async function* answers(path: string, all: AsyncIterable<Located>, column: Column, wanted: string | undefined, notes: Notes): AsyncGenerator<Answer> {
  let cached = 0
  let place = 0
  const times = new Map<string, number>() // with --repeat a test comes several times
  for await (const { where, value } of all) {
    const result = check(ResultSchema, value, where)
    if ((result.promptIdx ?? 0) !== column.index) continue
    if (result.response?.cached === true) cached += 1
    const id = String(result.testIdx ?? place++)
    const repeat = times.get(id) ?? 0
    times.set(id, repeat + 1)
    yield { ...toAnswer(result, wanted, where), id, repeat }
  }
  if (cached > 0)
    notes.add(
      'cached-answers',
      `${basename(path)}: ${counted(cached, 'answer')} of ${column.name} came from promptfoo’s cache; times and cost of the cache are left out.`,
    )
}

function toAnswer(result: Result, wanted: string | undefined, where: string): Answer {
  const { response, prompt, vars } = result
  const cached = response?.cached === true
  const usage = response?.tokenUsage
  const failed =
    result.failureReason === 2 || result.failureReason === 'error' || response === undefined || (result.error !== undefined && response.output === undefined)
  const score = wanted === undefined ? (result.score ?? (result.success ? 1 : 0)) : result.namedScores?.[wanted]
  if (wanted !== undefined && score === undefined)
    throw new HarnessError('usage', `${where} has no score "${wanted}"`, {
      hint: `its scores: ${Object.keys(result.namedScores ?? {}).join(', ') || 'only the one of the test'}`,
    })
  return compact({
    where,
    prompt: prompt.raw,
    target: targetOf(result, vars),
    output: textOf(response?.output),
    noText: (response?.output ?? null) === null ? (true as const) : undefined,
    finish: response?.finishReason === undefined ? undefined : FINISH[response.finishReason],
    error: failed ? (result.error ?? response?.error ?? 'promptfoo recorded no answer') : undefined,
    latencyMs: cached ? undefined : result.latencyMs,
    promptTokens: usage?.prompt,
    outputTokens: usage?.completion,
    countedBy: usage === undefined ? undefined : ('server' as const),
    costUsd: cached ? undefined : (result.cost ?? response?.cost),
    score: failed || score === undefined || score < 0 || score > 1 ? undefined : score,
  })
}

const FINISH: Readonly<Record<string, 'stop' | 'length' | 'tool-calls' | 'content-filter'>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))

/** What an assertion compares the answer with, where one does: `{{expected}}` stands for a variable of the test. */
function targetOf({ testCase }: Result, vars: Readonly<Record<string, unknown>>): string | undefined {
  const compared = testCase?.assert?.find(({ type, value }) => COMPARES.has(type ?? '') && (typeof value === 'string' || typeof value === 'number'))
  if (compared === undefined) return undefined
  return String(compared.value).replace(/\{\{\s*([\w.]+)\s*\}\}/g, (whole, name: string) => (Object.hasOwn(vars, name) ? textOf(vars[name]) : whole))
}

const COMPARES: ReadonlySet<string> = new Set(['equals', 'contains', 'icontains', 'starts-with'])

function isResult(value: Readonly<Record<string, unknown>>): boolean {
  return 'provider' in value && 'prompt' in value && 'success' in value
}
