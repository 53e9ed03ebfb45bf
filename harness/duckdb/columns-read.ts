/** Reads chosen columns of a Parquet file of ours as they lie in memory, a chunk of some 2,000 rows at a time. */
import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import type { Table } from './columns.ts'
import { needDuckDB, openDatabase, quote } from './open.ts'
import { checkSchema, columnsIn, damaged, filesOf } from './read.ts'

/** What is read, by the name under which it is asked for: SQL over the columns of the file. */
export type Selection = Readonly<Record<string, { sql: string; kind: 'number' | 'text' | 'steps' | 'numbers' }>>

/** A part of the rows. Values hold until the next chunk is asked for. */
export interface Chunk {
  rows: number
  /** NaN: NULL. */
  numbers(name: string): Float64Array
  /** Undefined where all are NULL. */
  texts(name: string): ((row: number) => string | undefined) | undefined
  /** All lists one after the other; those of a row begin and end at. Undefined where all are empty. */
  lists(name: string): { values: Int32Array | Float64Array; from(row: number): number; to(row: number): number } | undefined
}

export interface ColumnReader {
  rows: number
  /** Entries in the lists of these columns together. */
  entries(names: readonly string[]): number
  chunks: AsyncGenerator<Chunk>
}

/**
 * `chunks` must be read to its end, or left by `return`. `columns` says what a selection is of; a column that the file lacks is NULL.
 * Errors as of `readParquet`.
 */
export async function openColumns<T>(path: string, table: Table<T>, selection: Selection): Promise<ColumnReader> {
  const database = await openDatabase(await needDuckDB(`reading ${path}`))
  const { connection } = database
  try {
    await checkSchema(database, path, table.schema)
    const there = await columnsIn(database, path)
    const lacking = Object.keys(table.columns).filter((name) => !there.has(name))
    const from = `(SELECT *${lacking.map((name) => `, ${NOTHING[table.columns[name]!]} AS "${name}"`).join('')} FROM read_parquet(${quote(filesOf(path))}))`
    const names = Object.keys(selection)
    const count = (name: string): string => {
      const { sql, kind } = selection[name]!
      return kind === 'steps' || kind === 'numbers' ? `sum(len(${sql}))::DOUBLE` : kind === 'text' ? `count(${sql})::DOUBLE` : '1::DOUBLE'
    }
    const found = await connection.runAndReadAll(`SELECT count(*)::DOUBLE, ${names.map(count).join(', ')} FROM ${from}`)
    const [rows = 0, ...counts] = (found.getRowsJS()[0] ?? []) as (number | null)[]
    const filled = new Map(names.map((name, i) => [name, counts[i] ?? 0]))
    const used = names.filter((name) => filled.get(name) !== 0)
    const select = used.map((name) =>
      selection[name]!.kind === 'number' ? `coalesce((${selection[name]!.sql})::DOUBLE, 'nan'::DOUBLE)` : selection[name]!.sql,
    )
    return {
      rows: rows ?? 0,
      entries: (some) => some.reduce((sum, name) => sum + (filled.get(name) ?? 0), 0),
      chunks: chunksOf(path, database, `SELECT ${select.join(', ')} FROM ${from}`, used),
    }
  } catch (error) {
    database.close()
    throw damaged(path, error)
  }
}

// --- internal ---

const NOTHING = { text: 'NULL::VARCHAR', name: 'NULL::VARCHAR', number: 'NULL::DOUBLE', numbers: '[]::DOUBLE[]', steps: '[]::INTEGER[]' } as const

async function* chunksOf(
  path: string,
  { connection, close }: Awaited<ReturnType<typeof openDatabase>>,
  sql: string,
  names: readonly string[],
): AsyncGenerator<Chunk> {
  try {
    const result = await connection.stream(sql)
    let next = result.fetchChunk()
    for (;;) {
      const chunk = await next
      if (chunk === null || chunk.rowCount === 0) return
      next = result.fetchChunk() // unpacked by the database's threads while this one is read
      next.catch(() => {}) // it is awaited in the next turn; a reader that leaves before does not want to know
      yield viewOf(chunk, names)
    }
  } catch (error) {
    throw damaged(path, error)
  } finally {
    close()
  }
}

function viewOf(chunk: DuckDBDataChunk, names: readonly string[]): Chunk {
  const vectors = new Map(names.map((name, index) => [name, chunk.getColumnVector(index)]))
  return {
    rows: chunk.rowCount,
    numbers: (name) => itemsOf(vectors.get(name)!) as Float64Array,
    texts(name) {
      const vector = vectors.get(name)
      return vector === undefined ? undefined : (row) => (vector.getItem(row) as string | null) ?? undefined
    },
    lists(name) {
      const vector = vectors.get(name) as ListVector | undefined
      if (vector === undefined) return undefined
      return {
        values: itemsOf(vector.childVector) as Int32Array | Float64Array,
        from: (row) => vector.getEntryOffset(row),
        to: (row) => vector.getEntryOffset(row) + vector.getEntryLength(row),
      }
    },
  }
}

type ListVector = import('@duckdb/node-api').DuckDBListVector

/** The values of a vector without NULLs, as they lie in memory: the package has them, and a method that gives one at a time. */
function itemsOf(vector: DuckDBVector): Float64Array | Int32Array {
  return (vector as unknown as { items: Float64Array | Int32Array }).items
}
