/** CSV, tidy: one row per fact. Text cells that a spreadsheet would run as a formula are disarmed. */
import { stringify } from 'csv-stringify/sync'
import { fidelityCells } from './fidelity.ts'
import { judgedCells } from './judged.ts'
import type { Analysis, Observed, Estimate, Sample, StoredRun } from '../harness/types.ts'

/** Columns of the tidy CSV, in this order; an empty slice is the whole workload. */
export const TIDY_COLUMNS = ['run', 'model', 'role', 'workload', 'load', 'slice', 'metric', 'value', 'low', 'high', 'unit', 'origin'] as const

/** One row per run × model × workload × load × slice × metric. A value that is missing is an empty cell, never 0 or NaN. */
export function renderCsv(analysis: Analysis): string {
  const rows = analysis.rows.map((row) => [
    ...[row.run, row.model, row.role, row.workload, row.load, row.slice, row.metric].map(disarm),
    ...estimateCells(row.estimate, analysis.metrics.find(({ id }) => id === row.metric)?.unit ?? ''),
  ])
  const roleOf = (run: string, model: string): string => analysis.models.find((one) => one.run === run && one.id === model)?.role ?? ''
  const judged = analysis.judged.flatMap((row) =>
    judgedCells(row).map(({ metric, estimate }) => [
      ...[row.run, row.model, roleOf(row.run, row.model), row.workload, '', '', metric].map(disarm),
      ...estimateCells(estimate, 'ratio'),
    ]),
  )
  const fidelity = analysis.fidelity.flatMap((row) => {
    const role = roleOf(row.run, row.model)
    return fidelityCells(row).map(({ metric, slice, unit, estimate }) => [
      ...[row.run, row.model, role, row.workload, row.load, slice, metric].map(disarm),
      ...(typeof estimate === 'number' ? [estimate, '', '', unit, 'measured'] : estimateCells(estimate, unit)),
    ])
  })
  return stringify([TIDY_COLUMNS, ...rows, ...fidelity, ...judged])
}

/** One row per sample, in chunks, so that a million samples never stand in memory twice. */
export function* renderSamplesCsv(runs: readonly Pick<StoredRun, 'record' | 'samples'>[]): Generator<string> {
  yield stringify([SAMPLE_COLUMNS])
  for (const { record, samples } of runs) {
    for (let start = 0; start < samples.length; start += CHUNK) {
      yield stringify(samples.slice(start, start + CHUNK).map((sample) => sampleCells(record.id, sample)))
    }
  }
}

/** The same for samples that come in batches and are not kept. */
export async function* streamSamplesCsv(run: string, batches: AsyncIterable<readonly Sample[]>): AsyncGenerator<string> {
  yield stringify([SAMPLE_COLUMNS])
  for await (const batch of batches) yield stringify(batch.map((sample) => sampleCells(run, sample)))
}

/**
 * Excel, LibreOffice and Sheets run a cell that begins with one of = + - @ (also after white space or a control
 * character) as a formula. An apostrophe in front makes it text. A plain number such as an answer of -5 is harmless and stays.
 */
export function disarm(text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
}

// --- internal ---

const CHUNK = 1000
// eslint-disable-next-line no-control-regex
const FORMULA = /^[\s\u0000-\u001f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r]/
const PLAIN_NUMBER = /^[+-]?\d+(?:\.\d+)?$/

const SAMPLE_COLUMNS = [
  'run',
  'cell',
  'model',
  'workload',
  'load',
  'repeat',
  'block',
  'item',
  'item_hash',
  'slice',
  'cluster',
  'start_ms',
  'first_token_ms',
  'last_token_ms',
  'end_ms',
  'prompt_tokens',
  'output_tokens',
  'counted_by',
  'finish',
  'score',
  'grader',
  'answer',
  'error_code',
  'error',
  'prompt',
  'target',
  'text',
] as const

function sampleCells(run: string, sample: Sample): (string | number)[] {
  const { key, grade, error } = sample
  return [
    ...[run, sample.cell, key.model, key.workload, key.load].map(disarm),
    key.repeat,
    key.block,
    ...[sample.item, sample.itemHash, sample.slice ?? '', sample.cluster ?? ''].map(disarm),
    sample.startMs,
    sample.tokenMs[0] ?? '',
    sample.tokenMs.at(-1) ?? '',
    sample.endMs,
    sample.promptTokens,
    sample.outputTokens,
    sample.countedBy,
    sample.finish,
    grade?.score ?? '',
    ...[grade?.grader ?? '', grade?.answer ?? '', error?.code ?? '', error?.message ?? '', sample.prompt, sample.target ?? '', sample.text].map(disarm),
  ]
}

function estimateCells(observed: Observed<Estimate>, unit: string): (string | number)[] {
  if (observed.state !== 'ok') return ['', '', '', unit, '']
  const { value, low, high, level, origin } = observed.value
  const single = level === 0 && low === high // one observation or a quoted figure: its own value would pass for a perfect interval
  return [value, ...(single ? ['', ''] : [low, high]), observed.value.unit, origin]
}
