/** Reads a Parquet file of ours back, row by row as it was written. */
import { statSync } from 'node:fs'
import type { DuckDBDataChunk, DuckDBListVector } from '@duckdb/node-api'
import { HarnessError, toFailure } from '../errors.ts'
import { columnsOf, EXACT, type ColumnKind, type Getter, type Table } from './columns.ts'
import { needDuckDB, openDatabase, quote, type Database } from './open.ts'

/** Batches of rows in the order of the file. Throws HarnessError `device` without DuckDB, `data` for a file that is not ours or is damaged. */
export async function* readParquet<T>(path: string, table: Table<T>, { texts = true }: { texts?: boolean } = {}): AsyncGenerator<T[]> {
  const database = await openDatabase(await needDuckDB(`reading ${path}`))
  try {
    await checkSchema(database, path, table.schema)
    const there = await columnsIn(database, path)
    const columns = columnsOf(table).filter(([name]) => there.has(name) && (texts || !table.texts.includes(name)))
    const names = columns.map(([name]) => name)
    const result = await database.connection.stream(`SELECT ${columns.map(selected).join(', ')} FROM read_parquet(${quote(filesOf(path))})`)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield* rowsOf(chunk, names, table)
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

function damaged(path: string, error: unknown): HarnessError {
  if (error instanceof HarnessError) return error
  return new HarnessError('data', `could not read ${path}: ${toFailure(error).message.split('\n')[0]}`, { cause: error, hint: 'the record is damaged' })
}

async function checkSchema({ connection }: Database, path: string, schema: string): Promise<void> {
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
async function columnsIn({ connection }: Database, path: string): Promise<ReadonlySet<unknown>> {
  const found = await connection.runAndReadAll(`SELECT DISTINCT name FROM parquet_schema(${quote(filesOf(path))})`)
  return new Set(found.getRowsJS().map(([name]) => name))
}

/** Texts may be a megabyte each, so they are handed on after a few rows. */
const BATCH_ROWS = 128

function* rowsOf<T>(chunk: DuckDBDataChunk, names: readonly string[], table: Table<T>): Generator<T[]> {
  const columns = new Map(names.map((name, index) => [name, chunk.getColumnVector(index)]))
  const long = new Set([...table.texts, EXACT])
  let row = 0
  const get: Getter = {
    text(column) {
      const vector = columns.get(column)
      // A vector keeps every text that it has given; a slice of one row forgets with that row.
      return ((long.has(column) ? vector?.slice(row, 1).getItem(0) : vector?.getItem(row)) ?? undefined) as string | undefined
    },
    number(column) {
      const value = columns.get(column)?.getItem(row) as number | undefined
      return value === undefined || Number.isNaN(value) ? undefined : value
    },
    numbers(column) {
      const list = columns.get(column) as DuckDBListVector
      const [from, length] = [list.getEntryOffset(row), list.getEntryLength(row)]
      return Array.from({ length }, (_, i) => list.childVector.getItem(from + i) as number)
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

/** NULL as NaN, which JSON cannot hold and so no record does: its check costs less than that of a NULL. */
function selected([name, kind]: readonly [string, ColumnKind]): string {
  return kind === 'number' ? `coalesce("${name}", 'nan'::DOUBLE) AS "${name}"` : `"${name}"`
}
