import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startMock, type Mock } from '../../scripts/mock/index.ts'
import { randomTokens, tokenize } from '../../scripts/mock/text.ts'
import { ask, chunksOf, contentOf, dataOf } from './client.ts'

const QUICK = { prefillMs: 0, prefillMsPerToken: 0, decodeMs: 0.2 }
const chat = (content: string, more: object = {}): object => ({ model: 'mock', messages: [{ role: 'user', content }], ...more })
const json = (body: Buffer): Record<string, never> => JSON.parse(body.toString()) as Record<string, never>

let mock: Mock
beforeAll(async () => {
  mock = await startMock({
    models: [
      QUICK,
      { ...QUICK, name: 'thinker', reasoningTokens: 4 },
      { ...QUICK, name: 'short', maxLength: 20 },
      { ...QUICK, name: 'cached', prefixCache: true },
    ],
  })
})
beforeEach(async () => void (await ask(mock.url, { path: '/reset', method: 'POST' })))
afterAll(() => mock.close())

describe('pages', () => {
  test('/v1/models lists the models', async () => {
    const { status, body } = await ask(mock.url, { path: '/v1/models' })
    expect(status).toBe(200)
    expect(json(body)).toMatchObject({ object: 'list', data: [{ id: 'mock' }, { id: 'thinker' }, { id: 'short', max_model_len: 20 }, { id: 'cached' }] })
    expect(json((await ask(mock.url, { path: '/v1/models/thinker' })).body)).toMatchObject({ id: 'thinker' })
  })
  test.each([
    ['/health', { status: 'ok' }],
    ['/version', { version: expect.stringContaining('distillbench-mock') }],
    ['/truth', { clock: 'process.hrtime', received: 0, requests: [] }],
  ])('%s answers', async (path, page) => expect(json((await ask(mock.url, { path })).body)).toMatchObject(page))
  test('others are 404 with an error object', async () => {
    const { status, body } = await ask(mock.url, { path: '/v1/embeddings', body: {} })
    expect(status).toBe(404)
    expect(json(body)).toMatchObject({ error: { code: 404 } })
  })
})

