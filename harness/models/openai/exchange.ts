/** One attempt: from the request on the wire to the end of the answer, or to what went wrong. */
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Transform } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Failure, Recording } from '../../types.ts'
import { Assembly } from './assembly.ts'
import { connectionFailure, statusFailure } from './faults.ts'
import type { Line } from './line.ts'
import type { Endpoint } from './options.ts'
import { readAnswer, readError } from './answer.ts'
import type { Headers } from './retry.ts'
import { SseParser } from './sse.ts'
import type { Watch, Watched } from './watch.ts'

export interface Outcome {
  readonly assembly: Assembly
  /** Absent where all went well. */
  readonly error?: Failure
  /** The signal was aborted. */
  readonly aborted?: true
  readonly status: number
  readonly headers: Headers
}

export class Exchange implements Dispatcher.DispatchHandler, Watched {
  readonly signal: AbortSignal
  private readonly endpoint: Endpoint
  private readonly recording: Recording
  private readonly watch: Watch
  private readonly resolve: (outcome: Outcome) => void
  private readonly assembly: Assembly
  private readonly parser: SseParser
  private readonly startedMs: number
  private lastMs: number
  private controller: Dispatcher.DispatchController | undefined
  private settled = false
  private status = 0
  private headers: Headers = {}
  private mode: 'stream' | 'whole' | 'refusal' | 'unknown' = 'unknown'
  private decoder: Transform | undefined
  private bytes = 0
  private readonly parts: Buffer[] = []

  constructor(
    { endpoint, watch, learned }: Pick<Line, 'endpoint' | 'watch' | 'learned'>,
    recording: Recording,
    signal: AbortSignal,
    resolve: (outcome: Outcome) => void,
  ) {
    this.endpoint = endpoint
    this.recording = recording
    this.watch = watch
    this.signal = signal
    this.resolve = resolve
    this.assembly = new Assembly(recording, true, learned)
    this.parser = new SseParser(this.assembly.onData, this.assembly.onFrame)
    watch.add(this)
    this.startedMs = this.lastMs = performance.now()
  }

