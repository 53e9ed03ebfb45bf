import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EXIT, HarnessError } from '../../errors.ts'
import { installCommand } from '../../package.ts'
import { command } from '../command.ts'
import { textTable } from '../format.ts'
import { jsonText } from '../io.ts'
import { viewsOf } from '../views.ts'

export default command('query', async (args, { io, signal }) => {
  const { listRuns } = await import('../../run/index.ts')
  const { querySql } = await import('../../duckdb/query.ts')
  // Runs that were not packed are packed for this query only.
  const scratch = mkdtempSync(join(realpathSync(tmpdir()), 'distillbench-query-'))
  try {
    const runs = (await listRuns(args.runs)).map(({ id, dir }) => ({ id, dir: resolve(dir) }))
    const lines = runs.filter(({ dir }) => existsSync(join(dir, 'samples.jsonl')) || !existsSync(join(dir, 'samples.parquet')))
    for (const { id, dir } of lines) await packInto(dir, join(scratch, id), signal)
    const packed = new Set(lines.map(({ id }) => id))
    const views = viewsOf(runs, ({ id, dir }, name) => join(packed.has(id) ? join(scratch, id) : dir, `${name}.parquet`))
    const { columns, rows } = await querySql(args.sql, views, [resolve(args.runs, 'runs'), scratch], signal)
    if (args.json) await io.result(jsonText(rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])))))
    else if (args.csv) await io.result([columns, ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join(''))
    else if (rows.length === 0) await io.result('no rows\n')
    else
      await io.result(
        `${textTable(
          columns,
          rows.map((row) => row.map(shown)),
          io.stdout.width,
        )}\n`,
      )
    return EXIT.ok
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})

// --- internal ---

async function packInto(dir: string, to: string, signal: AbortSignal): Promise<void> {
  const { packCopy } = await import('../../run/index.ts')
  const done = await packCopy(dir, to, signal)
  if (done.state !== 'ok')
    throw new HarnessError('device', `query needs DuckDB: ${done.state === 'absent' ? done.why : done.error.message}`, {
      hint: installCommand('@duckdb/node-api'),
    })
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '—'
  return typeof value === 'string' ? value.replace(/\p{Cc}/gu, ' ') : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
