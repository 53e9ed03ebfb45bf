/** Makes tables of samples, a row at a time. */
import type { Attempt, CellKey, Failure, GradingBill, Sample, SampleTable, StoredRun, TableRun } from '../../types.ts'
import { byLengthBits, finishCode, FLAG, untoldBits } from './codes.ts'
import { upwards } from './rows.ts'

/** The run with its requests as columns. */
export function tabled(run: StoredRun | TableRun): TableRun {
  if ('table' in run) return run
  const { samples, ...rest } = run
  const table = tableOf(samples)
  return { ...rest, table, rows: everyRow(table) }
}

export function tableOf(samples: readonly Sample[]): SampleTable {
  const builder = new TableBuilder(
    samples.length,
    samples.reduce((sum, { tokenMs }) => sum + tokenMs.length, 0),
  )
  for (const sample of samples) builder.add(sample)
  return builder.done((row) => samples[row])
}

/** Of the text that was given as a whole: answers to choose from are several, and graded. */
export function textBytes({ likelihoods }: Pick<Sample, 'likelihoods'>): number | undefined {
  return likelihoods?.length === 1 ? likelihoods[0]!.bytes : undefined
}

export function everyRow({ length }: SampleTable): Int32Array {
  return upwards(length)
}

/** Numbers texts in the order in which they come. */
export class Interner {
  readonly texts: string[] = []
  readonly #numbers = new Map<string, number>()
  #indexed = 0

  add(text: string): number {
    for (; this.#indexed < this.texts.length; this.#indexed++) this.#numbers.set(this.keyOf(this.texts[this.#indexed]!), this.#indexed)
    const key = this.keyOf(text)
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.#indexed++)
    return this.append(text)
  }

  /** A text that is known to be a new one. */
  append(text: string): number {
    return this.texts.push(text) - 1
  }

  protected keyOf(text: string): string {
    return text
  }
}

/** Answers: of long ones only the beginning is kept, and they are told apart by two hashes and their length. Long ones that were appended are not found again by `add`. */
export class AnswerInterner extends Interner {
  override append(text: string): number {
    return super.append(text.length <= LONGEST_ANSWER ? text : text.slice(0, LONGEST_ANSWER))
  }

  protected override keyOf(text: string): string {
    return text.length <= LONGEST_ANSWER ? text : `\u0000${text.length} ${hashes(text)}`
  }
}

/** The columns of a table in the making; who knows what they do may fill them without `add`. Room for `rows` rows and `tokens` times; more grows. */
export class TableBuilder {
  length = 0
  tokens = 0
  readonly cells = new Interner()
  readonly names = new Interner()
  readonly hashes = new Interner()
  readonly slices = new Interner()
  readonly answers = new AnswerInterner()
  readonly keys: CellKey[] = []
  readonly #keyNumbers = new Map<string, number>()
  #lastKey: CellKey | undefined
  #lastNumber = -1
  readonly errors = new Map<number, Failure>()
  readonly attempts = new Map<number, readonly Attempt[]>()
  readonly bills = new Map<number, GradingBill>()
  readonly columns: Columns
  readonly tokenFrom: Int32Array
  tokenMs: Float64Array

  constructor(rows: number, tokens: number) {
    const ints = (): Int32Array => new Int32Array(rows)
    const numbers = (): Float64Array => new Float64Array(rows)
    this.columns = {
      cell: ints(),
      key: ints(),
      item: ints(),
      cluster: ints(),
      hash: ints(),
      slice: ints(),
      answer: ints(),
      stage: ints(),
      finish: new Uint8Array(rows),
      flags: new Uint8Array(rows),
      byLength: new Uint8Array(rows),
      startMs: numbers(),
      endMs: numbers(),
      intendedMs: numbers(),
      firstAnswerMs: numbers(),
      promptTokens: numbers(),
      outputTokens: numbers(),
      cachedTokens: numbers(),
      score: numbers(),
      logProb: numbers(),
      logProbTokens: numbers(),
      costUsd: numbers(),
      textLength: numbers(),
      reasoningLength: numbers(),
      bytes: numbers(),
      textBytes: numbers(),
    }
    this.tokenFrom = new Int32Array(rows + 1)
    this.tokenMs = new Float64Array(tokens)
  }

