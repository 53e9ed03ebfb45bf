/** A server that sends exactly the bytes that a test wants, well formed or not. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import adapter from '../../../harness/models/openai/index.ts'
import { createRecording, tokenTimes, type Recorded } from '../../../harness/models/recording.ts'
import type { Model, Request, Sent } from '../../../harness/types.ts'

export interface Asked {
  method: string
  path: string
  headers: Record<string, string>
  body: string
  /** Requests before this one, over all connections. */
  n: number
}
export type Answering = (socket: Socket, asked: Asked) => void | Promise<void>

/** Starts the server; its base address. It stops at the end of the test, with all its connections. */
export async function serve(answer: Answering, tls?: { key: string; cert: string }): Promise<string> {
  const sockets = new Set<Socket>()
  let n = 0
  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // the client hangs up on what it refuses
    let received = ''
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const [first = '', ...lines] = received.slice(0, end).split('\r\n')
      const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
      const length = Number(headers['content-length'] ?? 0)
      if (received.length < end + 4 + length) return
      const [method = '', path = ''] = first.split(' ')
      const body = Buffer.from(received.slice(end + 4, end + 4 + length), 'latin1').toString('utf8')
      received = received.slice(end + 4 + length)
      void answer(socket, { method, path, headers, body, n: n++ })
    })
  }
  const server: Server = tls === undefined ? createServer(onSocket) : createTlsServer(tls, onSocket)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http${tls === undefined ? '' : 's'}://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** Status line, headers and a body of known length. */
export function respond(socket: Socket, status: number, body: string | Buffer, headers: Record<string, string> = {}): void {
  const given = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers }
  const head = Object.entries(given).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Some reason\r\n${head.join('')}\r\n`), Buffer.from(body)]))
}

/** Begins a stream; `pieces` go out as HTTP chunks, each by a write of its own, and the response ends unless `open` says otherwise. */
export async function stream(socket: Socket, pieces: readonly (string | Buffer)[], options: { headers?: string; open?: boolean } = {}): Promise<void> {
  socket.setNoDelay(true)
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${options.headers ?? ''}transfer-encoding: chunked\r\n\r\n`)
  for (const piece of pieces) {
    const bytes = Buffer.from(piece)
    await new Promise((resolve) => socket.write(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]), resolve))
  }
  if (options.open !== true) socket.write('0\r\n\r\n')
}

const base = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1_790_000_000, model: 'm' }

/** The event of a chunk with this delta; `more` goes beside `choices`, `choice` into the choice. */
export function event(delta: unknown, choice: Record<string, unknown> = {}, more: Record<string, unknown> = {}): string {
  return `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: null, ...choice }], ...more })}\n\n`
}
export const usageEvent = (usage: unknown): string => `data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`
export const finishEvent = (reason = 'stop', more: Record<string, unknown> = {}): string => event({}, { finish_reason: reason }, more)
export const DONE = 'data: [DONE]\n\n'

/** A whole stream of these words, with usage. */
export function wholeStream(words: readonly string[]): string[] {
  const usage = { prompt_tokens: 5, completion_tokens: words.length, total_tokens: 5 + words.length }
  return [event({ role: 'assistant', content: '' }), ...words.map((content) => event({ content })), finishEvent(), usageEvent(usage), DONE]
}

export const REQUEST: Request = { prompt: 'How much is 6 × 7?', maxTokens: 64, seed: 1, temperature: 0, stop: [] }

/** Opens the adapter without asking for the list of models, unless the options say so. */
export async function openModel(url: string, options: Record<string, unknown> = {}): Promise<Model> {
  const spec = { id: 'm', name: 'M', role: 'teacher', adapter: 'openai', options: { url, model: 'm', check: false, proxy: false, ...options } } as const
  const model = await adapter.open(spec, { backend: 'auto', signal: new AbortController().signal })
  onTestFinished(() => model.close())
  return model
}

export interface Asking {
  sent: Sent
  recording: Recorded
  times: ReturnType<typeof tokenTimes>
}

/** One request to a server that answers so. */
export async function ask(answer: Answering, options: Record<string, unknown> = {}, request: Request = REQUEST): Promise<Asking> {
  return askModel(await openModel(await serve(answer), options), request)
}

export async function askModel(model: Model, request: Request = REQUEST, signal: AbortSignal = new AbortController().signal): Promise<Asking> {
  const recording = createRecording(() => performance.now())
  const sent = await model.send!(request, recording, signal)
  return { sent, recording, times: tokenTimes(recording, sent.ok ? sent.completion.outputTokens : undefined) }
}

/** The sample as far as it does not depend on the clock. */
export function timeless({ sent, recording }: Asking): unknown {
  return { sent, events: recording.events, marks: [...recording.marks.subarray(0, recording.events)] }
}
