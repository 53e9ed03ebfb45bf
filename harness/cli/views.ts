/** The tables and views that `query` offers, as SQL over the files of runs. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunRecord } from '../types.ts'

export interface RunPlace {
  id: string
  dir: string
}

/** `packed` gives the folder or file of a run's samples and series in Parquet. */
export function viewsOf(runs: readonly RunPlace[], packed: (run: RunPlace, name: 'samples' | 'series') => string): string[] {
  const records = runs.map(({ dir }) => JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as RunRecord)
  const analyses = runs.map(({ dir }) => join(dir, 'analysis.json')).filter(existsSync)
  const metrics = analyses.flatMap((path) => (JSON.parse(readFileSync(path, 'utf8')) as { rows: Row[] }).rows.map(metricRow))
  const cells = records.flatMap((record) => record.cells.map(({ id, key, state, items }) => ({ run: record.id, cell: id, ...key, state, items: items.length })))
  const heads = records.map((record) => ({
    run: record.id,
    suite: record.suite.name,
    created_at: record.createdAt,
    state: record.state,
    seed: record.seed,
    quick: record.quick,
  }))
  return [
    tableOf('runs', 'run VARCHAR, suite VARCHAR, created_at VARCHAR, state VARCHAR, seed DOUBLE, quick BOOLEAN', heads),
    tableOf(
      'cells',
      'run VARCHAR, cell VARCHAR, model VARCHAR, workload VARCHAR, load VARCHAR, repeat DOUBLE, block DOUBLE, state VARCHAR, items DOUBLE',
      cells,
    ),
    tableOf(
      'metrics',
      'run VARCHAR, model VARCHAR, role VARCHAR, workload VARCHAR, load VARCHAR, slice VARCHAR, metric VARCHAR, value DOUBLE, low DOUBLE, high DOUBLE, unit VARCHAR, origin VARCHAR',
      metrics,
    ),
    ...(['samples', 'series'] as const).map((name) => {
      const parts = runs.map((run) => {
        const path = packed(run, name)
        return `SELECT ${text(run.id)} AS run, * EXCLUDE (exact) FROM read_parquet(${text(statSync(path).isDirectory() ? `${path}/*.parquet` : path)})`
      })
      return `CREATE VIEW ${name} AS ${parts.length === 0 ? 'SELECT 1 AS run WHERE false' : parts.join(' UNION ALL BY NAME ')}`
    }),
  ]
}

// --- internal ---

interface Row extends Record<string, unknown> {
  estimate: { state: string; value?: Record<string, unknown> }
}

function metricRow({ estimate: { value }, run, model, role, workload, load, slice, metric }: Row): Record<string, unknown> {
  const single = value?.['level'] === 0 && value['low'] === value['high'] // no interval: one observation, or a quoted figure
  return {
    run,
    model,
    role,
    workload,
    load,
    slice,
    metric,
    value: value?.['value'],
    low: single ? undefined : value?.['low'],
    high: single ? undefined : value?.['high'],
    unit: value?.['unit'],
    origin: value?.['origin'],
  }
}

function tableOf(name: string, columns: string, rows: readonly Record<string, unknown>[]): string {
  const names = columns.split(', ').map((column) => column.split(' ')[0]!)
  const empty = `CREATE TABLE ${name} (${columns})`
  if (rows.length === 0) return empty
  return `${empty}; INSERT INTO ${name} VALUES ${rows.map((row) => `(${names.map((column) => literal(row[column])).join(', ')})`).join(', ')}`
}

function literal(value: unknown): string {
  if (typeof value === 'string') return text(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'NULL'
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