  /** The number of a key; those of a cell follow one another. */
  key(key: CellKey): number {
    if (key === this.#lastKey) return this.#lastNumber
    const { model, workload, load, repeat, block } = key
    const name = JSON.stringify([model, workload, load, repeat, block])
    let number = this.#keyNumbers.get(name)
    if (number === undefined) {
      number = this.keys.push(key) - 1
      this.#keyNumbers.set(name, number)
    }
    this.#lastKey = key
    this.#lastNumber = number
    return number
  }

  add(sample: Sample): void {
    const { columns: c, length: row } = this
    const { text, reasoning = '', grade } = sample
    c.cell[row] = this.cells.add(sample.cell)
    c.key[row] = this.key(sample.key)
    c.item[row] = this.names.add(sample.item)
    c.cluster[row] = sample.cluster === undefined ? -1 : this.names.add(sample.cluster)
    c.hash[row] = this.hashes.add(sample.itemHash)
    c.slice[row] = sample.slice === undefined ? -1 : this.slices.add(sample.slice)
    c.answer[row] = this.answers.add(grade?.answer ?? text.trim())
    c.finish[row] = finishCode(sample.finish)
    c.flags[row] =
      (sample.timing === 'event' ? FLAG.event : 0) |
      (sample.countedBy === 'estimate' ? FLAG.estimate : 0) |
      (sample.likelihoods === undefined ? 0 : FLAG.given) |
      untoldBits(sample.unknown)
    c.byLength[row] = byLengthBits(grade?.by)
    c.stage[row] = sample.stage ?? 0
    c.startMs[row] = sample.startMs
    c.endMs[row] = sample.endMs
    c.intendedMs[row] = sample.intendedMs ?? Number.NaN
    c.firstAnswerMs[row] = sample.firstAnswerMs ?? Number.NaN
    c.promptTokens[row] = sample.promptTokens
    c.outputTokens[row] = sample.outputTokens
    c.cachedTokens[row] = sample.cachedTokens ?? Number.NaN
    c.score[row] = grade?.score ?? Number.NaN
    c.logProb[row] = sample.logProb ?? Number.NaN
    c.logProbTokens[row] = sample.logProbTokens ?? Number.NaN
    c.costUsd[row] = sample.costUsd ?? Number.NaN
    c.textLength[row] = text.length
    c.reasoningLength[row] = reasoning.length
    c.bytes[row] = byteLength(text) + byteLength(reasoning)
    c.textBytes[row] = textBytes(sample) ?? Number.NaN
    this.rare(row, sample)
    this.reserve(sample.tokenMs.length)
    for (const ms of sample.tokenMs) this.tokenMs[this.tokens++] = ms
    this.endRow()
  }

  rare(row: number, { error, attempts, grading }: Pick<Sample, 'error' | 'attempts' | 'grading'>): void {
    if (grading !== undefined) this.bills.set(row, grading)
    if (error !== undefined) this.errors.set(row, error)
    if (attempts !== undefined) this.attempts.set(row, attempts)
  }

  /** Room for so many more times. */
  reserve(more: number): void {
    if (this.tokens + more <= this.tokenMs.length) return
    const grown = new Float64Array(Math.max(2 * this.tokenMs.length, this.tokens + more))
    grown.set(this.tokenMs)
    this.tokenMs = grown
  }

  endRow(): void {
    this.tokenFrom[++this.length] = this.tokens
  }

  done(textsOf: SampleTable['texts']): SampleTable {
    const { length, keys, columns, tokenFrom, tokenMs, errors, attempts, bills } = this
    const names = { cells: this.cells.texts, names: this.names.texts, slices: this.slices.texts, answers: this.answers.texts }
    return { length, keys, ...names, ...columns, tokenFrom, tokenMs, errors, attempts, bills, texts: textsOf }
  }
}

// --- internal ---

type ColumnName = {
  [K in keyof SampleTable]-?: SampleTable[K] extends Int32Array | Float64Array | Uint8Array ? K : never
}[keyof SampleTable]
type Columns = Pick<SampleTable, Exclude<ColumnName, 'tokenFrom' | 'tokenMs'>>

/** More than any page shows of an answer. */
export const LONGEST_ANSWER = 501

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return text === '' ? 0 : encoder.encode(text).length
}

/** FNV-1a from two starts. */
function hashes(text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b9]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x85ebca6b)
  }
  return `${a >>> 0} ${b >>> 0}`
}
