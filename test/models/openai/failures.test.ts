import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Failure } from '../../../harness/types.ts'
import { ROOT } from '../../project/imports.ts'
import { ask, askModel, DONE, event, finishEvent, openModel, REQUEST, respond, serve, stream, wholeStream, type Answering } from './server.ts'

const GOOD = wholeStream(['Forty', '-two'])
const start = [event({ role: 'assistant', content: '' }), event({ content: 'Forty' }), event({ content: '-two' })]
const HOLD: Answering = () => {}

afterEach(() => vi.unstubAllEnvs())

/** The failure, and the text that had come; after it the same model must still answer. */
async function failing(answer: Answering, options: Record<string, unknown> = {}): Promise<{ error: Failure; text: string; events: number; attempts: number }> {
  const model = await openModel(await serve((socket, asked) => (asked.body.includes('again') ? stream(socket, GOOD) : answer(socket, asked))), options)
  const { sent, recording } = await askModel(model)
  expect(await askModel(model, { ...REQUEST, prompt: 'again' })).toMatchObject({ sent: { ok: true, completion: { text: 'Forty-two' } } })
  if (sent.ok) throw new Error('it was answered')
  expect(Number.isNaN(recording.endedMs)).toBe(false)
  return { error: sent.error, text: sent.text, events: recording.events, attempts: sent.attempts.length }
}

describe('a stream that goes wrong is a failed request with what had come, and the next one is answered', () => {
  const later =
    (...more: (string | Buffer)[]) =>
    (socket: Parameters<Answering>[0]) =>
      stream(socket, [...start, ...more])

  test.each<[string, Answering, Partial<Failure>]>([
    ['an error object in the middle', later(`data: {"error":{"message":"out of memory","code":500}}\n\n`), { code: 'http', kind: 'error-object' }],
    ['an error as a text', later(`data: {"error":"out of memory"}\n\n`), { code: 'http', kind: 'error-object' }],
    ['an event named error', later(`event: error\ndata: {"detail":"out of memory"}\n\n`), { code: 'http', kind: 'error-object' }],
    ['invalid JSON', later('data: {"choices":[{"delta":{"content":"!\n\n'), { code: 'protocol', kind: 'invalid-json' }],
    ['invalid UTF-8', later(Buffer.from('data: {"choices":[{"delta":{"content":"\xff\xfe"}}]}\n\n', 'latin1')), { code: 'protocol', kind: 'invalid-utf8' }],
    ['an end without a finish reason or [DONE]', later(), { code: 'protocol', kind: 'truncated-stream' }],
    ['an end in the middle of an event', later('data: {"choices":[{"delta"'), { code: 'protocol' }],
  ])('%s', async (_, answer, failure) => {
    const { error, text, events } = await failing(answer)
    expect(error).toMatchObject(failure)
    expect({ text, events }).toEqual({ text: 'Forty-two', events: 2 })
  })

  test('the connection breaks in the middle', async () => {
    const { error, text } = await failing(async (socket) => {
      await stream(socket, start, { open: true })
      socket.resetAndDestroy()
    })
    expect(error).toMatchObject({ code: 'network', kind: 'reset' })
    expect(text).toMatch(/^(Forty(-two)?)?$/) // what a reset overtakes is lost
  })

  test('the connection is closed in the middle', async () => {
    const { error, text } = await failing(async (socket) => {
      await stream(socket, start, { open: true })
      socket.end()
    })
    expect(error).toMatchObject({ code: 'network', kind: 'reset' })
    expect(text).toBe('Forty-two')
  })

  test('a connection that breaks after the whole answer has done no harm', async () => {
    const { sent } = await ask(async (socket) => {
      await stream(socket, [...start, finishEvent(), DONE], { open: true })
      socket.end()
    })
    expect(sent).toMatchObject({ ok: true, completion: { text: 'Forty-two' } })
  })

  test('bytes that are split over events, in answers of servers that cut characters, are joined', async () => {
    const cut = (bytes: string): Buffer => Buffer.from(event({ content: 'HOLE' }).replace('HOLE', bytes), 'latin1')
    const { sent } = await ask((socket) => stream(socket, [event({ content: 'a' }), cut('\xf0\x9f'), cut('\x98\x80'), finishEvent(), DONE]))
    expect(sent).toMatchObject({ ok: true, completion: { text: 'a😀' } })
  })
})

