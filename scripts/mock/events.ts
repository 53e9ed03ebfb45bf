/** The JSON of answers and of stream events, in the form of the two endpoints. */
import type { Answer } from './answer.ts'
import type { Behaviour } from './behaviour.ts'
import type { Ask } from './request.ts'
import { logprobOf, tokenize } from './text.ts'

export interface AnswerFacts {
  /** Without the prefix of the endpoint. */
  id: string
  /** Unix time in seconds. */
  created: number
  ask: Ask
  answer: Answer
  behaviour: Behaviour
  promptTokens: number
  cachedTokens: number
  /** What the model takes for the answer to the question that the prompt holds: at the end of a prompt it is likely, and anything else is not. */
  belief?: string | undefined
}

export interface Events {
  /** The role, where the endpoint has one. */
  role(): string | undefined
  /** An event without content. */
  empty(): string
  /** Tokens `from` to `to` (excluded), reasoning first; they are all of one channel. */
  tokens(from: number, to: number): string
  finish(): string
  usage(): string
  /** The whole answer of a request that is not streamed. */
  whole(): string
}

export function createEvents(facts: AnswerFacts): Events {
  const { ask, answer, behaviour } = facts
  const chat = ask.endpoint === 'chat'
  const all = [...answer.reasoning, ...answer.tokens]
  const head = `{"id":${JSON.stringify(idOf(facts))},"object":"${chat ? 'chat.completion.chunk' : 'text_completion'}","created":${facts.created},"model":${JSON.stringify(ask.model)},"choices":`
  const event = (choice: string, tokens: number): string =>
    `${head}[${choice}]${behaviour.usage === 'every' ? `,"usage":${JSON.stringify(usageOf(facts, tokens))}` : ''}}`
  const delta = (body: string, logprobs: string, finish: string): string =>
    chat
      ? `{"index":0,"delta":${body},"logprobs":${logprobs},"finish_reason":${finish}}`
      : `{"index":0,"text":${body},"logprobs":${logprobs},"finish_reason":${finish}}`
  const contentStart = `${head}[${chat ? '{"index":0,"delta":{"content":"' : '{"index":0,"text":"'}`
  const contentEnd = `"${chat ? '}' : ''},"logprobs":null,"finish_reason":null}]}`
  const plain = behaviour.usage !== 'every' && ask.logprobs === undefined && !behaviour.toolCall

  return {
    role: () => (chat ? event(delta('{"role":"assistant","content":""}', 'null', 'null'), 0) : undefined),
    empty: () => event(delta(chat ? '{"content":""}' : '""', 'null', 'null'), 0),
    tokens(from, to) {
      const text = to === from + 1 ? all[from]! : all.slice(from, to).join('')
      const escaped = JSON.stringify(text)
      const reasons = from < answer.reasoning.length
      if (plain && !reasons) return contentStart + escaped.slice(1, -1) + contentEnd // the many; the others may cost more
      const body = !chat ? escaped : `{"${reasons ? behaviour.reasoningField : 'content'}":${escaped}}`
      const logprobs = ask.logprobs === undefined || reasons ? 'null' : JSON.stringify(logprobsOf(facts, from, to))
      return event(delta(behaviour.toolCall && chat ? toolDelta(facts, from, escaped) : body, logprobs, 'null'), to)
    },
    finish: () => event(delta(chat ? '{}' : '""', 'null', JSON.stringify(finishOf(facts))), all.length),
    usage: () => `${head}[],"usage":${JSON.stringify(usageOf(facts, all.length))}}`,
    whole: () => JSON.stringify(wholeOf(facts)),
  }
}

export function errorBody(status: number, message: string, param: string | null = null): string {
  const type = status === 401 ? 'authentication_error' : status === 404 ? 'NotFoundError' : status < 500 ? 'invalid_request_error' : 'server_error'
  return JSON.stringify({ error: { message, type, param, code: status } })
}

// --- internal ---

function idOf({ id, ask }: AnswerFacts): string {
  return `${ask.endpoint === 'chat' ? 'chatcmpl' : 'cmpl'}-${id}`
}

function finishOf({ behaviour, answer, ask }: AnswerFacts): string | null {
  if (behaviour.finish === 'none') return null
  if (behaviour.finish !== undefined) return behaviour.finish
  return behaviour.toolCall && ask.endpoint === 'chat' ? 'tool_calls' : answer.finish
}

/** `tokens` of reasoning and answer together. */
function usageOf({ promptTokens, cachedTokens, answer, behaviour }: AnswerFacts, tokens: number): object {
  const [prompt, output] = behaviour.usage === 'wrong' ? [promptTokens * 2 + 7, tokens * 3 + 1] : [promptTokens, tokens]
  return {
    prompt_tokens: prompt,
    completion_tokens: output,
    total_tokens: prompt + output,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: Math.min(tokens, answer.reasoning.length) },
  }
}

function logprobsOf({ ask, answer }: AnswerFacts, from: number, to: number): object {
  const shift = answer.reasoning.length
  const tokens = answer.tokens.slice(from - shift, to - shift)
  return ask.endpoint === 'chat' ? chatLogprobs(tokens, from - shift, ask.logprobs!) : completionLogprobs(tokens, from - shift, ask.logprobs!, offsetOf(answer.tokens, from - shift)) // prettier-ignore
}

