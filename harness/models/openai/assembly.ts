/** Puts an answer together from its events, and tells the recording what came. */
import type { Completion, Recording } from '../../types.ts'
import { readDelta, type Delta, type ToolCall, type Usage } from './chunk.ts'
import { headOf, Learned } from './learned.ts'
import { decodeLatin1, InvalidUtf8, TextBuilder } from './text.ts'
import { endInFrame, frameOf, learnTemplate, matchTemplate, type Frame, type Template } from './template.ts'

/** What a stream did wrong; `kind` as in Failure. */
export interface StreamFault {
  code: 'http' | 'protocol'
  kind: 'error-object' | 'invalid-json' | 'invalid-utf8' | 'truncated-stream'
  message: string
}

export class Assembly {
  readonly answer = new TextBuilder()
  readonly reasoning = new TextBuilder()
  readonly toolCalls: ToolCall[] = []
  finish: Completion['finish'] | undefined
  usage: Usage | undefined
  /** The body of an answer that came without a stream. */
  whole: unknown
  fault: StreamFault | undefined
  /** The server said that the stream is over. */
  done = false
  /** Events with content; how many of them told their tokens, and the sum of those. */
  events = 0
  toldEvents = 0
  toldTokens = 0
  /** Of the answer without its reasoning: tokens with a log-probability, their sum in nats, and the events that they came in. */
  scoredTokens = 0
  scoredLogProb = 0
  private scoredEvents = 0
  private reasoningEvents = 0
  private readonly recording: Recording
  private readonly fast: boolean
  private readonly learned: Learned
  /** Of the events of this answer; undefined until one has a head that need not be read. */
  private head: string | undefined
  private template: Template | undefined
  private frame: Frame | undefined
  /** Parsed events to let pass before a template is learned again: a server that never repeats itself is not worth the trouble. */
  private wait = 0
  private patience = 0
  private counted = 0
  private counts = false

  /** `fast: false` parses every event: the path that the other one must equal. */
  constructor(recording: Recording, fast = true, learned = new Learned()) {
    this.recording = recording
    this.fast = fast
    this.learned = learned
  }

  /** One event as SseParser gives it. False when no more should come. */
  readonly onData = (source: string, start: number, end: number, event: string): boolean => {
    try {
      const bytes = this.template === undefined || event !== '' ? undefined : matchTemplate(this.template, source, start, end)
      if (bytes === undefined) return event === '' && this.fast ? this.lookUp(source, start, end) : this.parse(source.slice(start, end), event)
      this.fill(bytes, this.template!.channel)
      return true
    } catch (error) {
      if (error instanceof InvalidUtf8) this.fail('protocol', 'invalid-utf8', NOT_UTF8)
      else if (error instanceof SyntaxError)
        this.fail('protocol', 'invalid-json', `the server sent an event that is not JSON: ${shorten(source.slice(start, end))}`)
      else throw error
      return false
    }
  }

  /** An event that is the template with another text, with all that frames it; see SseParser. */
  readonly onFrame = (chunk: string, from: number): number => {
    const { frame } = this
    const end = frame === undefined ? -1 : endInFrame(frame, chunk, from)
    if (frame === undefined || end < 0) return 0
    try {
      this.fill(chunk.slice(from + frame.before.length, end), frame.channel)
      return end + frame.behind.length
    } catch (error) {
      if (!(error instanceof InvalidUtf8)) throw error
      this.fail('protocol', 'invalid-utf8', NOT_UTF8)
      return -1
    }
  }

  /** One event; or a whole answer that came without a stream, whose tokens nobody saw come: it has no times but its end. */
  take(delta: Delta, whole = false): void {
    if (delta.error !== undefined) {
      this.fail('http', 'error-object', `the server sent an error: ${delta.error}`)
      return
    }
    if (delta.usage !== undefined) this.usage = { ...this.usage, ...delta.usage }
    const tokens = delta.tokens > 0 ? delta.tokens : this.tokensByUsage(delta.usage)
    const called = delta.toolCalls.length > 0 && this.addToolCalls(delta.toolCalls)
    const reasoned = delta.reasoning !== ''
    const answered = delta.answer !== '' || called
    if (delta.logProb !== undefined && !reasoned) {
      this.scoredTokens += delta.tokens
      this.scoredLogProb += delta.logProb
      if (answered) this.scoredEvents += 1 // an event without content may hold the end mark, or a part of a character
    }
    if (reasoned) {
      this.reasoningEvents += 1
      this.reasoning.text(delta.reasoning)
      this.count(answered ? 0 : tokens, 'reasoning', whole)
    }
    if (answered) {
      this.answer.text(delta.answer)
      this.count(reasoned ? 0 : tokens, 'answer', whole)
    }
    if (delta.finish !== undefined) this.finish = delta.finish
  }

