import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Grader, Item, LoadedSuite, Suite } from '../../harness/types.ts'
import { planSuite, runSuite } from '../../harness/run/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { startMock } from '../../scripts/mock/index.ts'
import { distillbench } from '../cli/process.ts'
import { ROOT } from '../project/imports.ts'

/** Right answers as a model may write them, to the first question of each invented sample. */
const SUITES: Record<string, (item: Item) => string> = {
  gsm8k: ({ target }) => `3 + 4 is in the question. \\boxed{${target}}`,
  'math-500': () => 'So it is $\\boxed{\\frac{3\\sqrt{18}}{6\\sqrt{2}}}$.',
  aime: ({ target }) => `\\boxed{${Number(target)}}`,
  mmlu: ({ target }) => `I think.\nAnswer: ${target}`,
  gpqa: ({ target }) => `<think>(A) or (B)?</think>Answer: ${target}`,
  ifeval: () => 'Hello there',
  kmmlu: ({ target }) => `정답: (${target})`,
  'hae-rae': ({ target }) => `정답: ${target}`,
}
const NAMES = Object.keys(SUITES)
const sampleOf = (name: string): string => join(ROOT, 'test/fixtures/tasks', `${name}.jsonl`)

let out: string
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'tasks-'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await rm(out, { recursive: true, force: true })
})

test('every suite of a public benchmark runs end to end on a small sample of its format, and grades right and wrong apart', async () => {
  const answers: Record<string, string> = {}
  const all: Item[] = []
  const graders = new Map<string, Grader>()
  let any: LoadedSuite | undefined
  for (const name of NAMES) {
    vi.stubEnv('DISTILLBENCH_DATA', sampleOf(name))
    any = await loadSuite(name)
    const [workload] = (await planSuite(any)).workloads
    expect({ name, items: workload!.items.length }).toEqual({ name, items: 3 })
    expect(workload!.sources?.every(({ file }) => file === `${name}.jsonl`)).toBe(true)
    const [first] = workload!.items
    answers[(first!.prompt.at(-1) as { content: string }).content] = SUITES[name]!(first!)
    graders.set(name, any.suite.workloads[0]!.grader)
    all.push(...workload!.items.map((item) => ({ ...item, id: `${name}/${item.id}` })))
  }
  // One cell with the questions of all of them, each with its own grader: a cell of its own for each would only take longer.
  const own = (item: Item): Grader => graders.get(item.id.split('/')[0]!)!
  const grader: Grader = {
    id: 'own',
    version: '1',
    grade: (item, ...rest) => own(item).grade(item, ...rest),
    settle: (item, text, ...rest) => own(item).settle!(item, text, ...rest),
  }
  const server = await startMock({ models: [{ name: 'big', decodeMs: 0, prefillMs: 0, answers }] })
  vi.stubEnv('TEACHER_URL', `${server.url}/v1`)
  vi.stubEnv('TEACHER_MODEL', 'big')
  try {
    const workloads = [{ ...any!.suite.workloads[0]!, id: 'all', items: () => all, grader, maxTokens: 200 }]
    const suite: Suite = { ...any!.suite, workloads, warmup: { requests: 0 }, repeats: 1, blocks: 1 }
    const signal = new AbortController().signal
    const run = await runSuite({ ...any!, suite }, { out, models: ['teacher'], command: 'test', signal }, () => {}, { meters: [], idleMs: 0 })
    expect(run.record.state).toBe('done')
    expect(run.samples).toHaveLength(3 * NAMES.length)
    for (const [i, { id }] of all.entries()) {
      const sample = run.samples.find(({ item }) => item === id)!
      // made-up words are no answer, though they may follow an instruction
      if (i % 3 === 0) expect({ id, text: sample.text, ...sample.grade }).toMatchObject({ score: 1, grader: 'own' })
      else if (!id.startsWith('ifeval')) expect({ id, text: sample.text, ...sample.grade }).toMatchObject({ score: 0 })
      expect(sample.grade).not.toHaveProperty('unsettled')
    }
    expect(run.samples.filter(({ reasoning }) => reasoning?.startsWith('<think>')).map(({ text }) => text.startsWith('Answer:'))).toEqual([true])
  } finally {
    await server.close()
  }
})

test('without a network and without a copy, plan says what is missing and what to do', async () => {
  const env = { DISTILLBENCH_CACHE: join(out, 'empty'), HF_ENDPOINT: 'http://127.0.0.1:9', DISTILLBENCH_DATA: '', HTTP_PROXY: '', HTTPS_PROXY: '' }
  for (const name of NAMES) {
    vi.stubEnv('DISTILLBENCH_DATA', '')
    vi.stubEnv('HF_ENDPOINT', env.HF_ENDPOINT)
    vi.stubEnv('DISTILLBENCH_CACHE', env.DISTILLBENCH_CACHE)
    await expect(planSuite(await loadSuite(name))).rejects.toMatchObject({
      kind: 'data-missing',
      message: expect.stringContaining('are not on this machine'),
      hint: expect.stringContaining('--data PATH'),
    })
  }
  const [said, json, planned] = await Promise.all([
    distillbench(['plan', 'gsm8k', '--out', out], { env }),
    distillbench(['plan', 'gsm8k', '--out', out, '--json'], { env }),
    distillbench(['plan', 'gsm8k', '--out', out, '--data', sampleOf('gsm8k')], { env }),
  ])
  expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('The cells cannot be laid out') })
  expect(JSON.parse(json.stdout)).toMatchObject({ suite: 'gsm8k', state: 'data-missing' })
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('6 requests') })
})
