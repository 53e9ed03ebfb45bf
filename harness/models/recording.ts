/** Where a client keeps the times of one request: typed arrays that grow, no object per token. */
import type { Recording } from '../types.ts'

/** A recording that can be read. Times are milliseconds of the clock that it was made with; NaN where it has not happened. */
export interface Recorded extends Recording {
  /** Content events of the last attempt. */
  readonly events: number
  /** When each event came, never falling; the first `events` places are filled. */
  readonly times: Float64Array
  /** One mark per event: see `tokensOf` and `isReasoning`. */
  readonly marks: Uint16Array
  readonly sentMs: number
  readonly headersMs: number
  /** The first attempt's `sentMs`. */
  readonly firstSentMs: number
  readonly endedMs: number
  /** Forgets everything, so that the arrays serve another request. */
  reset(): void
}

/** `now` gives milliseconds on the run clock; `arrived`, those of a chunk that was read. Called once per chunk of the socket, not per token. */
export function createRecording(now: () => number, arrived = now, capacity = 64): Recorded {
  return new PlainRecording(now, arrived, capacity)
}

/** Tokens of an event; 0 where it did not tell. */
export const tokensOf = (mark: number): number => mark & MOST_TOKENS
export const isReasoning = (mark: number): boolean => (mark & REASONING) !== 0

export interface TokenTimes {
  tokenMs: number[]
  /** Absent where each time is a token. */
  timing?: 'event'
  headersMs?: number
  firstReasoningMs?: number
  firstAnswerMs?: number
}

/**
 * The times as a sample has them. Where every event told its tokens and their sum is `outputTokens`, or there are as many events as tokens, each time is a
 * token. A last token that ends the answer and has no text (`outputTokens` is one more than the events) is such a case
 * too. Otherwise each time is an event, and says so.
 */
export function tokenTimes(recording: Pick<Recorded, 'events' | 'times' | 'marks' | 'headersMs'>, outputTokens?: number): TokenTimes {
  const { events, times, marks, headersMs } = recording
  let tokens = 0
  let told = true
  let firstReasoning = -1
  let firstAnswer = -1
  for (let i = 0; i < events; i++) {
    const mark = marks[i]!
    if (tokensOf(mark) === 0) told = false
    tokens += tokensOf(mark)
    if (isReasoning(mark)) firstReasoning = firstReasoning < 0 ? i : firstReasoning
    else firstAnswer = firstAnswer < 0 ? i : firstAnswer
  }
  // Log-probabilities may leave tokens out: llama.cpp gives one entry for the tokens that make up a character.
  if (outputTokens !== undefined && tokens !== outputTokens && tokens + 1 !== outputTokens) told = false
  const single = outputTokens !== undefined && (outputTokens === events || (events > 1 && outputTokens === events + 1))
  const tokenMs: number[] = []
  for (let i = 0; i < events; i++) for (let n = told ? tokensOf(marks[i]!) : 1; n > 0; n--) tokenMs.push(times[i]!)
  return {
    tokenMs,
    ...(told || single || events === 0 ? {} : { timing: 'event' }),
    ...(Number.isNaN(headersMs) ? {} : { headersMs }),
    ...(firstReasoning < 0 ? {} : { firstReasoningMs: times[firstReasoning]! }),
    ...(firstReasoning < 0 || firstAnswer < 0 ? {} : { firstAnswerMs: times[firstAnswer]! }),
  }
}

// --- internal ---

const REASONING = 0x8000
const MOST_TOKENS = 0x7fff

class PlainRecording implements Recorded {
  events = 0
  times: Float64Array
  marks: Uint16Array
  sentMs = NaN
  headersMs = NaN
  firstSentMs = NaN
  private stampMs = NaN
  endedMs = NaN
  readonly now: () => number
  private readonly arrived: () => number

  constructor(now: () => number, arrived: () => number, capacity: number) {
    this.now = now
    this.arrived = arrived
    this.times = new Float64Array(capacity)
    this.marks = new Uint16Array(capacity)
  }

  reset(): void {
    this.events = 0
    this.sentMs = this.headersMs = this.firstSentMs = this.stampMs = this.endedMs = NaN
  }

  sent(): void {
    this.events = 0
    this.headersMs = this.stampMs = this.endedMs = NaN
    this.sentMs = this.now()
    if (Number.isNaN(this.firstSentMs)) this.firstSentMs = this.sentMs
  }

  headers(): void {
    this.headersMs = this.comes()
  }

  stamp(): void {
    this.stampMs = this.comes()
  }

  content(tokens: number, channel: 'answer' | 'reasoning'): void {
    const flag = channel === 'reasoning' ? REASONING : 0
    for (let left = tokens; left > MOST_TOKENS; left -= MOST_TOKENS) this.push(MOST_TOKENS | flag) // a whole answer in one event
    this.push((tokens > MOST_TOKENS ? tokens % MOST_TOKENS || MOST_TOKENS : tokens) | flag)
  }

  ended(): void {
    this.endedMs = this.comes()
  }

  /** Never before the request: a turn may have begun when it was sent. */
  private comes(): number {
    const ms = this.arrived()
    return ms < this.sentMs ? this.sentMs : ms
  }

  private push(mark: number): void {
    if (this.events === this.times.length) this.grow()
    this.times[this.events] = this.stampMs
    this.marks[this.events++] = mark
  }

  private grow(): void {
    const [times, marks] = [this.times, this.marks]
    this.times = new Float64Array(2 * times.length + 1)
    this.times.set(times)
    this.marks = new Uint16Array(this.times.length)
    this.marks.set(marks)
  }
}
