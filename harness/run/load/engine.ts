/** Sends the requests of a stage on time, in a process that does nothing else. */
import { setMaxListeners } from 'node:events'
import { HarnessError, toFailure } from '../../errors.ts'
import { createRecording, type Recorded } from '../../models/recording.ts'
import type { Model, Request, Sent } from '../../types.ts'
import { createGauge } from './gauge.ts'
import { Packer } from './pack.ts'
import type { Sessions } from './sessions.ts'
import type { Batch, StageEnd, StageOrder } from './protocol.ts'

export interface EngineParts {
  readonly send: NonNullable<Model['send']>
  readonly requestOf: (number: number) => Request
  /** Milliseconds on the run clock. */
  readonly now: () => number
  /** The same for what was read: called for every chunk of every stream; see `arrivalClock`. */
  readonly arrived: () => number
  readonly onBatch: (batch: Batch) => void
  readonly signal: AbortSignal
  /** The requests are turns: what the order counts and times are the first ones of sessions. */
  readonly sessions?: Sessions
}

export interface Stage {
  /** No more is sent; what is in flight may end. */
  stop(): void
  /** Rejects only when the signal is aborted. */
  readonly ended: Promise<StageEnd>
}

export function startStage(order: StageOrder, parts: EngineParts): Stage {
  const engine = new Engine(order, parts)
  return { stop: () => engine.endSending(), ended: engine.run() }
}

// --- internal ---

const FLUSH_MS = 50
const FLUSH_BYTES = 1 << 20
/** A longer one fires at once. */
const LONGEST_TIMER_MS = 2_147_483_647
/** A timer of whole milliseconds is up to one late; so the last one before a deadline is waited for in turns of the loop … */
const SPIN_MS = 1.2
/** … as long as that takes no more than this share of the time. */
const SPIN_SHARE = 0.05

class Engine {
  private readonly order: StageOrder
  private readonly parts: EngineParts
  private readonly packer = new Packer()
  private readonly pool: Recorded[] = []
  private readonly giveUp = new AbortController()
  private readonly signal: AbortSignal
  private sending = true
  private begun = 0
  private sent = 0
  /** Sessions between an answer and their next turn. */
  private readonly thinking = new Set<NodeJS.Timeout>()
  private inFlight = 0
  private mostInFlight = 0
  private saturated = false
  private lastSentMs: number
  private lastDueMs: number
  private endMs = 0
  private spunMs = 0
  private spinFrom: number | undefined
  private timer: NodeJS.Timeout | undefined
  private deadline: NodeJS.Timeout | undefined
  private onDrained: () => void = () => {}
  private readonly gauge = createGauge()

  constructor(order: StageOrder, parts: EngineParts) {
    this.order = order
    this.parts = parts
    this.signal = AbortSignal.any([parts.signal, this.giveUp.signal])
    setMaxListeners(0, this.signal)
    this.lastSentMs = this.lastDueMs = order.startMs
  }

  async run(): Promise<StageEnd> {
    const { order, parts } = this
    const flush = setInterval(() => this.flush(), FLUSH_MS)
    const onAbort = (): void => {
      this.endSending()
      this.onDrained()
    }
    parts.signal.addEventListener('abort', onAbort, { once: true })
    try {
      await this.untilStart()
      parts.signal.throwIfAborted()
      this.gauge.start()
      if (order.kind === 'open') this.pump(order.dueMs)
      else for (let i = 0; i < order.streams; i++) this.stream()
      if (order.endMs !== undefined) this.deadline = setTimeout(() => this.endSending(), Math.min(LONGEST_TIMER_MS, order.endMs - parts.now()))
      await this.drained()
      parts.signal.throwIfAborted()
    } finally {
      clearInterval(flush)
      clearTimeout(this.timer)
      clearTimeout(this.deadline)
      this.gauge.stop()
      parts.signal.removeEventListener('abort', onAbort)
    }
    this.flush()
    return this.result()
  }

  endSending(): void {
    if (!this.sending) return
    this.sending = false
    this.endMs = this.parts.now()
    this.gauge.sent(this.endMs - this.order.startMs)
    clearTimeout(this.timer)
    clearTimeout(this.deadline)
    for (const timer of this.thinking) clearTimeout(timer)
    this.thinking.clear()
    this.timer = setTimeout(() => this.giveUp.abort(new HarnessError('timeout', this.gaveUp(), { kind: 'drained' })), this.order.drainMs)
    if (this.inFlight === 0) this.onDrained()
  }

