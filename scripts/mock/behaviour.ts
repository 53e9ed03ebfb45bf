/** Everything that a mock can do wrong on purpose, or differently from others, by name. */
import { HarnessError, nearest } from '../../harness/errors.ts'

export interface Behaviour {
  /** Answered instead, to the first `times` tries of the same request. */
  refuse?: { status: number; headers: Record<string, string>; body: string; times: number }
  /** The head is never sent. */
  stallHeaders: boolean
  /** After so many tokens, nothing comes any more. */
  stallAfter?: number
  /** After so many tokens the connection ends: orderly, or with a reset. */
  cutAfter?: { tokens: number; reset: boolean }
  errorAfter?: number
  badJsonAfter?: number
  badUtf8After?: number
  lineEnd: '\n' | '\r\n' | '\r'
  /** Between `data:` and the JSON. */
  space: '' | ' '
  /** Comments, `event:`, `id:` and `retry:` lines. */
  comments: boolean
  done: boolean
  tokensPerEvent: number
  emptyDeltas: boolean
  role: 'with-first' | 'early' | 'never'
  usage: 'asked' | 'always' | 'never' | 'wrong' | 'every'
  duplicate: boolean
  /** Where the bytes of an event are parted into several writes. */
  split?: 'character' | 'byte' | 'header'
  /** Text of several bytes a letter. */
  wide: boolean
  gzip: boolean
  /** Characters of the answer, whatever the request says; in events of 64 KiB or in one. */
  huge?: { characters: number; oneEvent: boolean }
  reasoningField: 'reasoning_content' | 'reasoning'
  /** Tokens of reasoning, where not the number of the profile. */
  reasoning?: number
  toolCall: boolean
  finish?: 'content_filter' | 'none'
  /** What becomes of a request for the log-probabilities of its prompt: `no-echo` refuses echo, `silent` tells none by any way. */
  promptLogprobs: 'told' | 'no-echo' | 'silent'
  /** The connection is closed right after each answer, though the head promised to keep it. */
  closeAfter: boolean
}

export const WELL_BEHAVED: Behaviour = {
  stallHeaders: false,
  lineEnd: '\n',
  space: ' ',
  comments: false,
  done: true,
  tokensPerEvent: 1,
  emptyDeltas: false,
  role: 'with-first',
  usage: 'asked',
  duplicate: false,
  wide: false,
  gzip: false,
  reasoningField: 'reasoning_content',
  toolCall: false,
  promptLogprobs: 'told',
  closeAfter: false,
}

export interface Misbehaviour {
  summary: string
  /** What `=N` behind the name says, and its value where it is missing. */
  value?: { says: string; default: number }
  change: (value: number) => Partial<Behaviour>
}

const TOKENS = { says: 'tokens before it', default: 3 }
const TRIES = { says: 'tries of the same request that are refused', default: Infinity }

