/**
 * The most that a client can be given to read: whole answers that were built before, behind raw sockets. What is asked is
 * not read; the path says what is answered:
 *
 *     /EVENTS/WRITTEN/v1/chat/completions
 *
 * EVENTS events of one token each (and role, finish, usage, [DONE]); WRITTEN is `coalesced` (one chunk of HTTP holds all),
 * `chunks` (one chunk per event, written together) or `writes` (one chunk and one write per event).
 */
import { Buffer } from 'node:buffer'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { WELL_BEHAVED } from './behaviour.ts'
import { createEvents } from './events.ts'
import { randomTokens, tokenize } from './text.ts'

export const ROOFLINE_WRITTEN = ['coalesced', 'chunks', 'writes'] as const
export type RooflineWritten = (typeof ROOFLINE_WRITTEN)[number]

export interface Roofline {
  /** The base for a number of events; the API is under `/v1` of it. */
  urlOf(events: number, written: RooflineWritten): string
  url: string
  port: number
  /** Answers that were sent. */
  readonly answers: number
  close(): Promise<void>
}

export async function startRoofline({ host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {}): Promise<Roofline> {
  const sockets = new Set<Socket>()
  const ready = new Map<string, Buffer[]>()
  let answers = 0
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    readRequests(socket, (path) => {
      let pieces = ready.get(path)
      if (!pieces) ready.set(path, (pieces = answerTo(path)))
      for (const piece of pieces) socket.write(piece)
      answers += 1
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, 4096, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  const url = `http://${host}:${bound}`
  return {
    url,
    port: bound,
    urlOf: (events, written) => `${url}/${events}/${written}`,
    get answers() {
      return answers
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

// --- internal ---

const MAX_EVENTS = 100_000

/** Calls `answer` with the path of each request, once its body is there. Reads no more of HTTP than that takes. */
function readRequests(socket: Socket, answer: (path: string) => void): void {
  let rest: Buffer | undefined
  socket.on('data', (data: Buffer) => {
    let bytes = rest === undefined ? data : Buffer.concat([rest, data])
    for (;;) {
      const headEnd = bytes.indexOf('\r\n\r\n')
      if (headEnd < 0) break
      const head = bytes.toString('latin1', 0, headEnd)
      const end = headEnd + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (bytes.length < end) break
      answer(head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1)))
      bytes = bytes.subarray(end)
    }
    rest = bytes.length > 0 ? bytes : undefined
  })
}

/** The pieces that are written for a path, each in a write of its own. */
function answerTo(path: string): Buffer[] {
  const [, events, written, endpoint] = /^\/(\d+)\/(coalesced|chunks|writes)\/v1\/(chat\/completions|completions)$/.exec(path) ?? []
  const count = Number(events)
  if (endpoint !== undefined && count <= MAX_EVENTS) return streamOf(count, written as RooflineWritten, endpoint === 'completions' ? 'completions' : 'chat')
  if (path.endsWith('/v1/models')) return [plain(200, { object: 'list', data: [{ id: 'mock', object: 'model', created: 0, owned_by: 'distillbench-mock' }] })]
  if (path.endsWith('/health')) return [plain(200, { status: 'ok' })]
  return [plain(404, { error: { message: 'the path is /EVENTS/coalesced|chunks|writes/v1/…', type: 'NotFoundError', param: null, code: 404 } })]
}

function plain(status: number, body: object): Buffer {
  const text = JSON.stringify(body)
  return Buffer.from(
    `HTTP/1.1 ${status} ${status === 200 ? 'OK' : 'Not Found'}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  )
}

function streamOf(count: number, written: RooflineWritten, endpoint: 'chat' | 'completions'): Buffer[] {
  const frames = framesOf(count, endpoint)
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n'
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`
  if (written === 'coalesced') return [Buffer.from(`${head}${chunk(frames.join(''))}0\r\n\r\n`)]
  const pieces = [head, ...frames.map(chunk), '0\r\n\r\n']
  return written === 'chunks' ? [Buffer.from(pieces.join(''))] : pieces.map((piece) => Buffer.from(piece))
}

function framesOf(count: number, endpoint: 'chat' | 'completions'): string[] {
  const tokens = randomTokens(count, 'roofline')
  const ask = { endpoint, model: 'mock', prompt: '', question: '', stream: true, includeUsage: true, maxTokens: count, stop: [], seed: 0, ignoreEnd: true, logprobs: undefined, echo: false, promptLogprobs: undefined } // prettier-ignore
  const answer = { reasoning: [], tokens, finish: 'length' as const }
  const events = createEvents({ id: 'roofline', created: 0, ask, answer, behaviour: WELL_BEHAVED, promptTokens: tokenize('hello').length, cachedTokens: 0 })
  const role = events.role()
  const parts = [...(role === undefined ? [] : [role]), ...tokens.map((_, i) => events.tokens(i, i + 1)), events.finish(), events.usage(), '[DONE]']
  return parts.map((json) => `data: ${json}\n\n`)
}
