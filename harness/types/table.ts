/** Requests as columns: what the analysis reads. A million objects would be most of its time and memory. */
import type { Failure } from '../errors.ts'
import type { Attempt } from './model.ts'
import type { CellKey, RunRecord, Sample } from './record.ts'
import type { SeriesRecord, StoredRun } from './run.ts'
import type { GradingBill } from './suite.ts'

/**
 * One row for each request. Texts are numbers into lists that hold each text once; −1: the sample has none. A number that a
 * sample does not have is NaN, inside the table only.
 */
export interface SampleTable {
  readonly length: number
  readonly cells: readonly string[]
  readonly keys: readonly CellKey[]
  /** Items and clusters: a cluster may have the name of an item. */
  readonly names: readonly string[]
  readonly slices: readonly string[]
  /** What the grader took from the text, else the text itself, trimmed; of long texts the first part. */
  readonly answers: readonly string[]

  readonly cell: Int32Array
  readonly key: Int32Array
  readonly item: Int32Array
  readonly cluster: Int32Array
  readonly hash: Int32Array
  readonly slice: Int32Array
  readonly answer: Int32Array
  /** Index in `FINISHES`. */
  readonly finish: Uint8Array
  /** Bits of `FLAG`. */
  readonly flags: Uint8Array
  /** Bits of `BY_LENGTH`: multiple choice by log-likelihood. */
  readonly byLength: Uint8Array
  readonly stage: Int32Array
  readonly startMs: Float64Array
  readonly endMs: Float64Array
  readonly intendedMs: Float64Array
  readonly firstAnswerMs: Float64Array
  readonly promptTokens: Float64Array
  readonly outputTokens: Float64Array
  readonly cachedTokens: Float64Array
  readonly score: Float64Array
  readonly logProb: Float64Array
  readonly logProbTokens: Float64Array
  readonly costUsd: Float64Array
  /** UTF-16 units of answer and reasoning, and UTF-8 bytes of both together. */
  readonly textLength: Float64Array
  readonly reasoningLength: Float64Array
  readonly bytes: Float64Array
  /** UTF-8 bytes of the one text that was given, of which `logProb` and `logProbTokens` tell. */
  readonly textBytes: Float64Array
  /** Times of the tokens of row i: `tokenMs[tokenFrom[i]]` up to before `tokenMs[tokenFrom[i + 1]]`. */
  readonly tokenFrom: Int32Array
  readonly tokenMs: Float64Array
  /** By row; most have none. */
  readonly errors: ReadonlyMap<number, Failure>
  readonly attempts: ReadonlyMap<number, readonly Attempt[]>
  /** What grading took where another model was asked; by row. */
  readonly bills: ReadonlyMap<number, GradingBill>
  /** The texts of a row; undefined where they were not read. */
  texts(row: number): RowTexts | undefined
  /** Where texts were not read: fetches those of a few rows. */
  fetchTexts?(rows: readonly number[]): Promise<ReadonlyMap<number, RowTexts>>
}
export type RowTexts = Pick<Sample, 'prompt' | 'text' | 'target'>

/** A run whose requests are columns. `rows` are those that count. */
export interface TableRun { record: RunRecord; table: SampleTable; rows: Int32Array; series: readonly SeriesRecord[]; dir: string; scores?: NonNullable<StoredRun['scores']>; judgements?: NonNullable<StoredRun['judgements']> }
