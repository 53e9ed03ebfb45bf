import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import adapter from '../../../harness/models/mock/index.ts'
import { loadSuite } from '../../../harness/suite/index.ts'
import type { Item, Model, ModelSpec, Request } from '../../../harness/types.ts'

const signal = new AbortController().signal
const context = { backend: 'auto', signal }
const spec = (options: Record<string, unknown> = {}): ModelSpec => ({ id: 'made', name: 'Made up', role: 'teacher', adapter: 'mock', options })
const request = (prompt: string): Request => ({ prompt, maxTokens: 50, seed: 1, temperature: 0, stop: [] })
const QUICK = { prefillMs: 0, prefillMsPerToken: 0, decodeMs: 1 }

/** Processes of ours that run the mock. */
function mocks(): number {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter((pid) => pid !== '' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mock/main')).length
}

async function withModel(options: Record<string, unknown>, use: (model: Model) => Promise<void>): Promise<void> {
  const model = await adapter.open(spec(options), context)
  try {
    await use(model)
  } finally {
    await model.close()
  }
}

test('answers over HTTP, with the tokens counted by the server', async () => {
  await withModel({ profile: { ...QUICK, answerText: 'It is {answer}' } }, async (model) => {
    const [completion] = await model.generate([request('12*12=')], () => undefined, signal)
    expect(completion).toMatchObject({ text: 'It is 144', finish: 'stop', outputTokens: 3, countedBy: 'server' })
    expect(model.card.source).toContain('made up')
  })
})

test.runIf(process.platform === 'linux')('its server ends when the model is closed, and when opening fails', async () => {
  const before = mocks()
  await withModel({ profile: QUICK }, async () => expect(mocks()).toBe(before + 1))
  expect(mocks()).toBe(before)
  await expect(adapter.open(spec({ client: { nonsense: 1 } }), context)).rejects.toThrow(/nonsense/)
  expect(mocks()).toBe(before)
})

test('faults reach the client', async () => {
  await withModel({ profile: QUICK, faults: '500', client: { retries: { max: 0 } } }, async (model) => {
    await expect(model.generate([request('1+1=')], () => undefined, signal)).rejects.toThrow(/500/)
  })
})

test('a wrong option is named', async () => {
  await expect(adapter.open(spec({ profile: { decodeMs: -1 } }), context)).rejects.toThrow(/models\.made\.options\.profile\.decodeMs/)
})

test('serving-demo: every model answers as well as its profile says, so the student is near the teacher and the control is not', async () => {
  const { suite } = await loadSuite('serving-demo')
  const [workload] = suite.workloads
  const items: Item[] = []
  for await (const item of workload!.items(suite.seed)) items.push(item)
  const accuracy: Record<string, number> = {}
  for (const { id, options } of suite.models) {
    const quick = { profile: { ...(options['profile'] as object), ...QUICK, decodeMsPerStream: 0 } }
    const model = await adapter.open({ ...spec(quick), id }, context)
    const answers = await model.generate(items.map((item) => request(String(item.prompt))), () => undefined, signal) // prettier-ignore
    accuracy[id] = answers.filter(({ text }, i) => workload!.grader.grade(items[i]!, text).score === 1).length / items.length
    await model.close()
  }
  expect(accuracy['teacher']).toBeGreaterThan(0.92)
  expect(Math.abs(accuracy['student']! - accuracy['teacher']!)).toBeLessThan(0.05)
  expect(accuracy['control']).toBeLessThan(0.8)
})
