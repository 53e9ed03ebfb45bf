/** Reads the requests of a run as columns: a packed run of a million requests in seconds, without its texts. */
import { join } from 'node:path'
import { everyRow, LONGEST_ANSWER, TableBuilder } from '../../analysis/table/build.ts'
import { finishCode, FLAG, untoldBits } from '../../analysis/table/codes.ts'
import type { Chunk, Selection } from '../../duckdb/columns-read.ts'
import { HarnessError } from '../../errors.ts'
import type { CellKey, SampleTable, TableRun } from '../../types.ts'
import { asGraded, gradeTable, readGrades } from './grades.ts'
import { countLines, streamLines } from './lines.ts'
import { linedTexts, packedTexts } from './texts.ts'
import { currentOf, isPacked, openRun, readRest, type ReadOptions } from './read.ts'
import { FailureSchema, SampleSchema } from './schema/index.ts'
import { parsed, SAMPLES, wordOf } from './tables.ts'
import { FILES } from './write.ts'

/** As `readRun`. Questions and answers are not in the table: `fetchTexts` has those that one wants to show. */
export async function readRunTable(idOrDir: string, { out = '.distillbench' }: Pick<ReadOptions, 'out'> = {}): Promise<TableRun> {
  const { dir, record } = openRun(idOrDir, out)
  const isCurrent = currentOf(record)
  const { table, cutShort } = isPacked(dir, FILES.samples, FILES.samplesParquet)
    ? { table: await readTable(join(dir, FILES.samplesParquet)), cutShort: false }
    : await tableOfLines(dir)
  const rows = everyRow(table).filter((row) => isCurrent(table.cells[table.cell[row]!]!, table.startMs[row]!))
  return gradeTable({ ...(await readRest(dir, asGraded(record), cutShort)), table, rows }, await readGrades(dir, record))
}

/** The file as a table, without texts. */
export async function readTable(path: string): Promise<SampleTable> {
  const { openColumns } = await import('../../duckdb/columns-read.ts')
  const reader = await openColumns(path, SAMPLES, SELECTION)
  const builder = new TableBuilder(reader.rows, reader.entries(['token_us', 'token_ms']))
  const fillRows = rowsFiller(path)
  for await (const chunk of reader.chunks) {
    fillNumbers(builder, chunk, path)
    fillRows(builder, chunk)
  }
  const table: SampleTable = builder.done(() => undefined)
  return { ...table, fetchTexts: packedTexts(path, table) }
}

// --- internal ---

/** A batch of lines at a time. */
async function tableOfLines(dir: string): Promise<{ table: SampleTable; cutShort: boolean }> {
  const path = join(dir, FILES.samples)
  const lines = await countLines(path)
  const builder = new TableBuilder(lines, 0)
  const batches = streamLines(path, SampleSchema)
  for (;;) {
    const next = await batches.next()
    if (next.done) {
      const table: SampleTable = builder.done(() => undefined)
      return { table: { ...table, fetchTexts: linedTexts(dir, table) }, cutShort: next.value }
    }
    for (const sample of next.value) if (builder.length < lines) builder.add(sample) // what its writer has added meanwhile comes next time
  }
}

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
  'text_bytes',
  'by_length',
] as const
const NAMES = ['cell', 'model', 'workload', 'load', 'slice', 'finish', 'counted_by', 'timing'] as const
const CODES = ['item', 'cluster', 'unknown'] as const
const TEXTS = ['error', 'attempts', 'grading', 'exact'] as const

/** What `String.trim` takes away. */
const SPACE = '\t\n\u000b\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'
/** Where the grader took nothing out, the answer is the text. */
const ANSWER = `coalesce(answer, trim(text, '${SPACE}'))`

const SELECTION: Selection = {
  ...Object.fromEntries(NUMBERS.map((name) => [name, { sql: `"${name}"`, kind: 'number' }] as const)),
  ...Object.fromEntries(NAMES.map((name) => [name, { sql: name, kind: 'names' }] as const)),
  ...Object.fromEntries(CODES.map((name) => [name, { sql: `"${name}"`, kind: 'codes' }] as const)),
  ...Object.fromEntries(TEXTS.map((name) => [name, { sql: `"${name}"`, kind: 'text' }] as const)),
  // Nobody reads the hashes; where some rows are kept whole, theirs must be told from those of the column.
  item_hash: { sql: 'item_hash', kind: 'codes', unless: 'exact' },
  answer: { sql: ANSWER, shown: `left(${ANSWER}, ${LONGEST_ANSWER})`, kind: 'codes' },
  text_units: { sql: units('text'), kind: 'number' },
  reasoning_units: { sql: units('reasoning'), kind: 'number' },
  given: { sql: 'CASE WHEN likelihoods IS NULL THEN 0 ELSE 1 END', kind: 'number' },
  bytes: { sql: 'strlen(text) + coalesce(strlen(reasoning), 0)', kind: 'number' },
  token_us: { sql: 'token_us', kind: 'steps' },
  token_ms: { sql: 'token_ms', kind: 'numbers' },
}

const finishOf = wordOf(SampleSchema.shape.finish)

