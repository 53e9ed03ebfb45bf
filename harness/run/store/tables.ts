/** Samples and series as columns. A text that is JSON holds what is seldom there and has parts. */
import { z } from 'zod'
import type { Cell, Getter, Table } from '../../duckdb/columns.ts'
import { packTimes, unpackTimes } from '../../duckdb/times.ts'
import { BY_LENGTH, byLengthBits } from '../../analysis/table/codes.ts'
import { textBytes } from '../../analysis/table/build.ts'
import type { CellKey, Grade, Sample, SeriesRecord } from '../../types.ts'
import { FailureSchema, SampleSchema, SeriesSchema } from './schema/index.ts'

export const SAMPLES: Table<Sample> = {
  schema: 'samples/1',
  columns: {
    ...columns('name', ['cell', 'model', 'workload', 'load']),
    ...columns('number', ['repeat', 'block']),
    ...columns('text', ['item', 'item_hash']),
    slice: 'name',
    ...columns('text', ['cluster', 'prompt', 'target']),
    ...columns('number', ['start_ms', 'end_ms']),
    token_us: 'steps',
    token_ms: 'numbers',
    ...columns('number', ['prompt_tokens', 'output_tokens']),
    ...columns('name', ['counted_by', 'finish']),
    text: 'text',
    score: 'number',
    grader: 'name',
    ...columns('text', ['answer', 'grade_detail', 'error']),
    timing: 'name',
    ...columns('text', ['reasoning', 'tool_calls', 'attempts', 'unknown', 'grading']),
    ...columns('number', ['intended_ms', 'headers_ms', 'first_reasoning_ms', 'first_answer_ms', 'reasoning_tokens', 'cached_tokens']),
    ...columns('number', ['log_prob', 'log_prob_tokens', 'stage', 'given_score', 'cost_usd']),
    ...columns('text', ['likelihoods', 'no_likelihoods']),
    text_bytes: 'number', // of the one given text
    by_length: 'number', // bits of BY_LENGTH
  },
  texts: ['prompt', 'text', 'reasoning'],
  encode: encodeSample,
  decode: decodeSample,
  parse: (value) => SampleSchema.parse(value),
}

export const SERIES: Table<SeriesRecord> = {
  schema: 'series/1',
  columns: {
    ...columns('text', ['cell', 'phase', 'meter', 'unit', 'origin', 'how', 'kind', 'scope', 'device', 'model', 'gaps']),
    ...columns('numbers', ['t_ms', 'value']),
  },
  texts: [],
  encode: ({ t, v, gaps, ...heads }) => ({ ...heads, gaps: json(gaps), t_ms: t, value: v }),
  decode: (get) =>
    SeriesSchema.parse({
      ...Object.fromEntries(['cell', 'phase', 'meter', 'unit', 'origin', 'how'].map((name) => [name, get.text(name)])),
      t: get.numbers('t_ms'),
      v: get.numbers('value'),
      ...Object.fromEntries((['kind', 'scope', 'device', 'model'] as const).flatMap((name) => (get.text(name) === undefined ? [] : [[name, get.text(name)]]))),
      ...(get.text('gaps') === undefined ? {} : { gaps: parsed(get.text('gaps'), SeriesSchema.shape.gaps) }),
    }),
  parse: (value) => SeriesSchema.parse(value),
}

// --- internal ---

const SHAPE = SampleSchema.shape
const Timing = z.enum(['token', 'event'])
const countedBy = wordOf(SHAPE.countedBy)
const finish = wordOf(SHAPE.finish)
const timing = wordOf(Timing)

function columns<K extends 'text' | 'name' | 'number' | 'numbers'>(kind: K, names: readonly string[]): Record<string, K> {
  return Object.fromEntries(names.map((name) => [name, kind]))
}

function encodeSample(sample: Sample): Record<string, Cell> {
  const { key, grade } = sample
  const steps = packTimes(sample.tokenMs, sample.startMs)
  return {
    cell: sample.cell,
    model: key.model,
    workload: key.workload,
    load: key.load,
    repeat: key.repeat,
    block: key.block,
    item: sample.item,
    item_hash: sample.itemHash,
    slice: sample.slice,
    cluster: sample.cluster,
    prompt: sample.prompt,
    target: sample.target,
    start_ms: sample.startMs,
    end_ms: sample.endMs,
    ...(steps === undefined ? { token_ms: sample.tokenMs } : { token_us: steps }),
    prompt_tokens: sample.promptTokens,
    output_tokens: sample.outputTokens,
    counted_by: sample.countedBy,
    finish: sample.finish,
    text: sample.text,
    score: grade?.score,
    grader: grade?.grader,
    answer: grade?.answer,
    grade_detail: grade === undefined ? sample.ungraded : grade.detail,
    error: json(sample.error),
    timing: sample.timing,
    reasoning: sample.reasoning,
    tool_calls: json(sample.toolCalls),
    attempts: json(sample.attempts),
    unknown: json(sample.unknown),
    grading: json(sample.grading),
    intended_ms: sample.intendedMs,
    headers_ms: sample.headersMs,
    first_reasoning_ms: sample.firstReasoningMs,
    first_answer_ms: sample.firstAnswerMs,
    reasoning_tokens: sample.reasoningTokens,
    cached_tokens: sample.cachedTokens,
    log_prob: sample.logProb,
    log_prob_tokens: sample.logProbTokens,
    stage: sample.stage,
    given_score: sample.givenScore,
    cost_usd: sample.costUsd,
    likelihoods: json(sample.likelihoods),
    no_likelihoods: sample.noLikelihoods,
    text_bytes: textBytes(sample),
    by_length: grade?.by === undefined ? undefined : byLengthBits(grade.by),
  }
}

