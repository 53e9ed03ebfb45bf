import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { backoffMs, retryAfterMs } from '../../../harness/models/openai/retry.ts'
import type { TokenEvent } from '../../../harness/types.ts'
import { ask, askModel, openModel, REQUEST, respond, serve, stream, wholeStream, type Answering } from './server.ts'

const GOOD = wholeStream(['Forty', '-two'])
const QUICK = { retries: { max: 2, baseMs: 5, maxWaitMs: 2000 } }

/** Refuses the first requests with this status. */
const busy =
  (times: number, status: number, headers: Record<string, string> = {}): Answering =>
  (socket, { n }) =>
    n < times ? respond(socket, status, '{"error":{"message":"busy"}}', headers) : stream(socket, GOOD)

describe('retries', () => {
  test.each([429, 503])('a server that says %i is asked again; the refused attempts stay, with their times', async (status) => {
    const { sent, recording } = await ask(busy(2, status), QUICK)
    expect(sent).toMatchObject({ ok: true, completion: { text: 'Forty-two' } })
    expect(sent.attempts.map(({ error }) => error.kind)).toEqual([`http-${status}`, `http-${status}`])
    for (const { startMs, endMs } of sent.attempts) expect(startMs).toBeLessThan(endMs)
    expect(sent.attempts[1]!.endMs).toBeLessThanOrEqual(recording.sentMs)
    expect(recording.firstSentMs).toBeLessThanOrEqual(sent.attempts[0]!.endMs)
  })

  test('a server that stays busy is given up, with the last refusal as the error', async () => {
    const { sent } = await ask(busy(99, 429), QUICK)
    expect(sent).toMatchObject({ ok: false, error: { code: 'http', kind: 'http-429' } })
    expect(sent.attempts).toHaveLength(2)
  })

  test('Retry-After is honoured, and a longer wait than the limit is no wait', async () => {
    const start = performance.now()
    const { sent } = await ask(busy(1, 429, { 'retry-after': '1' }), QUICK)
    expect(sent.ok).toBe(true)
    expect(performance.now() - start).toBeGreaterThanOrEqual(990)
    expect(await ask(busy(1, 503, { 'retry-after': '3600' }), QUICK)).toMatchObject({ sent: { ok: false, attempts: [], error: { kind: 'http-503' } } })
  })

  test('other refusals are not repeated', async () => {
    expect(await ask(busy(1, 500), QUICK)).toMatchObject({ sent: { ok: false, attempts: [], error: { kind: 'http-500' } } })
  })

  test('an interruption ends the wait', async () => {
    const model = await openModel(await serve(busy(9, 429, { 'retry-after': '60' })), { retries: { max: 3 } })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    await expect(askModel(model, REQUEST, controller.signal)).rejects.toMatchObject({ code: 'aborted' })
  })

  test.each<[string, Record<string, string>, number | undefined]>([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['nothing', {}, undefined],
    ['words', { 'retry-after': 'soon' }, undefined],
    ['milliseconds', { 'retry-after': '2', 'retry-after-ms': '150' }, 150],
    ['a date by our clock', { 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT' }, 10_000],
    ['a date by the clock of the server', { 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT', date: 'Wed, 21 Oct 2026 07:28:07 GMT' }, 3000],
    ['a date that has passed', { 'retry-after': 'Wed, 21 Oct 2015 07:28:10 GMT' }, 0],
  ])('Retry-After as %s', (_, headers, ms) => {
    expect(retryAfterMs(headers, Date.parse('Wed, 21 Oct 2026 07:28:00 GMT'))).toBe(ms)
  })

  test('back-off doubles, within a half, and is the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(10), fc.integer({ min: 1, max: 1000 }), fc.nat(), (n, base, seed) => {
        const ms = backoffMs(n, base, seed)
        expect(ms).toBe(backoffMs(n, base, seed))
        expect(ms).toBeGreaterThanOrEqual(base * 2 ** n)
        expect(ms).toBeLessThanOrEqual(1.5 * base * 2 ** n)
      }),
    )
  })
})

test('a connection is used again, and many requests run side by side', async () => {
  const sockets = new Set<unknown>()
  const model = await openModel(
    await serve((socket) => {
      sockets.add(socket)
      return stream(socket, GOOD)
    }),
  )
  for (let i = 0; i < 5; i++) await askModel(model)
  expect(sockets.size).toBe(1)
  const all = await Promise.all(Array.from({ length: 50 }, () => askModel(model)))
  expect(all.every(({ sent }) => sent.ok)).toBe(true)
})