  /** Sends what is due, and comes again when the next is. Never waits for a gap, so a delay does not move what follows. */
  private readonly pump = (dueMs: Float64Array): void => {
    const { order, parts } = this
    let now = parts.now()
    if (this.spinFrom !== undefined) this.spunMs += now - this.spinFrom
    this.spinFrom = undefined
    while (this.sending && this.begun < dueMs.length && dueMs[this.begun]! <= now) {
      if (order.kind === 'open' && this.inFlight >= order.maxInFlight) {
        this.saturated = true
        return this.endSending()
      }
      this.fire(dueMs[this.begun]!)
      now = parts.now()
    }
    if (!this.sending) return
    if (this.begun >= dueMs.length) return this.endIfOver(dueMs)
    const waitMs = dueMs[this.begun]! - now
    if (waitMs > SPIN_MS) this.timer = setTimeout(this.pump, Math.max(1, Math.floor(waitMs - SPIN_MS / 2)), dueMs)
    else if (this.spunMs > SPIN_SHARE * (now - order.startMs + 1000)) this.timer = setTimeout(this.pump, 1, dueMs)
    else {
      this.spinFrom = now
      setImmediate(this.pump, dueMs)
    }
  }

  /** All that is due has begun. Turns that follow from answers are waited for. */
  private endIfOver(dueMs: Float64Array): void {
    if (this.begun >= dueMs.length && (this.parts.sessions === undefined || this.inFlight + this.thinking.size === 0)) this.endSending()
  }

  /** Goes on with the next request of a closed load, if there is to be one. */
  private stream(): void {
    const { order, parts } = this
    if (!this.sending || order.kind !== 'closed') return
    if (this.sent >= order.most || parts.now() >= order.endMs) return this.endSending()
    this.fire(NaN)
  }

  private begin(): number {
    const { order, parts } = this
    const number = order.first + this.begun++ * order.step
    return parts.sessions?.first(number) ?? number
  }

  /** After an answer: the next turn of its session, if there is one; else the next request of a closed load. */
  private goOn(number: number, sent: Sent): void {
    const { order, parts } = this
    const next = parts.sessions?.after(number, sent)
    if (next !== undefined) return this.think(parts.now() + next.thinkMs, next.number)
    if (order.kind === 'closed') this.stream()
    else if (parts.sessions !== undefined) this.endIfOver(order.dueMs)
  }

  private think(dueMs: number, number: number): void {
    const { order, parts } = this
    const waitMs = dueMs - parts.now()
    if (waitMs > 0) {
      const timer = setTimeout(
        () => {
          this.thinking.delete(timer)
          this.think(dueMs, number) // a timer may be early
        },
        Math.min(LONGEST_TIMER_MS, Math.ceil(waitMs)),
      )
      this.thinking.add(timer)
    } else if (order.kind === 'closed' && this.sent >= order.most) this.endSending()
    else this.fire(order.kind === 'open' ? dueMs : NaN, number)
  }

  private fire(dueMs: number, number = this.begin()): void {
    const { parts } = this
    this.sent += 1
    const recording = this.pool.pop() ?? createRecording(parts.now, parts.arrived)
    const startMs = parts.now()
    this.lastSentMs = startMs
    this.lastDueMs = Number.isNaN(dueMs) ? startMs : dueMs
    this.inFlight += 1
    if (this.inFlight > this.mostInFlight) this.mostInFlight = this.inFlight
    this.packer.sent(number, startMs)
    const moments = { number, dueMs, startMs, endMs: NaN }
    const end = (sent: Sent, reuse: boolean): void => {
      moments.endMs = parts.now()
      this.packer.ended(moments, recording, sent)
      if (reuse) {
        recording.reset()
        this.pool.push(recording)
      }
      this.inFlight -= 1
      if (this.packer.bytes > FLUSH_BYTES) this.flush()
      if (this.sending) this.goOn(number, sent)
      else if (this.inFlight === 0) this.onDrained()
    }
    const fail = (error: unknown): void => {
      if (!parts.signal.aborted)
        end({ ok: false, attempts: [], text: '', error: toFailure(this.giveUp.signal.aborted ? this.giveUp.signal.reason : error) }, false)
    }
    try {
      parts.send(parts.requestOf(number), recording, this.signal).then((sent) => end(sent, true), fail)
    } catch (error) {
      setImmediate(fail, error) // an adapter that throws at once: not in the middle of the loop that sends
    }
  }

  private flush(): void {
    const batch = this.packer.take(this.order.index)
    if (batch !== undefined) this.parts.onBatch(batch)
  }

  private untilStart(): Promise<void> {
    return new Promise((resolve) => {
      const waitMs = this.order.startMs - this.parts.now()
      const early = this.order.kind === 'open' ? SPIN_MS : -1 // the streams of a closed load have no due time, so a timer must not be early
      this.timer = setTimeout(resolve, Math.max(0, Math.ceil(waitMs - early)))
      this.parts.signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      this.onDrained = resolve
      if (!this.sending && this.inFlight === 0) resolve()
    })
  }

  private gaveUp(): string {
    return `not answered within ${Math.round(this.order.drainMs / 100) / 10} s after the stage had ended`
  }

  private result(): StageEnd {
    const { order, sent, lastSentMs, lastDueMs, endMs, mostInFlight, saturated } = this
    return { index: order.index, sent, lastSentMs, lastDueMs, endMs, mostInFlight, saturated, ...this.gauge.read() }
  }
}
