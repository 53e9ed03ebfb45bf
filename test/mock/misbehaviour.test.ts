/** Each fault as a plain client sees it on the wire. */
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MISBEHAVIOURS } from '../../scripts/mock/behaviour.ts'
import { startMock, type Mock } from '../../scripts/mock/index.ts'
import { ask, chunksOf, contentOf, dataOf, type Got, type Sent } from './client.ts'

let mock: Mock
beforeAll(async () => {
  mock = await startMock({ models: [{ prefillMs: 0, prefillMsPerToken: 0, decodeMs: 0.2 }] })
})
afterAll(() => mock.close())

const body = (how: string, more: object = {}): object => ({ model: how === '' ? 'mock' : `mock+${how}`, messages: [{ role: 'user', content: 'tell me' }], max_tokens: 8, ...more }) // prettier-ignore
const stream = (how: string, more: object = {}, sent: Sent = {}): Promise<Got> => ask(mock.url, { ...sent, body: body(how, { stream: true, ...more }) })
const whole = (how: string, more: object = {}, sent: Sent = {}): Promise<Got> => ask(mock.url, { ...sent, body: body(how, more) })
const usage = { stream_options: { include_usage: true } }
const deltas = (got: Got): object[] => chunksOf(got.body.toString()).flatMap(({ choices }) => choices.map(({ delta }) => delta))
const normal = async (more: object = {}): Promise<string> => contentOf(chunksOf((await stream('', more)).body.toString()))

test('the header x-mock says the same as the name of the model', async () => {
  const [byName, byHeader] = [await stream('no-done'), await stream('', {}, { headers: { 'x-mock': 'no-done' } })]
  expect(dataOf(byName.body.toString())).not.toContain('[DONE]')
  expect(dataOf(byHeader.body.toString())).not.toContain('[DONE]')
  expect(mock.truth().requests.at(-1)?.behaviour).toBe('no-done')
})

