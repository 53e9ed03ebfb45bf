/**
 * Format `inspect`: logs of Inspect AI, as `.eval` (a zip with a JSON file per sample) or as one `.json` document. Epochs are
 * repeats. Samples are read one at a time, so that a log may be larger than memory.
 */
import { basename } from 'node:path'
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { Completion, Message } from '../../types.ts'
import type { Answer, Choice, Notes, Reader, Source } from '../answer.ts'
import { check, compact, count, nullish, parseJson, readDocument } from '../json.ts'
import { isZip, openZip } from '../zip.ts'

export const inspect: Reader = {
  id: 'inspect',
  summary: 'logs of Inspect AI, .eval or .json',
  recognises: ({ path, bytes, firstLine }) =>
    isZip(bytes) || (firstLine === undefined && looksLikeLog(path, bytes)) || (firstLine !== undefined && isLog(firstLine)),
  open: openInspect,
}

const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string() }))])
const MessageSchema = z.looseObject({ role: z.enum(['system', 'user', 'assistant', 'tool']), content: Content })
const Usage = z.looseObject({
  input_tokens: nullish(count),
  output_tokens: nullish(count),
  reasoning_tokens: nullish(count),
  input_tokens_cache_read: nullish(count),
  total_cost: nullish(count),
})
const SampleSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).transform(String),
  epoch: z.int().min(1),
  input: z.union([z.string(), z.array(MessageSchema)]),
  target: z.union([z.string(), z.array(z.string())]).default(''),
  messages: z.array(MessageSchema).default([]),
  output: nullish(
    z.looseObject({
      choices: z.array(z.looseObject({ message: MessageSchema, stop_reason: z.string().default('unknown') })).default([]),
      completion: nullish(z.string()),
      usage: nullish(Usage),
      time: nullish(count),
      error: nullish(z.string()),
    }),
  ),
  scores: nullish(z.record(z.string(), z.looseObject({ value: z.unknown() }))),
  model_usage: nullish(z.record(z.string(), Usage)),
  working_time: nullish(count),
  error: nullish(z.looseObject({ message: z.string() })),
  attachments: nullish(z.record(z.string(), z.string())),
})
type Sample = z.infer<typeof SampleSchema>

const HeaderSchema = z.looseObject({
  status: z.string().optional(),
  eval: z.looseObject({ task: z.string(), model: z.string() }),
})
type Header = z.infer<typeof HeaderSchema>

/** One entry of the zip, or one document: a sample with its events may be long. */
const MAX_ENTRY_BYTES = 256 * 1024 * 1024

// --- internal ---

interface Located {
  where: string
  value: unknown
}

async function openInspect(path: string, { column, score }: Choice, signal: AbortSignal): Promise<Source> {
  if (column !== undefined) throw new HarnessError('usage', `${path} holds answers of one model; "#${column}" names one of several`)
  const log = await openLog(path, signal)
  const { task, model } = log.header.eval
  return {
    file: path,
    format: 'inspect',
    model,
    task: task.split('/').at(-1) ?? task,
    answers: (notes) => answers(path, log, score, notes),
  }
}

interface Log {
  header: Header
  samples(): AsyncIterable<Located>
}

async function openLog(path: string, signal: AbortSignal): Promise<Log> {
  const whole = await tryZip(path)
  if (whole !== undefined) return whole
  const document = (await readDocument(path, MAX_ENTRY_BYTES, 'convert it: `inspect log convert --to eval`', signal)) as { samples?: unknown }
  const header = check(HeaderSchema, document, path, 'is this a log of Inspect?')
  const samples = check(z.array(z.unknown()), document.samples ?? [], `${path}, samples`)
  return {
    header,
    async *samples() {
      for (const [index, value] of samples.entries()) yield { where: `${path}, samples[${index}]`, value }
    },
  }
}

/** The log in an archive; undefined where the file is no archive. */
async function tryZip(path: string): Promise<Log | undefined> {
  if (path.endsWith('.json')) return undefined
  const zip = await openZip(path)
  try {
    const name = ['header.json', '_journal/start.json'].find((known) => zip.names.includes(known)) // without a header the run was cut short
    if (name === undefined) throw new HarnessError('data', `${path} is an archive, but no log of Inspect: it has no header.json`)
    const header = check(HeaderSchema, await entry(name, path, zip), `${path}, ${name}`)
    return { header, samples: () => samplesOf(path) }
  } finally {
    zip.close()
  }
}

async function* samplesOf(path: string): AsyncGenerator<Located> {
  const zip = await openZip(path)
  try {
    for (const name of zip.names)
      if (name.startsWith('samples/') && name.endsWith('.json')) yield { where: `${path}, ${name}`, value: await entry(name, path, zip) }
  } finally {
    zip.close()
  }
}

async function entry(name: string, path: string, zip: Awaited<ReturnType<typeof openZip>>): Promise<unknown> {
  return parseJson((await zip.read(name, MAX_ENTRY_BYTES)).toString('utf8'), `${path}, ${name}`, 'the log is damaged')
}

