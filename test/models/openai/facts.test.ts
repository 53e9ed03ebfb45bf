import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratch } from '../../cli/scratch.ts'
import { ask, askModel, DONE, event, finishEvent, openModel, respond, serve, stream, usageEvent, type Answering } from './server.ts'

/** A server with these pages; anything else is not there. */
const pages =
  (all: Record<string, unknown>, asked: string[] = []): Answering =>
  (socket, { path }) => {
    asked.push(path)
    const page = all[path]
    if (page === undefined) respond(socket, 404, '{"detail":"Not Found"}', { server: 'uvicorn' })
    else respond(socket, 200, JSON.stringify(page), { server: 'uvicorn' })
  }
const checked = { check: true, retries: { max: 1, baseMs: 5 } }

test.each<[string, Record<string, unknown>, unknown]>([
  [
    'vLLM',
    {
      '/health': '',
      '/v1/models': { object: 'list', data: [{ id: 'm', owned_by: 'vllm', root: '/models/qwen', max_model_len: 4096 }] },
      '/version': { version: '0.11.2' },
    },
    { backend: 'vllm', versions: { vllm: '0.11.2', 'maximum length': '4096', model: '/models/qwen', server: 'uvicorn' } },
  ],
  [
    'llama.cpp',
    {
      '/health': { status: 'ok' },
      '/v1/models': { data: [{ id: 'm', owned_by: 'llamacpp', meta: { n_ctx_train: 2048, n_params: 1234 } }] },
      '/props': { build_info: 'b6000' },
    },
    { backend: 'llamacpp', versions: { llamacpp: 'b6000', 'maximum length': '2048' } },
  ],
  ['one that tells nothing', { '/v1/models': { data: [{ id: 'm' }] } }, { backend: 'http', versions: { server: 'uvicorn' } }],
  ['one without a list', {}, { backend: 'http' }],
])('what %s tells of itself is in the facts', async (_, all, runtime) => {
  const model = await openModel(await serve(pages(all)), checked)
  expect(model.runtime).toMatchObject(runtime as object)
  expect(model.runtime.versions['undici']).toMatch(/^\d+\.\d+\.\d+$/)
  expect(model.runtime.device).toContain('127.0.0.1')
  expect(model.card.parametersTotal).toBe(_ === 'llama.cpp' ? 1234 : undefined)
})

test('a model that the server does not have is named with the nearest one', async () => {
  const url = await serve(pages({ '/v1/models': { data: [{ id: 'qwen3-small' }, { id: 'qwen3-large' }] } }))
  await expect(openModel(url, { ...checked, model: 'qwen3-smal' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('does not have the model "qwen3-smal"; did you mean qwen3-small?') as string,
  })
})

test('a server that is loading its model is waited for, and refused when it takes too long', async () => {
  const url = await serve((socket, asked) => (asked.n === 0 ? respond(socket, 503, '{"error":{"message":"Loading model"}}') : pages({})(socket, asked)))
  await expect(openModel(url, checked)).resolves.toBeDefined()
  const never = await serve((socket) => respond(socket, 503, '{"error":{"message":"Loading model"}}'))
  await expect(openModel(never, checked)).rejects.toMatchObject({ code: 'http', kind: 'http-503', message: expect.stringContaining('Loading model') as string })
})

test.each([
  ['nobody listens', 'http://127.0.0.1:1/v1', { code: 'network', kind: 'refused' }],
  ['the name is not known', 'http://no-such-host.invalid/v1', { code: 'network', kind: 'dns' }],
])('before a run it is said that %s', async (_, url, failure) => {
  await expect(openModel(url, checked)).rejects.toMatchObject(failure)
})

test('a key that is not taken is said before a run', async () => {
  const url = await serve((socket, { path }) => respond(socket, path === '/health' ? 404 : 401, '{"error":{"message":"no key"}}'))
  await expect(openModel(url, checked)).rejects.toMatchObject({ code: 'http', kind: 'http-401', hint: expect.stringContaining('apiKeyEnv') as string })
})

test('without the check nothing is asked before the first request', async () => {
  const asked: string[] = []
  await openModel(await serve(pages({}, asked)))
  expect(asked).toEqual([])
})

test('where the server does not count, the tokenizer of the model does, in a thread of its own', async () => {
  const words = ['[UNK]', 'how', 'much', 'is', 'forty', 'two', 'the', 'answer']
  const file = join(scratch(), 'tokenizer.json')
  writeFileSync(
    file,
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: { type: 'Lowercase' },
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: { type: 'WordLevel', vocab: Object.fromEntries(words.map((word, i) => [word, i])), unk_token: '[UNK]' },
    }),
  )
  const answer = [event({ content: 'Forty two' }), event({ content: ' is the answer' }), finishEvent()]
  const request = { prompt: 'How much is two', maxTokens: 9, seed: 1, temperature: 0, stop: [] }
  const counted = async (more: string[], options = {}) =>
    (await ask((socket) => stream(socket, [...answer, ...more, DONE]), { tokenizer: file, ...options }, request)).sent
  expect(await counted([])).toMatchObject({ ok: true, completion: { promptTokens: 4, outputTokens: 5, countedBy: 'tokenizer' } })
  expect(await counted([usageEvent({ prompt_tokens: 7, completion_tokens: 6 })])).toMatchObject({
    completion: { promptTokens: 7, outputTokens: 6, countedBy: 'server' },
  })
  // fewer tokens than events: the tokenizer decides
  expect(await counted([usageEvent({ prompt_tokens: 7, completion_tokens: 1 })])).toMatchObject({
    completion: { promptTokens: 7, outputTokens: 5, countedBy: 'tokenizer' },
  })
  // more than the text can have; or far off, where every count is checked
  expect(await counted([usageEvent({ prompt_tokens: 7, completion_tokens: 900 })])).toMatchObject({ completion: { outputTokens: 5, countedBy: 'tokenizer' } })
  const wrong = [usageEvent({ prompt_tokens: 7, completion_tokens: 9 })]
  expect(await counted(wrong)).toMatchObject({ completion: { outputTokens: 9, countedBy: 'server' } })
  expect(await counted(wrong, { checkUsage: true })).toMatchObject({ completion: { outputTokens: 5, countedBy: 'tokenizer' } })
  expect(await counted([usageEvent({ prompt_tokens: 7, completion_tokens: 6 })], { checkUsage: true })).toMatchObject({
    completion: { outputTokens: 6, countedBy: 'server' },
  })
})

test('a tokenizer that cannot be read is an error of the request, in words', async () => {
  const file = join(scratch(), 'tokenizer.json')
  writeFileSync(file, '{"nothing":1}')
  const model = await openModel(await serve((socket) => stream(socket, [event({ content: 'Yes' }), finishEvent(), DONE])), { tokenizer: file })
  expect(await askModel(model)).toMatchObject({ sent: { ok: false, text: 'Yes', error: { code: 'data', message: expect.stringContaining(file) as string } } })
})