function chatLogprobs(tokens: readonly string[], first: number, alternatives: number): object {
  const entry = (token: string, logprob: number): object => ({ token, logprob, bytes: [...Buffer.from(token)] })
  return {
    content: tokens.map((token, i) => ({
      ...entry(token, logprobOf(token, first + i)),
      top_logprobs: topOf(token, first + i, alternatives).map(([other, logprob]) => entry(other, logprob)),
    })),
  }
}

function completionLogprobs(tokens: readonly string[], first: number, alternatives: number, offset: number): object {
  const offsets: number[] = []
  let at = offset
  for (const token of tokens) {
    offsets.push(at)
    at += token.length
  }
  return {
    tokens,
    token_logprobs: tokens.map((token, i) => logprobOf(token, first + i)),
    top_logprobs: tokens.map((token, i) => Object.fromEntries(topOf(token, first + i, alternatives))),
    text_offset: offsets,
  }
}

/** The token itself and less likely others. */
function topOf(token: string, index: number, alternatives: number): [string, number][] {
  const own = logprobOf(token, index)
  return Array.from({ length: alternatives }, (_, i) => (i === 0 ? [token, own] : [` alt${i}`, own - i]))
}

function offsetOf(tokens: readonly string[], index: number): number {
  return tokens.slice(0, index).join('').length
}

/** The name comes with the first token; the arguments hold the text, a JSON string in pieces. */
function toolDelta({ id }: AnswerFacts, from: number, escaped: string): string {
  const piece = JSON.stringify(`${from === 0 ? '{"text":"' : ''}${escaped.slice(1, -1)}`)
  const opening = from === 0 ? `"id":"call_${id}","type":"function",` : ''
  const name = from === 0 ? '"name":"say",' : ''
  return `{"tool_calls":[{"index":0,${opening}"function":{${name}"arguments":${piece}}}]}`
}

function wholeOf(facts: AnswerFacts): object {
  const { ask, answer, behaviour } = facts
  const text = answer.tokens.join('')
  const usage = behaviour.usage === 'never' ? {} : { usage: usageOf(facts, answer.reasoning.length + answer.tokens.length) }
  const base = { id: idOf(facts), object: ask.endpoint === 'chat' ? 'chat.completion' : 'text_completion', created: facts.created, model: ask.model }
  const finish_reason = finishOf(facts)
  if (ask.endpoint === 'completions') return { ...base, choices: [{ index: 0, ...completionChoice(facts, text), finish_reason }], ...usage }
  const said = behaviour.toolCall
    ? { content: null, tool_calls: [{ id: `call_${facts.id}`, type: 'function', function: { name: 'say', arguments: JSON.stringify({ text }) } }] }
    : { content: text }
  const reasoning = answer.reasoning.length > 0 ? { [behaviour.reasoningField]: answer.reasoning.join('') } : {}
  const logprobs = ask.logprobs === undefined ? null : chatLogprobs(answer.tokens, 0, ask.logprobs)
  return { ...base, choices: [{ index: 0, message: { role: 'assistant', ...said, ...reasoning }, logprobs, finish_reason }], ...usage }
}

/** With `echo` the prompt stands in front; its first token has no log-probability, as nothing is before it. */
function completionChoice(facts: AnswerFacts, text: string): object {
  const { ask, answer, behaviour } = facts
  const silent = behaviour.promptLogprobs === 'silent'
  const prompt = ask.echo ? tokenize(ask.prompt) : []
  const listed = ask.promptLogprobs === undefined || silent ? {} : { prompt_logprobs: promptPlaces(facts) }
  if (ask.logprobs === undefined || (ask.echo && silent)) return { text: ask.echo ? ask.prompt + text : text, logprobs: null, ...listed }
  const logprobs = completionLogprobs([...prompt, ...answer.tokens], 0, ask.logprobs, 0) as {
    token_logprobs: (number | null)[]
    top_logprobs: (object | null)[]
  }
  if (ask.echo && prompt.length > 0) {
    promptLogprobs(facts).forEach((value, i) => (logprobs.token_logprobs[i] = value ?? null))
    logprobs.top_logprobs[0] = null
  }
  return { text: ask.echo ? ask.prompt + text : text, logprobs, ...listed }
}

/** Of each token of the prompt; undefined for the first one. A known answer at the end of the prompt is likely. */
function promptLogprobs({ ask, belief }: AnswerFacts): (number | undefined)[] {
  const tokens = tokenize(ask.prompt)
  const values = tokens.map((token, i) => (i === 0 ? undefined : logprobOf(token, i)))
  if (belief === undefined || tokens.length < 2) return values
  const end = ask.prompt.endsWith(belief) ? tokenize(belief).length : 0
  for (let i = tokens.length - end; i < tokens.length; i++) if (values[i] !== undefined) values[i] = LIKELY
  if (end === 0) values[tokens.length - 1]! -= 1
  return values
}

/** Nats. */
const LIKELY = -0.001

/** As vLLM has them: a map from the id of the token for each place, and null for the first. */
function promptPlaces(facts: AnswerFacts): (object | null)[] {
  const tokens = tokenize(facts.ask.prompt)
  return promptLogprobs(facts).map((logprob, i) => (logprob === undefined ? null : { [String(1000 + i)]: { logprob, rank: 1, decoded_token: tokens[i] } }))
}