describe('answers that are none', () => {
  const page = '<!doctype html><html><head><title>502 Bad gateway</title></head><body>…</body></html>'

  test.each<[string, Answering, Partial<Failure>]>([
    [
      'status 500',
      (socket) => respond(socket, 500, '{"error":{"message":"worker died"}}'),
      { code: 'http', kind: 'http-500', message: expect.stringContaining('worker died') as string },
    ],
    [
      'status 400',
      (socket) => respond(socket, 400, '{"object":"error","message":"too long"}'),
      { code: 'http', kind: 'http-400', message: expect.stringContaining('too long') as string },
    ],
    [
      'a web page with status 502',
      (socket) => respond(socket, 502, page, { 'content-type': 'text/html' }),
      { code: 'http', kind: 'http-502', message: expect.stringContaining('502 Bad gateway') as string },
    ],
    ['a web page with status 200', (socket) => respond(socket, 200, page, { 'content-type': 'text/html; charset=utf-8' }), { code: 'protocol', kind: 'html' }],
    ['a web page that does not say so', (socket) => respond(socket, 200, page, { 'content-type': '' }), { code: 'protocol', kind: 'html' }],
    [
      'a redirect',
      (socket) => respond(socket, 307, '', { location: 'http://elsewhere.invalid/v1' }),
      { code: 'http', kind: 'redirect', message: expect.stringContaining('elsewhere.invalid') as string },
    ],
    ['JSON that is no answer', (socket) => respond(socket, 200, '{"hello":1}'), { code: 'protocol', kind: 'invalid-json' }],
    ['half of JSON', (socket) => respond(socket, 200, '{"choices":[{"mess'), { code: 'protocol', kind: 'invalid-json' }],
    ['an empty body', (socket) => respond(socket, 200, ''), { code: 'protocol' }],
    ['something that is not HTTP', (socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n\r\n'), { code: 'protocol', kind: 'invalid-http' }],
    ['an encoding that nobody asked for', (socket) => respond(socket, 200, 'x', { 'content-encoding': 'rot13' }), { code: 'protocol', kind: 'encoding' }],
    ['damaged gzip', (socket) => respond(socket, 200, gzipSync('hello').fill(7, 10), { 'content-encoding': 'gzip' }), { code: 'protocol', kind: 'encoding' }],
    [
      'brotli of a refusal',
      (socket) => respond(socket, 500, brotliCompressSync('{"error":"packed"}'), { 'content-encoding': 'br' }),
      { code: 'http', kind: 'http-500', message: expect.stringContaining('packed') as string },
    ],
    ['an end before any answer', (socket) => void socket.end(), { code: 'network', kind: 'reset' }],
  ])('%s', async (_, answer, failure) => {
    expect((await failing(answer)).error).toMatchObject(failure)
  })
})

describe('time limits', () => {
  const quick = { timeouts: { firstTokenMs: 150, idleMs: 150, totalMs: 600 } }

  test('a server that never answers', async () => {
    expect((await failing(HOLD, quick)).error).toMatchObject({ code: 'timeout', kind: 'stall', message: expect.stringContaining('no headers') as string })
  })

  test('a server that sends headers and comments, but no content', async () => {
    const { error } = await failing((socket) => stream(socket, [': wait\n\n'], { open: true }), quick)
    expect(error).toMatchObject({ code: 'timeout', kind: 'stall', message: expect.stringContaining('headers came') as string })
  })

  test('a server that stops in the middle', async () => {
    const { error, text } = await failing((socket) => stream(socket, start, { open: true }), quick)
    expect(error).toMatchObject({ code: 'timeout', kind: 'stall', message: expect.stringContaining('in the middle') as string })
    expect(text).toBe('Forty-two')
  })

  test('an answer that never ends', async () => {
    const { error } = await failing((socket) => {
      void stream(socket, start, { open: true })
      const timer = setInterval(() => socket.write('3\r\n:\n\n\r\n'), 20)
      socket.on('close', () => clearInterval(timer))
    }, quick)
    expect(error).toMatchObject({ code: 'timeout', kind: 'total' })
  })

  test('a request that is interrupted rejects at once, and the connection is closed', async () => {
    let onClose: () => void = () => {}
    const closed = new Promise<void>((resolve) => (onClose = resolve))
    const model = await openModel(
      await serve((socket) => {
        socket.on('close', onClose)
        return stream(socket, start, { open: true })
      }),
    )
    const controller = new AbortController()
    const asked = askModel(model, REQUEST, controller.signal)
    setTimeout(() => controller.abort(), 50)
    await expect(asked).rejects.toMatchObject({ code: 'aborted' })
    await closed
    await expect(askModel(model, REQUEST, controller.signal)).rejects.toMatchObject({ code: 'aborted' })
  })
})

describe('connections that are not made', () => {
  test('nobody listens', async () => {
    const model = await openModel('http://127.0.0.1:1/v1')
    expect(await askModel(model)).toMatchObject({ sent: { ok: false, error: { code: 'network', kind: 'refused' } } })
  })

  test('the name is not known', async () => {
    const model = await openModel('http://no-such-host.invalid/v1')
    expect(await askModel(model)).toMatchObject({ sent: { ok: false, error: { code: 'network', kind: 'dns' } } })
  })

  const tls = { key: readFileSync(`${ROOT}/test/fixtures/tls/key.pem`, 'utf8'), cert: readFileSync(`${ROOT}/test/fixtures/tls/cert.pem`, 'utf8') }

  test('a certificate that nobody vouches for is refused, and can be trusted by name', async () => {
    const url = await serve((socket) => stream(socket, GOOD), tls)
    expect(await askModel(await openModel(url))).toMatchObject({ sent: { ok: false, error: { code: 'network', kind: 'tls' } } })
    const trusting = await openModel(url, { caFile: `${ROOT}/test/fixtures/tls/cert.pem` })
    expect(await askModel(trusting)).toMatchObject({ sent: { ok: true, completion: { text: 'Forty-two' } } })
  })

  test('TLS where there is none', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('what?')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { sent } = await askModel(await openModel(`https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`))
    expect(sent).toMatchObject({ ok: false, error: { code: 'network', kind: expect.stringMatching(/^(tls|reset)$/) as string } })
  })

  test('a proxy is asked for the connection', async () => {
    const url = await serve((socket) => stream(socket, GOOD))
    const paths: string[] = []
    const proxy = await serve((socket, { method, path }) => {
      paths.push(`${method} ${path}`)
      socket.write('HTTP/1.1 503 Not now\r\ncontent-length: 0\r\n\r\n')
    })
    for (const how of ['option', 'environment'] as const) {
      if (how === 'environment') {
        vi.stubEnv('NO_PROXY', '')
        vi.stubEnv('HTTP_PROXY', proxy.replace('/v1', ''))
      }
      const model = await openModel(url, { proxy: how === 'option' ? proxy.replace('/v1', '') : undefined, retries: { max: 0 } })
      expect(await askModel(model)).toMatchObject({ sent: { ok: false } })
    }
    expect(paths).toHaveLength(2)
    expect(paths[0]).toContain('127.0.0.1')
  })

  test('too many open files fail some requests, and those after them are answered', async () => {
    const held: (() => void)[] = []
    const url = await serve((socket, { body }) => {
      if (body.includes('again')) return stream(socket, GOOD)
      held.push(() => void stream(socket, GOOD))
      if (held.length === 8) setTimeout(() => held.splice(0).forEach((go) => go()), 300)
    })
    const script = `
      import adapter from ${JSON.stringify(pathToFileURL(`${ROOT}/dist/harness/models/openai/index.js`).href)}
      import { createRecording } from ${JSON.stringify(pathToFileURL(`${ROOT}/dist/harness/models/recording.js`).href)}
      const { signal } = new AbortController()
      const model = await adapter.open({ id: 'm', name: 'M', options: { url: ${JSON.stringify(url)}, model: 'm', check: false, proxy: false } }, { signal })
      const ask = (prompt) => model.send({ ...${JSON.stringify(REQUEST)}, prompt }, createRecording(() => performance.now()), signal)
      const first = await Promise.all(Array.from({ length: 200 }, () => ask('first')))
      const kinds = first.map((sent) => sent.ok ? 'ok' : sent.error.kind)
      const second = await ask('again')
      await model.close()
      console.log(JSON.stringify({ kinds, second: second.ok }))`
    const child = spawn('bash', ['-c', 'ulimit -n 128; exec "$0" --input-type=module -e "$1"', process.execPath, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const timer = setInterval(() => held.splice(0).forEach((go) => go()), 500)
    await once(child, 'close')
    clearInterval(timer)
    const { kinds, second } = JSON.parse(said) as { kinds: string[]; second: boolean }
    expect(new Set(kinds)).toEqual(new Set(['ok', 'too-many-files']))
    expect(second).toBe(true)
  })
})

/** Resolves when more can be written, or never will. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      socket.off('drain', go).off('close', go)
      resolve()
    }
    socket.on('drain', go).on('close', go)
  })
}

describe('answers without end', () => {
  const piece = Buffer.from(event({ content: ' word' }).repeat(512))
  const times = Math.ceil(100e6 / piece.length)
  const flood: Answering = async (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n')
    for (let i = 0; i < times && !socket.destroyed; i++) if (!socket.write(piece)) await drained(socket)
    socket.end(finishEvent() + DONE)
  }

  test('100 MB are refused where the limit is lower, whatever they are', async () => {
    const { error, text } = await failing(flood, { maxResponseBytes: 1_000_000 })
    expect(error).toMatchObject({ code: 'protocol', kind: 'too-large' })
    expect(text.length).toBeLessThanOrEqual(65_536)
    const endless: Answering = async (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: ')
      while (!socket.destroyed) if (!socket.write(Buffer.alloc(65_536, 'a'))) await drained(socket)
    }
    expect((await failing(endless, { maxResponseBytes: 10_000_000 })).error).toMatchObject({ kind: 'too-large' })
    expect((await failing((socket) => respond(socket, 500, Buffer.alloc(2_000_000, 'a')), {})).error.message.length).toBeLessThan(500)
  })

  test('100 MB of events are counted in flat memory where the limit allows them', async () => {
    const model = await openModel(await serve(flood), { maxResponseBytes: 200_000_000 })
    let peak = 0
    const before = process.memoryUsage().rss
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss - before)), 20)
    const { sent, recording } = await askModel(model)
    clearInterval(timer)
    expect(recording.events).toBe(512 * times)
    expect(sent).toMatchObject({ ok: true, completion: { outputTokens: 512 * times, text: ' word'.repeat(512 * times) } })
    expect(peak / 2 ** 20).toBeLessThan(400) // the heap of the test's server too; the answer itself has 100 MB
  })
})
