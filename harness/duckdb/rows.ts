/** Rows of any Parquet file, as JSON has them. */
import { HarnessError, toFailure } from '../errors.ts'
import { needDuckDB, openDatabase, quote } from './open.ts'

/**
 * Rows in the order of the file; times are texts, whole numbers beyond 2^53 lose digits. Throws HarnessError `device` without DuckDB,
 * `data` for a file that cannot be read.
 */
export async function* readParquetRows(path: string, signal?: AbortSignal): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const database = await openDatabase(await needDuckDB(`reading ${path}`))
  const { connection } = database
  const stop = (): void => connection.interrupt()
  signal?.addEventListener('abort', stop)
  try {
    const result = await connection.stream(`SELECT to_json(rows)::VARCHAR FROM read_parquet(${quote(path)}) AS rows`)
    for (;;) {
      if (signal?.aborted) throw new HarnessError('aborted', 'interrupted')
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      const column = chunk.getColumnVector(0)
      for (let row = 0; row < chunk.rowCount; row++) yield parse(String(column.getItem(row)))
    }
  } catch (error) {
    if (signal?.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    if (error instanceof HarnessError) throw error
    throw new HarnessError('data', `${path} cannot be read as Parquet: ${toFailure(error).message.split('\n')[0]}`, { cause: error })
  } finally {
    signal?.removeEventListener('abort', stop)
    database.close()
  }
}

// --- internal ---

/** DuckDB writes NaN and Infinity, which JSON does not have. */
function parse(json: string): Record<string, unknown> {
  try {
    return JSON.parse(json) as Record<string, unknown>
  } catch {
    return JSON.parse(json.replace(/("(?:[^"\\]|\\.)*")|-?(?:NaN|Infinity)/g, (_, text: string | undefined) => text ?? 'null')) as Record<string, unknown>
  }
}
