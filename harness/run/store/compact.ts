/** The end of a run: JSON lines become columns, which take a tenth of the space and are read many times faster. */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { Table } from '../../duckdb/columns.ts'
import type { Api } from '../../duckdb/open.ts'
import { HarnessError } from '../../errors.ts'
import type { Observed, Sample, SeriesRecord } from '../../types.ts'
import { storageError } from './errors.ts'
import { streamLines } from './lines.ts'
import { lockRun } from './lock.ts'
import { SampleSchema, SeriesSchema } from './schema/index.ts'
import { SAMPLES, SERIES } from './tables.ts'
import { FILES } from './write.ts'

/** Rows in each file. */
export interface Compacted {
  samples: number
  series: number
}

/**
 * Replaces samples.jsonl and series.jsonl by Parquet: a file, or a folder of parts where it is large. Each is written under another name, read back and compared row by
 * row; only then do the lines go. Absent, with the lines as they were, where DuckDB is missing or a line is unfinished. Safe
 * to be killed at any time: lines that are there are what counts. Throws HarnessError `storage`, `data`, or `usage` while
 * another process writes to the run.
 */
export async function compactRun(dir: string, signal: AbortSignal = new AbortController().signal): Promise<Observed<Compacted>> {
  const { loadDuckDB } = await import('../../duckdb/open.ts')
  const api = await loadDuckDB()
  if (api.state !== 'ok') return api
  const unlock = lockRun(dir)
  try {
    const samples = await convert<Sample>(api.value, dir, {
      lines: FILES.samples,
      columns: FILES.samplesParquet,
      table: SAMPLES,
      schema: SampleSchema,
      signal,
    })
    if (samples.state !== 'ok') return samples
    const series = await convert<SeriesRecord>(api.value, dir, {
      lines: FILES.series,
      columns: FILES.seriesParquet,
      table: SERIES,
      schema: SeriesSchema,
      signal,
    })
    return series.state === 'ok' ? { state: 'ok', value: { samples: samples.value, series: series.value } } : series
  } finally {
    unlock()
  }
}

/** Samples and series of a run as Parquet in the folder `to`; the run is left as it is. */
export async function packCopy(dir: string, to: string, signal: AbortSignal): Promise<Observed<true>> {
  const { loadDuckDB } = await import('../../duckdb/open.ts')
  const { writeParquet } = await import('../../duckdb/write.ts')
  const api = await loadDuckDB()
  if (api.state !== 'ok') return api
  mkdirSync(to)
  await writeParquet(api.value, join(to, FILES.samplesParquet), SAMPLES, streamLines<Sample>(join(dir, FILES.samples), SampleSchema), signal)
  await writeParquet(api.value, join(to, FILES.seriesParquet), SERIES, streamLines<SeriesRecord>(join(dir, FILES.series), SeriesSchema), signal)
  return { state: 'ok', value: true }
}

// --- internal ---

interface Conversion<T> {
  lines: string
  columns: string
  table: Table<T>
  schema: z.ZodType<T>
  signal: AbortSignal
}

async function convert<T>(api: Api, dir: string, { lines, columns, table, schema, signal }: Conversion<T>): Promise<Observed<number>> {
  const { writeParquet } = await import('../../duckdb/write.ts')
  const [from, to] = [join(dir, lines), join(dir, columns)]
  const temporary = `${to}.new`
  if (!existsSync(from)) return { state: 'ok', value: 0 } // done before
  try {
    const source = keepCount(streamLines(from, schema))
    rmSync(temporary, { recursive: true, force: true })
    const { rows: written, parts } = await writeParquet(api, temporary, table, source.batches, signal)
    if (source.cutShort()) return { state: 'absent', why: `the last line of ${lines} is incomplete` }
    const same = await equalRows(streamLines(from, schema), temporary, table, signal)
    if (same !== written) throw new HarnessError('data', `${columns} does not hold what ${lines} does (row ${same + 1} of ${written}); the lines are kept`)
    parts.forEach(sync)
    rmSync(to, { recursive: true, force: true }) // of an earlier end of the run
    renameSync(parts.length === 1 ? parts[0]! : temporary, to)
    rmSync(from)
    return { state: 'ok', value: written }
  } catch (error) {
    if (signal.aborted) throw new HarnessError('aborted', 'interrupted while packing the run; nothing is lost', { cause: error })
    throw error instanceof HarnessError ? error : storageError(error, dir, `write ${columns}`)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Passes batches on, and knows at the end whether the last line was cut short. */
function keepCount<T>(batches: AsyncGenerator<T[], boolean>): { batches: AsyncGenerator<T[]>; cutShort: () => boolean } {
  let cut = false
  async function* pass(): AsyncGenerator<T[]> {
    cut = yield* batches
  }
  return { batches: pass(), cutShort: () => cut }
}

/** How many rows both have, from the first on, and equal; −1 where the file has more. */
async function equalRows<T>(lines: AsyncGenerator<T[], boolean>, path: string, table: Table<T>, signal: AbortSignal): Promise<number> {
  const { readParquet } = await import('../../duckdb/read.ts')
  let equal = 0
  let expected: T[] = []
  for await (const rows of readParquet(path, table)) {
    signal.throwIfAborted()
    for (const row of rows) {
      while (expected.length === 0) {
        const next = await lines.next()
        if (next.done) return -1
        expected = next.value.toReversed()
      }
      if (!isDeepStrictEqual(row, expected.pop())) return equal
      equal++
    }
  }
  return equal
}

function sync(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
