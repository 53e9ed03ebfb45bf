/** From what was asked and answered to the samples of the record. */
import { fnv1a } from '../random.ts'
import type { CellKey, Failure, Item, Message, Request, Sample, WorkloadSpec } from '../types.ts'
import type { Answer } from './protocol.ts'
import { redactFailure } from './redact.ts'

/** The request for an item. The sampling seed follows from the item and the repeat, and is the same for all models. */
export function requestOf(item: Item, { id, maxTokens, temperature, stop }: WorkloadSpec, seed: number, repeat: number): Request {
  return { prompt: item.prompt, maxTokens, temperature, stop, seed: fnv1a(JSON.stringify([seed, id, item.id, repeat])) }
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
  const { completion, tokenMs } = answer
  const { score, answer: read, detail } = grader.grade(asked.item, completion.text)
  const grade = { score, grader: grader.id, ...(typeof read === 'string' ? { answer: read } : {}), ...(typeof detail === 'string' ? { detail } : {}) }
  return { ...identity(asked), tokenMs, ...completion, grade }
}

/** A request that got no answer; `tokenMs` and `text` are as far as they came. Only the tokens that were seen are counted: none of the prompt. */
export function failedSample(
  asked: Asked,
  error: Failure,
  { tokenMs, text }: { tokenMs: readonly number[]; text: string } = { tokenMs: [], text: '' },
): Sample {
  return {
    ...identity(asked),
    tokenMs,
    promptTokens: 0,
    outputTokens: tokenMs.length,
    countedBy: 'tokenizer',
    finish: 'error',
    text,
    error: redactFailure(error),
  }
}

// --- internal ---

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