describe('the form of the stream', () => {
  test.each([
    ['crlf', /\r\n\r\ndata: /, /[^\r]\n/],
    ['cr', /\r\rdata: /, /\n/],
    ['no-space', /^data:\{/, /data: /],
    ['comments', /: ping\n[^]*event: message\nid: 0\ndata: /, /\r/],
  ])('%s', async (how, has, lacks) => {
    const text = (await stream(how)).body.toString()
    expect(text).toMatch(has)
    expect(text).not.toMatch(lacks)
    expect(contentOf(chunksOf(text))).toBe(await normal())
  })
  test('split-character: no letter of several bytes comes in one piece', async () => {
    const got = await stream('split-character')
    const text = got.body.toString()
    expect(contentOf(chunksOf(text))).toBe(contentOf(chunksOf((await stream('wide')).body.toString())))
    expect(text).not.toContain('\ufffd')
    const wholeLetters = got.pieces.filter((piece) => /[^ -~\s\ufffd]/.test(piece.toString()))
    expect(wholeLetters.length).toBeLessThan(got.pieces.length / 10) // some pieces meet again in the socket
  })
  test.each(['split-byte', 'split-header'])('%s: the bytes are the same', async (how) => {
    const [got, plain] = [await stream(how), await stream('split-byte' === how ? 'wide' : '')]
    expect(contentOf(chunksOf(got.body.toString()))).toBe(contentOf(chunksOf(plain.body.toString())))
    expect(got.pieces.length).toBeGreaterThan(10)
  })
  test('many: several tokens in one event', async () => {
    const events = deltas(await stream('many=3')).filter((delta) => 'content' in delta)
    expect(events).toHaveLength(1 + 3) // the role, then 3, 3 and 2 tokens
    expect(contentOf(chunksOf((await stream('many=3')).body.toString()))).toBe(await normal())
  })
  test('empty-deltas', async () => {
    const got = await stream('empty-deltas')
    expect(deltas(got).filter((delta) => JSON.stringify(delta) === '{"content":""}')).toHaveLength(9)
    expect(contentOf(chunksOf(got.body.toString()))).toBe(await normal())
  })
  test('role-early comes before the first token is due, no-role not at all', async () => {
    const [early, never] = [await stream('role-early'), await stream('no-role')]
    expect(deltas(early)[0]).toHaveProperty('role')
    expect(deltas(never).some((delta) => 'role' in delta)).toBe(false)
  })
  test('duplicate: every event of text twice', async () => {
    const contents = deltas(await stream('duplicate')).slice(1, -1)
    expect(contents).toHaveLength(16)
    for (let i = 0; i < 16; i += 2) expect(contents[i]).toEqual(contents[i + 1])
  })
  test('gzip, streamed and whole', async () => {
    const [streamed, one] = [await stream('gzip'), await whole('gzip')]
    expect([streamed, one].map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', 'gzip'])
    expect(contentOf(chunksOf(gunzipSync(streamed.body).toString()))).toBe(await normal())
    expect(JSON.parse(gunzipSync(one.body).toString())).toHaveProperty('choices')
  })
})

describe('usage', () => {
  const usages = async (how: string, more: object = usage): Promise<unknown[]> => chunksOf((await stream(how, more)).body.toString()).map((chunk) => chunk.usage?.completion_tokens) // prettier-ignore
  test('no-usage: none though asked for', async () => expect((await usages('no-usage')).every((n) => n === undefined)).toBe(true))
  test('wrong-usage', async () => expect((await usages('wrong-usage')).at(-1)).toBe(25))
  test('usage-always: though not asked for', async () => expect((await usages('usage-always', {})).at(-1)).toBe(8))
  test('usage-every: so far, in each event', async () => expect(await usages('usage-every')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8]))
})

describe('failures', () => {
  test.each([
    ['429=1', 429, '1'],
    ['429-bare=1', 429, undefined],
    ['503=1', 503, '0'],
    ['500=1', 500, undefined],
  ])('%s: the first try is refused, the second answered', async (how, status, after) => {
    const [first, second] = [await whole(how), await whole(how)]
    expect([first.status, first.headers['retry-after'], second.status]).toEqual([status, after, 200])
    expect(JSON.parse(first.body.toString())).toHaveProperty('error.message')
  })
  test('429-date: an HTTP date', async () => {
    const after = (await whole('429-date')).headers['retry-after'] as string
    expect(Date.parse(after)).toBeGreaterThan(Date.now() - 1000)
  })
  test.each([
    ['html', 502],
    ['html-200', 200],
  ])('%s', async (how, status) => {
    const got = await stream(how)
    expect([got.status, got.headers['content-type']]).toEqual([status, 'text/html'])
    expect(got.body.toString()).toMatch(/^<!doctype html>/)
  })
  test('500-empty', async () => expect(await whole('500-empty')).toMatchObject({ status: 500, body: Buffer.alloc(0) }))
  test('redirect: who follows is counted', async () => {
    const got = await whole('redirect')
    expect([got.status, got.headers['location']]).toEqual([307, '/redirected'])
    await ask(mock.url, { path: '/redirected', method: 'POST' })
    expect(mock.truth().redirected).toBe(1)
  })
  test('error-mid: an error object after some tokens, and an end', async () => {
    const chunks = chunksOf((await stream('error-mid=2')).body.toString())
    expect(chunks.at(-1)?.error?.message).toMatch(/told to fail/)
    expect(chunks).toHaveLength(1 + 2 + 1)
    expect((await whole('error-mid')).status).toBe(500)
  })
  test.each(['disconnect', 'reset'])('%s: the connection breaks after some tokens', async (how) => {
    const got = await stream(`${how}=2`)
    expect(got.broken).toBe('ECONNRESET') // what Node calls either of them
    expect(deltas(got)).toHaveLength(3)
    expect(mock.truth().requests.at(-1)).toMatchObject({ end: 'cut', tokensNs: { length: 2 } })
    expect((await whole(how)).broken).toBe('ECONNRESET')
  })
  test('close-idle: the connection ends behind a whole answer', async () => {
    const got = await stream('close-idle')
    expect(dataOf(got.body.toString()).at(-1)).toBe('[DONE]')
  })
  test.each([true, false])('stall-headers: no head ever (stream: %s)', async (streams) => {
    const got = await whole('stall-headers', { stream: streams }, { leaveAfterMs: 150 })
    expect(got.status).toBe(0)
  })
  test('stall-mid: some tokens, then nothing', async () => {
    const got = await stream('stall-mid=2', {}, { leaveAfterMs: 200 })
    expect(got.broken).toBeDefined()
    expect(deltas(got)).toHaveLength(3)
  })
  test('invalid-json', async () => {
    const data = dataOf((await stream('invalid-json')).body.toString())
    const bad = data.filter((text) => text !== '[DONE]' && !isJson(text))
    expect(bad).toHaveLength(1)
    expect(isJson((await whole('invalid-json')).body.toString())).toBe(false)
  })
  test('invalid-utf8', async () => {
    for (const got of [await stream('invalid-utf8'), await whole('invalid-utf8')])
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(got.body)).toThrow()
  })
})

