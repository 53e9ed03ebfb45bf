/** From what was asked and answered to the samples of the record. */
import { fnv1a } from '../random.ts'
import type { CellKey, Failure, Item, Message, Request, Sample, WorkloadSpec } from '../types.ts'
import { ungraded } from '../workloads/index.ts'
import type { Answer, Arrivals } from './protocol.ts'
import { redactFailure } from './redact.ts'

/** The request for an item. The sampling seed follows from the item and the repeat, and is the same for all models. */
export function requestOf(item: Item, { id, maxTokens, temperature, stop }: WorkloadSpec, seed: number, repeat: number): Request {
  const request = {
    prompt: item.prompt,
    maxTokens: item.length?.outputTokens ?? maxTokens,
    temperature,
    stop,
    seed: fnv1a(JSON.stringify([seed, id, item.id, repeat])),
  }
  return item.length?.ignoreEos ? { ...request, ignoreEos: true } : request
}

export interface Asked {
  readonly cell: string
  readonly key: CellKey
  readonly item: Item
  readonly startMs: number
  readonly endMs: number
}

/** Grades the answer here, beside the model and after its request: a grader takes microseconds, and a stored sample is whole. */
export function sampleOf(asked: Asked, answer: Answer, { grader }: WorkloadSpec): Sample {
  if (!answer.ok) return failedSample(asked, answer.error, answer)
  const { completion } = answer
  if (grader === ungraded) return { ...identity(asked), ...timesOf(answer), ...completion }
  const { score, answer: read, detail } = grader.grade(asked.item, completion.text)
  const grade = { score, grader: grader.id, ...(typeof read === 'string' ? { answer: read } : {}), ...(typeof detail === 'string' ? { detail } : {}) }
  return { ...identity(asked), ...timesOf(answer), ...completion, grade }
}

/** A request that got no answer; `tokenMs` and `text` are as far as they came. Only the tokens that were seen are counted: none of the prompt. */
export function failedSample(asked: Asked, error: Failure, answer: Times & { text: string } = { tokenMs: [], text: '' }): Sample {
  return {
    ...identity(asked),
    ...timesOf(answer),
    promptTokens: 0,
    outputTokens: answer.tokenMs.length,
    countedBy: answer.timing === 'event' ? 'estimate' : 'tokenizer',
    finish: 'error',
    text: answer.text,
    error: redactFailure(error),
  }
}

// --- internal ---

type Times = { tokenMs: readonly number[] } & Arrivals

function timesOf({ tokenMs, timing, headersMs, firstReasoningMs, firstAnswerMs, attempts }: Times): Times {
  return {
    tokenMs,
    ...(timing === undefined ? {} : { timing }),
    ...(headersMs === undefined ? {} : { headersMs }),
    ...(firstReasoningMs === undefined ? {} : { firstReasoningMs }),
    ...(firstAnswerMs === undefined ? {} : { firstAnswerMs }),
    ...(attempts === undefined ? {} : { attempts: attempts.map(({ error, ...times }) => ({ ...times, error: redactFailure(error) })) }),
  }
}

function identity({ cell, key, item, startMs, endMs }: Asked) {
  return {
    cell,
    key,
    item: item.id,
    itemHash: item.hash,
    ...(item.slice === undefined ? {} : { slice: item.slice }),
    ...(item.cluster === undefined ? {} : { cluster: item.cluster }),
    prompt: promptText(item.prompt),
    ...(item.target === undefined ? {} : { target: item.target }),
    startMs,
    endMs,
  }
}

/** A chat as text: each message after its role. */
function promptText(prompt: string | readonly Message[]): string {
  return typeof prompt === 'string' ? prompt : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n\n')
}