  // What undici calls.

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller
    if (this.settled) controller.abort(GIVEN_UP)
    else this.recording.sent()
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (this.settled || status < 200) return
    this.recording.headers()
    this.lastMs = this.watch.nowMs
    this.status = status
    this.headers = headers
    this.mode = status < 200 || status > 299 ? 'refusal' : modeOf(headers)
    const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
    if (encoding !== 'identity' && encoding !== '') this.decode(encoding)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return
    if (this.decoder === undefined) this.receive(chunk)
    else this.decoder.write(chunk)
  }

  onResponseEnd(): void {
    if (this.decoder === undefined) this.end()
    else this.decoder.end()
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (this.settled) return
    if (this.assembly.done || this.assembly.finish !== undefined) this.succeed() // all of the answer was there
    else if (this.mode === 'refusal') this.end()
    else this.fail(connectionFailure(error, this.endpoint.host))
  }

  // What the watch calls.

  onTick(nowMs: number): void {
    const { firstTokenMs, idleMs, totalMs } = this.endpoint.options.timeouts
    const quiet = nowMs - this.lastMs
    if (this.assembly.done && quiet > GRACE_MS) return this.succeed(true) // a server that says [DONE] and leaves the connection open
    if (nowMs - this.startedMs > totalMs) return this.late('total', `the answer was not complete after ${seconds(totalMs)}`)
    if (this.assembly.events > 0) {
      if (quiet > idleMs) this.late('stall', `the server sent nothing for ${seconds(idleMs)} in the middle of an answer`)
    } else if (nowMs - this.startedMs > firstTokenMs) {
      const far = this.status === 0 ? 'no headers came' : 'headers came, but no content,'
      this.late('stall', `${far} within ${seconds(firstTokenMs)}`)
    }
  }

  onAbort(): void {
    if (this.settled) return
    this.settle({ aborted: true, error: { code: 'aborted', message: 'interrupted' } }, true)
  }

  // --- internal ---

  private receive(chunk: Buffer): void {
    if (this.settled) return
    this.recording.stamp()
    this.lastMs = this.watch.nowMs
    this.bytes += chunk.length
    if (this.mode === 'unknown') this.mode = sniff(chunk)
    if (this.mode === 'refusal') {
      this.parts.push(Buffer.from(chunk))
      if (this.bytes > LONGEST_REFUSAL) this.end()
      return
    }
    if (this.bytes > this.endpoint.options.maxResponseBytes) return this.tooLarge()
    if (this.mode === 'whole') this.parts.push(Buffer.from(chunk))
    else {
      this.parser.push(chunk)
      if (this.assembly.fault !== undefined) this.faulty()
    }
  }

  private end(): void {
    if (this.settled) return
    const { host, scrub } = this.endpoint
    if (this.mode === 'refusal' && this.status > 299) {
      const said = scrub(readError(Buffer.concat(this.parts)))
      return this.fail(statusFailure(this.status, host, said, String(this.headers['location'] ?? '')), true)
    }
    if (this.mode === 'refusal') return this.fail(notAnApi(host), true)
    if (this.mode === 'whole') readAnswer(Buffer.concat(this.parts), this.assembly)
    else {
      this.parser.finish()
      this.assembly.close()
    }
    if (this.assembly.fault === undefined) this.succeed()
    else this.faulty()
  }

  private decode(encoding: string): void {
    const create = DECODERS[encoding]
    if (create === undefined) {
      this.fail(
        {
          code: 'protocol',
          kind: 'encoding',
          message: `${this.endpoint.host}: the answer is encoded as ${encoding.slice(0, 40)}, though identity was asked for`,
        },
        true,
      )
      return
    }
    this.decoder = create()
    this.decoder.on('data', (chunk: Buffer) => this.receive(chunk))
    this.decoder.on('end', () => this.end())
    this.decoder.on('error', (error) =>
      this.fail({ code: 'protocol', kind: 'encoding', message: `${this.endpoint.host}: the answer is damaged ${encoding}: ${error.message}` }, true),
    )
  }

  private faulty(): void {
    const { code, kind, message } = this.assembly.fault!
    this.fail({ code, kind, message: `${this.endpoint.host}: ${message}` }, true)
  }

  private tooLarge(): void {
    const limit = this.endpoint.options.maxResponseBytes
    this.fail(
      {
        code: 'protocol',
        kind: 'too-large',
        message: `${this.endpoint.host}: the answer is larger than ${limit} bytes`,
        hint: 'raise maxResponseBytes if that is right',
      },
      true,
    )
  }

  private late(kind: string, what: string): void {
    this.fail({ code: 'timeout', kind, message: `${this.endpoint.host}: ${what}`, hint: 'the limits are in the option timeouts' }, true)
  }

  private succeed(hangUp = false): void {
    this.settle({}, hangUp)
  }

  private fail(error: Failure, hangUp = false): void {
    const { scrub } = this.endpoint
    this.settle({ error: { ...error, message: scrub(error.message) } }, hangUp)
  }

  private settle(how: { error?: Failure; aborted?: true }, hangUp: boolean): void {
    if (this.settled) return
    this.settled = true
    this.recording.ended()
    this.watch.delete(this)
    const outcome = { assembly: this.assembly, status: this.status, headers: this.headers, ...how }
    // undici gives a connection free one turn after its response; who asks before that opens another one.
    if (hangUp) this.resolve(outcome)
    else queueMicrotask(() => setImmediate(() => this.resolve(outcome)))
    if (hangUp) this.controller?.abort(GIVEN_UP)
    this.decoder?.destroy()
  }
}

/** How long after [DONE] the end of the response may take. */
const GRACE_MS = 500
const LONGEST_REFUSAL = 16 * 1024
const GIVEN_UP = new Error('given up')
const DECODERS: Readonly<Record<string, () => Transform>> = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }

function modeOf(headers: Headers): 'stream' | 'whole' | 'refusal' | 'unknown' {
  const type = String(headers['content-type'] ?? '').toLowerCase()
  if (type.includes('event-stream')) return 'stream'
  if (type.includes('html')) return 'refusal'
  return type.includes('json') ? 'whole' : 'unknown'
}

/** Of a server that does not say what it sends. */
function sniff(chunk: Buffer): 'stream' | 'whole' | 'refusal' {
  const start = chunk.subarray(0, 64).toString('latin1').trimStart()
  return start.startsWith('{') ? 'whole' : start.startsWith('<') ? 'refusal' : 'stream'
}

function notAnApi(host: string): Failure {
  return { code: 'protocol', kind: 'html', message: `${host}: the server sent a web page, not an answer`, hint: 'check the url; it usually ends in /v1' }
}

function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}
