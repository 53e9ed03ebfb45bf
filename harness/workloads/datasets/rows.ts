/** Rows of a table, whatever the form of its file. */
import { basename } from 'node:path'
import { HarnessError } from '../../errors.ts'
import type { Row } from '../template.ts'
import type { LocalFile } from './file.ts'
import { openBytes, readLines, readText } from './lines.ts'

export const DATA_FORMATS = ['jsonl', 'json', 'csv', 'tsv', 'parquet'] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

/** A row with the place that messages name, such as `questions.jsonl:12`. */
export interface LocatedRow {
  readonly row: Row
  readonly where: string
}
export interface ReadOptions {
  /** Default: told by the end of the name. */
  readonly format?: DataFormat | undefined
  /** Who asks, for messages. */
  readonly what: string
  readonly signal?: AbortSignal | undefined
}

/** The form that a file name tells, `.gz` left out of account; undefined where it tells none. */
export function formatOf(name: string): DataFormat | undefined {
  const end = /\.([a-z]+)$/.exec(name.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? ''
  return ({ jsonl: 'jsonl', ndjson: 'jsonl', json: 'json', csv: 'csv', tsv: 'tsv', parquet: 'parquet' } as const)[end]
}

/** Rows in the order of the file. Throws HarnessError `data` with the line that is wrong; `device` for Parquet without DuckDB. */
export async function* readTable(file: LocalFile, { format, what, signal }: ReadOptions): AsyncGenerator<LocatedRow> {
  const form = format ?? formatOf(file.name) ?? 'jsonl'
  if (form === 'jsonl') yield* readJsonLines(file, what, signal)
  else if (form === 'json') yield* readJson(file, what, signal)
  else if (form === 'parquet') {
    const { readParquetRows } = await import('../../duckdb/rows.ts')
    let number = 0
    for await (const row of readParquetRows(file.path, signal)) yield { row, where: `${basename(file.name)}, row ${(number += 1)}` }
  } else yield* readCsv(file, what, form === 'csv' ? ',' : '\t', signal)
}

// --- internal ---

/** Blank lines are skipped. */
async function* readJsonLines(file: LocalFile, what: string, signal: AbortSignal | undefined): AsyncGenerator<LocatedRow> {
  const name = basename(file.name)
  let number = 0
  for await (const line of readLines(file, what, signal)) {
    number += 1
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
    const where = `${name}:${number}`
    if (text.trim() !== '') yield { row: objectOf(parseJson(text, where, 'each line must be one whole JSON object'), where), where }
  }
}

/** One list of objects. */
async function* readJson(file: LocalFile, what: string, signal: AbortSignal | undefined): AsyncGenerator<LocatedRow> {
  const name = basename(file.name)
  let text = ''
  for await (const chunk of readText(file, what, signal)) {
    text += chunk
    if (text.length > LARGEST_JSON)
      throw new HarnessError('data', `${name} is too large for one JSON document`, { hint: 'make JSON lines of it: one object per line' })
  }
  const value = parseJson(text.replace(/^\uFEFF/, ''), name, 'the file must be one list of objects; files of JSON lines end in .jsonl')
  if (!Array.isArray(value)) throw new HarnessError('data', `${name} is not a list of objects`, { hint: 'a file with an object per line should end in .jsonl' })
  for (const [i, row] of value.entries()) yield { row: objectOf(row, `${name}, entry ${i + 1}`), where: `${name}, entry ${i + 1}` }
}

/** The first line names the columns; every cell is a text. */
async function* readCsv(file: LocalFile, what: string, delimiter: string, signal: AbortSignal | undefined): AsyncGenerator<LocatedRow> {
  const name = basename(file.name)
  const { parse } = await import('csv-parse')
  const parser = parse({ delimiter, bom: true, columns: true, info: true, skip_empty_lines: true, max_record_size: LARGEST_RECORD, relax_quotes: false })
  const source = openBytes(file, signal)
  source.on('error', (error) => parser.destroy(error))
  try {
    for await (const one of source.pipe(parser)) {
      const { record, info } = one as { record: Row; info: { lines: number } }
      yield { row: record, where: `${name}:${info.lines}` }
    }
  } catch (error) {
    if (error instanceof HarnessError) throw error
    if (signal?.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    const { code, message } = error as Error & { code?: string }
    if (code?.startsWith('CSV_') === true) throw new HarnessError('data', `${name} is no valid CSV: ${message}`, { cause: error })
    throw new HarnessError('data', `${what}: ${file.name} cannot be read: ${message}`, { cause: error })
  } finally {
    source.destroy()
  }
}

const LARGEST_JSON = 2 ** 28
const LARGEST_RECORD = 2 ** 26

function parseJson(text: string, where: string, hint: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new HarnessError('data', `${where} is not valid JSON: ${(error as Error).message}`, { hint, cause: error })
  }
}

function objectOf(value: unknown, where: string): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HarnessError('data', `${where} must be a JSON object`)
  return value as Row
}
