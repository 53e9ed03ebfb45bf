/** Questions and answers of a few requests of a run, fetched when they are shown: all of them would be most of the memory. */
import { join } from 'node:path'
import { quote, needDuckDB, openDatabase } from '../../duckdb/open.ts'
import { damaged, filesOf } from '../../duckdb/read.ts'
import type { RowTexts, Sample, SampleTable } from '../../types.ts'
import { streamLines } from './lines.ts'
import { SampleSchema } from './schema/index.ts'
import { FILES } from './write.ts'

type Fetch = NonNullable<SampleTable['fetchTexts']>

/** Of a packed run. */
export function packedTexts(path: string, table: SampleTable): Fetch {
  return async (rows) => {
    if (rows.length === 0) return new Map()
    const { connection, close } = await openDatabase(await needDuckDB(`reading ${path}`))
    try {
      const list = (texts: Iterable<string>): string => [...new Set(texts)].map(quote).join(', ')
      const [cells, items] = [list(rows.map((row) => cellOf(table, row))), list(rows.map((row) => itemOf(table, row)))]
      const found = await connection.runAndReadAll(
        `SELECT cell, item, start_ms, prompt, text, target, exact FROM read_parquet(${quote(filesOf(path))}) WHERE (cell IN (${cells}) AND item IN (${items})) OR exact IS NOT NULL`,
      )
      const texts = new Map<string, RowTexts>()
      for (const row of found.getRowObjectsJS() as unknown as Found[]) {
        const sample = row.exact == null ? undefined : SampleSchema.parse(JSON.parse(row.exact))
        const key = nameOf(sample?.cell ?? row.cell ?? '', sample?.item ?? row.item ?? '', sample?.startMs ?? row.start_ms ?? 0)
        texts.set(key, textsOf(sample ?? { prompt: row.prompt ?? '', text: row.text ?? '', ...(row.target == null ? {} : { target: row.target }) }))
      }
      return byRow(table, rows, texts)
    } catch (error) {
      throw damaged(path, error)
    } finally {
      close()
    }
  }
}

/** Of a run in lines, which are read once more. */
export function linedTexts(dir: string, table: SampleTable): Fetch {
  return async (rows) => {
    if (rows.length === 0) return new Map()
    const wanted = new Set(rows.map((row) => keyOf(table, row)))
    const texts = new Map<string, RowTexts>()
    for await (const batch of streamLines<Sample>(join(dir, FILES.samples), SampleSchema))
      for (const sample of batch) {
        const key = nameOf(sample.cell, sample.item, sample.startMs)
        if (wanted.has(key)) texts.set(key, textsOf(sample))
      }
    return byRow(table, rows, texts)
  }
}

// --- internal ---

interface Found {
  cell: string | null
  item: string | null
  start_ms: number | null
  prompt: string | null
  text: string | null
  target: string | null
  exact: string | null
}

function textsOf({ prompt, text, target }: RowTexts): RowTexts {
  return { prompt, text, ...(target === undefined ? {} : { target }) }
}

function cellOf(table: SampleTable, row: number): string {
  return table.cells[table.cell[row]!]!
}

function itemOf(table: SampleTable, row: number): string {
  return table.names[table.item[row]!]!
}

/** A cell may ask an item several times, under a load that runs for a time. */
function nameOf(cell: string, item: string, startMs: number): string {
  return `${cell}\u0000${item}\u0000${startMs}`
}

function keyOf(table: SampleTable, row: number): string {
  return nameOf(cellOf(table, row), itemOf(table, row), table.startMs[row]!)
}

function byRow(table: SampleTable, rows: readonly number[], texts: ReadonlyMap<string, RowTexts>): Map<number, RowTexts> {
  return new Map(
    rows.flatMap((row) => {
      const found = texts.get(keyOf(table, row))
      return found === undefined ? [] : [[row, found]]
    }),
  )
}
