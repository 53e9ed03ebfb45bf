/** The life of one answer: from the engine's tokens to events on the wire, and what the truth says about it. */
import { Buffer } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { Behaviour } from './behaviour.ts'
import { errorBody, type AnswerFacts, type Events } from './events.ts'
import type { Listener } from './model.ts'
import { nowNs, type OpenTruth, type TruthBook } from './truth.ts'
import { sendBody, type Wire } from './wire.ts'

export interface Reply {
  facts: AnswerFacts
  events: Events
  response: ServerResponse
  truth: OpenTruth
  book: TruthBook
  /** Takes the request out of the engine. */
  cancel: () => void
}

/** Writes the events as the engine tells of tokens. */
export function streamReply(reply: Reply, wire: Wire): Listener {
  const { facts, events, truth, book } = reply
  const { behaviour } = facts
  const frame = frameOf(behaviour)
  const reasoning = facts.answer.reasoning.length
  const total = reasoning + facts.answer.tokens.length
  truth.status = 200
  let sent = 0
  let opened = false
  if (!behaviour.stallHeaders) wire.head()

  const opening = (): string => {
    if (opened) return ''
    opened = true
    const role = behaviour.role === 'never' ? undefined : events.role()
    return (role === undefined ? '' : frame(role)) + (behaviour.emptyDeltas ? frame(events.empty()) : '')
  }
  /** Tokens up to `end`; an event holds tokens of one channel. */
  const content = (end: number): string => {
    let text = ''
    while (sent < end) {
      const to = sent < reasoning ? Math.min(end, reasoning) : end
      const event = frame(events.tokens(sent, to))
      text += behaviour.duplicate ? event + event : event
      if (behaviour.emptyDeltas) text += frame(events.empty())
      sent = to
    }
    return text
  }
  const closing = (): string => {
    const wanted = facts.ask.includeUsage || behaviour.usage === 'always'
    const usage = wanted && behaviour.usage !== 'never' ? frame(events.usage()) : ''
    return frame(events.finish()) + usage + (behaviour.done ? frame('[DONE]') : '')
  }

  return {
    start() {
      truth.startedNs = nowNs()
      if (behaviour.role === 'early' && !behaviour.stallHeaders) wire.write(opening())
    },
    token(index, left, lateMs) {
      if (behaviour.stallHeaders) return
      const broken = breakAt(reply, wire, frame, index)
      if (broken === 'over') return
      const end = Math.min(index + 1, total)
      if (left > 0 && end - sent < behaviour.tokensPerEvent) return
      const text = opening() + content(end)
      const at = nowNs()
      while (truth.tokensNs.length < end) truth.tokensNs.push(at)
      book.tick(lateMs)
      if (left > 0) return wire.write(text)
      wire.write(text + closing())
      wire.end()
    },
  }
}

/** Waits for the last token, then sends the body. */
export function wholeReply(reply: Reply): Listener {
  const { facts, events, response, truth, book } = reply
  const { behaviour } = facts
  return {
    start: () => void (truth.startedNs = nowNs()),
    token(_index, left, lateMs) {
      truth.tokensNs.push(nowNs())
      if (behaviour.cutAfter && truth.tokensNs.length > behaviour.cutAfter.tokens) return cut(reply, behaviour.cutAfter.reset)
      if (left > 0 || behaviour.stallHeaders || behaviour.stallAfter !== undefined) return
      book.tick(lateMs)
      truth.status = behaviour.errorAfter === undefined ? 200 : 500
      sendBody(response, truth.status, { 'content-type': 'application/json' }, wholeBody(behaviour, events), behaviour.gzip)
    },
  }
}

// --- internal ---

function wholeBody(behaviour: Behaviour, events: Events): string | Buffer {
  if (behaviour.errorAfter !== undefined) return errorBody(500, 'the mock was told to fail')
  const body = events.whole()
  if (behaviour.badJsonAfter !== undefined) return body.slice(0, -2)
  return behaviour.badUtf8After === undefined ? body : spoil(body, '"index":0')
}

/** What goes wrong in front of token `index`: nothing, something beside it, or it is over. */
function breakAt(reply: Reply, wire: Wire, frame: (json: string) => string, index: number): 'on' | 'over' {
  const { behaviour } = reply.facts
  if (behaviour.stallAfter !== undefined && index >= behaviour.stallAfter) return 'over'
  if (behaviour.cutAfter && index >= behaviour.cutAfter.tokens) {
    cut(reply, behaviour.cutAfter.reset)
    return 'over'
  }
  if (behaviour.errorAfter === index) {
    wire.write(frame(errorBody(500, 'the mock was told to fail in the middle')))
    wire.end()
    reply.cancel()
    return 'over'
  }
  if (behaviour.badJsonAfter === index) wire.write(frame(reply.events.tokens(index, index + 1).slice(0, -9)))
  if (behaviour.badUtf8After === index) wire.write(spoil(frame(reply.events.empty()), chatMark(reply)))
  return 'on'
}

function cut({ response, cancel, truth, book }: Reply, reset: boolean): void {
  cancel()
  book.close(truth, 'cut', truth.status)
  if (reset) response.socket?.resetAndDestroy()
  else response.socket?.destroy()
}

function chatMark({ facts }: Reply): string {
  return facts.ask.endpoint === 'chat' ? '"content":"' : '"text":"'
}

/** Puts two bytes that are no UTF-8 behind the first `mark`. */
function spoil(text: string, mark: string): Buffer {
  const at = text.indexOf(mark) + mark.length
  return Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xc3, 0x28]), Buffer.from(text.slice(at))])
}

/** One event around its JSON. */
function frameOf({ lineEnd, space, comments }: Behaviour): (json: string) => string {
  if (!comments) return (json) => `data:${space}${json}${lineEnd}${lineEnd}`
  let id = 0
  const lines = (...parts: string[]): string => parts.map((part) => part + lineEnd).join('')
  return (json) => lines(': ping', '', ':', 'retry: 3000', 'event: message', `id: ${id++}`, `data:${space}${json}`, '')
}
