/** Questions of a few requests of a run, fetched when they are shown: all of them would be most of the memory. */
import { join } from 'node:path'
import { quote, needDuckDB, openDatabase } from '../../duckdb/open.ts'
import { damaged, filesOf } from '../../duckdb/read.ts'
import type { SampleTable } from '../../types.ts'
import { streamLines } from './lines.ts'
import { SampleSchema } from './schema/index.ts'
import { FILES } from './write.ts'

type Fetch = NonNullable<SampleTable['fetchPrompts']>

/** Of a packed run. */
export function packedPrompts(path: string, table: SampleTable): Fetch {
  return async (rows) => {
    if (rows.length === 0) return new Map()
    const { connection, close } = await openDatabase(await needDuckDB(`reading ${path}`))
    try {
      const list = (texts: Iterable<string>): string => [...new Set(texts)].map(quote).join(', ')
      const [cells, items] = [list(rows.map((row) => cellOf(table, row))), list(rows.map((row) => itemOf(table, row)))]
      const found = await connection.runAndReadAll(
        `SELECT cell, item, prompt, exact FROM read_parquet(${quote(filesOf(path))}) WHERE (cell IN (${cells}) AND item IN (${items})) OR exact IS NOT NULL`,
      )
      const prompts = new Map<string, string>()
      for (const [cell, item, prompt, exact] of found.getRowsJS() as (string | null)[][]) {
        const sample = exact == null ? undefined : SampleSchema.parse(JSON.parse(exact))
        prompts.set(nameOf(sample?.cell ?? cell ?? '', sample?.item ?? item ?? ''), sample?.prompt ?? prompt ?? '')
      }
      return byRow(table, rows, prompts)
    } catch (error) {
      throw damaged(path, error)
    } finally {
      close()
    }
  }
}

/** Of a run in lines, which are read once more. */
export function linedPrompts(dir: string, table: SampleTable): Fetch {
  return async (rows) => {
    if (rows.length === 0) return new Map()
    const wanted = new Set(rows.map((row) => nameOf(cellOf(table, row), itemOf(table, row))))
    const prompts = new Map<string, string>()
    for await (const batch of streamLines(join(dir, FILES.samples), SampleSchema))
      for (const { cell, item, prompt } of batch) if (wanted.has(nameOf(cell, item))) prompts.set(nameOf(cell, item), prompt)
    return byRow(table, rows, prompts)
  }
}

// --- internal ---

function cellOf(table: SampleTable, row: number): string {
  return table.cells[table.cell[row]!]!
}

function itemOf(table: SampleTable, row: number): string {
  return table.names[table.item[row]!]!
}

/** Requests of one cell and item have one question. */
function nameOf(cell: string, item: string): string {
  return `${cell}\u0000${item}`
}

function byRow(table: SampleTable, rows: readonly number[], prompts: ReadonlyMap<string, string>): Map<number, string> {
  return new Map(rows.map((row) => [row, prompts.get(nameOf(cellOf(table, row), itemOf(table, row))) ?? '']))
}
