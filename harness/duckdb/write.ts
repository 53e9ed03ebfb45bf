/** Writes rows into a Parquet file, packed with Zstandard. */
import type { Api, Database } from './open.ts'
import { openDatabase, quote } from './open.ts'
import { cellsOf, chunkType, columnsOf, sqlType, type Table } from './columns.ts'

/** Rows of a chunk; DuckDB takes no more at once. */
const CHUNK_ROWS = 2048

/** A group of rows is in memory as a whole when it is written and when it is read. */
const GROUP_ROWS = 122_880
const GROUP_BYTES = 64 << 20

export interface Writing {
  /** Folder for what does not fit in memory; it is made when it is needed. */
  spill: string
  /** Bytes of all rows, about. */
  bytes: number
  signal: AbortSignal
}

/** Gives the number of rows. */
export async function writeParquet<T>(
  api: Api,
  path: string,
  table: Table<T>,
  batches: AsyncIterable<readonly T[]>,
  { spill, bytes, signal }: Writing,
): Promise<number> {
  const database = await openDatabase(api, { temp_directory: spill, threads: '1' })
  try {
    const { connection } = database
    await connection.run(
      `CREATE TABLE rows (${columnsOf(table)
        .map(([name, kind]) => `"${name}" ${sqlType(kind)}`)
        .join(', ')})`,
    )
    const rows = await fill(database, table, batches, signal)
    signal.throwIfAborted()
    const group = Math.max(CHUNK_ROWS, Math.min(GROUP_ROWS, Math.floor(GROUP_BYTES / Math.max(1, bytes / Math.max(1, rows)))))
    const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${group}, KV_METADATA {distillbench: ${quote(table.schema)}}`
    await connection.run(`COPY rows TO ${quote(path)} (${options})`)
    return rows
  } finally {
    database.close()
  }
}

// --- internal ---

async function fill<T>({ api, connection }: Database, table: Table<T>, batches: AsyncIterable<readonly T[]>, signal: AbortSignal): Promise<number> {
  const appender = await connection.createAppender('rows')
  const types = columnsOf(table).map(([, kind]) => chunkType(api, kind))
  let written = 0
  const append = (rows: readonly T[]): void => {
    const chunk = api.DuckDBDataChunk.create(types, rows.length)
    chunk.setRows(rows.map((row) => cellsOf(api, table, row)))
    appender.appendDataChunk(chunk)
    written += rows.length
  }
  let waiting: T[] = []
  for await (const batch of batches) {
    signal.throwIfAborted()
    for (const row of batch) {
      waiting.push(row)
      if (waiting.length < CHUNK_ROWS) continue
      append(waiting)
      waiting = []
    }
  }
  if (waiting.length > 0) append(waiting)
  appender.closeSync()
  return written
}
