import { join } from 'node:path'
import type { Analysis, Sample, StoredRun } from '../types.ts'
import { writeWhole } from './files.ts'
import type { Io } from './io.ts'

/** The files that `run` leaves beside the record, by what is in them. */
export interface ReportFiles {
  html: string
  md: string
  metrics: string
  samples: string
  analysis: string
}

type Reported = Pick<StoredRun, 'record' | 'dir'> & { samples?: readonly Sample[] }

/** What the user asked for, and where notes go. */
export interface Told {
  lang: string
  json: boolean
  io: Pick<Io, 'note'>
}

/** Writes all reports of a run into its folder, those for people in the language asked for. `batches`: its samples, where the run does not have them. */
export async function writeReports(
  run: Reported,
  analysis: Analysis,
  { lang, ...told }: Told,
  batches?: AsyncIterable<readonly Sample[]>,
): Promise<ReportFiles> {
  const { renderReport, renderSamplesCsv, streamSamplesCsv } = await import('../../reports/index.ts')
  const files: ReportFiles = {
    html: join(run.dir, 'report.html'),
    md: join(run.dir, 'report.md'),
    metrics: join(run.dir, 'metrics.csv'),
    samples: join(run.dir, 'samples.csv'),
    analysis: join(run.dir, 'analysis.json'),
  }
  await writeWhole(files.analysis, await renderReport(analysis, 'json'))
  await writeWhole(files.metrics, await renderReport(analysis, 'csv'))
  await writeWhole(
    files.samples,
    batches === undefined ? renderSamplesCsv([{ record: run.record, samples: run.samples ?? [] }]) : streamSamplesCsv(run.record.id, batches),
  )
  await writeWhole(files.md, await renderReport(analysis, 'md', lang))
  const page = await renderReport(analysis, 'html', lang)
  await writeWhole(files.html, page)
  noteLarge(page, told)
  return files
}

/** Says so where a page is too large to be sent around. */
export function noteLarge(page: string, { json, io }: Omit<Told, 'lang'>): void {
  const bytes = Buffer.byteLength(page)
  if (bytes <= LARGE_BYTES) return
  const message = `the page has ${(bytes / 1e6).toFixed(1)} MB, which is much to send around; fewer models or runs in one report make it smaller, and --format md is short`
  io.note(json ? `${JSON.stringify({ type: 'warning', message })}\n` : `warning: ${message}\n`)
}

// --- internal ---

const LARGE_BYTES = 3e6
