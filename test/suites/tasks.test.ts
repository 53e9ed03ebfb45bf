import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { probeSandbox } from '../../harness/workloads/code/languages.ts'
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
  humaneval: () => 'Here you are:\n```python\ndef total(numbers: List[int]) -> int:\n    return sum(numbers)\n```',
  'gsm8k-cot': ({ target }) => `Mina has 3 pens. 3 + 4 = 7. The answer is ${target}.`,
  'mmlu-5shot': ({ target }) => ` ${target}`,
  'kmmlu-5shot': ({ target }) => `${target}`,
}
const NAMES = Object.keys(SUITES)
/** A file, or a folder with a file for each split. */
const sampleOf = (name: string): string =>
  join(ROOT, 'test/fixtures/tasks', name === 'gsm8k-cot' ? 'gsm8k.jsonl' : name.endsWith('-5shot') ? name : `${name}.jsonl`)
const asked = ({ prompt }: Item): string => (typeof prompt === 'string' ? prompt : prompt.at(-1)!.content)

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
    expect(workload!.sources?.every(({ file }) => /^(?:dev|test)\.jsonl$/.test(file) || sampleOf(name).endsWith(file))).toBe(true)
    const [first] = workload!.items
    answers[asked(first!).trim()] = SUITES[name]!(first!)
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
    const run = await runSuite({ ...any!, suite }, { out, models: ['teacher'], command: 'test', signal, allowCode: true }, () => {}, { meters: [], idleMs: 0 })
    expect(run.record.state).toBe('done')
    expect(run.samples).toHaveLength(3 * NAMES.length)
    const sandbox = (await probeSandbox('python')).state === 'ok'
    for (const [i, { id }] of all.entries()) {
      if (id.startsWith('humaneval') && !sandbox) continue
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
  const [said, json, planned, code, useless] = await Promise.all([
    distillbench(['plan', 'gsm8k', '--out', out], { env }),
    distillbench(['plan', 'gsm8k', '--out', out, '--json'], { env }),
    distillbench(['plan', 'gsm8k', '--out', out, '--data', sampleOf('gsm8k')], { env }),
    distillbench(['plan', 'humaneval', '--out', out, '--data', sampleOf('humaneval')], { env }),
    distillbench(['plan', 'arithmetic', '--out', out, '--data', sampleOf('gsm8k')], { env }),
  ])
  expect(said).toMatchObject({ code: 0, stdout: expect.stringContaining('The cells cannot be laid out') })
  expect(JSON.parse(json.stdout)).toMatchObject({ suite: 'gsm8k', state: 'data-missing' })
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('6 requests') })
  expect(code).toMatchObject({ code: 0, stdout: expect.stringContaining('--allow-code') })
  expect(useless).toMatchObject({ code: 2, stderr: expect.stringContaining('the suite arithmetic has questions of its own') })
})

test('questions that are conventionally asked after examples have those of the field before them', async () => {
  const promptsOf = async (name: string): Promise<readonly string[]> => {
    vi.stubEnv('DISTILLBENCH_DATA', sampleOf(name))
    return (await planSuite(await loadSuite(name))).workloads[0]!.items.map(asked)
  }
  const [gsm8k] = await promptsOf('gsm8k-cot')
  expect(gsm8k!.match(/^A:.*The answer is \d+\.$/gm)).toHaveLength(8)
  expect(gsm8k).toMatch(/^Q: There are 15 trees .*\nA: There are 15 trees originally\..*\n\nQ: If there are 3 cars/)
  expect(gsm8k).toMatch(/\n\nQ: Mina has 3 pens and buys 4 more\. How many pens has she\?\nA:$/)
  const mmlu = (await promptsOf('mmlu-5shot')).find((prompt) => prompt.includes('Invented question 0'))!
  expect(mmlu).toMatch(
    /^The following are multiple choice questions \(with answers\) about high school biology\.\n\nInvented example 0 of high_school_biology\?\nA\. one\n/,
  )
  expect(mmlu.match(/^Answer: [A-D]$/gm)).toEqual(['Answer: A', 'Answer: B', 'Answer: C', 'Answer: D', 'Answer: A'])
  expect(mmlu).toMatch(/Invented question 0: which is right\?\nA\. red\nB\. green\nC\. blue\nD\. none of these\nAnswer:$/)
  const kmmlu = await promptsOf('kmmlu-5shot') // 45 configurations, of which the folder knows none: it is read once
  expect(kmmlu).toHaveLength(3)
  for (const prompt of kmmlu) expect(prompt.match(/^정답：(?: [A-D])?$/gm)).toHaveLength(6)
})
