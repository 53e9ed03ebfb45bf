/** Reads chosen columns of a Parquet file of ours as they lie in memory, a chunk of some 2,000 rows at a time. */
import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import type { Table } from './columns.ts'
import { codedNames, codedTexts, rawItems, type Coded } from './codes.ts'
import { needDuckDB, openDatabase, quote, type Database } from './open.ts'
import { checkSchema, columnsIn, damaged, filesOf } from './read.ts'

/** What is read, by the name under which it is asked for: SQL over the columns of the file. `names` are of a column with few texts; of `codes` the texts may be `shown` in part, or left out `unless` another name of the selection has values. */
export type Selection = Readonly<
  Record<string, { sql: string; shown?: string; unless?: string; kind: 'number' | 'text' | 'steps' | 'numbers' | 'codes' | 'names' }>
>

/** A part of the rows. Values hold until the next chunk is asked for. */
export interface Chunk {
  rows: number
  /** NaN: NULL. */
  numbers(name: string): Float64Array
  /** Undefined where all are NULL. */
  texts(name: string): ((row: number) => string | undefined) | undefined
  /** Texts by number, in the order in which they first come in the file, and the number of each row; −1: NULL. Undefined where all are NULL. */
  codes(name: string): { texts: readonly string[]; numbers: Int32Array } | undefined
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
      return kind === 'steps' || kind === 'numbers'
        ? `sum(len(${sql}))::DOUBLE`
        : kind === 'text' || kind === 'codes' || kind === 'names'
          ? `count(${sql})::DOUBLE`
          : '1::DOUBLE'
    }
    const found = await connection.runAndReadAll(`SELECT count(*)::DOUBLE, ${names.map(count).join(', ')} FROM ${from}`)
    const [rows = 0, ...counts] = (found.getRowsJS()[0] ?? []) as (number | null)[]
    const filled = new Map(names.map((name, i) => [name, counts[i] ?? 0]))
    const used = names.filter((name) => filled.get(name) !== 0)
    const parts: Part[] = []
    for (const name of used) {
      const { unless } = selection[name]!
      parts.push(await partOf(database, from, name, selection[name]!, unless === undefined || used.includes(unless)))
    }
    return {
      rows: rows ?? 0,
      entries: (some) => some.reduce((sum, name) => sum + (filled.get(name) ?? 0), 0),
      chunks: chunksOf(path, database, `SELECT ${parts.flatMap(({ sql }) => sql).join(', ')} FROM ${from}`, parts),
    }
  } catch (error) {
    database.close()
    throw damaged(path, error)
  }
}

// --- internal ---

const NOTHING = { text: 'NULL::VARCHAR', name: 'NULL::VARCHAR', number: 'NULL::DOUBLE', numbers: '[]::DOUBLE[]', steps: '[]::INTEGER[]' } as const

/** One name of the selection: what is selected for it, in one column or two. */
interface Part {
  name: string
  sql: readonly string[]
  coded?: Coded
}

async function partOf(database: Database, from: string, name: string, { sql, shown, kind }: Selection[string], withTexts: boolean): Promise<Part> {
  if (kind === 'number') return { name, sql: [`coalesce((${sql})::DOUBLE, 'nan'::DOUBLE)`] }
  if (kind !== 'codes' && kind !== 'names') return { name, sql: [sql] }
  const text = kind === 'names' ? `"${sql}"` : sql
  const coded = (kind === 'names' ? await codedNames(database, from, sql) : undefined) ?? codedTexts(text, withTexts ? (shown ?? text) : undefined)
  return { name, sql: coded.sql, coded }
}

async function* chunksOf(path: string, { connection, close }: Database, sql: string, parts: readonly Part[]): AsyncGenerator<Chunk> {
  try {
    const result = await connection.stream(sql)
    let next = result.fetchChunk()
    for (;;) {
      const chunk = await next
      if (chunk === null || chunk.rowCount === 0) return
      next = result.fetchChunk() // unpacked by the database's threads while this one is read
      next.catch(() => {}) // it is awaited in the next turn; a reader that leaves before does not want to know
      yield viewOf(chunk, parts)
    }
  } catch (error) {
    throw damaged(path, error)
  } finally {
    close()
  }
}

function viewOf(chunk: DuckDBDataChunk, parts: readonly Part[]): Chunk {
  const places = new Map<string, { at: number; coded?: Coded | undefined }>()
  let at = 0
  for (const { name, sql, coded } of parts) {
    places.set(name, { at, coded })
    at += sql.length
  }
  const vectorOf = (name: string): DuckDBVector | undefined => (places.has(name) ? chunk.getColumnVector(places.get(name)!.at) : undefined)
  return {
    rows: chunk.rowCount,
    numbers: (name) => rawItems(vectorOf(name)!) as Float64Array,
    codes(name) {
      const place = places.get(name)
      return place?.coded === undefined ? undefined : { texts: place.coded.texts, numbers: place.coded.numbers(chunk, place.at) }
    },
    texts(name) {
      const vector = vectorOf(name)
      return vector === undefined ? undefined : (row) => (vector.getItem(row) as string | null) ?? undefined
    },
    lists(name) {
      const vector = vectorOf(name) as ListVector | undefined
      if (vector === undefined) return undefined
      return {
        values: rawItems(vector.childVector) as Int32Array | Float64Array,
        from: (row) => vector.getEntryOffset(row),
        to: (row) => vector.getEntryOffset(row) + vector.getEntryLength(row),
      }
    },
  }
}

type ListVector = import('@duckdb/node-api').DuckDBListVector