test('generate asks all requests, tells tokens by request, and fails with the first failure', async () => {
  const model = await openModel(await serve((socket, { body }) => (body.includes('bad') ? respond(socket, 500, '') : stream(socket, GOOD))))
  const events: [number, TokenEvent][] = []
  const { signal } = new AbortController()
  const completions = await model.generate([REQUEST, REQUEST], (index, token) => void events.push([index, token]), signal)
  expect(completions).toMatchObject([{ text: 'Forty-two' }, { text: 'Forty-two' }])
  expect(events.filter(([index]) => index === 1)).toHaveLength(2)
  await expect(model.generate([REQUEST, { ...REQUEST, prompt: 'bad' }], () => {}, signal)).rejects.toMatchObject({ code: 'http', kind: 'http-500' })
})

describe('the key', () => {
  const KEY = 'sk-test-4f9a1c7e55'

  test('comes from the variable that the suite names, and is in nothing that comes back, whatever the server does', async () => {
    vi.stubEnv('MY_OWN_NAME', ` ${KEY}\n`)
    onTestFinished(() => void vi.unstubAllEnvs())
    const seen: string[] = []
    const echo: Answering = (socket, { headers, n }) => {
      const key = String(headers['authorization'])
      seen.push(key)
      if (n === 0) return respond(socket, 401, JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }))
      if (n === 1) return respond(socket, 302, '', { location: `http://elsewhere.invalid/?key=${key.slice(7)}` })
      if (n === 2) return stream(socket, [`data: ${JSON.stringify({ error: { message: `bad key ${key}` } })}\n\n`])
      if (n === 3) return stream(socket, [`data: not JSON ${key}\n\n`])
      if (n === 4) return respond(socket, 200, `<title>${key}</title>`, { 'content-type': 'text/html' })
      return stream(socket, wholeStream(['your key is ', key]))
    }
    const model = await openModel(await serve(echo), { apiKeyEnv: 'MY_OWN_NAME', retries: { max: 0 } })
    const results = []
    for (let n = 0; n < 6; n++) results.push((await askModel(model)).sent)
    expect(new Set(seen)).toEqual(new Set([`Bearer ${KEY}`]))
    expect(results.map(({ ok }) => ok)).toEqual([false, false, false, false, false, true])
    expect(JSON.stringify(results)).not.toContain(KEY)
    expect(JSON.stringify([model.card, model.runtime])).not.toContain(KEY)
    expect(results[0]).toMatchObject({ error: { message: expect.stringContaining('[MY_OWN_NAME]') as string } })
  })

  test.each<[string, Record<string, unknown>]>([
    ['a variable that is not set', { apiKeyEnv: 'NOT_SET_ANYWHERE' }],
    ['a key in place of the name of a variable', { apiKeyEnv: KEY }],
    ['a key among the headers', { headers: { Authorization: `Bearer ${KEY}` } }],
    ['a key in the address', { url: `https://host/v1?api_key=${KEY}` }],
    ['a password in the address', { url: `https://user:${KEY}@host/v1` }],
    ['a password of the proxy', { proxy: `http://user:${KEY}@host` }],
    ['a field that is ours', { extra: { stream: false } }],
    ['a misspelt option', { tokeniser: 'x' }],
    ['an address without http', { url: 'host:80/v1' }],
    ['a tokenizer that is not there', { tokenizer: '/nowhere/tokenizer.json' }],
  ])('%s is refused in words, without the key', async (_, options) => {
    const failed = await openModel('https://host.invalid/v1', options).then(
      () => undefined,
      (error: unknown) => error as Error & { code: string; hint?: string },
    )
    expect(failed?.code).toBe('usage')
    expect(`${failed?.message} ${failed?.hint}`).not.toContain(KEY)
  })

  test('a misspelt option is named with the nearest one', async () => {
    await expect(openModel('https://host.invalid/v1', { tokeniser: 'x' })).rejects.toMatchObject({
      message: 'models.m.options: tokeniser is not known; did you mean tokenizer?',
    })
  })

  test('another header can carry it', async () => {
    vi.stubEnv('AZURE_KEY', KEY)
    onTestFinished(() => void vi.unstubAllEnvs())
    let header: string | undefined
    await ask(
      (socket, { headers }) => {
        header = headers['api-key']
        return stream(socket, GOOD)
      },
      { apiKeyEnv: 'AZURE_KEY', apiKeyHeader: 'api-key' },
    )
    expect(header).toBe(KEY)
  })
})
