/** A file of columns: what is in it, and how rows become columns and come back. */
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { Api } from './open.ts'

/** A `name` is a text of which there are few. `steps` are integers of 32 bits. A list is never NULL. */
export type ColumnKind = 'text' | 'name' | 'number' | 'numbers' | 'steps'
export type Cell = string | number | readonly number[] | undefined

export interface Table<T> {
  /** Written into the file, so that another version can tell. */
  readonly schema: string
  readonly columns: Readonly<Record<string, ColumnKind>>
  /** Columns that are left out where texts are not wanted. */
  readonly texts: readonly string[]
  /** Values by column. */
  encode(row: T): Readonly<Record<string, Cell>>
  decode(get: Getter): T
  /** From JSON, checked. Throws where it is no such row. */
  parse(value: unknown): T
}

/** The cell of a column; undefined where it is NULL or was not read. */
export interface Getter {
  text(column: string): string | undefined
  number(column: string): number | undefined
  /** A new list, which the caller may change. */
  numbers(column: string): number[]
}

/** Whole row as JSON, where the columns cannot hold it exactly: UTF-8 has no half of a surrogate pair. */
export const EXACT = 'exact'

export function columnsOf<T>({ columns }: Table<T>): readonly (readonly [name: string, kind: ColumnKind])[] {
  return [...Object.entries(columns), [EXACT, 'text']]
}

export function sqlType(kind: ColumnKind): string {
  return { text: 'VARCHAR', name: 'VARCHAR', number: 'DOUBLE', numbers: 'DOUBLE[]', steps: 'INTEGER[]' }[kind]
}

export function chunkType(api: Api, kind: ColumnKind): DuckDBType {
  if (kind === 'text' || kind === 'name') return api.VARCHAR
  if (kind === 'number') return api.DOUBLE
  return api.LIST(kind === 'numbers' ? api.DOUBLE : api.INTEGER)
}

/** The cells of a row in the order of `columnsOf`. */
export function cellsOf<T>(api: Api, table: Table<T>, row: T): DuckDBValue[] {
  const cells = table.encode(row)
  let exact = true
  const values = Object.entries(table.columns).map(([name, kind]): DuckDBValue => {
    const cell = cells[name]
    if (cell === undefined) return kind === 'numbers' || kind === 'steps' ? api.listValue([]) : null
    if (typeof cell === 'number') return cell
    if (typeof cell !== 'string') return api.listValue([...cell])
    if (!LONE.test(cell)) return cell
    exact = false
    return cell.replace(LONE_ALL, '\ufffd') // what queries see
  })
  return [...values, exact ? null : JSON.stringify(row)]
}

// --- internal ---

const LONE = /\p{Surrogate}/u
const LONE_ALL = /\p{Surrogate}/gu
