/** Tokens of a prompt that a server sends back, and which of them belong to its end. */
import type { Likelihood } from '../../types.ts'
import { isRecord } from './chunk.ts'

/** `logProb` is undefined where nothing stands before the token; nats. */
export interface PromptToken {
  text: string
  logProb: number | undefined
}
export interface PromptTokens {
  /** Of the prompt, and then perhaps of what was generated. */
  tokens: readonly PromptToken[]
  /** Where each begins, as the server counts: characters of the whole. */
  offsets?: readonly number[]
  /** Tokens of the prompt, where the server counts them. */
  count?: number
}
export interface NotTold {
  why: string
}

/**
 * The tokens of the first choice of a body: `logprobs` with `echo` (`tokens`, `token_logprobs`, `text_offset`), or vLLM's
 * `prompt_logprobs` (a map of token ids for each place). Never throws, whatever the body.
 */
export function readPromptTokens(body: unknown): PromptTokens | NotTold {
  const choices = isRecord(body) ? body['choices'] : undefined
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (!isRecord(body) || !isRecord(choice)) return { why: 'the answer has no choices' }
  const usage = body['usage']
  const told = isRecord(usage) ? usage['prompt_tokens'] : undefined
  const count = typeof told === 'number' && Number.isSafeInteger(told) && told > 0 ? { count: told } : {}
  const listed = choice['prompt_logprobs'] ?? body['prompt_logprobs']
  if (Array.isArray(listed)) return withCount(readPlaces(listed), count)
  const logprobs = choice['logprobs']
  if (!isRecord(logprobs)) return { why: 'it told no log-probabilities of the prompt' }
  return withCount(readLists(logprobs), count)
}

/**
 * How likely the end of `context + text` is: every token that holds a part of the text counts, whole. Where the first of them
 * began in the context, that is said. Never throws.
 */
export function likelihoodOf(prompt: PromptTokens, context: string, text: string): Likelihood | NotTold {
  const whole = context + text
  const spans = spansByText(prompt.tokens, whole) ?? spansByOffset(prompt, whole)
  if (spans === undefined) return { why: 'the tokens that it told are not those of the prompt' }
  const [border, end] = [context.length, whole.length]
  let [logProb, tokens, from, straddles, seen] = [0, 0, end, false, false]
  for (const [i, span] of spans.entries()) {
    if (span === undefined) {
      seen = true // a mark of the server's own stands before the text
      continue
    }
    const inside = span.from < end && (span.from >= border || span.to > border)
    const { logProb: own } = prompt.tokens[i]!
    if (inside && own === undefined && seen) return { why: 'it told no log-probability of a token in the middle of the prompt' }
    seen = true
    if (!inside || own === undefined) continue
    logProb += Math.min(0, own) // rounding may put a certain token a little above 0
    tokens += 1
    straddles ||= span.from < border && span.to > border
    from = Math.min(from, Math.max(border, span.from))
  }
  if (tokens === 0) return { why: 'it told no log-probability of any token of the text' }
  return { logProb, tokens, bytes: Buffer.byteLength(whole.slice(from)), ...(straddles ? { straddles } : {}) }
}

// --- internal ---

/** Places in the prompt, in UTF-16 units; undefined for a mark that stands for no text. */
type Span = { from: number; to: number } | undefined

function withCount(read: PromptTokens | NotTold, count: { count?: number }): PromptTokens | NotTold {
  return 'why' in read ? read : { ...read, ...count }
}

function readLists({ tokens, token_logprobs: values, text_offset: offsets }: Record<string, unknown>): PromptTokens | NotTold {
  if (!Array.isArray(tokens) || !Array.isArray(values)) return { why: 'it told no log-probabilities of the prompt' }
  if (tokens.length === 0 || tokens.length !== values.length) return { why: 'its tokens and their log-probabilities are not equally many' }
  const list = tokens.map((text: unknown, i): PromptToken | undefined => (typeof text === 'string' ? tokenOf(text, values[i]) : undefined))
  if (!list.every((token) => token !== undefined)) return { why: 'its log-probabilities are not numbers' }
  const known = Array.isArray(offsets) && offsets.length === tokens.length && offsets.every((one) => Number.isSafeInteger(one))
  return { tokens: list, ...(known ? { offsets: offsets as number[] } : {}) }
}

