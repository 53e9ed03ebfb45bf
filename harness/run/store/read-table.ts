/** Reads the requests of a run as columns: a packed run of a million requests in seconds, without its texts. */
import { join } from 'node:path'
import { everyRow, tabled, TableBuilder } from '../../analysis/table/build.ts'
import { finishCode, FLAG, untoldBits } from '../../analysis/table/codes.ts'
import type { Chunk, Selection } from '../../duckdb/columns-read.ts'
import { HarnessError } from '../../errors.ts'
import type { CellKey, SampleTable, TableRun } from '../../types.ts'
import { currentOf, isPacked, openRun, readRest, readRun, type ReadOptions } from './read.ts'
import { FailureSchema, SampleSchema } from './schema.ts'
import { parsed, SAMPLES, wordOf } from './tables.ts'
import { FILES } from './write.ts'

/** As `readRun`. Questions are not in a table that was read from a packed run; `readPrompts` has those that one wants to show. */
export async function readRunTable(idOrDir: string, { out = '.distillbench' }: Omit<ReadOptions, 'texts'> = {}): Promise<TableRun> {
  const { dir, record } = openRun(idOrDir, out)
  if (!isPacked(dir, FILES.samples, FILES.samplesParquet)) return tabled(await readRun(idOrDir, { out }))
  const table = await readTable(join(dir, FILES.samplesParquet))
  const isCurrent = currentOf(record)
  const rows = everyRow(table).filter((row) => isCurrent(table.cells[table.cell[row]!]!, table.startMs[row]!))
  return { ...(await readRest(dir, record, false)), table, rows }
}

/** The file as a table; `prompt` gives nothing. */
export async function readTable(path: string): Promise<SampleTable> {
  const { openColumns } = await import('../../duckdb/columns-read.ts')
  const reader = await openColumns(path, SAMPLES, SELECTION)
  const builder = new TableBuilder(reader.rows, reader.entries(['token_us', 'token_ms']))
  for await (const chunk of reader.chunks) fill(builder, chunk, path)
  return builder.done(() => '')
}

// --- internal ---

/** UTF-16 units: one more than characters for each that takes two. */
function units(column: string): string {
  return `CASE WHEN ${column} IS NULL THEN 0 WHEN strlen(${column}) = length(${column}) THEN strlen(${column}) ELSE length(${column}) + length(regexp_replace(${column}, '[^\\x{10000}-\\x{10FFFF}]+', '', 'g')) END`
}

const NUMBERS = [
  'repeat',
  'block',
  'start_ms',
  'end_ms',
  'intended_ms',
  'first_answer_ms',
  'prompt_tokens',
  'output_tokens',
  'cached_tokens',
  'score',
  'log_prob',
  'log_prob_tokens',
  'cost_usd',
  'stage',
] as const
const NAMES = [
  'cell',
  'model',
  'workload',
  'load',
  'item',
  'item_hash',
  'cluster',
  'slice',
  'finish',
  'counted_by',
  'timing',
  'answer',
  'error',
  'attempts',
  'unknown',
  'exact',
] as const

const SELECTION: Selection = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, { sql: `"${name}"`, kind: 'number' }] as const)),
  ...Object.fromEntries(NAMES.map((name) => [name, { sql: `"${name}"`, kind: 'text' }] as const)),
  /** Where the grader took nothing out, the answer is the text. */
  bare: { sql: 'CASE WHEN answer IS NULL THEN text END', kind: 'text' },
  text_units: { sql: units('text'), kind: 'number' },
  reasoning_units: { sql: units('reasoning'), kind: 'number' },
  bytes: { sql: 'strlen(text) + coalesce(strlen(reasoning), 0)', kind: 'number' },
  token_us: { sql: 'token_us', kind: 'steps' },
  token_ms: { sql: 'token_ms', kind: 'numbers' },
}

const finishOf = wordOf(SampleSchema.shape.finish)

/** Columns first, which go through memory in order; then what has to be looked at row by row. */
function fill(builder: TableBuilder, chunk: Chunk, path: string): void {
  const { columns, length: at } = builder
  const copy = (name: string, to: Float64Array | Int32Array, none?: number): void => {
    const values = chunk.numbers(name)
    to.set(none === undefined ? values : values.map((one) => (Number.isNaN(one) ? none : one)), at)
  }
  const needed = (name: string, to: Float64Array): void => {
    copy(name, to)
    if (chunk.numbers(name).some(Number.isNaN)) throw new HarnessError('data', `${path}: ${name} is missing in a row`, { hint: 'the record is damaged' })
  }
  needed('start_ms', columns.startMs)
  needed('end_ms', columns.endMs)
  needed('prompt_tokens', columns.promptTokens)
  needed('output_tokens', columns.outputTokens)
  copy('intended_ms', columns.intendedMs)
  copy('first_answer_ms', columns.firstAnswerMs)
  copy('cached_tokens', columns.cachedTokens)
  copy('score', columns.score)
  copy('log_prob', columns.logProb)
  copy('log_prob_tokens', columns.logProbTokens)
  copy('cost_usd', columns.costUsd)
  copy('stage', columns.stage, 0)
  copy('text_units', columns.textLength)
  copy('reasoning_units', columns.reasoningLength)
  copy('bytes', columns.bytes)
  fillRows(builder, chunk, path)
}