export const MISBEHAVIOURS: Readonly<Record<string, Misbehaviour>> = {
  'split-character': { summary: 'events are cut inside a letter of several bytes', change: () => ({ split: 'character', wide: true }) },
  'split-byte': { summary: 'every byte is a write of its own', change: () => ({ split: 'byte', wide: true }) },
  'split-header': { summary: 'chunk headers of HTTP and line ends are cut', change: () => ({ split: 'header' }) },
  wide: { summary: 'letters of several bytes', change: () => ({ wide: true }) },
  crlf: { summary: 'lines end with CR LF', change: () => ({ lineEnd: '\r\n' }) },
  cr: { summary: 'lines end with CR', change: () => ({ lineEnd: '\r' }) },
  'no-space': { summary: '`data:` without a space', change: () => ({ space: '' }) },
  comments: { summary: 'comments, `event:`, `id:` and `retry:` lines', change: () => ({ comments: true }) },
  'no-done': { summary: 'the stream ends without `[DONE]`', change: () => ({ done: false }) },
  many: { summary: 'several tokens in one event', value: { says: 'tokens per event', default: 4 }, change: (n) => ({ tokensPerEvent: Math.max(1, n) }) },
  'empty-deltas': { summary: 'events with empty content before, between and after the others', change: () => ({ emptyDeltas: true }) },
  'role-early': { summary: 'the event with the role comes before the prefill', change: () => ({ role: 'early' }) },
  'no-role': { summary: 'no event with the role', change: () => ({ role: 'never' }) },
  'usage-always': { summary: 'usage also where it was not asked for', change: () => ({ usage: 'always' }) },
  'no-usage': { summary: 'no usage', change: () => ({ usage: 'never' }) },
  'wrong-usage': { summary: 'usage with wrong numbers', change: () => ({ usage: 'wrong' }) },
  'usage-every': { summary: 'usage so far in every event', change: () => ({ usage: 'every' }) },
  'error-mid': { summary: 'an error object in the middle of the stream', value: TOKENS, change: (errorAfter) => ({ errorAfter }) },
  disconnect: { summary: 'the connection is closed in the middle', value: TOKENS, change: (tokens) => ({ cutAfter: { tokens, reset: false } }) },
  reset: { summary: 'the connection is reset in the middle', value: TOKENS, change: (tokens) => ({ cutAfter: { tokens, reset: true } }) },
  'close-idle': { summary: 'the connection is closed after the answer, without notice', change: () => ({ closeAfter: true }) },
  '429': { summary: 'answers 429 with Retry-After: 1', value: TRIES, change: (n) => refuse(429, n, { 'retry-after': '1' }) },
  '429-date': {
    summary: 'answers 429 with a date two seconds ahead in Retry-After',
    value: TRIES,
    change: (n) => refuse(429, n, { 'retry-after': new Date(Date.now() + 2000).toUTCString() }),
  },
  '429-bare': { summary: 'answers 429 without Retry-After', value: TRIES, change: (n) => refuse(429, n) },
  '503': { summary: 'answers 503 with Retry-After: 0', value: TRIES, change: (n) => refuse(503, n, { 'retry-after': '0' }) },
  '500': { summary: 'answers 500', value: TRIES, change: (n) => refuse(500, n) },
  '401': { summary: 'answers 401', value: TRIES, change: (n) => refuse(401, n) },
  '500-empty': { summary: 'answers 500 with an empty body', value: TRIES, change: (n) => refuseWith(500, n, 'text/plain', '') },
  html: { summary: 'answers 502 with an HTML page', value: TRIES, change: (n) => refuseWith(502, n, 'text/html', PAGE) },
  'html-200': { summary: 'answers 200 with an HTML page', value: TRIES, change: (n) => refuseWith(200, n, 'text/html', PAGE) },
  redirect: {
    summary: 'answers 307 to a path on the same host, which counts its visitors in /truth',
    value: TRIES,
    change: (n) => refuse(307, n, { location: '/redirected' }),
  },
  'stall-headers': { summary: 'no head is ever sent', change: () => ({ stallHeaders: true }) },
  'stall-mid': { summary: 'nothing comes any more after some tokens', value: TOKENS, change: (stallAfter) => ({ stallAfter }) },
  gzip: { summary: 'the answer is compressed', change: () => ({ gzip: true }) },
  huge: { summary: 'a huge answer', value: { says: 'megabytes', default: 100 }, change: (n) => ({ huge: { characters: n * 1e6, oneEvent: false } }) },
  'huge-event': {
    summary: 'a huge answer in one event',
    value: { says: 'megabytes', default: 100 },
    change: (n) => ({ huge: { characters: n * 1e6, oneEvent: true } }),
  },
  duplicate: { summary: 'every event comes twice', change: () => ({ duplicate: true }) },
  'invalid-json': { summary: 'an event, or the body, that is no JSON', value: TOKENS, change: (badJsonAfter) => ({ badJsonAfter }) },
  'invalid-utf8': { summary: 'an event, or the body, that is no UTF-8', value: TOKENS, change: (badUtf8After) => ({ badUtf8After }) },
  reasoning: { summary: 'reasoning in front of the answer', value: { says: 'tokens of it', default: 8 }, change: (reasoning) => ({ reasoning }) },
  'reasoning-field': { summary: 'reasoning comes as `reasoning`, not as `reasoning_content`', change: () => ({ reasoningField: 'reasoning' }) },
  'tool-call': { summary: 'a tool call in place of text (chat only)', change: () => ({ toolCall: true }) },
  'content-filter': { summary: 'the finish reason is content_filter', change: () => ({ finish: 'content_filter' }) },
  'no-echo': { summary: 'answers 400 to echo with logprobs; prompt_logprobs is fine', change: () => ({ promptLogprobs: 'no-echo' }) },
  'no-prompt-logprobs': { summary: 'tells no log-probabilities of prompts, however they are asked for', change: () => ({ promptLogprobs: 'silent' }) },
  'no-finish': { summary: 'no finish reason', change: () => ({ finish: 'none' }) },
}

/** Reads `stall-mid=5,crlf` or `stall-mid=5+crlf`; an unknown name is an error with code `usage`. */
export function parseBehaviour(text: string): Behaviour {
  let behaviour = WELL_BEHAVED
  for (const part of text.split(/[+,]/).map((word) => word.trim())) {
    if (part === '') continue
    const [name = '', value] = part.split('=')
    const found = Object.hasOwn(MISBEHAVIOURS, name) ? MISBEHAVIOURS[name] : undefined
    if (!found) {
      const close = nearest(name, Object.keys(MISBEHAVIOURS))
      throw new HarnessError('usage', `unknown misbehaviour ${name}${close ? `; did you mean ${close}?` : ''}`)
    }
    if (value !== undefined && (!found.value || !/^\d{1,9}$/.test(value)))
      throw new HarnessError('usage', `${name} ${found.value ? 'takes a whole number' : 'takes no value'}, and was given ${value}`)
    behaviour = { ...behaviour, ...found.change(value === undefined ? (found.value?.default ?? 0) : Number(value)) }
  }
  return behaviour
}

// --- internal ---

const PAGE = '<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>\n'

function refuse(status: number, times: number, headers: Record<string, string> = {}): Partial<Behaviour> {
  const body = JSON.stringify({ error: { message: `the mock was told to answer ${status}`, type: 'mock_error', param: null, code: status } })
  return { refuse: { status, headers: { 'content-type': 'application/json', ...headers }, body, times } }
}

function refuseWith(status: number, times: number, type: string, body: string): Partial<Behaviour> {
  return { refuse: { status, headers: { 'content-type': type }, body, times } }
}