/** One entry is that of the token itself. Of several the order is lost in JSON; the ones that were not asked for are alternatives. */
function readPlaces(places: readonly unknown[]): PromptTokens | NotTold {
  const tokens: PromptToken[] = []
  for (const place of places) {
    const entries = isRecord(place) ? Object.values(place) : []
    if (entries.length > 1) return { why: 'it told alternatives to the tokens of the prompt, and not which are its own' }
    const [entry] = entries
    if (place !== null && !isRecord(entry)) return { why: 'its prompt_logprobs are not what vLLM sends' }
    const text = isRecord(entry) && typeof entry['decoded_token'] === 'string' ? entry['decoded_token'] : UNREADABLE
    const token = isRecord(entry) ? tokenOf(text, entry['logprob']) : { text, logProb: undefined }
    if (token === undefined) return { why: 'its log-probabilities are not numbers' }
    tokens.push(token)
  }
  return tokens.length === 0 ? { why: 'it told no log-probabilities of the prompt' } : { tokens }
}

function tokenOf(text: string, value: unknown): PromptToken | undefined {
  if (value === null || value === undefined) return { text, logProb: undefined }
  return typeof value === 'number' && Number.isFinite(value) ? { text, logProb: value } : undefined
}

/** A token that is a part of a character, or whose text was not told. */
const UNREADABLE = '\ufffd'
const isReadable = (text: string): boolean => !text.includes(UNREADABLE) && !text.startsWith('bytes:')
/** Marks such as <s> that a server puts before the text. */
const MOST_MARKS = 2
/** How far the token after unreadable ones may stand from them, for each. */
const REACH = 64

/**
 * Finds the tokens in the text, one after the other. Unreadable ones share the stretch up to the next that can be read. What follows when
 * the text is over was generated. Undefined where a token does not fit.
 */
function spansByText(tokens: readonly PromptToken[], whole: string): Span[] | undefined {
  const spans: Span[] = []
  let at = 0
  for (let i = 0; i < tokens.length && at < whole.length;) {
    const { text } = tokens[i]!
    const length = fitOf(text, whole, at)
    if (length !== undefined) {
      spans.push({ from: at, to: at + length })
      at += length
      i += 1
    } else if (isReadable(text)) {
      if (at > 0 || i >= MOST_MARKS) return undefined
      spans.push(undefined)
      i += 1
    } else {
      let next = i
      while (next < tokens.length && !isReadable(tokens[next]!.text)) next += 1
      const to = endOfUnreadable(tokens[next]?.text, whole, at, next - i)
      if (to === undefined) return undefined
      for (; i < next; i++) spans.push({ from: at, to })
      at = to
    }
  }
  return at >= whole.length ? spans : undefined
}

/** Units of the text that the token stands for there; some servers write spaces as ▁ or Ġ, or leave the one before a word out. */
function fitOf(text: string, whole: string, at: number): number | undefined {
  for (const form of [text, text.replaceAll('\u2581', ' '), text.replaceAll('\u0120', ' ').replaceAll('\u010a', '\n')])
    if (whole.startsWith(form, at)) return form.length
  if (at === 0 && /^[\u2581 ]/.test(text) && whole.startsWith(text.slice(1))) return text.length - 1
  return isReadable(text) && whole.startsWith(` ${text}`, at) ? text.length + 1 : undefined
}

function endOfUnreadable(next: string | undefined, whole: string, at: number, count: number): number | undefined {
  const reach = at + REACH * count
  const found = next === undefined || next === '' ? -1 : whole.indexOf(next, at)
  if (found >= 0 && found <= reach) return found
  return whole.length <= reach ? whole.length : undefined
}

/** By what the server says of places, which count characters (code points), where they fit the text to its end. */
function spansByOffset({ tokens, offsets, count }: PromptTokens, whole: string): Span[] | undefined {
  if (offsets === undefined || offsets[0] !== 0) return undefined
  const units = [0] // by character
  for (const character of whole) units.push(units.at(-1)! + character.length)
  const last = units.length - 1
  const own = Math.min(count ?? tokens.length, tokens.length)
  if (own < tokens.length ? offsets[own] !== last : offsets.at(-1)! >= last) return undefined
  const spans: Span[] = []
  for (let i = 0; i < own; i++) {
    const [from, to] = [offsets[i]!, i + 1 < own ? offsets[i + 1]! : last]
    if (from > to || to > last) return undefined
    spans.push({ from: units[from]!, to: units[to]! })
  }
  return spans
}