describe('chat completions', () => {
  test('in one piece: text, usage, finish reason, id', async () => {
    const { status, headers, body } = await ask(mock.url, { body: chat('What is 6*7?') })
    expect(status).toBe(200)
    expect(json(body)).toMatchObject({
      object: 'chat.completion',
      id: `chatcmpl-${headers['x-request-id'] as string}`,
      choices: [{ index: 0, message: { role: 'assistant', content: '42' }, finish_reason: 'stop', logprobs: null }],
      usage: { prompt_tokens: tokenize('What is 6*7?').length, completion_tokens: 1, total_tokens: tokenize('What is 6*7?').length + 1 },
    })
  })
  test('streamed: the role first, one token per event, the reason, usage where it is asked for, [DONE]', async () => {
    const { headers, body } = await ask(mock.url, { body: chat('tell me', { stream: true, max_tokens: 7, stream_options: { include_usage: true } }) })
    expect(headers['content-type']).toMatch(/^text\/event-stream/)
    expect(dataOf(body.toString()).at(-1)).toBe('[DONE]')
    const chunks = chunksOf(body.toString())
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    for (const chunk of chunks.slice(1, 8)) expect(chunk.choices[0]?.delta).toEqual({ content: expect.stringMatching(/./) })
    expect(chunks).toHaveLength(10)
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('length')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 7 } })
    expect(tokenize(contentOf(chunks))).toHaveLength(7)
  })
  test('streamed and not say the same', async () => {
    const [whole, stream] = await Promise.all([ask(mock.url, { body: chat('a tale') }), ask(mock.url, { body: chat('a tale', { stream: true }) })])
    const { choices } = json(whole.body) as unknown as { choices: [{ message: { content: string } }] }
    expect(contentOf(chunksOf(stream.body.toString()))).toBe(choices[0].message.content)
  })
  test('reasoning comes first, in a field of its own, and is counted', async () => {
    const { body } = await ask(mock.url, { body: chat('1+1=', { model: 'thinker', stream: true, stream_options: { include_usage: true } }) })
    const deltas = chunksOf(body.toString()).flatMap(({ choices }) => choices.map(({ delta }) => delta))
    expect(deltas.map((delta) => Object.keys(delta).join())).toEqual(['role,content', ...Array<string>(4).fill('reasoning_content'), 'content', ''])
    expect(chunksOf(body.toString()).at(-1)?.usage).toMatchObject({ completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 4 } })
  })
  test('log-probabilities come with each token', async () => {
    const { body } = await ask(mock.url, { body: chat('hello', { stream: true, max_tokens: 2, logprobs: true, top_logprobs: 2 }) })
    const logprobs = chunksOf(body.toString()).flatMap(({ choices }) => (choices[0]?.logprobs ? [choices[0].logprobs] : []))
    expect(logprobs).toHaveLength(2)
    expect(logprobs[0]).toMatchObject({ content: [{ token: expect.any(String), logprob: expect.any(Number), top_logprobs: { length: 2 } }] })
  })
  test.each([
    ['no JSON', '{', 400, /no JSON/],
    ['no messages', { model: 'mock' }, 400, /messages/],
    ['two answers at once', chat('x', { n: 2 }), 400, /^n/],
    ['an unknown model', chat('x', { model: 'other' }), 404, /does not exist/],
    ['an unknown misbehaviour', chat('x', { model: 'mock+stal-mid' }), 400, /did you mean stall-mid/],
    ['more tokens than the model holds', chat('x', { model: 'short', max_tokens: 20 }), 400, /maximum context length/],
  ])('%s is refused with an error object', async (_name, body, status, message) => {
    const got = await ask(mock.url, { body })
    expect(got.status).toBe(status)
    expect((json(got.body) as unknown as { error: { message: string } }).error.message).toMatch(message)
  })
})

describe('completions', () => {
  test('stream text', async () => {
    const { body } = await ask(mock.url, { path: '/v1/completions', body: { model: 'mock', prompt: '20+22=', stream: true } })
    const chunks = chunksOf(body.toString())
    expect(chunks[0]?.object).toBe('text_completion')
    expect(contentOf(chunks)).toBe('42')
  })
  test('repeat the prompt with its log-probabilities where asked, the first having none', async () => {
    const { body } = await ask(mock.url, { path: '/v1/completions', body: { model: 'mock', prompt: 'One two', echo: true, logprobs: 1, max_tokens: 0 } })
    const { choices } = json(body) as unknown as {
      choices: [{ text: string; logprobs: { tokens: string[]; token_logprobs: (number | null)[]; text_offset: number[] } }]
    }
    expect(choices[0]).toMatchObject({
      text: 'One two',
      logprobs: { tokens: ['One', ' two'], token_logprobs: [null, expect.any(Number)], text_offset: [0, 3] },
    })
  })
})

