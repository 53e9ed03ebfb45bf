/** A plain client that keeps what came, byte for byte. */
import { request } from 'node:http'

export interface Got {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  /** Pieces as they came from the socket. */
  pieces: Buffer[]
  /** The connection ended before the answer did. */
  broken: string | undefined
}

export interface Sent {
  path?: string
  method?: string
  headers?: Record<string, string>
  body?: unknown
  /** Leaves after so many milliseconds. */
  leaveAfterMs?: number
  /** Leaves when this text has come. */
  leaveAt?: string
}

export function ask(url: string, { path = '/v1/chat/completions', method, headers = {}, body, leaveAfterMs, leaveAt }: Sent = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const got: Got = { status: 0, headers: {}, body: Buffer.alloc(0), pieces: [], broken: undefined }
    const done = (): void => resolve({ ...got, body: Buffer.concat(got.pieces) })
    const sent = request(`${url}${path}`, { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, agent: false }, (response) => {
      got.status = response.statusCode ?? 0
      got.headers = response.headers
      response.on('data', (piece: Buffer) => {
        got.pieces.push(piece)
        if (leaveAt !== undefined && piece.includes(leaveAt)) sent.destroy()
      })
      response.on('error', (error: NodeJS.ErrnoException) => (got.broken = error.code ?? error.message))
      response.on('close', done)
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      got.broken = error.code ?? error.message
      if (got.status === 0) done()
    })
    if (leaveAfterMs !== undefined) setTimeout(() => sent.destroy(new Error('left')), leaveAfterMs)
    sent.on('timeout', () => reject(new Error('timeout')))
    sent.end(typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body))
  })
}

/** What stands behind `data:`, event by event, for streams that keep to the standard (any line end). */
export function dataOf(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
}

export interface Chunk {
  id: string
  object: string
  choices: { delta: { role?: string; content?: string; reasoning_content?: string; reasoning?: string; tool_calls?: unknown }; text?: string; finish_reason: string | null; logprobs: unknown }[] // prettier-ignore
  usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
  error?: { message: string }
}

export function chunksOf(text: string): Chunk[] {
  return dataOf(text)
    .filter((data) => data !== '[DONE]')
    .map((data) => JSON.parse(data) as Chunk)
}

export function contentOf(chunks: readonly Chunk[]): string {
  return chunks.flatMap(({ choices }) => (choices ?? []).map(({ delta, text }) => text ?? delta.content ?? '')).join('')
}