describe('huge answers', () => {
  test.each([
    ['huge=2', true],
    ['huge-event=2', true],
    ['huge=2', false],
  ])('%s holds all its letters (stream: %s)', async (how, streams) => {
    const text = (await whole(how, { stream: streams })).body.toString()
    const content = streams ? contentOf(chunksOf(text)) : (JSON.parse(text) as { choices: [{ message: { content: string } }] }).choices[0].message.content
    expect(content.length).toBe(2e6)
  })
  test('are written no faster than they are read', async () => {
    const before = process.memoryUsage().rss
    await stream('huge=400', {}, { leaveAt: 'xxxx' })
    await expect.poll(() => mock.truth().requests.at(-1)?.end).toBe('client-left')
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6)
  })
})

describe('other answers', () => {
  test('reasoning, in either field', async () => {
    expect(deltas(await stream('reasoning=2')).filter((delta) => 'reasoning_content' in delta)).toHaveLength(2)
    expect(deltas(await stream('reasoning=2+reasoning-field')).filter((delta) => 'reasoning' in delta)).toHaveLength(2)
  })
  test('a tool call, whose arguments are JSON in pieces', async () => {
    const calls = chunksOf((await stream('tool-call')).body.toString()).flatMap(({ choices }) => choices.flatMap(({ delta }) => delta.tool_calls ?? [])) as [{ function: { name?: string; arguments: string } }][] // prettier-ignore
    expect(calls.length).toBeGreaterThan(1)
    const { choices } = JSON.parse((await whole('tool-call')).body.toString()) as { choices: [{ finish_reason: string; message: { tool_calls: [{ function: { arguments: string } }] } }] } // prettier-ignore
    expect(choices[0].finish_reason).toBe('tool_calls')
    expect(JSON.parse(choices[0].message.tool_calls[0].function.arguments)).toEqual({ text: await normal() })
  })
  test.each([
    ['content-filter', 'content_filter'],
    ['no-finish', null],
  ])('%s', async (how, reason) => {
    const chunks = chunksOf((await stream(how)).body.toString())
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe(reason)
  })
})

test('after all of them the server answers as before, and nothing is left in flight', async () => {
  for (const how of Object.keys(MISBEHAVIOURS).filter((name) => !name.startsWith('huge'))) await stream(how, {}, { leaveAfterMs: 100 })
  expect(dataOf((await stream('')).body.toString()).at(-1)).toBe('[DONE]')
  await expect.poll(() => mock.truth().inFlight).toBe(0)
})

// --- internal ---

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
