/** Imports in a folder of their own. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { analyse } from '../../harness/analysis/index.ts'
import { importAnswers, type ImportOptions } from '../../harness/import/index.ts'
import { readRun } from '../../harness/run/index.ts'
import type { Analysis, Estimate, StoredRun } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'

export const FIXTURES: string = fileURLToPath(new URL('../fixtures/import/', import.meta.url))
export const BIG = 'lm-eval/big__model/samples_sums_2025-02-06T10-11-12.123456.jsonl'
export const SMALL = 'lm-eval/small__model/samples_sums_2025-02-06T11-12-13.654321.jsonl'

export interface Imported {
  run: StoredRun
  analysis: Analysis
}

/** Files by role, relative to the fixtures; everything else as the command line has it by default. */
export async function importFiles(teacher: string, students: readonly string[], options: Partial<ImportOptions> = {}): Promise<Imported> {
  const { dir } = await importAnswers({
    out: scratch(),
    files: [{ role: 'teacher', word: teacher }, ...students.map((word) => ({ role: 'student' as const, word }))],
    by: 'auto',
    allowMissing: false,
    margin: 0.02,
    command: 'distillbench import',
    signal: new AbortController().signal,
    ...options,
  })
  const run = await readRun(dir)
  return { run, analysis: analyse([run]) }
}

/** A file of JSON lines in a folder of its own. */
export function jsonLines(name: string, rows: readonly unknown[], { end = '\n', bom = '' }: { end?: string; bom?: string } = {}): string {
  const path = join(scratch(), name)
  writeFileSync(path, bom + rows.map((row) => JSON.stringify(row) + end).join(''))
  return path
}

export function textFile(name: string, content: string | Buffer): string {
  const path = join(scratch(), name)
  writeFileSync(path, content)
  return path
}

/** The estimate of a row, or why there is none. */
export function rowOf({ analysis }: Imported, model: string, metric: string): Estimate | string {
  const row = analysis.rows.find((one) => one.model === model && one.metric === metric && one.slice === '')
  if (row === undefined) return 'no row'
  return row.estimate.state === 'ok' ? row.estimate.value : row.estimate.state === 'absent' ? row.estimate.why : row.estimate.error.message
}

export function differenceOf({ analysis }: Imported, model: string, metric = 'accuracy'): { value: number; low: number; high: number } | string {
  const row = analysis.ratios.find((one) => one.model === model && one.metric === metric && one.slice === '')
  if (row === undefined) return 'no row'
  const { difference } = row
  if (difference.state !== 'ok') return difference.state === 'absent' ? difference.why : difference.error.message
  const { value, low, high } = difference.value
  return { value, low, high }
}

export const warningsOf = ({ run }: Imported, code: string): string[] => run.record.warnings.filter((one) => one.code === code).map(({ message }) => message)
