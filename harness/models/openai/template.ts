/**
 * The fast path of a stream. Nearly all events of an answer are the same JSON but for one string, the content. A template is
 * such an event with a hole where the string was. An event that is the template with other characters in the hole, which are
 * the inside of a JSON string, parses to the same value with that string: nothing else of it has to be parsed.
 */
import type { Delta } from './chunk.ts'

export interface Template {
  readonly prefix: string
  readonly suffix: string
  readonly channel: 'answer' | 'reasoning'
}

/**
 * The template of an event (its JSON as latin1 bytes); undefined where it carries more than a piece of text. That the hole is
 * the content is proved by parsing the template with another text in it.
 */
export function learnTemplate(json: string, delta: Delta, read: (json: string) => Delta): Template | undefined {
  const channel = delta.reasoning !== '' ? 'reasoning' : 'answer'
  if (!isPlain(delta) || (channel === 'reasoning' && delta.answer !== '') || delta[channel] === '') return undefined
  for (const key of KEYS[channel]) {
    const start = holeAfter(json, key)
    if (start < 0) continue
    const end = endOfString(json, start)
    const template = { prefix: json.slice(0, start), suffix: json.slice(end), channel } as const
    if (isProved(template, read)) return template
  }
  return undefined
}

/**
 * The inside of the string in the hole, if `source` from `start` to `end` is the template and the inside has neither quotes
 * nor escapes nor control characters. Undefined otherwise: then the event must be parsed.
 */
export function matchTemplate({ prefix, suffix }: Template, source: string, start: number, end: number): string | undefined {
  const from = start + prefix.length
  const to = end - suffix.length
  if (from > to || source.slice(start, from) !== prefix || source.slice(to, end) !== suffix) return undefined
  for (let i = from; i < to; i++) {
    const c = source.charCodeAt(i)
    if (c < FIRST_PRINTABLE || c === QUOTE) return undefined
    if (c === BACKSLASH) return unescape(source, from, to)
  }
  return source.slice(from, to)
}

/** A template with what stands around it in a stream: `data: ` before, the end of the line and an empty one behind. */
export interface Frame {
  readonly before: string
  readonly behind: string
  readonly channel: Template['channel']
}

export function frameOf({ prefix, suffix, channel }: Template): Frame {
  return { before: `data: ${prefix}`, behind: `${suffix}\n\n`, channel }
}

/** Where the string in the hole of a frame that begins at `from` ends, if it is one, and has no escapes; −1 otherwise. */
export function endInFrame({ before, behind }: Frame, chunk: string, from: number): number {
  const start = from + before.length
  if (chunk.slice(from, start) !== before) return -1
  for (let at = start; ; at++) {
    const c = chunk.charCodeAt(at)
    if (c === QUOTE) return chunk.slice(at, at + behind.length) === behind ? at : -1
    if (!(c >= FIRST_PRINTABLE) || c === BACKSLASH) return -1 // NaN at the end of the chunk
  }
}

// --- internal ---

const KEYS = { answer: ['content', 'text'], reasoning: ['reasoning_content', 'reasoning'] } as const
const FIRST_PRINTABLE = 32
const QUOTE = 34
const BACKSLASH = 92
const PROBE = 'a text that no server sends'

function isPlain({ toolCalls, tokens, finish, usage, error }: Delta): boolean {
  return toolCalls.length === 0 && tokens === 0 && finish === undefined && usage === undefined && error === undefined
}

/** Where the string after `"key":` begins; -1 where there is none. */
function holeAfter(json: string, key: string): number {
  const found = json.indexOf(`"${key}":`)
  if (found < 0) return -1
  let at = found + key.length + 3
  while (json.charCodeAt(at) === FIRST_PRINTABLE) at += 1
  return json.charCodeAt(at) === QUOTE ? at + 1 : -1
}

function endOfString(json: string, start: number): number {
  let at = start
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

function isProved({ prefix, suffix, channel }: Template, read: (json: string) => Delta): boolean {
  try {
    const delta = read(prefix + PROBE + suffix)
    return isPlain(delta) && delta[channel] === PROBE && delta[channel === 'answer' ? 'reasoning' : 'answer'] === ''
  } catch {
    return false
  }
}

/** Escapes that give ASCII, such as line ends, which are in every second answer; others are left to the parser. */
function unescape(source: string, from: number, to: number): string | undefined {
  let text = ''
  let done = from
  for (let i = from; i < to; i++) {
    const c = source.charCodeAt(i)
    if (c < FIRST_PRINTABLE || c === QUOTE) return undefined
    if (c !== BACKSLASH) continue
    const escaped = i + 1 < to ? ESCAPES[source.charAt(i + 1)] : undefined
    if (escaped === undefined) return undefined
    text += source.slice(done, i) + escaped
    done = i + 2
    i += 1
  }
  return text + source.slice(done, to)
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' }
