/** What every reader of recorded answers gives: one answer at a time, and what its file says of itself. */
import type { Completion, Message, TokenCount } from '../types.ts'

/** One answer as a file tells it; what the file does not tell is absent. */
export interface Answer {
  /** Place for messages: `answers.jsonl:12`. */
  readonly where: string
  /** Name of the question in its dataset. */
  readonly id?: string
  readonly prompt?: string | readonly Message[]
  readonly target?: string
  readonly slice?: string
  readonly cluster?: string
  /** Which of several answers to the same question, from 0; absent: the only one. */
  readonly repeat?: number
  readonly output: string
  /** The file does not hold what was answered; `output` is empty and means nothing then. */
  readonly noText?: true
  readonly reasoning?: string
  readonly finish?: Completion['finish']
  /** The request failed, and this is why; `output` is as far as it came. */
  readonly error?: string
  readonly latencyMs?: number
  readonly ttftMs?: number
  readonly promptTokens?: number
  /** Reasoning included. */
  readonly outputTokens?: number
  readonly reasoningTokens?: number
  readonly cachedTokens?: number
  readonly countedBy?: TokenCount
  readonly costUsd?: number
  /** The score that came with the answer, 0 to 1. */
  readonly score?: number
}

/** A file that was opened. `answers` may be called several times; each call reads from the start. */
export interface Source {
  readonly file: string
  /** Id of the reader. */
  readonly format: string
  /** Display name of the model, where the file tells it. */
  readonly model?: string
  /** Name of the dataset or task, where the file tells it. */
  readonly task?: string
  answers(notes: Notes): AsyncIterable<Answer>
}

/** Where a reader says what a person should know; the same sentence is kept once. */
export interface Notes {
  add(code: string, message: string): void
  /** Called for a last line that was cut short, which is then left out; absent where that is to be refused. */
  cutShort?: (where: string) => void
}

/** What the user chose inside a file that has several of something. */
export interface Choice {
  /** One model of several in a file, by name. */
  readonly column?: string
  /** One of the scores that came with the answers, by name. */
  readonly score?: string
}

/** The beginning of a file, for telling formats apart. */
export interface Head {
  readonly path: string
  /** First bytes of the file, at most 64 KiB. */
  readonly bytes: Buffer
  /** The first line as JSON, if it is an object and ends within `bytes`. */
  readonly firstLine?: Readonly<Record<string, unknown>>
}

export interface Reader {
  readonly id: string
  readonly summary: string
  recognises(head: Head): boolean
  open(path: string, choice: Choice, signal: AbortSignal): Promise<Source>
}
