import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeDifference, describeSuite } from '../../harness/run/hash.ts'
import { batchesOf, blocksOf, requestsOf, warmupBatches, whyNotUnder } from '../../harness/run/loads.ts'
import { planSuite } from '../../harness/run/plan.ts'
import type { Item, LoadSpec, LoadedSuite } from '../../harness/types.ts'
import { getGrader, itemHash } from '../../harness/workloads/index.ts'
import { PARENT_ADAPTER, items, scripted, suiteOf, sums } from './suites.ts'

const SEQUENTIAL: LoadSpec = { id: 'sequential', kind: 'sequential' }
const BATCH: LoadSpec = { id: 'batch-4', kind: 'batch', size: 4 }
const ids = (plan: Awaited<ReturnType<typeof planSuite>>): string[] => plan.cells.map(({ id }) => id)

test('cells are repeats, then blocks, then loads, and inside of each all models ask the same items', async () => {
  const plan = await planSuite(suiteOf({ workloads: [sums(10)], loads: [SEQUENTIAL, BATCH], repeats: 2 }))
  const groups = Array.from({ length: plan.cells.length / 2 }, (_, i) => plan.cells.slice(2 * i, 2 * i + 2))
  expect(groups.map(([cell]) => `r${cell?.key.repeat} b${cell?.key.block} ${cell?.key.load}`)).toEqual([
    'r0 b0 sequential',
    'r0 b0 batch-4',
    'r0 b1 sequential',
    'r0 b1 batch-4',
    'r1 b0 sequential',
    'r1 b0 batch-4',
    'r1 b1 sequential',
    'r1 b1 batch-4',
  ])
  for (const [a, b] of groups) {
    expect(new Set([a?.key.model, b?.key.model])).toEqual(new Set(['student', 'teacher']))
    expect(a?.items).toEqual(b?.items)
  }
  expect(plan.cells[0]?.id).toMatch(/^(teacher|student)\/sums\/sequential\/r0\/b0$/)
  expect(plan.requests).toBe(2 * 2 * 2 * 10)
  expect(plan.maxOutputTokens).toBe(plan.requests * 20)
})

test('the same seed gives the same order, and seeds differ in who comes first', async () => {
  const suite = suiteOf({ workloads: [sums(16)], blocks: 16 })
  expect(ids(await planSuite(suite))).toEqual(ids(await planSuite(suite)))
  expect(ids(await planSuite(suite, { seed: 7 }))).not.toEqual(ids(await planSuite(suite)))
  const first = (await planSuite(suite)).cells.filter((_, i) => i % 2 === 0).map(({ key }) => key.model)
  expect(new Set(first).size).toBe(2) // nobody is always the first
})

test('the seed of the run reaches the items', async () => {
  const workload = sums(3, { items: (seed) => items(3).map((item) => ({ ...item, hash: `${seed}` })) })
  const plan = await planSuite(suiteOf({ workloads: [workload] }), { seed: 42 })
  expect(plan.workloads[0]?.items[0]?.hash).toBe('42')
  expect((await planSuite(suiteOf({ workloads: [workload] }))).workloads[0]?.itemsHash).not.toBe(plan.workloads[0]?.itemsHash)
})

test('a limit stops an endless workload, --quick takes fewer items and blocks, and a load may ask only the first ones', async () => {
  const endless = sums(0, {
    limit: 6,
    *items() {
      for (let n = 0; ; n++) yield { id: `${n}`, hash: `${n}`, prompt: `${n}` }
    },
  })
  expect((await planSuite(suiteOf({ workloads: [endless] }))).workloads[0]?.items).toHaveLength(6)
  const quick = await planSuite(suiteOf({ workloads: [endless] }), { quick: true })
  expect(quick.cells.map(({ key, items: asked }) => [key.block, asked.length])).toEqual([
    [0, 4],
    [0, 4],
  ])
  const capped = await planSuite(suiteOf({ workloads: [sums(8)], loads: [{ ...SEQUENTIAL, items: 3 }], blocks: 1 }))
  expect(capped.cells[0]?.items.map(({ id }) => id)).toEqual(['sum-0', 'sum-1', 'sum-2'])
})

