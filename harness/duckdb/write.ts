/** Writes rows as Parquet, packed with Zstandard. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cellsOf, chunkType, columnsOf, sqlType, type Table } from './columns.ts'
import { openDatabase, quote, type Api } from './open.ts'

/**
 * Fills the folder `dir`, which it makes, with parts that are read in the order of their names: 0000.parquet and so on. Each is
 * held in memory while it is written, so it has at most some 32 batches (of a megabyte or one row each). Gives rows and parts.
 */
export async function writeParquet<T>(
  api: Api,
  dir: string,
  table: Table<T>,
  batches: AsyncIterable<readonly T[]>,
  signal: AbortSignal,
): Promise<{ rows: number; parts: readonly string[] }> {
  mkdirSync(dir)
  const parts: string[] = []
  let rows = 0
  let waiting: (readonly T[])[] = []
  const write = async (): Promise<void> => {
    signal.throwIfAborted()
    const path = join(dir, `${String(parts.length).padStart(4, '0')}.parquet`)
    rows += await writePart(api, path, table, waiting)
    parts.push(path)
    waiting = []
  }
  for await (const batch of batches) {
    if (waiting.push(batch) === PART_BATCHES) await write()
  }
  if (waiting.length > 0 || parts.length === 0) await write()
  return { rows, parts }
}

// --- internal ---

/** Rows of a chunk; DuckDB takes no more at once. */
const CHUNK_ROWS = 2048
const PART_BATCHES = 32

async function writePart<T>(api: Api, path: string, table: Table<T>, batches: readonly (readonly T[])[]): Promise<number> {
  const { connection, close } = await openDatabase(api, { threads: '1' })
  try {
    const columns = columnsOf(table)
    await connection.run(`CREATE TABLE rows (${columns.map(([name, kind]) => `"${name}" ${sqlType(kind)}`).join(', ')})`)
    const appender = await connection.createAppender('rows')
    const types = columns.map(([, kind]) => chunkType(api, kind))
    let written = 0
    for (const batch of batches) {
      for (let from = 0; from < batch.length; from += CHUNK_ROWS) {
        const rows = batch.slice(from, from + CHUNK_ROWS)
        const chunk = api.DuckDBDataChunk.create(types, rows.length)
        chunk.setRows(rows.map((row) => cellsOf(api, table, row)))
        appender.appendDataChunk(chunk)
        written += rows.length
      }
    }
    appender.closeSync()
    await connection.run(`COPY rows TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {distillbench: ${quote(table.schema)}})`)
    return written
  } finally {
    close()
  }
}
