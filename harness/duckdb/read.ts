/** Reads a Parquet file of ours back, row by row as it was written. */
import { statSync } from 'node:fs'
import type { DuckDBConnection, DuckDBDataChunk, DuckDBListVector } from '@duckdb/node-api'
import { HarnessError, toFailure } from '../errors.ts'
import { columnsOf, EXACT, type ColumnKind, type Getter, type Table } from './columns.ts'
import { needDuckDB, openDatabase, quote, type Database } from './open.ts'

/** Batches of rows in the order of the file. Throws HarnessError `device` without DuckDB, `data` for a file that is not ours or is damaged. */
export async function* readParquet<T>(path: string, table: Table<T>, { texts = true }: { texts?: boolean } = {}): AsyncGenerator<T[]> {
  const database = await openDatabase(await needDuckDB(`reading ${path}`))
  try {
    await checkSchema(database, path, table.schema)
    const there = await columnsIn(database, path)
    const wanted = columnsOf(table).filter(([name]) => there.has(name) && (texts || !table.texts.includes(name)))
    const columns = await prepare(database, path, wanted, table.texts)
    const names = columns.map(({ name }) => name)
    const result = await database.connection.stream(`SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM read_parquet(${quote(filesOf(path))})`)
    const decoder = decoderOf(table)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield* decoder(chunk, names)
    }
  } catch (error) {
    throw damaged(path, error)
  } finally {
    database.close()
  }
}

/** What DuckDB reads: the file, or all parts of the folder, which it sorts by name. */
export function filesOf(path: string): string {
  return statSync(path).isDirectory() ? `${path}/*.parquet` : path
}

// --- internal ---

export function damaged(path: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error
  return new HarnessError('data', `could not read ${path}: ${toFailure(error).message.split('\n')[0]}`, { cause: error, hint: 'the record is damaged' })
}

export async function checkSchema({ connection }: Database, path: string, schema: string): Promise<void> {
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT decode(value) FROM parquet_kv_metadata(${quote(filesOf(path))}) WHERE decode(key) = 'distillbench'`,
  )
  const [[given] = []] = found.getRowsJS()
  if (given === schema) return
  if (typeof given !== 'string') throw new HarnessError('data', `${path} is no file of a run: it names no schema`)
  throw new HarnessError('data', `${path} has the schema ${given}, which this version does not know; it reads ${schema}`, {
    hint: 'a newer version of distillbench may have written it',
  })
}

/** A file that was written before a column was added lacks it. */
export async function columnsIn({ connection }: Database, path: string): Promise<ReadonlySet<unknown>> {
  const found = await connection.runAndReadAll(`SELECT DISTINCT name FROM parquet_schema(${quote(filesOf(path))})`)
  return new Set(found.getRowsJS().map(([name]) => name))
}

/** Files of fewer rows are read as they are: looking at them first would take longer. */
const MANY_ROWS = 20_000
/** Names of which there are more are read as texts. */
const MOST_NAMES = 10_000

interface Selected {
  name: string
  sql: string
}

/** What to select: in large files columns without a value are left out, and names become numbers of a list. */
async function prepare(
  { connection }: Database,
  path: string,
  columns: readonly (readonly [string, ColumnKind])[],
  long: readonly string[],
): Promise<Selected[]> {
  const from = `read_parquet(${quote(filesOf(path))})`
  const plain = columns.map(([name, kind]) => ({ name, sql: selected(name, kind) }))
  const [[rows] = []] = (await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${from}`)).getRowsJS()
  if (typeof rows !== 'number' || rows < MANY_ROWS) return plain
  const looked = columns.filter(([name, kind]) => kind !== 'numbers' && kind !== 'steps' && !long.includes(name))
  const names = looked.filter(([, kind]) => kind === 'name').map(([name]) => name)
  const counts = await first(connection, `SELECT ${looked.map(([name]) => `count("${name}")::DOUBLE AS "${name}"`).join(', ')} FROM ${from}`)
  const lists = await first(
    connection,
    `SELECT ${names.map((name) => `list(DISTINCT "${name}") FILTER (WHERE "${name}" IS NOT NULL) AS "${name}"`).join(', ')} FROM ${from}`,
  )
  const chosen: Selected[] = []
  for (const { name, sql } of plain) {
    if (counts[name] === 0) continue
    const values = lists[name] as string[] | undefined
    // The list of an enumeration is handed over as texts that end at a NUL.
    if (values === undefined || values.length > MOST_NAMES || values.some((value) => value.includes('\u0000'))) chosen.push({ name, sql })
    else {
      await connection.run(`CREATE TYPE "${name}_names" AS ENUM (${values.map(quote).join(', ')})`)
      chosen.push({ name, sql: `"${name}"::"${name}_names" AS "${name}"` })
    }
  }
  return chosen
}

async function first(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>> {
  const result = await connection.runAndReadAll(sql)
  return result.getRowObjectsJS()[0] ?? {}
}

/** NULL as NaN, which JSON cannot hold and so no record does: its check costs less than that of a NULL. */
function selected(name: string, kind: ColumnKind): string {
  return kind === 'number' ? `coalesce("${name}", 'nan'::DOUBLE) AS "${name}"` : `"${name}"`
}

/** Texts may be a megabyte each, so rows are handed on after a few. */
const BATCH_ROWS = 128

type Decoder<T> = (chunk: DuckDBDataChunk, names: readonly string[]) => Generator<T[]>

/** Keeps one copy of each short text, since models answer the same items. */
function decoderOf<T>(table: Table<T>): Decoder<T> {
  const long = new Set([...table.texts, EXACT])
  const shared = new Map<string, string>()
  const share = (text: string): string => {
    const known = shared.get(text)
    if (known !== undefined) return known
    if (text.length > SHARED_CHARACTERS) return text
    if (shared.size === MOST_SHARED) shared.clear()
    shared.set(text, text)
    return text
  }
  return function* decode(chunk, names) {
    const columns = new Map(names.map((name, index) => [name, chunk.getColumnVector(index)]))
    let row = 0
    const get: Getter = {
      text(column) {
        const vector = columns.get(column)
        if (vector === undefined) return undefined
        // A vector keeps every text that it has given; a slice of one row forgets with that row.
        const text = (long.has(column) ? vector.slice(row, 1).getItem(0) : vector.getItem(row)) as string | null
        if (text === null) return undefined
        return table.columns[column] === 'text' ? share(text) : text
      },
      number(column) {
        const value = columns.get(column)?.getItem(row) as number | undefined
        return value === undefined || Number.isNaN(value) ? undefined : value
      },
      numbers(column) {
        const list = columns.get(column) as DuckDBListVector | undefined
        if (list === undefined) return []
        const [from, length] = [list.getEntryOffset(row), list.getEntryLength(row)]
        const { childVector } = list
        const values: number[] = []
        for (let i = 0; i < length; i++) values.push(childVector.getItem(from + i) as number)
        return values.slice() // without the room that pushing leaves
      },
    }
    let rows: T[] = []
    for (; row < chunk.rowCount; row++) {
      const exact = get.text(EXACT)
      rows.push(exact === undefined ? table.decode(get) : table.parse(JSON.parse(exact)))
      if (rows.length < BATCH_ROWS) continue
      yield rows
      rows = []
    }
    if (rows.length > 0) yield rows
  }
}

/** Longer texts are seldom the same. */
const SHARED_CHARACTERS = 64
/** Where there are more, the first ones are forgotten: they would fill the memory of one who keeps nothing else. */
const MOST_SHARED = 200_000