function decodeSample(get: Getter): Sample {
  const { text, number } = get
  const startMs = needed(number('start_ms'), 'start_ms')
  const sample: Sample = {
    cell: needed(text('cell'), 'cell'),
    key: keyOf(get),
    item: needed(text('item'), 'item'),
    itemHash: needed(text('item_hash'), 'item_hash'),
    prompt: text('prompt') ?? '',
    startMs,
    endMs: needed(number('end_ms'), 'end_ms'),
    tokenMs: tokenTimes(get, startMs),
    promptTokens: needed(number('prompt_tokens'), 'prompt_tokens'),
    outputTokens: needed(number('output_tokens'), 'output_tokens'),
    countedBy: needed(countedBy(text('counted_by')), 'counted_by'),
    finish: needed(finish(text('finish')), 'finish'),
    text: text('text') ?? '',
  }
  for (const [name, column] of OPTIONAL_TEXTS) set(sample, name, text(column))
  for (const [name, column] of OPTIONAL_NUMBERS) set(sample, name, number(column))
  set(sample, 'grade', gradeOf(get))
  if (sample.grade === undefined) set(sample, 'ungraded', text('grade_detail'))
  set(sample, 'timing', timing(text('timing')))
  set(sample, 'error', parsed(text('error'), FailureSchema))
  set(sample, 'toolCalls', parsed(text('tool_calls'), SHAPE.toolCalls))
  set(sample, 'likelihoods', parsed(text('likelihoods'), SHAPE.likelihoods))
  set(sample, 'attempts', parsed(text('attempts'), SHAPE.attempts))
  set(sample, 'unknown', parsed(text('unknown'), SHAPE.unknown))
  set(sample, 'grading', parsed(text('grading'), SHAPE.grading))
  return sample
}

const OPTIONAL_TEXTS = [
  ['slice', 'slice'],
  ['cluster', 'cluster'],
  ['target', 'target'],
  ['reasoning', 'reasoning'],
  ['noLikelihoods', 'no_likelihoods'],
] as const
const OPTIONAL_NUMBERS = [
  ['intendedMs', 'intended_ms'],
  ['headersMs', 'headers_ms'],
  ['firstReasoningMs', 'first_reasoning_ms'],
  ['firstAnswerMs', 'first_answer_ms'],
  ['reasoningTokens', 'reasoning_tokens'],
  ['cachedTokens', 'cached_tokens'],
  ['logProb', 'log_prob'],
  ['logProbTokens', 'log_prob_tokens'],
  ['stage', 'stage'],
  ['givenScore', 'given_score'],
  ['costUsd', 'cost_usd'],
] as const

let lastKey: CellKey = { model: '', workload: '', load: '', repeat: 0, block: 0 }

/** Samples of a cell follow one another: they share one object. */
function keyOf({ text, number }: Getter): CellKey {
  const [model, workload, load] = [needed(text('model'), 'model'), needed(text('workload'), 'workload'), needed(text('load'), 'load')]
  const [repeat, block] = [needed(number('repeat'), 'repeat'), needed(number('block'), 'block')]
  const same = lastKey.model === model && lastKey.workload === workload && lastKey.load === load && lastKey.repeat === repeat && lastKey.block === block
  if (!same) lastKey = { model, workload, load, repeat, block }
  return lastKey
}

/** Checks that a word is one of an enumeration; a million rows do not go through zod. */
export function wordOf<T extends string>(schema: z.ZodType<T> & { options: readonly T[] }): (word: string | undefined) => T | undefined {
  const known = new Set<string>(schema.options)
  return (word) => (word === undefined || known.has(word) ? (word as T | undefined) : schema.parse(word))
}

/** What is missing is not there, as in JSON. */
function set<K extends keyof Sample>(sample: Sample, name: K, value: Sample[K] | undefined): void {
  if (value !== undefined) sample[name] = value
}

function gradeOf({ text, number }: Getter): Grade | undefined {
  const score = number('score')
  if (score === undefined) return undefined
  const grade: Grade = { score, grader: needed(text('grader'), 'grader') }
  const [answer, detail] = [text('answer'), text('grade_detail')]
  if (answer !== undefined) grade.answer = answer
  if (detail !== undefined) grade.detail = detail
  const bits = number('by_length')
  if (bits !== undefined)
    grade.by = { raw: bits & BY_LENGTH.raw ? 1 : 0, bytes: bits & BY_LENGTH.bytes ? 1 : 0, characters: bits & BY_LENGTH.characters ? 1 : 0 }
  return grade
}

function tokenTimes({ numbers }: Getter, startMs: number): readonly number[] {
  const steps = numbers('token_us')
  return steps.length > 0 ? unpackTimes(steps, startMs) : numbers('token_ms')
}

function json(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

export function parsed<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  return text === undefined ? undefined : schema.parse(JSON.parse(text))
}

function needed<T>(value: T | undefined, column: string): T {
  if (value === undefined) throw new Error(`a row has no ${column}`)
  return value
}