describe('the truth', () => {
  test('has the times of a request on the clock of the host, by the id that the client sent', async () => {
    const before = Number(process.hrtime.bigint())
    const { headers } = await ask(mock.url, { headers: { 'x-request-id': 'mine' }, body: chat('hello', { stream: true, max_tokens: 5 }) })
    const after = Number(process.hrtime.bigint())
    expect(headers['x-request-id']).toBe('mine')
    const [request, ...others] = mock.truth('mine').requests
    expect(others).toEqual([])
    expect(request).toMatchObject({ id: 'mine', model: 'mock', status: 200, end: 'complete', outputTokens: 5, promptTokens: 2 })
    const times = [before, request!.receivedNs, request!.startedNs!, ...request!.tokensNs, request!.endedNs!, after]
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(request!.tokensNs).toHaveLength(5)
  })
  test('is also told over HTTP, and /reset forgets it', async () => {
    const { headers } = await ask(mock.url, { body: chat('hello') })
    const path = `/truth?id=${headers['x-request-id'] as string}`
    expect(json((await ask(mock.url, { path })).body)).toMatchObject({ received: 1, mostInFlight: 1, requests: [{ id: headers['x-request-id'] }] })
    await ask(mock.url, { path: '/reset', method: 'POST' })
    expect(json((await ask(mock.url, { path })).body)).toMatchObject({ received: 0, requests: [] })
  })
  test('says when the client left', async () => {
    await ask(mock.url, { headers: { 'x-request-id': 'gone' }, body: chat('x', { model: 'mock+stall-mid', stream: true }), leaveAt: '"content":" ' })
    await expect.poll(() => mock.truth('gone').requests[0]?.end).toBe('client-left')
    expect(mock.truth().inFlight).toBe(0)
  })
  test('knows what the prefix cache saved', async () => {
    const body = chat(randomTokens(40, 'prompt').join(''), { model: 'cached', max_tokens: 1 })
    const cached: unknown[] = []
    for (const path of ['/truth', '/truth', '/reset_prefix_cache']) {
      cached.push((json((await ask(mock.url, { body })).body) as { usage?: { prompt_tokens_details: object } }).usage?.prompt_tokens_details)
      await ask(mock.url, { path, method: path === '/truth' ? 'GET' : 'POST' })
    }
    expect(cached).toEqual([0, 32, 32].map((cached_tokens) => ({ cached_tokens })))
    expect(mock.truth().requests.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 32, 32])
    expect(json((await ask(mock.url, { body })).body)).toMatchObject({ usage: { prompt_tokens_details: { cached_tokens: 0 } } })
  })
})

test('a key from the environment is asked for, and is not told', async () => {
  process.env.MOCK_TEST_KEY = 'sesame-73'
  const locked = await startMock({ models: [QUICK], apiKeyEnv: 'MOCK_TEST_KEY' })
  try {
    for (const [key, status] of [
      ['sesame-73', 200],
      ['other', 401],
    ] as const) {
      // prettier-ignore
      const got = await ask(locked.url, { headers: { authorization: `Bearer ${key}` }, body: chat('x', { max_tokens: 1 }) })
      expect(got.status).toBe(status)
      expect(got.body.toString()).not.toContain('sesame')
    }
    expect((await ask(locked.url, { path: '/health' })).status).toBe(200)
    expect(JSON.stringify(locked.truth())).not.toContain('sesame')
  } finally {
    await locked.close()
    delete process.env.MOCK_TEST_KEY
  }
})

test('a full queue is answered 503', async () => {
  const narrow = await startMock({ models: [{ ...QUICK, maxBatch: 1, maxQueue: 1 }] })
  try {
    const stuck = [1, 2].map((i) =>
      ask(narrow.url, { body: chat(`hold ${i}`, { model: 'mock', stream: true, max_tokens: 20_000, ignore_eos: true }), leaveAfterMs: 1200 }),
    )
    await expect.poll(() => narrow.truth().inFlight).toBe(2)
    const third = await ask(narrow.url, { body: chat('x') })
    expect([third.status, third.headers['retry-after']]).toEqual([503, '1'])
    await Promise.all(stuck)
  } finally {
    await narrow.close()
  }
})

test('a taken port and bad options are told in a sentence', async () => {
  await expect(startMock({ port: mock.port })).rejects.toThrow(/port \d+ of 127\.0\.0\.1 is taken/)
  await expect(startMock({ models: [{ name: 'a+b' }] })).rejects.toThrow(/models\.0\.name/)
  await expect(startMock({ models: [{ name: 'a' }, { name: 'a' }] })).rejects.toThrow(/same name/)
  await expect(startMock({ apiKeyEnv: 'MOCK_TEST_NO_SUCH_VARIABLE' })).rejects.toThrow(/MOCK_TEST_NO_SUCH_VARIABLE is not set/)
})
