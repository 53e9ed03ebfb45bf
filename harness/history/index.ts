/** A metric over all stored runs: one series for each model, workload and load, with changes of level and of environment. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changePoints, METRICS } from '../analysis/index.ts'
import { HarnessError, nearest } from '../errors.ts'
import { createRandom } from '../random.ts'
import { headsOf } from './heads.ts'
import { parseRows, type FigureRow } from './rows.ts'

export interface HistoryPoint {
  run: string
  createdAt: string
  value: number
  low?: number
  high?: number
  origin: string
  /** What differs in the environment from the run before. */
  changed: string[]
}
export interface HistorySeries {
  suite: string
  model: string
  workload: string
  load: string
  slice: string
  unit: string
  /** Oldest first. */
  points: HistoryPoint[]
  /** Where the level changed: index of the first point of the new level, and the levels before and after (medians). */
  changes: { at: number; p: number; before: number; after: number }[]
}
export interface HistoryOptions {
  metric: string
  suite?: string
  models?: readonly string[]
  workload?: string
  load?: string
}

/** Throws HarnessError `usage` for an unknown metric. Runs without figures beside their record are passed over and counted. */
export function historyOf(
  folders: readonly string[],
  { metric, suite, models, workload, load }: HistoryOptions,
): { series: HistorySeries[]; runs: number; without: number } {
  const known = METRICS.map(({ id }) => id)
  if (!known.includes(metric)) {
    const guess = nearest(metric, known)
    throw new HarnessError('usage', `there is no metric "${metric}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
      hint: 'distillbench list metrics shows them',
    })
  }
  const runs = folders.flatMap(headsOf).filter((run) => suite === undefined || run.suite === suite)
  runs.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0))
  const series = new Map<string, HistorySeries>()
  const machines = new Map<string, Record<string, string>>()
  let without = 0
  for (const run of runs) {
    const rows = figuresOf(run.dir, metric)
    if (rows === undefined) without += 1
    const wanted = (rows ?? []).filter(
      (row) =>
        (models === undefined || models.includes(row.model)) &&
        (workload === undefined || row.workload === workload) &&
        (load === undefined || row.load === load),
    )
    if (wanted.length === 0) continue
    const { machine } = run
    for (const row of wanted) {
      const key = [run.suite, row.model, row.workload, row.load, row.slice].join('\u0000')
      const own = series.get(key) ?? {
        suite: run.suite,
        model: row.model,
        workload: row.workload,
        load: row.load,
        slice: row.slice,
        unit: row.unit,
        points: [],
        changes: [],
      }
      const before = machines.get(key)
      const changed = before === undefined ? [] : differences(before, machine)
      own.points.push({
        run: run.id,
        createdAt: run.createdAt,
        value: row.value,
        origin: row.origin,
        changed,
        ...(row.low === undefined ? {} : { low: row.low }),
        ...(row.high === undefined ? {} : { high: row.high }),
      })
      machines.set(key, machine)
      series.set(key, own)
    }
  }
  for (const own of series.values()) own.changes = levelsOf(own)
  return { series: [...series.values()], runs: runs.length, without }
}

// --- internal ---

/** Change points are looked for among the newest runs; the search is quadratic. */
const SEARCHED = 200

function figuresOf(dir: string, metric: string): FigureRow[] | undefined {
  const file = join(dir, 'metrics.csv')
  return existsSync(file) ? parseRows(readFileSync(file, 'utf8'), metric).filter(({ slice }) => slice === '') : undefined
}

function differences(before: Record<string, string>, now: Record<string, string>): string[] {
  return Object.keys(now).flatMap((key) => (before[key] === undefined || before[key] === now[key] ? [] : [`${key} ${before[key]} → ${now[key]}`]))
}

function levelsOf({ points, model, workload, load }: HistorySeries): HistorySeries['changes'] {
  const offset = Math.max(0, points.length - SEARCHED)
  const values = points.slice(offset).map(({ value }) => value)
  const found = changePoints(values, { random: createRandom('history', model, workload, load, values.length) })
  return found.map(({ at, p }, i) => ({
    at: offset + at,
    p,
    before: median(values.slice(found[i - 1]?.at ?? 0, at)),
    after: median(values.slice(at, found[i + 1]?.at ?? values.length)),
  }))
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