test('models that are only quoted get no cells, and without others nothing needs items', async () => {
  const quoted = scripted('quoted', {}, { adapter: 'published' })
  const plan = await planSuite(suiteOf({ models: [scripted('teacher'), quoted] }))
  expect(new Set(plan.cells.map(({ key }) => key.model))).toEqual(new Set(['teacher']))
  expect((await planSuite(suiteOf({ models: [quoted], workloads: [sums(0)] }))).cells).toEqual([])
})

test('only the models that are asked for take part, and a mistyped one is named with the nearest', async () => {
  const plan = await planSuite(suiteOf(), { models: ['student'] })
  expect(new Set(plan.cells.map(({ key }) => key.model))).toEqual(new Set(['student']))
  await expect(planSuite(suiteOf(), { models: ['studnet'] })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('did you mean student?'),
  })
})

test('several requests in flight are for models that run in the parent; others are planned as skipped and not counted', async () => {
  const load: LoadSpec = { id: 'concurrency-4', kind: 'concurrency', streams: 4 }
  const plan = await planSuite(suiteOf({ models: [scripted('teacher'), scripted('server', {}, { adapter: PARENT_ADAPTER })], loads: [load] }))
  const skipped = plan.cells.filter(({ skip }) => skip !== undefined)
  expect(new Set(skipped.map(({ key }) => key.model))).toEqual(new Set(['teacher']))
  expect(skipped[0]?.skip).toMatch(/one call at a time.*batch/)
  expect(plan.requests).toBe(8)
  expect(whyNotUnder({ ...load, streams: 1 }, 'child')).toBeUndefined()
})

test('a workload without items, or with two of one id, is refused', async () => {
  await expect(planSuite(suiteOf({ workloads: [sums(0)] }))).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('no items') })
  const twice = sums(2, { items: () => [...items(1), ...items(1)] })
  await expect(planSuite(suiteOf({ workloads: [twice] }))).rejects.toMatchObject({
    code: 'data',
    message: expect.stringContaining('two items with the id "sum-0"'),
  })
})

test('questions that stand there twice are told of, with the same answer and with another one', async () => {
  const item = (id: string, prompt: string, target: string): Item => ({ id, hash: itemHash(prompt, target), prompt, target })
  const same = [item('a', 'p', '1'), item('b', 'q', '2'), item('c', 'p', '1'), item('d', 'q', '3')]
  const { warnings } = await planSuite(suiteOf({ workloads: [sums(4, { items: () => same })] }))
  expect(warnings).toEqual([
    { code: 'duplicate-items', message: 'workload sums: 1 of 4 questions stand there twice, with the same answer (c is a); each counts' },
    { code: 'contradicting-items', message: expect.stringContaining('1 of 4 questions stand there twice with different right answers (d asks what b asks)') },
  ])
  expect((await planSuite(suiteOf({ workloads: [sums(4)] }))).warnings).toBeUndefined()
})

test('right answers that the grader cannot read are told of before anything is asked', async () => {
  const item = (id: string, target: string): Item => ({ id, hash: itemHash(id, target), prompt: id, target })
  const numeric = getGrader('numeric')
  const { warnings } = await planSuite(suiteOf({ workloads: [sums(3, { grader: numeric, items: () => [item('a', '7'), item('b', 'many'), item('c', '')] })] }))
  expect(warnings).toEqual([
    {
      code: 'unreadable-targets',
      message:
        'workload sums: 2 of 3 questions have a target that the grader numeric cannot read (b, c: the target holds no number); their answers get no grade',
    },
  ])
})

test('blocks hold every item once and in order, cut no batch apart, and differ by one batch at most', () => {
  const load = fc.oneof(
    fc.constant(SEQUENTIAL),
    fc.integer({ min: 1, max: 9 }).map((size): LoadSpec => ({ id: 'batch', kind: 'batch', size })),
  )
  fc.assert(
    fc.property(load, fc.nat(60), fc.integer({ min: 1, max: 12 }), (profile, count, blocks) => {
      const all = Array.from({ length: count }, (_, n) => n)
      const cut = blocksOf(profile, all, blocks)
      expect(cut.flat()).toEqual(all)
      expect(cut.flatMap((block) => batchesOf(profile, block))).toEqual(batchesOf(profile, all))
      const sizes = cut.map((block) => batchesOf(profile, block).length)
      expect(cut.length).toBe(Math.min(blocks, batchesOf(profile, all).length))
      if (sizes.length > 0) expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
    }),
  )
})

