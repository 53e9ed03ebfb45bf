/**
 * How likely given texts are, from a completions endpoint: each is sent behind its context, and the log-probabilities of the
 * prompt are read from the answer. Servers that cannot tell them are found out by asking.
 */
import type { Attempt, Completion, Failure, Given, Likelihood, Recording, Request, Sent } from '../../types.ts'
import { whyNoLikelihoods } from './can-tell.ts'
import type { Outcome } from './exchange.ts'
import { exchange, type GivenWay, type Line } from './line.ts'
import type { Options } from './options.ts'
import { likelihoodOf, readPromptTokens } from './prompt-tokens.ts'

/** What is known of an endpoint before it was asked. */
export function startGiven(options: Options): Line['given'] {
  const why = whyNoLikelihoods(options)
  const { promptLogprobs: way } = options
  return { ways: why !== undefined || way === 'off' ? [] : way === 'auto' ? ['echo', 'prompt_logprobs'] : [way], proven: false, why: why ?? '' }
}

/**
 * The likelihoods of the request's given texts, one request to the server for each, all within the times of the recording; undefined
 * where the server cannot tell, and `line.given.why` says why. Throws HarnessError `aborted`.
 */
export async function sendGiven(line: Line, request: Request & { given: Given }, recording: Recording, signal: AbortSignal): Promise<Sent | undefined> {
  const { given } = request
  const attempts: Attempt[] = []
  const counts = { promptTokens: 0, outputTokens: 0, cachedTokens: 0, told: true, cacheTold: true }
  const likelihoods: Likelihood[] = []
  recording.sent()
  for (const text of given.texts) {
    const read = await readOne(line, { request, text, attempts, counts }, recording, signal)
    if (read === undefined) return undefined
    if ('error' in read) return { ok: false, attempts, text: '', error: read.error }
    likelihoods.push(read)
  }
  recording.ended()
  const completion: Completion = {
    finish: 'stop',
    text: '',
    promptTokens: counts.promptTokens,
    outputTokens: counts.outputTokens,
    countedBy: counts.told ? 'server' : 'estimate',
    ...(counts.cacheTold ? { cachedTokens: counts.cachedTokens } : {}),
    likelihoods,
  }
  return { ok: true, attempts, completion }
}

// --- internal ---

interface One {
  request: Request & { given: Given }
  text: string
  attempts: Attempt[]
  /** Sums over the texts. */
  counts: { promptTokens: number; outputTokens: number; cachedTokens: number; told: boolean; cacheTold: boolean }
}

/** Undefined where no way to ask is left. */
async function readOne(line: Line, one: One, recording: Recording, signal: AbortSignal): Promise<Likelihood | { error: Failure } | undefined> {
  const { context } = one.request.given
  for (;;) {
    const [way] = line.given.ways
    if (way === undefined) return undefined
    const body = bodyOf(line.endpoint.options, way, one)
    const outcome = await exchange(line, { path: '/completions', body, seed: one.request.seed, attempts: one.attempts }, quiet(recording), signal)
    count(one, outcome)
    if (outcome.error !== undefined) {
      if (line.given.proven || !refuses(outcome)) return { error: outcome.error }
      giveUp(line, way, `it refuses to (${outcome.error.message})`)
      continue
    }
    const prompt = readPromptTokens(outcome.assembly.whole)
    const read = 'why' in prompt ? prompt : likelihoodOf(prompt, context, one.text)
    if (!('why' in read)) {
      line.given.proven = true
      return read
    }
    if (line.given.proven) return { error: { code: 'protocol', kind: 'no-likelihoods', message: `${line.endpoint.host}: ${read.why}` } }
    giveUp(line, way, read.why)
  }
}

/** Not by this way; requests that are out at the same time may have found it out before. */
function giveUp({ given, endpoint }: Line, way: GivenWay, why: string): void {
  if (!given.ways.includes(way)) return
  given.ways = given.ways.filter((other) => other !== way)
  given.why = `${endpoint.host} was asked for the log-probabilities of a prompt (${way === 'echo' ? 'echo and logprobs' : way}): ${why}`
}

/** The server understood, and will not; a prompt that is too long would be so however it is asked. */
function refuses({ status, error }: Outcome): boolean {
  return [400, 403, 405, 422, 501].includes(status) && !/context|too long|too large|maximum|max_model_len|token limit/i.test(error?.message ?? '')
}

function bodyOf(options: Options, way: GivenWay, { request: { given, seed }, text }: One): string {
  const { model, maxTokensField, extra } = options
  const body: Record<string, unknown> = {
    model,
    prompt: given.context + text,
    [maxTokensField]: 1, // some servers take 0 for no limit, or refuse it
    temperature: 0,
    seed,
    stream: false,
    ...extra,
    ...(way === 'echo' ? { echo: true, logprobs: 1 } : { prompt_logprobs: 0 }),
  }
  for (const [field, value] of Object.entries(extra)) if (value === null) delete body[field]
  return JSON.stringify(body)
}

/** What the request is billed for; where the server does not count, four bytes are taken for a token. */
function count({ counts, request: { given }, text }: One, { assembly: { usage }, error }: Outcome): void {
  if (error !== undefined) return
  counts.promptTokens += usage?.promptTokens ?? Math.ceil(Buffer.byteLength(given.context + text) / 4)
  counts.outputTokens += usage?.outputTokens ?? 1
  counts.cachedTokens += usage?.cachedTokens ?? 0
  counts.told &&= usage?.promptTokens !== undefined
  counts.cacheTold &&= usage?.cachedTokens !== undefined
}

/** The requests for the texts have no tokens whose times matter. */
function quiet(recording: Recording): Recording {
  const nothing = (): void => {}
  return { now: () => recording.now(), sent: nothing, headers: nothing, stamp: nothing, content: nothing, ended: nothing }
}
