/** Results as typed arrays: what a request costs must not depend on how many there have been. */
import { toFailure, type Failure } from '../../errors.ts'
import { tokenTimes, type Recorded } from '../../models/recording.ts'
import type { Completion, Sent } from '../../types.ts'
import { CompletionSchema, ToolCallsSchema } from '../store/schema/index.ts'
import type { Answer } from '../protocol.ts'
import type { Batch, Rare } from './protocol.ts'

/** Columns of `Batch.table`; NaN where there is nothing to tell. */
const [NUMBER, DUE, START, END, HEADERS, EVENTS, PROMPT, OUTPUT, CACHED, REASONING, FINISH, COUNTED_BY] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] as const
export const COLUMNS = 12
const FINISHES = ['stop', 'length', 'tool-calls', 'content-filter'] as const satisfies Completion['finish'][]
const COUNTERS = ['server', 'tokenizer', 'estimate'] as const satisfies Completion['countedBy'][]
/** In the column of the finish: the request failed, and its error is among the rare things. */
const FAILED = -1

/** When a request was due (NaN under a closed load), was sent, and had ended. */
export interface Moments {
  number: number
  dueMs: number
  startMs: number
  endMs: number
}

/** Collects what happens in a stage until it is taken. */
export class Packer {
  private asked = new Doubles(256)
  private table = new Doubles(64 * COLUMNS)
  private times = new Doubles(4096)
  private marks = new Uint16Array(4096)
  private texts: string[] = []
  private rare: [number, Rare][] = []

  /** Bytes of typed arrays that wait, about. */
  get bytes(): number {
    return 8 * (this.asked.length + this.table.length) + 10 * this.times.length
  }

  sent(number: number, startMs: number): void {
    this.asked.push(number)
    this.asked.push(startMs)
  }

  ended({ number, dueMs, startMs, endMs }: Moments, recording: Recorded, sent: Sent): void {
    const { table } = this
    const row = this.texts.length
    const rare: Rare = {}
    for (const value of [number, dueMs, startMs, Number.isNaN(recording.endedMs) ? endMs : recording.endedMs, recording.headersMs, recording.events])
      table.push(value)
    if (sent.ok) {
      const { completion } = sent
      table.push(completion.promptTokens)
      table.push(completion.outputTokens)
      table.push(completion.cachedTokens ?? NaN)
      table.push(completion.reasoningTokens ?? NaN)
      table.push(FINISHES.indexOf(completion.finish))
      table.push(COUNTERS.indexOf(completion.countedBy))
      this.texts.push(completion.text)
      if (completion.reasoning !== undefined) rare.reasoning = completion.reasoning
      if (completion.toolCalls !== undefined) rare.toolCalls = completion.toolCalls
      if (completion.logProb !== undefined) rare.logProb = completion.logProb
      if (completion.logProbTokens !== undefined) rare.logProbTokens = completion.logProbTokens
      if (completion.likelihoods !== undefined) rare.likelihoods = completion.likelihoods
      if (completion.noLikelihoods !== undefined) rare.noLikelihoods = completion.noLikelihoods
    } else {
      for (const value of [NaN, NaN, NaN, NaN, FAILED, NaN]) table.push(value)
      this.texts.push(sent.text)
      rare.error = sent.error
    }
    if (sent.attempts.length > 0) rare.attempts = sent.attempts
    if (Object.keys(rare).length > 0) this.rare.push([row, rare])
    this.copyEvents(recording)
  }

  /** Everything since the last call; undefined if nothing has happened. */
  take(index: number): Batch | undefined {
    if (this.asked.length === 0 && this.texts.length === 0) return undefined
    const { texts, rare } = this
    const marks = this.marks.slice(0, this.times.length)
    const batch = { index, asked: this.asked.take(), table: this.table.take(), times: this.times.take(), marks, texts, rare }
    this.texts = []
    this.rare = []
    return batch
  }