async function* answers(path: string, { header, samples }: Log, wanted: string | undefined, notes: Notes): AsyncGenerator<Answer> {
  if (header.status !== undefined && header.status !== 'success')
    notes.add('partial', `${basename(path)}: the evaluation ended with the status ${header.status}; what is in the log was read.`)
  let scorer = wanted
  let several = 0
  for await (const { where, value } of samples()) {
    const sample = check(SampleSchema, value, where)
    const names = Object.keys(sample.scores ?? {})
    scorer ??= names[0]
    if (wanted === undefined && names.length > 1)
      notes.add('several-scores', `${basename(path)} has scores of ${names.join(', ')}; those of ${scorer} were kept (--score chooses).`)
    if (wanted !== undefined && names.length > 0 && !names.includes(wanted)) throw noScorer(path, wanted, names)
    if (Array.isArray(sample.target) && sample.target.length > 1) several += 1
    yield toAnswer(sample, header, scorer, where)
  }
  if (several > 0) notes.add('several-targets', `${basename(path)}: ${several} samples list several right answers; the first of each was kept.`)
}

function noScorer(path: string, wanted: string, names: readonly string[]): HarnessError {
  const guess = nearest(wanted, names)
  return new HarnessError('usage', `${path} has no score "${wanted}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: `its scores: ${names.join(', ')}`,
  })
}

function toAnswer(sample: Sample, header: Header, scorer: string | undefined, where: string): Answer {
  const { output, attachments } = sample
  const choice = output?.choices[0]
  const text = (content: z.infer<typeof Content>, kind: 'text' | 'reasoning'): string => partsOf(content, kind, attachments ?? {})
  // A sample of an agent has several calls: then only sums over them are known, not the time of one.
  const single = sample.messages.filter(({ role }) => role === 'assistant').length <= 1
  const usage = single ? output?.usage : (sample.model_usage?.[header.eval.model] ?? output?.usage)
  const seconds = single ? (output?.time ?? sample.working_time) : sample.working_time
  const target = Array.isArray(sample.target) ? sample.target[0] : sample.target
  const value = scorer === undefined ? undefined : sample.scores?.[scorer]?.value
  const reasoning = choice === undefined ? '' : text(choice.message.content, 'reasoning')
  return compact({
    where,
    id: sample.id,
    repeat: sample.epoch - 1,
    prompt: typeof sample.input === 'string' ? resolveText(sample.input, attachments ?? {}) : sample.input.map((message) => toMessage(message, text)),
    target: target === '' ? undefined : target,
    output: choice === undefined ? resolveText(output?.completion ?? '', attachments ?? {}) : text(choice.message.content, 'text'),
    noText: choice === undefined && output?.completion === undefined ? (true as const) : undefined,
    reasoning: reasoning === '' ? undefined : reasoning,
    finish: choice === undefined ? undefined : FINISH[choice.stop_reason],
    error: sample.error?.message ?? output?.error,
    latencyMs: seconds === undefined ? undefined : seconds * 1000,
    promptTokens: usage?.input_tokens,
    outputTokens: usage?.output_tokens,
    reasoningTokens: usage?.reasoning_tokens,
    cachedTokens: usage?.input_tokens_cache_read,
    countedBy: usage === undefined ? undefined : ('server' as const),
    costUsd: usage?.total_cost,
    score: valueOf(value),
  })
}

const FINISH: Readonly<Record<string, Completion['finish']>> = {
  stop: 'stop',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
}

/** As Inspect's own `value_to_float`: C correct, I incorrect, P partial, N no answer. */
const LETTERS: Readonly<Record<string, number>> = { C: 1, I: 0, P: 0.5, N: 0, yes: 1, true: 1, no: 0, false: 0 }

function valueOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  const number = typeof value === 'string' ? (LETTERS[value] ?? LETTERS[value.toLowerCase()] ?? (value.trim() === '' ? NaN : Number(value))) : value
  return typeof number === 'number' && number >= 0 && number <= 1 ? number : undefined
}

type Attachments = Readonly<Record<string, string>>

function toMessage({ role, content }: z.infer<typeof MessageSchema>, text: (content: z.infer<typeof Content>, kind: 'text') => string): Message {
  return { role: role === 'tool' ? 'user' : role, content: text(content, 'text') }
}

/** Texts of a message; what is no text (an image) is named. */
function partsOf(content: z.infer<typeof Content>, kind: 'text' | 'reasoning', attachments: Attachments): string {
  if (typeof content === 'string') return kind === 'text' ? resolveText(content, attachments) : ''
  return content
    .flatMap((part) => {
      const own = part[kind]
      if (part.type === kind) return typeof own === 'string' ? [resolveText(own, attachments)] : []
      return kind === 'text' && part.type !== 'reasoning' ? [`[${part.type}]`] : []
    })
    .join('\n')
}

/** Long texts are kept once per sample, under their hash. */
function resolveText(text: string, attachments: Attachments): string {
  const name = /^attachment:\/\/([0-9a-f]{8,64})$/.exec(text)?.[1]
  return name === undefined ? text : (attachments[name] ?? text)
}

function isLog(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.eval === 'object' && 'status' in value
}

/** A document that is spread over lines. */
function looksLikeLog(path: string, bytes: Buffer): boolean {
  return path.endsWith('.json') && /^\s*\{[\s\S]{0,400}"eval"\s*:\s*\{/.test(bytes.toString('latin1'))
}
