/** Reads runs back: every number of a report is made from what is read here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Table } from '../../duckdb/columns.ts'
import { HarnessError, nearest } from '../../errors.ts'
import { RUN_SCHEMA, type Judgement, type RunRecord, type Sample, type SeriesRecord, type StoredRun, type TokenScore, type Warning } from '../../types.ts'
import { asGraded, readGrades, withLateGrade } from './grades.ts'
import { readLines, streamLines, type Lines } from './lines.ts'
import { JudgementSchema, RunRecordSchema, SampleSchema, SeriesSchema, TokenScoreSchema } from './schema/index.ts'
import { SAMPLES, SERIES } from './tables.ts'
import { FILES } from './write.ts'

export interface ReadOptions {
  out?: string
  /** False leaves prompts, answers and reasoning empty: no metric needs them, and they are most of the memory. */
  texts?: boolean
  /** False gives the grades that the answers came with, and the record as it was written. */
  lateGrades?: boolean
}

/**
 * A run by its id (looked for in `<out>/runs`) or its folder. Throws HarnessError `usage` when there is none, `data` when
 * the record is damaged or of a schema that this version does not know. A last line that a killed writer left half done
 * becomes a warning of the record.
 */
export async function readRun(idOrDir: string, { out = '.distillbench', texts = true, lateGrades = true }: ReadOptions = {}): Promise<StoredRun> {
  const { dir, record } = openRun(idOrDir, out)
  const grades = await readGrades(dir, lateGrades ? record : {})
  const schema: z.ZodType<Sample> = texts ? SampleSchema : SampleSchema.transform(withoutTexts)
  const { values, cutShort } = await readRows(dir, FILES.samples, schema, FILES.samplesParquet, SAMPLES, texts)
  const isCurrent = currentOf(record)
  const samples = values.filter(({ cell, startMs }) => isCurrent(cell, startMs)).map((sample) => withLateGrade(sample, grades))
  return { ...(await readRest(dir, lateGrades ? asGraded(record) : record, cutShort)), samples }
}

