/** From what was asked and answered to the samples of the record. */
import { fnv1a } from '../random.ts'
import type { CellKey, Completion, Failure, Grade, Grader, Item, Leave, Message, Request, Said, Sample, WorkloadSpec } from '../types.ts'
import { splitReasoning, ungraded } from '../workloads/index.ts'
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
  return { ...request, ...(item.length?.ignoreEos ? { ignoreEos: true } : {}), ...(item.given === undefined ? {} : { given: item.given }) }
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
  const completion = apart(answer.completion)
  if (grader === ungraded) return { ...identity(asked), ...timesOf(answer), ...completion, ...ofText(completion) }
  const { unsettled, ...grade } = grader.grade(asked.item, completion.text, saidOf(completion))
  const sample = { ...identity(asked), ...timesOf(answer), ...completion }
  return unsettled ? { ...sample, grade: { ...tidy(grade, grader), unsettled } } : withGrade(sample, grade, grader)
}

/** The sample with the grade that took its time; rejects only when aborted. */
export async function settled(sample: Sample, item: Item, { grader }: WorkloadSpec, signal: AbortSignal, leave: Leave): Promise<Sample> {
  const { grade: first = { score: 0, grader: grader.id }, ...rest } = sample
  return withGrade(rest, (await grader.settle?.(item, sample.text, signal, saidOf(sample), leave)) ?? first, grader)
}

/** The answer with a grade as it would get now; rejects only when aborted. */
export async function gradedAgain(sample: Sample, item: Item, spec: WorkloadSpec, signal: AbortSignal, leave: Leave): Promise<Sample> {
  const { grade: before, ungraded: _why, grading: _bill, ...answer } = sample
  const { unsettled, ...grade } = spec.grader.grade(item, answer.text, saidOf(answer))
  const after = unsettled ? await settled({ ...answer, grade: tidy(grade, spec.grader) }, item, spec, signal, leave) : withGrade(answer, grade, spec.grader)
  // What stands for the answer where nothing is taken from the text: else the one that was taken before would be left in its place.
  if (before?.answer === undefined || after.grade === undefined || after.grade.answer !== undefined) return after
  return { ...after, grade: { ...after.grade, answer: answer.text.trim() } }
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

/** Reasoning that came inside of the answer is moved to where a server puts it that tells the two apart; together they are what came. */
function apart(completion: Completion): Completion {
  if (completion.reasoning !== undefined) return completion
  const { reasoning, answer } = splitReasoning(completion.text)
  return reasoning === '' ? completion : { ...completion, text: answer, reasoning }
}

const saidOf = ({ finish, toolCalls, likelihoods }: Pick<Sample, 'finish' | 'toolCalls' | 'likelihoods'>): Said => ({
  truncated: finish === 'length',
  ...(toolCalls === undefined ? {} : { toolCalls }),
  ...(likelihoods === undefined ? {} : { likelihoods }),
})

/** Of a text that was given to be read: its likelihood is that of the sample. */
function ofText({ likelihoods }: Completion): Pick<Sample, 'logProb' | 'logProbTokens'> {
  const [only, ...others] = likelihoods ?? []
  return only === undefined || others.length > 0 ? {} : { logProb: only.logProb, logProbTokens: only.tokens }
}

function withGrade(sample: Sample, grade: Grade, grader: Grader): Sample {
  const billed = grade.bill === undefined ? sample : { ...sample, grading: grade.bill }
  return grade.ungraded ? { ...billed, ungraded: grade.detail ?? 'its grader did not say why' } : { ...billed, grade: tidy(grade, grader) }
}

/** As it is stored, whatever else a grader of a user's own gives. */
function tidy({ score, grader, answer, detail, by }: Grade, { id, ways }: Grader): Grade {
  return {
    score,
    grader: ways?.includes(grader) === true ? grader : id,
    ...(typeof answer === 'string' ? { answer } : {}),
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(by === undefined ? {} : { by }),
  }
}

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