/** Columns of numbers, which go through memory in order. */
function fillNumbers(builder: TableBuilder, chunk: Chunk, path: string): void {
  const { columns, length: at } = builder
  const copy = (name: string, to: Float64Array | Int32Array | Uint8Array, none?: number): void => {
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
  copy('by_length', columns.byLength, 0)
  copy('text_units', columns.textLength)
  copy('reasoning_units', columns.reasoningLength)
  copy('bytes', columns.bytes)
  copy('text_bytes', columns.textBytes)
}

type Fill = (builder: TableBuilder, chunk: Chunk) => void

/** Each text is looked at once: what a number of the file is in the table is kept. */
function rowsFiller(path: string): Fill {
  const cells = lookup((text, builder) => builder.cells.add(text))
  const items = lookup((text, builder, alone) => (alone ? builder.names.append(text) : builder.names.add(text)))
  const clusters = lookup((text, builder) => builder.names.add(text))
  const hashes = lookup((text, builder, alone) => (alone ? builder.hashes.append(text) : builder.hashes.add(text)))
  const slices = lookup((text, builder) => builder.slices.add(text))
  // Of long ones only the beginning is read.
  const answers = lookup((text, builder, alone) => (alone || text.length >= LONGEST_ANSWER ? builder.answers.append(text) : builder.answers.add(text)))
  const finishes = lookup((text) => finishCode(finishOf(text)!))
  const counts = lookup((text) => (text === 'estimate' ? FLAG.estimate : 0))
  const timings = lookup((text) => (text === 'event' ? FLAG.event : 0))
  const untold = lookup((text) => untoldBits(parsed(text, SampleSchema.shape.unknown)))
  const keyOf = keysOf(path)
  return (builder, chunk) => {
    const { columns } = builder
    const codes = (name: (typeof NAMES)[number] | (typeof CODES)[number] | 'item_hash' | 'answer'): Codes => chunk.codes(name)
    const column = { cell: codes('cell'), item: codes('item'), hash: codes('item_hash'), cluster: codes('cluster'), slice: codes('slice') }
    const more = { finish: codes('finish'), counted: codes('counted_by'), timing: codes('timing'), unknown: codes('unknown'), answer: codes('answer') }
    const given = chunk.numbers('given')
    const [error, attempts, bills, exact] = (['error', 'attempts', 'grading', 'exact'] as const).map((name) => chunk.texts(name))
    const key = keyOf(chunk)
    const tokens = timesOf(builder, chunk)
    const must = (number: number, name: string): number => {
      if (number < 0) throw new HarnessError('data', `${path}: ${name} is missing in a row`, { hint: 'the record is damaged' })
      return number
    }
    for (let i = 0; i < chunk.rows; i++) {
      const whole = exact?.(i)
      if (whole !== undefined) {
        builder.add(SampleSchema.parse(JSON.parse(whole)))
        continue
      }
      const row = builder.length
      columns.cell[row] = must(cells(column.cell, i, builder), 'cell')
      columns.key[row] = builder.key(key(i))
      columns.item[row] = must(items(column.item, i, builder, exact === undefined && column.cluster === undefined), 'item')
      columns.cluster[row] = clusters(column.cluster, i, builder)
      columns.hash[row] = must(hashes(column.hash, i, builder, exact === undefined), 'item_hash')
      columns.slice[row] = slices(column.slice, i, builder)
      const answer = answers(more.answer, i, builder, exact === undefined)
      columns.answer[row] = answer < 0 ? builder.answers.add('') : answer
      columns.finish[row] = must(finishes(more.finish, i, builder), 'finish')
      columns.flags[row] =
        (given[i] === 1 ? FLAG.given : 0) |
        Math.max(0, timings(more.timing, i, builder)) |
        Math.max(0, counts(more.counted, i, builder)) |
        Math.max(0, untold(more.unknown, i, builder))
      const [failure, tries, bill] = [error?.(i), attempts?.(i), bills?.(i)]
      if (bill !== undefined) builder.bills.set(row, parsed(bill, SampleSchema.shape.grading)!)
      if (failure !== undefined) builder.errors.set(row, FailureSchema.parse(JSON.parse(failure)))
      if (tries !== undefined) builder.attempts.set(row, parsed(tries, SampleSchema.shape.attempts)!)
      tokens(i, row)
      builder.endRow()
    }
  }
}

type Codes = ReturnType<Chunk['codes']>

/** The number in the table of the text of a row; −1 where there is none. `alone`: such texts come from this column only, so each is new when it first comes. */
function lookup(
  numberOf: (text: string, builder: TableBuilder, alone: boolean) => number,
): (codes: Codes, row: number, builder: TableBuilder, alone?: boolean) => number {
  let known = new Int32Array(1024).fill(-1)
  return (codes, row, builder, alone = false) => {
    if (codes === undefined) return -1
    const code = codes.numbers[row]!
    if (code < 0) return -1
    if (code >= known.length) {
      const grown = new Int32Array(2 * codes.texts.length).fill(-1)
      grown.set(known)
      known = grown
    }
    if (known[code]! < 0) known[code] = numberOf(codes.texts[code]!, builder, alone)
    return known[code]!
  }
}

/** Rows of a cell follow one another and share a key. */
function keysOf(path: string): (chunk: Chunk) => (row: number) => CellKey {
  let last: { own: number; what: number; how: number; key: CellKey } | undefined
  return (chunk) => {
    const [models, workloads, loads] = [chunk.codes('model'), chunk.codes('workload'), chunk.codes('load')]
    const [repeats, blocks] = [chunk.numbers('repeat'), chunk.numbers('block')]
    return (row) => {
      const [own, what, how] = [models?.numbers[row] ?? -1, workloads?.numbers[row] ?? -1, loads?.numbers[row] ?? -1]
      const [repeat, block] = [repeats[row]!, blocks[row]!]
      if (last?.own === own && last.what === what && last.how === how && last.key.repeat === repeat && last.key.block === block) return last.key
      if (own < 0 || what < 0 || how < 0 || Number.isNaN(repeat + block))
        throw new HarnessError('data', `${path}: the cell of a row is not told`, { hint: 'the record is damaged' })
      const key = { model: models!.texts[own]!, workload: workloads!.texts[what]!, load: loads!.texts[how]!, repeat, block }
      last = { own, what, how, key }
      return key
    }
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
