/** Recorded power with an external meter as truth: JimZeyuYang/GPU_Power_Benchmark (MIT; arXiv 2312.02741), time-aligned. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { HarnessError } from '../../harness/errors.ts'

export interface Trace {
  name: string
  /** The external meter, W. */
  truth: Column
  /** What the driver said, by field. */
  fields: ReadonlyMap<string, Column>
}
export interface Column {
  /** Milliseconds, ascending. */
  t: readonly number[]
  v: readonly number[]
}

/** Beside the project, unless told otherwise. */
export const TRACES = resolve(import.meta.dirname, compiled() ? '../../../..' : '../../..', 'shared', 'data', 'power-traces')

/** Whether both files of a trace are there. */
export function hasTrace(name: string, folder = TRACES): boolean {
  return existsSync(join(folder, `${name}.meter.csv`)) && existsSync(join(folder, `${name}.nvidia-smi.csv`))
}

/** Throws HarnessError `usage` where a file is missing or is not such a table. */
export function readTrace(name: string, folder = TRACES): Trace {
  const meter = readTable(join(folder, `${name}.meter.csv`))
  const driver = readTable(join(folder, `${name}.nvidia-smi.csv`))
  const truth = meter.get('power_w')
  if (truth === undefined) throw new HarnessError('usage', `${name}.meter.csv has no column power_w`)
  return {
    name,
    truth,
    fields: new Map([...driver].filter(([title]) => title.endsWith('[W]')).map(([title, column]) => [title.replace(/ \[W\]$/, ''), column])),
  }
}

// --- internal ---

function compiled(): boolean {
  return import.meta.dirname.includes(join('dist', 'scripts'))
}

/** Columns by title; the first is the time. Cells that are no numbers are left out of their column. */
function readTable(file: string): Map<string, Column> {
  if (!existsSync(file)) throw new HarnessError('usage', `there is no ${file}`, { hint: 'name the folder of the traces with --traces' })
  const [head, ...rows] = readFileSync(file, 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
  const columns = new Map<string, { t: number[]; v: number[] }>((head ?? []).slice(1).map((title) => [title.trim(), { t: [], v: [] }]))
  for (const row of rows) {
    const t = Number(row[0])
    ;[...columns.values()].forEach((column, i) => {
      const cell = row[i + 1]?.trim() ?? ''
      if (!Number.isFinite(t) || cell === '' || !Number.isFinite(Number(cell))) return
      column.t.push(t)
      column.v.push(Number(cell))
    })
  }
  return columns
}
