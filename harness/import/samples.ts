/** From recorded answers to the samples of a record. */
import { redact } from '../run/redact.ts'
import type { CellKey, Message, Sample, Unknown } from '../types.ts'
import type { Answer } from './answer.ts'
import type { Question } from './questions.ts'

/** Places one answer after the other on a clock of the cell, for nobody knows how they overlapped. */
export interface Shelf {
  place(ms: number | undefined): { startMs: number; endMs: number }
}

export function newShelf(): Shelf {
  let now = 0
  return {
    place(ms) {
      const startMs = now
      const endMs = round(startMs + (ms ?? 0))
      now = round(endMs + (endMs > startMs ? 0 : 1)) // no two begin together: that would be a batch
      return { startMs, endMs }
    },
  }
}

export interface Placed {
  readonly cell: string
  readonly key: CellKey
  readonly question: Question
  /** Of the dataset, for files that leave it out. */
  readonly prompt?: string | readonly Message[] | undefined
}

/** The sample without its grade. Fields that the file does not tell are named in `unknown`. */
export function toSample({ cell, key, question, prompt }: Placed, answer: Answer, shelf: Shelf): Sample {
  const { latencyMs, ttftMs, promptTokens, outputTokens, finish, error, output, score } = answer
  const { startMs, endMs } = shelf.place(latencyMs)
  const unknown: Unknown[] = []
  if (latencyMs === undefined) unknown.push('times')
  if (promptTokens === undefined) unknown.push('promptTokens')
  if (outputTokens === undefined) unknown.push('outputTokens')
  if (finish === undefined && error === undefined) unknown.push('finish')
  if (answer.noText === true && error === undefined) unknown.push('text')
  return {
    ...identity({ cell, key, question }),
    prompt: promptText(answer.prompt ?? prompt),
    startMs,
    endMs,
    tokenMs: ttftMs === undefined || (latencyMs !== undefined && ttftMs > latencyMs) ? [] : [round(startMs + ttftMs)],
    promptTokens: promptTokens ?? 0,
    outputTokens: outputTokens ?? 0,
    countedBy: answer.countedBy ?? 'server',
    finish: error === undefined ? (finish ?? 'stop') : 'error',
    text: output,
    ...(error === undefined ? {} : { error: { code: 'model' as const, message: redact(error) } }),
    timing: 'event',
    ...pick(answer, ['reasoning', 'reasoningTokens', 'cachedTokens', 'costUsd']),
    ...(score === undefined ? {} : { givenScore: score }),
    ...(unknown.length === 0 ? {} : { unknown }),
  }
}

/** What stands for an answer that its file lacks: it counts as failed. */
export function missingSample({ cell, key, question, prompt }: Placed, file: string, shelf: Shelf): Sample {
  return {
    ...identity({ cell, key, question }),
    prompt: promptText(prompt),
    ...shelf.place(undefined),
    tokenMs: [],
    promptTokens: 0,
    outputTokens: 0,
    countedBy: 'server',
    finish: 'error',
    text: '',
    error: { code: 'data', message: `${file} has no answer to this question` },
    unknown: ['times', 'promptTokens', 'outputTokens', 'finish'],
  }
}

// --- internal ---

/** Microseconds, as the run clock. */
const round = (ms: number): number => Math.round(ms * 1000) / 1000

function identity({ cell, key, question: { id, hash, slice, cluster, target } }: Placed) {
  return {
    cell,
    key,
    item: id,
    itemHash: hash,
    ...(slice === undefined ? {} : { slice }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(target === undefined ? {} : { target }),
  }
}

function promptText(prompt: string | readonly Message[] | undefined): string {
  if (prompt === undefined) return ''
  return typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n\n')
}

function pick<T extends object, K extends keyof T>(value: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]])) as Partial<Pick<T, K>>
}
