import { join } from 'node:path'
import type { Analysis, Sample, StoredRun } from '../types.ts'
import { writeWhole } from './files.ts'

/** The files that `run` leaves beside the record, by what is in them. */
export interface ReportFiles {
  html: string
  md: string
  metrics: string
  samples: string
  analysis: string
}

type Reported = Pick<StoredRun, 'record' | 'dir'> & { samples?: readonly Sample[] }

/** Writes all reports of a run into its folder, those for people in the language `lang`. `batches`: its samples, where the run does not have them. */
export async function writeReports(run: Reported, analysis: Analysis, lang: string, batches?: AsyncIterable<readonly Sample[]>): Promise<ReportFiles> {
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
  await writeWhole(files.html, await renderReport(analysis, 'html', lang))
  return files
}
