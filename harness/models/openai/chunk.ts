/** What an event of a stream says: content, reasoning, tool calls, usage, the end, an error. Read by hand, since it is the hot path. */
import type { Completion } from '../../types.ts'

/** Counts that a server gave. Absent where it gave none, or none that is a count. */
export interface Usage {
  promptTokens?: number
  outputTokens?: number
  reasoningTokens?: number
  cachedTokens?: number
}

export interface ToolCall {
  name: string
  arguments: string
}

/**
 * One event. `tokens`: how many the event says that it has, by its log-probabilities; 0 where it does not tell. `logProb`: their
 * sum in nats, where each of them is a number.
 */
export interface Delta {
  answer: string
  reasoning: string
  /** By place; pieces of one call come in several events. */
  toolCalls: readonly { index: number; name: string; arguments: string }[]
  tokens: number
  logProb: number | undefined
  finish: Completion['finish'] | undefined
  usage: Usage | undefined
  error: string | undefined
}

/** The event as a server sent it, whatever it sent. Of several choices only the first is read. */
export function readDelta(value: unknown): Delta {
  const delta: Delta = { answer: '', reasoning: '', toolCalls: NONE, tokens: 0, logProb: undefined, finish: undefined, usage: undefined, error: undefined }
  if (!isRecord(value)) return delta
  if (value['error'] !== undefined && value['error'] !== null) delta.error = describeError(value)
  if (isRecord(value['usage'])) delta.usage = readUsage(value['usage'])
  else if (isRecord(value['timings'])) delta.usage = readTimings(value['timings'])
  const choices = value['choices']
  if (!Array.isArray(choices)) {
    if (value['object'] === 'error') delta.error ??= describeError(value)
    return delta
  }
  for (const choice of choices) if (isRecord(choice) && (choice['index'] === undefined || choice['index'] === 0)) readChoice(choice, delta)
  return delta
}

export function readUsage(usage: Record<string, unknown>): Usage {
  const prompt = part(usage, 'prompt_tokens_details')
  const output = part(usage, 'completion_tokens_details')
  return defined({
    promptTokens: count(usage['prompt_tokens']),
    outputTokens: count(usage['completion_tokens']),
    reasoningTokens: count(output['reasoning_tokens']) ?? count(usage['reasoning_tokens']),
    cachedTokens: count(prompt['cached_tokens']) ?? count(usage['prompt_cache_hit_tokens']) ?? count(usage['cached_tokens']),
  })
}

/** llama.cpp counts in `timings`, also where no usage was asked for; `prompt_n` leaves out what was in its cache. */
export function readTimings(timings: Record<string, unknown>): Usage {
  const [fresh, cachedTokens] = [count(timings['prompt_n']), count(timings['cache_n'])]
  const promptTokens = fresh === undefined || cachedTokens === undefined ? undefined : fresh + cachedTokens // older versions name no cache
  return defined({ promptTokens, outputTokens: count(timings['predicted_n']), cachedTokens })
}

/** The message of an error object in any of the usual shapes. */
export function describeError(value: Record<string, unknown>): string {
  const error = value['error'] ?? value
  if (typeof error === 'string') return error
  if (!isRecord(error)) return JSON.stringify(error)
  for (const key of ['message', 'detail', 'error', 'msg']) if (typeof error[key] === 'string' && error[key] !== '') return error[key]
  for (const key of ['message', 'detail']) if (typeof value[key] === 'string' && value[key] !== '') return value[key]
  return JSON.stringify(error)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

// --- internal ---

const NONE: Delta['toolCalls'] = []

function readChoice(choice: Record<string, unknown>, delta: Delta): void {
  const said = isRecord(choice['delta']) ? choice['delta'] : isRecord(choice['message']) ? choice['message'] : undefined
  if (said === undefined) delta.answer += textOf(choice['text'])
  else {
    delta.answer += textOf(said['content']) + textOf(said['refusal'])
    delta.reasoning += textOf(said['reasoning_content']) || textOf(said['reasoning']) // some servers send both, with the same text
    if (Array.isArray(said['tool_calls'])) delta.toolCalls = said['tool_calls'].flatMap(readToolCall)
    else if (isRecord(said['function_call'])) delta.toolCalls = readToolCall({ function: said['function_call'] }, 0)
  }
  readLogProbs(choice['logprobs'], delta)
  if (typeof choice['finish_reason'] === 'string') {
    delta.finish = FINISH[choice['finish_reason']] ?? 'stop'
    if (choice['finish_reason'] === 'error') delta.error ??= 'the server ended the answer with the reason "error"'
  }
}

/** Any other reason is an end by the model: servers have their own names for their end tokens. */
const FINISH: Readonly<Record<string, Completion['finish']>> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
}

/** Text, or a list of parts of which some are texts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((entry) => (isRecord(entry) && typeof entry['text'] === 'string' ? entry['text'] : '')).join('')
}

function readToolCall(call: unknown, place: number): { index: number; name: string; arguments: string }[] {
  if (!isRecord(call)) return []
  const { name, arguments: given } = part(call, 'function')
  const index = typeof call['index'] === 'number' && Number.isSafeInteger(call['index']) ? call['index'] : place
  const args = typeof given === 'string' ? given : isRecord(given) ? JSON.stringify(given) : ''
  return [{ index, name: typeof name === 'string' ? name : '', arguments: args }]
}

/** Chat: one entry per token in `content`; completions: one text per token in `tokens`, one number in `token_logprobs`. */
function readLogProbs(logProbs: unknown, delta: Delta): void {
  if (!isRecord(logProbs)) return
  const chat: unknown = logProbs['content']
  const entries = Array.isArray(chat) ? chat : logProbs['tokens']
  if (!Array.isArray(entries)) return
  delta.tokens = entries.length
  if (entries.length === 0) return
  const values: unknown = Array.isArray(chat) ? entries.map((entry) => (isRecord(entry) ? entry['logprob'] : undefined)) : logProbs['token_logprobs']
  if (!Array.isArray(values) || values.length !== entries.length || !values.every(isLogProb)) return
  delta.logProb = values.reduce((sum, value) => sum + Math.min(0, value), 0)
}

/** Rounding may put a certain token a little above 0. */
function isLogProb(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value < 1e-3
}

function part(value: Record<string, unknown>, key: string): Record<string, unknown> {
  return isRecord(value[key]) ? value[key] : {}
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
