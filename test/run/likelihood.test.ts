/** Multiple choice by log-likelihood and perplexity, from suites to the analysis, on servers that tell and on servers that do not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import adapter from '../../harness/models/openai/index.ts'
import { createRecording } from '../../harness/models/recording.ts'
import { analyse } from '../../harness/analysis/index.ts'
import { planSuite } from '../../harness/run/index.ts'
import { readRun } from '../../harness/run/store/read.ts'
import { readRunTable } from '../../harness/run/store/read-table.ts'
import { compactRun } from '../../harness/run/index.ts'
import type { ModelSpec, StoredRun } from '../../harness/types.ts'
import { createWorkload, type WorkloadInput } from '../../harness/workloads/index.ts'
import { startMock, type Mock } from '../../scripts/mock/index.ts'
import { logprobOf, tokenize } from '../../scripts/mock/text.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { suiteOf } from './suites.ts'

const CAPITALS = [
  ['France', 'Lyon', 'Paris', 'Nice', 'B'],
  ['Spain', 'Madrid', 'Seville', 'Bilbao', 'A'],
  ['Italy', 'Turin', 'Milan', 'Rome', 'C'],
  ['Japan', 'Kyoto', 'Tokyo', 'Osaka', 'B'],
] as const
const ROWS = CAPITALS.map(([country, a, b, c, right]) => ({ id: country, q: `Capital of ${country}?`, options: [a, b, c], right }))
const CHOICES: WorkloadInput = {
  id: 'capitals',
  kind: 'list',
  items: ROWS,
  choices: { from: 'options', answer: 'right', is: 'letter' },
  prompt: '{{q}}\n{{choices}}',
  likelihood: { prompt: '{{q}}\n{{choices}}\nAnswer:', texts: 'letters' },
  grader: 'choice',
  maxTokens: 12,
}
const TEXTS = [
  'The quick brown fox jumps over the lazy dog. '.repeat(5),
  'Il était une fois une princesse, très loin d’ici.',
  '옛날 옛적에 호랑이가 담배를 피우던 시절 이야기.',
]
const READING: WorkloadInput = {
  id: 'reading',
  kind: 'list',
  items: TEXTS.map((text, i) => ({ id: `t${i}`, text })),
  perplexity: { pieceBytes: 100, contextBytes: 50 },
}

const never = new AbortController().signal
let mock: Mock
beforeAll(async () => {
  const answers = Object.fromEntries(ROWS.map(({ q, right }) => [q, right]))
  const fast = { decodeMs: 0, prefillMs: 0, prefillMsPerToken: 0, answers, answerText: 'Answer: {answer}' }
  mock = await startMock({
    models: [
      { name: 'big', ...fast },
      { name: 'small', ...fast, accuracy: 0.5, seed: 5 },
    ],
  })
})
afterAll(() => mock.close())

const served = (id: string, model: string, options: ModelSpec['options'] = {}): ModelSpec => ({
  id,
  name: id,
  role: id === 'teacher' ? 'teacher' : 'student',
  adapter: 'openai',
  price: { kind: 'token', inputPerMtoken: 1, outputPerMtoken: 1, source: 'test', date: '2026-01-01' },
  options: { url: `${mock.url}/v1`, model, api: 'completions', proxy: false, check: false, ...options },
})

function suite(workload: WorkloadInput, models: readonly ModelSpec[]): ReturnType<typeof suiteOf> {
  return suiteOf({ models, workloads: [createWorkload(workload, '/')], blocks: 1 })
}
const ran = async (workload: WorkloadInput, models: readonly ModelSpec[]): Promise<StoredRun> => start(suite(workload, models), scratch()).run

describe('multiple choice', () => {
  test('is scored by the log-likelihood of the choices, by echo and by prompt_logprobs alike, and all requests of an item count', async () => {
    const run = await ran(CHOICES, [served('teacher', 'big'), served('student', 'small+no-echo')])
    expect(run.record.state).toBe('done')
    const [workload] = run.record.suite.workloads
    expect(workload).toMatchObject({ grader: 'choice:log-likelihood(by=raw) else choice:generative' })
    const samples = run.samples.filter(({ key }) => key.model === 'teacher')
    for (const { item, likelihoods, grade, promptTokens, outputTokens, text, tokenMs, countedBy } of samples) {
      const row = ROWS.find(({ id }) => id === item)!
      const asked = `${row.q}\nA. ${row.options[0]}\nB. ${row.options[1]}\nC. ${row.options[2]}\nAnswer:`
      expect({ text, tokenMs, countedBy, likelihoods: likelihoods?.length }).toEqual({ text: '', tokenMs: [], countedBy: 'server', likelihoods: 3 })
      expect({ promptTokens, outputTokens }).toEqual({ promptTokens: 3 * tokenize(`${asked} A`).length, outputTokens: 3 })
      expect(grade).toMatchObject({ grader: 'choice:log-likelihood(by=raw)', score: 1, answer: row.right })
    }
    expect(run.samples.filter(({ key, likelihoods }) => key.model === 'student' && likelihoods?.length === 3)).toHaveLength(4)
    const { rows, ratios, verdicts, warnings } = analyse([run])
    const of = (metric: string, model: string) => rows.find((row) => row.metric === metric && row.model === model && row.slice === '')!.estimate
    expect(of('accuracy', 'teacher')).toMatchObject({ state: 'ok', value: { value: 1, method: expect.stringContaining('by log-likelihood of the choices') } })
    const three = ['accuracy-raw', 'accuracy-per-byte', 'accuracy-per-character']
    for (const metric of three) {
      const note = metric === 'accuracy-raw' ? 'the graded one' : 'for comparison only'
      expect(of(metric, 'teacher')).toMatchObject({ state: 'ok', value: { value: 1, n: 4, method: expect.stringContaining(note) } })
    }
    const stored = (await compactRun(run.dir)).state === 'ok' ? await readRunTable(run.dir) : run
    const isOne = ({ metric }: { metric: string }): boolean => three.includes(metric)
    expect(analyse([stored]).rows.filter(isOne)).toEqual(rows.filter(isOne))
    for (const metric of ['throughput', 'output-tokens', 'ttft', 'output-tokens-per-second'])
      expect(of(metric, 'teacher')).toMatchObject({ state: 'absent', why: expect.stringContaining('nothing was written') })
    const tokens = samples.reduce((sum, { promptTokens, outputTokens }) => sum + promptTokens + outputTokens, 0)
    expect(of('cost-total', 'teacher')).toMatchObject({ state: 'ok', value: { value: expect.closeTo(tokens / 1e6, 12) } })
    expect(of('latency', 'teacher')).toMatchObject({ state: 'ok' })
    expect(ratios.find(({ metric, slice }) => metric === 'accuracy' && slice === '')).toMatchObject({ pairs: 4 })
    expect(verdicts[0]!.tasks[0]).toMatchObject({ items: 4 })
    expect(warnings.map(({ code }) => code)).not.toContain('unlike-scores')
  })

  test('a server that cannot tell is asked in writing, and what it scores is compared with nothing', async () => {
    const run = await ran(CHOICES, [served('teacher', 'big'), served('student', 'small+no-echo+no-prompt-logprobs')])
    const written = run.samples.filter(({ key }) => key.model === 'student')
    expect(written.map(({ grade, likelihoods }) => [grade?.grader, likelihoods])).toEqual(written.map(() => ['choice:generative', undefined]))
    expect(written[0]!.noLikelihoods).toMatch(/prompt_logprobs.*told no log-probabilities of the prompt/)
    expect(run.record.warnings.filter(({ code, model }) => code === 'written-instead' && model === 'student')).toHaveLength(1)
    for (const stored of [run, await packed(run)]) {
      const { rows, ratios, verdicts, fidelity, warnings } = analyse([stored])
      expect(rows.filter(({ metric }) => metric === 'accuracy-raw').map(({ model }) => model)).toEqual(['teacher'])
      const accuracy = rows.find((row) => row.metric === 'accuracy' && row.model === 'student' && row.slice === '')!
      expect(accuracy.estimate).toMatchObject({ state: 'ok', value: { method: expect.stringContaining('of written answers in place of log-likelihood') } })
      const why = { state: 'absent', why: expect.stringContaining('the one was scored by log-likelihood and the other by written answers') }
      expect(ratios.find(({ metric, slice }) => metric === 'accuracy' && slice === '')).toMatchObject({ pairs: 0, ratio: why, difference: why })
      expect(verdicts[0]).toMatchObject({ decision: 'undecided', tasks: [{ items: 0, difference: why }] })
      expect(fidelity[0]).toMatchObject({ answers: 0 })
      expect(warnings.find(({ code }) => code === 'unlike-scores')?.message).toContain('teacher by log-likelihood, student by written answers')
    }
  })

  test('where a model is known not to tell, all are asked in writing, so that they can be compared; and it is said before', async () => {
    const models = [served('teacher', 'big', { api: 'chat' }), served('student', 'small')]
    const plan = await planSuite(suite(CHOICES, models))
    expect(plan.warnings).toMatchObject([
      { code: 'asked-in-writing', message: expect.stringMatching(/^workload capitals: .* teacher cannot tell .*api: chat.*not comparable/) },
    ])
    expect(plan.workloads[0]!.items.every(({ given }) => given === undefined)).toBe(true)
    const likely = await planSuite(suite(CHOICES, [models[1]!]))
    expect(likely.workloads[0]!.items.every(({ given }) => given?.texts.length === 3)).toBe(true)
    expect(likely.workloads[0]!.itemsHash).not.toBe(plan.workloads[0]!.itemsHash)
    const needed = { ...CHOICES, likelihood: { ...CHOICES.likelihood!, required: true } }
    await expect(planSuite(suite(needed, models))).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('teacher cannot tell') })
  })

  test('where only likelihoods will do, a server that cannot tell fails the request and says why', async () => {
    const model = await adapter.open(served('teacher', 'big+no-echo+no-prompt-logprobs'), { backend: 'auto', signal: never })
    const request = { prompt: 'Capital?', maxTokens: 5, seed: 1, temperature: 0, stop: [], given: { context: 'Capital?', texts: [' A', ' B'], required: true } }
    const failed = { ok: false, error: { code: 'model', kind: 'no-likelihoods', message: expect.stringContaining('log-probabilities of a prompt') } }
    for (let i = 0; i < 2; i++)
      expect(
        await model.send!(
          request,
          createRecording(() => 0),
          never,
        ),
      ).toMatchObject(failed)
    expect(
      await model.send!(
        { ...request, given: { ...request.given, required: false } },
        createRecording(() => 0),
        never,
      ),
    ).toMatchObject({ ok: true, completion: { noLikelihoods: failed.error.message } })
    await model.close()
  })
})

describe('perplexity', () => {
  test('is that of a plain computation over the same tokens, weighted by bytes, whatever the size of the pieces', async () => {
    const run = await ran(READING, [served('teacher', 'big'), served('student', 'small+no-echo')])
    expect(run.record.state).toBe('done')
    const samples = run.samples.filter(({ key }) => key.model === 'teacher')
    expect(samples.length).toBeGreaterThan(TEXTS.length)
    expect(TEXTS.map((_, i) => samples.filter(({ item }) => item.startsWith(`t${i}`)).map(({ prompt }) => prompt).join(''))).toEqual(TEXTS) // prettier-ignore
    const plan = await planSuite(suite(READING, [served('teacher', 'big')]))
    let [nats, tokens, bytes] = [0, 0, 0]
    for (const { given } of plan.workloads[0]!.items) {
      const { context, texts } = given!
      const all = tokenize(context + texts[0]!)
      let at = 0
      for (const [i, token] of all.entries()) {
        const end = at + token.length
        if (end > context.length && i > 0) {
          nats -= logprobOf(token, i)
          tokens += 1
          bytes += Buffer.byteLength(token.slice(Math.max(0, context.length - at)))
        }
        at = end
      }
    }
    for (const stored of [run, await packed(run)]) {
      const { rows, ratios } = analyse([stored])
      const of = (metric: string) => rows.find((row) => row.metric === metric && row.model === 'teacher' && row.slice === '')!.estimate
      expect(of('bits-per-byte')).toMatchObject({ state: 'ok', value: { value: expect.closeTo(nats / Math.LN2 / bytes, 9), unit: 'bit/byte', n: 3 } })
      expect(of('perplexity')).toMatchObject({ state: 'ok', value: { value: expect.closeTo(Math.exp(nats / tokens), 9) } })
      expect(of('accuracy')).toMatchObject({ state: 'absent' })
      expect(ratios.find(({ metric }) => metric === 'bits-per-byte')).toMatchObject({ ratio: { state: 'ok', value: { value: expect.closeTo(1, 9) } } })
    }
  })
})

/** The run as columns, read back from its Parquet files. */
async function packed(run: StoredRun): ReturnType<typeof readRunTable> {
  await compactRun(run.dir)
  expect((await readRun(run.dir)).samples).toEqual(run.samples)
  return readRunTable(run.dir)
}
