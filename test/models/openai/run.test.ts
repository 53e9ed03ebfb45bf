import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import type { ModelSpec } from '../../../harness/types.ts'
import { scratch } from '../../cli/scratch.ts'
import { start } from '../../run/start.ts'
import { sums, suiteOf } from '../../run/suites.ts'
import { event, finishEvent, respond, serve, stream, usageEvent, DONE, type Answering } from './server.ts'

afterEach(() => vi.unstubAllEnvs())

const served = (id: string, url: string, options: ModelSpec['options'] = {}): ModelSpec => ({
  id,
  name: id,
  role: id === 'teacher' ? 'teacher' : 'student',
  adapter: 'openai',
  options: { url, model: 'm', proxy: false, apiKeyEnv: 'A_SERVER_KEY', retries: { max: 1, baseMs: 5 }, ...options },
})

/** Answers sums; the one of 3 is refused once, that of 5 always, that of 6 breaks in the middle. */
function summing(): Answering {
  const refused = new Set<string>()
  return (socket, { path, body, headers }) => {
    if (path === '/v1/models') return respond(socket, 200, JSON.stringify({ data: [{ id: 'm', owned_by: 'vllm', max_model_len: 512 }] }))
    if (!path.endsWith('/completions')) return respond(socket, 404, '{}')
    const n = Number((JSON.parse(body) as { messages: { content: string }[] }).messages[0]!.content.split('+')[0])
    if (n === 3 && !refused.has('3')) {
      refused.add('3')
      return respond(socket, 429, `{"error":{"message":"slow down, ${headers['authorization']}"}}`, { 'retry-after': '0' })
    }
    if (n === 5) return respond(socket, 500, `{"error":"cannot, ${headers['authorization']}"}`)
    const text = String(2 * n)
    if (n === 6) return stream(socket, [event({ content: text })])
    const usage = { prompt_tokens: 4, completion_tokens: text.length + 1 }
    return stream(socket, [...text.split('').map((content) => event({ content })), finishEvent(), usageEvent(usage), DONE])
  }
}

test('served models run in the same suites: failures are counted, attempts are kept, the run goes on, and the key is nowhere', async () => {
  vi.stubEnv('A_SERVER_KEY', 'sk-very-secret-0815')
  const suite = suiteOf({
    models: [served('teacher', await serve(summing())), served('student', await serve(summing()))],
    workloads: [sums(8)],
    loads: [
      { id: 'sequential', kind: 'sequential' },
      { id: 'concurrency-4', kind: 'concurrency', streams: 4 },
    ],
  })
  const out = scratch()
  const run = await start(suite, out).run
  expect(run.record.cells.map(({ state }) => state)).toEqual(run.record.cells.map(() => 'done'))
  expect(run.samples).toHaveLength(8 * 2 * 2)
  const bySum = (n: number) => run.samples.filter(({ item, key }) => item === `sum-${n}` && key.model === 'teacher')
  for (const sample of bySum(4)) {
    expect(sample).toMatchObject({ text: '8', promptTokens: 4, outputTokens: 2, countedBy: 'server', finish: 'stop', grade: { score: 1 } })
    expect(sample.startMs).toBeLessThanOrEqual(sample.headersMs!)
    expect(sample.headersMs!).toBeLessThanOrEqual(sample.tokenMs[0]!)
  }
  expect(bySum(5).map(({ finish, error }) => [finish, error?.code, error?.kind])).toEqual([1, 2].map(() => ['error', 'http', 'http-500']))
  expect(bySum(6).map(({ text, error }) => [text, error?.kind])).toEqual([1, 2].map(() => ['12', 'truncated-stream']))
  const retried = bySum(3).filter(({ attempts }) => attempts !== undefined)
  expect(retried).toMatchObject([{ text: '6', attempts: [{ error: { code: 'http', kind: 'http-429' } }] }])
  expect(run.record.cells[0]).toMatchObject({ runtime: { backend: 'vllm', versions: { 'maximum length': '512' } }, card: { tokenizer: 'of the server' } })
  const analysis = analyse([run])
  expect(analysis.counts.reduce((sum, { failed }) => sum + failed, 0)).toBe(8)
  for (const file of readdirSync(run.dir)) expect(readFileSync(join(run.dir, file), 'utf8')).not.toContain('sk-very-secret')
  expect(JSON.stringify(analysis)).not.toContain('sk-very-secret')
})

test('a server that is not there is a failed cell that says so', async () => {
  vi.stubEnv('A_SERVER_KEY', 'sk-very-secret-0815')
  const suite = suiteOf({ models: [served('teacher', 'http://127.0.0.1:1/v1')], blocks: 1 })
  const run = await start(suite, scratch()).run
  expect(run.record.cells).toMatchObject([{ state: 'failed', error: { code: 'network', kind: 'refused' } }])
})