/** The folder of a run. Throws HarnessError `usage` where there is none, with the nearest name. */
export function locateRun(idOrDir: string, out: string): string {
  for (const dir of [join(out, 'runs', idOrDir), idOrDir]) if (existsSync(join(dir, FILES.record))) return dir
  const known = runFolders(out)
  const guess = nearest(idOrDir, known)
  const newest = known.at(-1)
  throw new HarnessError('usage', `there is no run "${idOrDir}" in ${join(out, 'runs')}${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: newest === undefined ? 'there are no runs yet in this folder' : `the newest run there is ${newest}`,
  })
}

export function openRun(idOrDir: string, out: string): { dir: string; record: RunRecord } {
  const dir = locateRun(idOrDir, out)
  return { dir, record: readRecord(dir) }
}

/** Everything of a run but its samples. */
export async function readRest(dir: string, record: RunRecord, samplesCutShort: boolean): Promise<Omit<StoredRun, 'samples'>> {
  const scores = await readLines<TokenScore>(join(dir, FILES.scores), TokenScoreSchema) // one that is cut short is made again by --resume
  const { values, cutShort } = await readRows<SeriesRecord>(dir, FILES.series, SeriesSchema, FILES.seriesParquet, SERIES, true)
  const warnings = [...record.warnings, ...(samplesCutShort ? [cutOff(FILES.samples)] : []), ...(cutShort ? [cutOff(FILES.series)] : [])]
  const isCurrent = currentOf(record)
  const judgements = await readLines<Judgement>(join(dir, FILES.judgements), JudgementSchema)
  const told = {
    ...(scores.values.length === 0 ? {} : { scores: scores.values }),
    ...(judgements.values.length === 0 ? {} : { judgements: judgements.values }),
  }
  return { dir, record: { ...record, warnings }, ...told, series: values.filter(({ cell, t }) => isCurrent(cell, t.at(-1) ?? Infinity)) }
}

/** The samples of a run with their texts, a batch at a time: for files that are larger than memory. */
export async function* streamSamples(dir: string, { lateGrades = true }: Pick<ReadOptions, 'lateGrades'> = {}): AsyncGenerator<readonly Sample[]> {
  const grades = lateGrades ? await readGrades(dir, readRecord(dir)) : new Map<string, never>()
  for await (const batch of storedSamples(dir)) yield grades.size === 0 ? batch : batch.map((sample) => withLateGrade(sample, grades))
}

async function* storedSamples(dir: string): AsyncGenerator<readonly Sample[]> {
  if (isPacked(dir, FILES.samples, FILES.samplesParquet)) {
    const { readParquet } = await import('../../duckdb/read.ts')
    yield* readParquet(join(dir, FILES.samplesParquet), SAMPLES)
  } else yield* streamLines<Sample>(join(dir, FILES.samples), SampleSchema)
}

/** Runs of an output folder, oldest first; folders without a readable record are passed over. */
export async function listRuns(out: string): Promise<readonly { id: string; dir: string; suite: string; createdAt: string; state: string }[]> {
  const runs = runFolders(out).flatMap((name) => {
    const dir = join(out, 'runs', name)
    const head = HeadSchema.safeParse(tryJson(join(dir, FILES.record)))
    return head.success ? [{ id: head.data.id, dir, suite: head.data.suite.name, createdAt: head.data.createdAt, state: head.data.state }] : []
  })
  return runs.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0))
}

// --- internal ---

/** Lines that are there count: they are either being written, or about to be removed. */
export function isPacked(dir: string, lines: string, columns: string): boolean {
  return !existsSync(join(dir, lines)) && existsSync(join(dir, columns))
}

async function readRows<T>(dir: string, lines: string, schema: z.ZodType<T>, columns: string, table: Table<T>, texts: boolean): Promise<Lines<T>> {
  if (!isPacked(dir, lines, columns)) return readLines(join(dir, lines), schema)
  const { readParquet } = await import('../../duckdb/read.ts')
  const values: T[] = []
  for await (const rows of readParquet(join(dir, columns), table, { texts })) for (const row of rows) values.push(row)
  return { values, cutShort: false }
}

/**
 * A load that runs for a time is put on again as a whole where it was interrupted; the files keep what came before. It is
 * told by its time: the clock of a run goes on, and the last attempt opened the model after it.
 */
export function currentOf({ cells }: RunRecord): (cell: string, ms: number) => boolean {
  const opened = new Map(cells.flatMap((cell) => (cell.state === 'done' && cell.stages !== undefined ? [[cell.id, cell.phases.open.startMs]] : [])))
  return (cell, ms) => ms >= (opened.get(cell) ?? -Infinity)
}

const HeadSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  id: z.string(),
  createdAt: z.string(),
  suite: z.object({ name: z.string() }),
  state: z.string(),
})

/** Names begin with the time, so the newest comes last. */
function runFolders(out: string): string[] {
  try {
    return readdirSync(join(out, 'runs'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  } catch {
    return []
  }
}

function readRecord(dir: string): RunRecord {
  const path = join(dir, FILES.record)
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new HarnessError('data', `could not read ${path}: ${(error as Error).message}`, { cause: error })
  }
  const version = z.object({ schema: z.string() }).safeParse(value)
  if (!version.success) throw new HarnessError('data', `${path} is no record of a run: it names no schema`)
  if (version.data.schema !== RUN_SCHEMA)
    throw new HarnessError('data', `${path} has the schema ${version.data.schema}, which this version does not know; it reads ${RUN_SCHEMA}`, {
      hint: 'a newer version of distillbench may have written it',
    })
  const parsed = RunRecordSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new HarnessError('data', `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`, { hint: 'the record is damaged' })
}

function tryJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function withoutTexts(sample: Sample): Sample {
  const { reasoning: _reasoning, ...rest } = sample
  return { ...rest, prompt: '', text: '' }
}

function cutOff(file: string): Warning {
  return { code: 'cut-short', message: `The last line of ${file} is incomplete, as its writer was stopped while writing it; it is left out.` }
}