  private copyEvents({ events, times, marks }: Recorded): void {
    const start = this.times.length
    this.times.append(times, events)
    if (this.marks.length < this.times.length) {
      const grown = new Uint16Array(2 * this.times.length)
      grown.set(this.marks)
      this.marks = grown
    }
    this.marks.set(events === marks.length ? marks : marks.subarray(0, events), start)
  }
}

export interface Unpacked extends Moments {
  answer: Answer
}

/** The requests of a batch that ended, one by one. Throws where the arrays do not fit together. */
export function* unpack({ table, times, marks, texts, rare }: Batch): Generator<Unpacked> {
  const extras = new Map(rare)
  let from = 0
  for (const [row, text] of texts.entries()) {
    const at = (column: number): number => table[row * COLUMNS + column] ?? NaN
    const events = at(EVENTS)
    if (!(events >= 0 && from + events <= times.length)) throw new RangeError('the events of a batch do not fit its requests')
    const seen = { events, times: times.subarray(from, from + events), marks: marks.subarray(from, from + events), headersMs: at(HEADERS) }
    from += events
    yield { number: at(NUMBER), dueMs: at(DUE), startMs: at(START), endMs: at(END), answer: answerOf(at, text, seen, extras.get(row) ?? {}) }
  }
}

// --- internal ---

function answerOf(
  at: (column: number) => number,
  text: string,
  seen: Parameters<typeof tokenTimes>[0],
  { attempts, error, reasoning, toolCalls, logProb, logProbTokens, likelihoods, noLikelihoods }: Rare,
): Answer {
  const outputTokens = at(OUTPUT)
  const times = { ...tokenTimes(seen, Number.isNaN(outputTokens) ? undefined : outputTokens), ...(attempts === undefined ? {} : { attempts }) }
  if (error !== undefined || at(FINISH) === FAILED) return { ok: false, ...times, text, error: error ?? NO_ERROR }
  const completion = CompletionSchema.safeParse({
    finish: FINISHES[at(FINISH)],
    text,
    promptTokens: at(PROMPT),
    outputTokens,
    countedBy: COUNTERS[at(COUNTED_BY)],
    ...(Number.isNaN(at(CACHED)) ? {} : { cachedTokens: at(CACHED) }),
    ...(Number.isNaN(at(REASONING)) ? {} : { reasoningTokens: at(REASONING) }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(toolCalls === undefined ? {} : { toolCalls: ToolCallsSchema.parse(toolCalls) }),
    ...(logProb === undefined ? {} : { logProb }),
    ...(logProbTokens === undefined ? {} : { logProbTokens }),
    ...(likelihoods === undefined ? {} : { likelihoods }),
    ...(noLikelihoods === undefined ? {} : { noLikelihoods }),
  })
  if (completion.success) return { ok: true, ...times, completion: completion.data }
  const [issue] = completion.error.issues
  return { ok: false, ...times, text, error: { code: 'model', message: `the adapter gave no valid completion: ${issue?.path.join('.')}: ${issue?.message}` } }
}

const NO_ERROR: Failure = toFailure(new Error('the request failed without an error'))

/** An array of doubles that grows. */
class Doubles {
  private values: Float64Array
  length = 0

  constructor(capacity: number) {
    this.values = new Float64Array(capacity)
  }

  push(value: number): void {
    if (this.length === this.values.length) this.grow(2 * this.length)
    this.values[this.length++] = value
  }

  append(source: Float64Array, count: number): void {
    if (this.length + count > this.values.length) this.grow(2 * (this.length + count))
    this.values.set(count === source.length ? source : source.subarray(0, count), this.length)
    this.length += count
  }

  take(): Float64Array {
    const taken = this.values.slice(0, this.length)
    this.length = 0
    return taken
  }

  private grow(capacity: number): void {
    const grown = new Float64Array(capacity)
    grown.set(this.values)
    this.values = grown
  }
}