test('warm-up has the shape of the load and at least as many requests as asked for', () => {
  expect(warmupBatches(BATCH, 2, [1, 2, 3])).toEqual([[1, 2, 3, 1]])
  expect(warmupBatches(SEQUENTIAL, 2, [1, 2, 3])).toEqual([[1], [2]])
  expect(warmupBatches(SEQUENTIAL, 0, [1])).toEqual([])
})

test('the hash of a suite follows what the numbers depend on, and nothing else', async () => {
  const hashOf = async (suite: LoadedSuite): Promise<string> => describeSuite(suite, await planSuite(suite), suite.suite.models).hash
  const base = await hashOf(suiteOf())
  const same = [
    suiteOf({ title: 'Another title', blocks: 4, repeats: 3, meters: ['estimate'] }),
    suiteOf({ models: [scripted('teacher', {}, { price: { kind: 'hourly', usdPerHour: 1, source: 'x', date: '2025-01-01' } }), scripted('student')] }),
  ]
  const other = [
    suiteOf({ workloads: [sums(9)] }),
    suiteOf({ workloads: [sums(8, { maxTokens: 21 })] }),
    suiteOf({ workloads: [sums(8, { stop: ['\n'] })] }),
    suiteOf({ models: [scripted('teacher', { accuracy: 0.5 }), scripted('student')] }),
    suiteOf({ loads: [BATCH] }),
    suiteOf({ margin: 0.05 }),
  ]
  for (const suite of same) expect(await hashOf(suite)).toBe(base)
  const hashes = await Promise.all(other.map(hashOf))
  expect(new Set([base, ...hashes]).size).toBe(other.length + 1)
})

test('the hash is the same wherever the folder of the suite lies', async () => {
  const at = async (dir: string): Promise<string> => {
    const loaded = { ...suiteOf({ models: [scripted('teacher', { weights: `${dir}/weights/a.safetensors` })] }), dir }
    return describeSuite(loaded, await planSuite(loaded), loaded.suite.models).hash
  }
  expect(await at('/home/a/suite')).toBe(await at('/srv/b'))
})

test('a difference between two suites is told in words', async () => {
  const record = async (suite: LoadedSuite) => describeSuite(suite, await planSuite(suite), suite.suite.models)
  const before = await record(suiteOf())
  const now = await record(suiteOf({ workloads: [sums(9)], models: [scripted('teacher', { accuracy: 0.5 })], margin: 0.05 }))
  expect(describeDifference(before, now)).toBe('the margin was 0.02; model teacher has other options; model student is gone; and 1 more')
  const items9 = await record(suiteOf({ workloads: [sums(9)] }))
  expect(describeDifference(before, items9)).toBe('workload sums has other items')
})

test.each([
  [{ nested: { list: [1, () => 2] } }, 'models.teacher.options.nested.list.1 is a function'],
  [{ since: new Date(0) }, 'models.teacher.options.since is a Date'],
  [{ rate: NaN }, 'models.teacher.options.rate is NaN'],
])('options that cannot reach another process are refused: %j', async (options, message) => {
  await expect(planSuite(suiteOf({ models: [scripted('teacher', options)] }))).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  })
  const inParent = suiteOf({ models: [scripted('teacher', options, { adapter: PARENT_ADAPTER })] })
  expect((await planSuite(inParent)).cells).not.toEqual([])
})

test('a load that runs for a time is put on clients only, is not cut into blocks, and its requests are counted by its rate', () => {
  const timing = { seconds: 30, warmupSeconds: 3, maxErrorShare: 0.1, maxInFlight: 100 }
  const rate: LoadSpec = { id: 'rate-4', kind: 'rate', perSecond: 4, arrivals: { kind: 'poisson' }, rampSeconds: 0, ...timing }
  const timed: LoadSpec = { id: 'c', kind: 'concurrency', streams: 1, ...timing }
  for (const load of [rate, timed]) {
    expect(whyNotUnder(load, 'client')).toBeUndefined()
    expect(whyNotUnder(load, 'child')).toMatch(/only a model behind a server/)
    expect(whyNotUnder(load, 'parent')).toMatch(/only a model behind a server/)
    expect(blocksOf(load, [1, 2, 3], 4)).toEqual([[1, 2, 3]])
  }
  expect([requestsOf(rate, 3), requestsOf({ ...rate, requests: 7 }, 3), requestsOf(timed, 3), requestsOf({ id: 's', kind: 'sequential' }, 3)]).toEqual([
    120, 7, 3, 3,
  ])
})