function fillRows(builder: TableBuilder, chunk: Chunk, path: string): void {
  const { columns } = builder
  const { cell, item, item_hash, cluster, slice, finish, counted_by, timing, answer, bare, error, attempts, unknown, exact } = textsOf(chunk)
  const keyOf = keysOf(chunk, path)
  const tokens = timesOf(builder, chunk)
  const must = (text: string | undefined, name: string): string => {
    if (text === undefined) throw new HarnessError('data', `${path}: ${name} is missing in a row`, { hint: 'the record is damaged' })
    return text
  }
  for (let i = 0; i < chunk.rows; i++) {
    const whole = exact?.(i)
    if (whole !== undefined) {
      builder.add(SampleSchema.parse(JSON.parse(whole)))
      continue
    }
    const row = builder.length
    const [group, part, untold] = [cluster?.(i), slice?.(i), unknown?.(i)]
    columns.cell[row] = builder.cells.add(must(cell?.(i), 'cell'))
    columns.key[row] = builder.key(keyOf(i))
    columns.item[row] = builder.names.add(must(item?.(i), 'item'))
    columns.cluster[row] = group === undefined ? -1 : builder.names.add(group)
    columns.hash[row] = builder.hashes.add(must(item_hash?.(i), 'item_hash'))
    columns.slice[row] = part === undefined ? -1 : builder.slices.add(part)
    columns.answer[row] = builder.answers.add(answer?.(i) ?? bare?.(i)?.trim() ?? '')
    columns.finish[row] = finishCode(must(finishOf(finish?.(i)), 'finish') as Parameters<typeof finishCode>[0])
    columns.flags[row] =
      (timing?.(i) === 'event' ? FLAG.event : 0) |
      (counted_by?.(i) === 'estimate' ? FLAG.estimate : 0) |
      (untold === undefined ? 0 : untoldBits(parsed(untold, SampleSchema.shape.unknown)))
    const [failure, tries] = [error?.(i), attempts?.(i)]
    if (failure !== undefined) builder.errors.set(row, FailureSchema.parse(JSON.parse(failure)))
    if (tries !== undefined) builder.attempts.set(row, parsed(tries, SampleSchema.shape.attempts)!)
    tokens(i, row)
    builder.endRow()
  }
}

type Texts = Record<(typeof NAMES)[number] | 'bare', ReturnType<Chunk['texts']>>

function textsOf(chunk: Chunk): Texts {
  return Object.fromEntries([...NAMES, 'bare'].map((name) => [name, chunk.texts(name)])) as Texts
}

/** Rows of a cell follow one another and share a key. */
function keysOf(chunk: Chunk, path: string): (row: number) => CellKey {
  const { model, workload, load } = textsOf(chunk)
  const [repeats, blocks] = [chunk.numbers('repeat'), chunk.numbers('block')]
  let last: CellKey | undefined
  return (row) => {
    const [own, what, how] = [model?.(row), workload?.(row), load?.(row)]
    const [repeat, block] = [repeats[row]!, blocks[row]!]
    if (last?.model === own && last?.workload === what && last?.load === how && last?.repeat === repeat && last?.block === block) return last!
    if (own === undefined || what === undefined || how === undefined || Number.isNaN(repeat + block))
      throw new HarnessError('data', `${path}: the cell of a row is not told`, { hint: 'the record is damaged' })
    return (last = { model: own, workload: what, load: how, repeat, block })
  }
}

/** Appends the times of the tokens of a row; whole microseconds are kept as steps (see `unpackTimes`). */
function timesOf(builder: TableBuilder, chunk: Chunk): (row: number, at: number) => void {
  const [steps, times] = [chunk.lists('token_us'), chunk.lists('token_ms')]
  return (row, at) => {
    const [from, to] = steps === undefined ? [0, 0] : [steps.from(row), steps.to(row)]
    if (steps !== undefined && to > from) {
      builder.reserve(to - from)
      let us = Math.round(builder.columns.startMs[at]! * 1000)
      for (let i = from; i < to; i++) {
        us += steps.values[i]!
        builder.tokenMs[builder.tokens++] = us / 1000
      }
    } else if (times !== undefined) {
      const [first, end] = [times.from(row), times.to(row)]
      builder.reserve(end - first)
      for (let i = first; i < end; i++) builder.tokenMs[builder.tokens++] = times.values[i]!
    }
  }
}
