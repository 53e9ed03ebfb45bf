/** The way back: a packed run becomes lines again, so that it can be gone on with. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Table } from '../../duckdb/columns.ts'
import type { Sample, SeriesRecord } from '../../types.ts'
import { openAppend } from './append.ts'
import { storageError } from './errors.ts'
import { lockRun } from './lock.ts'
import { SAMPLES, SERIES } from './tables.ts'
import { FILES } from './write.ts'

/** Does nothing to a run that has its lines. Throws HarnessError `device` where the run is packed and DuckDB is missing. */
export async function unpackRun(dir: string): Promise<void> {
  const unlock = lockRun(dir)
  try {
    await restore<Sample>(dir, FILES.samplesParquet, FILES.samples, SAMPLES)
    await restore<SeriesRecord>(dir, FILES.seriesParquet, FILES.series, SERIES)
  } finally {
    unlock()
  }
}

// --- internal ---

async function restore<T>(dir: string, columns: string, lines: string, table: Table<T>): Promise<void> {
  const [from, to] = [join(dir, columns), join(dir, lines)]
  if (existsSync(from) && !existsSync(to)) {
    const { readParquet } = await import('../../duckdb/read.ts')
    const temporary = `${to}.new`
    rmSync(temporary, { force: true })
    const file = openAppend(temporary)
    try {
      for await (const rows of readParquet(from, table)) for (const row of rows) file.append(row)
      file.sync()
    } catch (error) {
      file.close()
      rmSync(temporary, { force: true })
      throw error
    }
    file.close()
    try {
      renameSync(temporary, to)
    } catch (error) {
      throw storageError(error, dir, `write ${lines}`)
    }
  }
  if (existsSync(to)) rmSync(from, { recursive: true, force: true }) // of an earlier end of the run
}