  /** Log-probability of the answer, where every part of it came with that of its tokens. */
  get logProb(): Pick<Completion, 'logProb' | 'logProbTokens'> {
    const complete = this.scoredTokens > 0 && this.scoredEvents === this.events - this.reasoningEvents
    return complete ? { logProb: this.scoredLogProb, logProbTokens: this.scoredTokens } : {}
  }

  /** The server has closed the stream. What is not whole then is a fault. */
  close(): void {
    if (this.fault !== undefined || this.done || this.finish !== undefined) return
    this.fail('protocol', 'truncated-stream', 'the stream ended before the answer did: neither a finish reason nor [DONE] came')
  }

  fail(code: StreamFault['code'], kind: StreamFault['kind'], message: string): void {
    this.fault ??= { code, kind, message }
  }

  // --- internal ---

  private fill(bytes: string, channel: Template['channel']): void {
    this.patience = 0
    if (bytes === '') return
    this.events += 1
    this.recording.content(0, channel)
    if (channel === 'answer') this.answer.bytes(bytes)
    else {
      this.reasoningEvents += 1
      this.reasoning.bytes(bytes)
    }
  }

  /** An event that is not like the one before: as an earlier answer had it, or else parsed. */
  private lookUp(source: string, start: number, end: number): boolean {
    const { learned } = this
    const head = (this.head = headOf(source, start, end, this.head))
    if (head === undefined) return this.parse(source.slice(start, end), '')
    const from = start + head.length
    const known = learned.delta(source.slice(from, end))
    if (known !== undefined) {
      this.take(known)
      return this.fault === undefined
    }
    const template = learned.templateFor(source, from, end, head)
    if (template !== undefined) {
      this.use(template)
      this.fill(matchTemplate(template, source, start, end)!, template.channel)
      return true
    }
    return this.parse(source.slice(start, end), '', head)
  }

  private parse(json: string, event: string, head?: string): boolean {
    if (json.startsWith('[DONE]')) {
      this.done = true
      return false
    }
    if (json.trim() === '') return true
    const delta = readDelta(JSON.parse(decodeLatin1(json)))
    if (event === 'error') delta.error ??= decodeLatin1(json)
    this.take(delta)
    if (head !== undefined) this.learned.keep(json.slice(head.length), delta)
    this.learn(json, delta, event, head)
    return this.fault === undefined
  }

  private use(template: Template): void {
    this.template = template
    this.frame = frameOf(template)
  }

  private learn(json: string, delta: Delta, event: string, head?: string): void {
    if (!this.fast || event !== '') return
    if (this.wait > 0) {
      this.wait -= 1
      return
    }
    const template = learnTemplate(json, delta, (text) => readDelta(JSON.parse(decodeLatin1(text))))
    if (template === undefined) return
    this.use(template)
    if (head !== undefined) this.learned.keepTemplate(template, head)
    this.wait = this.patience
    this.patience = Math.min(2 * this.patience + 1, MOST_PATIENCE)
  }

  /** Servers that send the usage so far with every event tell by it how many tokens came since the last one. */
  private tokensByUsage(usage: Usage | undefined): number {
    if (usage?.outputTokens === undefined) return 0
    const first = !this.counts && this.events > 0 // the usage of the whole, with the last event
    const more = first ? 0 : Math.max(0, usage.outputTokens - this.counted)
    this.counts = true
    this.counted = usage.outputTokens
    return more
  }

  private addToolCalls(pieces: Delta['toolCalls']): boolean {
    let some = false
    for (const { index, name, arguments: args } of pieces) {
      if (index < 0 || index >= MOST_TOOL_CALLS) continue
      while (this.toolCalls.length <= index) this.toolCalls.push({ name: '', arguments: '' })
      const call = this.toolCalls[index]!
      call.name += name
      call.arguments += args
      some ||= name !== '' || args !== ''
    }
    return some
  }

  private count(tokens: number, channel: 'answer' | 'reasoning', whole: boolean): void {
    this.events += 1
    if (tokens > 0) this.toldEvents += 1
    this.toldTokens += tokens
    if (!whole) this.recording.content(tokens, channel)
  }
}

const MOST_PATIENCE = 64
const NOT_UTF8 = 'the server sent bytes that are not UTF-8'
const MOST_TOOL_CALLS = 128
const SHOWN = 120

function shorten(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
  return JSON.stringify(Buffer.from(shown, 'latin1').toString('utf8'))
}
