import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readRun } from '../../harness/run/store/read.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { CellRecord, LoadSpec, RunEvent } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { logged, start } from './start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from './suites.ts'

const done = (cell: CellRecord | undefined): Extract<CellRecord, { state: 'done' }> => {
  if (cell?.state !== 'done') expect.fail(`the cell is ${JSON.stringify(cell)}`)
  return cell
}
const typesOf = (events: readonly RunEvent[]): string[] => events.map((event) => (event.type === 'cell-phase' ? event.phase : event.type))

test('a run asks every item of every model once, grades it, and stores what it returns', async () => {
  const out = scratch()
  const { run, events } = start(suiteOf({ models: [scripted('teacher'), scripted('student', { accuracy: 0.5 })] }), out)
  const stored = await run
  expect(stored.record).toMatchObject({ schema: 'run/1', state: 'done', seed: 1, quick: false, backend: 'auto', warnings: [], suite: { name: 'scripted' } })
  expect(stored.record.environment).toMatchObject({ node: process.version, tool: expect.stringMatching(/^distillbench /) })
  expect(stored.samples).toHaveLength(16)
  expect(new Set(stored.samples.map(({ cell, item }) => `${cell} ${item}`)).size).toBe(16)
  const teacher = stored.samples.filter(({ key }) => key.model === 'teacher')
  expect(teacher.map(({ grade }) => grade?.score)).toEqual(Array.from({ length: 8 }, () => 1))
  const student = stored.samples.filter(({ key }) => key.model === 'student').map(({ grade }) => grade?.score ?? -1)
  expect(new Set(student)).toEqual(new Set([0, 1]))
  expect(await readRun(stored.dir)).toEqual(stored)
  expect(typesOf(events).slice(0, 8)).toEqual(['run-start', 'cell-start', 'open', 'warmup', 'measure', 'sample', 'sample', 'sample'])
  expect(events.at(-1)).toEqual({ type: 'run-end', state: 'done', cellsFailed: 0 })
  expect(events.filter(({ type }) => type === 'sample').map((event) => event.type === 'sample' && event.requestsDone)).toEqual(
    Array.from({ length: 16 }, (_, i) => i + 1),
  )
})

test('times of tokens, requests and phases are on one clock and in order', async () => {
  const { run } = start(suiteOf({ models: [scripted('teacher', { firstMs: 20, tokenMs: 5 })], workloads: [sums(4)], warmup: { requests: 1 } }), scratch())
  const { record, samples } = await run
  let before = 0
  for (const cell of record.cells) {
    const { open, warmup, measure } = done(cell).phases
    expect(open.startMs).toBeGreaterThan(before)
    const own = samples.filter((sample) => sample.cell === cell.id)
    const times = [
      open.startMs,
      open.endMs,
      warmup.startMs,
      warmup.endMs,
      measure.startMs,
      ...own.flatMap(({ startMs, tokenMs, endMs }) => [startMs, ...tokenMs, endMs]),
      measure.endMs,
    ]
    expect(times).toEqual([...times].sort((a, b) => a - b))
    before = measure.endMs
  }
  for (const { startMs, tokenMs, outputTokens, text, finish } of samples) {
    expect(tokenMs).toHaveLength(outputTokens)
    expect(text).toHaveLength(outputTokens)
    expect(finish).toBe('stop')
    expect((tokenMs[0] ?? 0) - startMs).toBeGreaterThan(15) // the script waits 20 ms
  }
})

test('tokens of a model that blocks its thread are told apart in time', async () => {
  const { run } = start(
    suiteOf({ models: [scripted('teacher', { answers: { '0+0=': 'abcd' }, tokenMs: 10, blocking: true })], workloads: [sums(1)] }),
    scratch(),
  )
  const [sample] = (await run).samples
  const gaps = (sample?.tokenMs ?? []).slice(1).map((time, i) => time - (sample?.tokenMs[i] ?? 0))
  expect(gaps).toHaveLength(3)
  expect(Math.min(...gaps)).toBeGreaterThan(5)
})

test('warm-up asks other items, in the shape of the load, and leaves no samples', async () => {
  const log = join(scratch(), 'log')
  const batch: LoadSpec = { id: 'batch-2', kind: 'batch', size: 2 }
  const { run } = start(suiteOf({ models: [scripted('teacher', { log })], workloads: [sums(8)], loads: [batch], warmup: { requests: 3 } }), scratch())
  const { samples } = await run
  expect(samples).toHaveLength(8)
  const prompts = logged(log).map((line) => line.split('\t')[1])
  expect(prompts).toHaveLength(16)
  const [warmup, measured] = [prompts.slice(0, 4), prompts.slice(4, 8)]
  expect(warmup).toEqual(['4+4=', '5+5=', '6+6=', '7+7='])
  expect(measured).toEqual(['0+0=', '1+1=', '2+2=', '3+3='])
})

test('requests of a batch start and end together', async () => {
  const { run } = start(suiteOf({ models: [scripted('teacher', { tokenMs: 2 })], loads: [{ id: 'batch-4', kind: 'batch', size: 4 }], blocks: 1 }), scratch())
  const { samples } = await run
  expect(new Set(samples.map(({ startMs }) => startMs)).size).toBe(2)
  expect(new Set(samples.map(({ endMs }) => endMs)).size).toBe(2)
})

test('the facts about a model and its memory are in every finished cell, and its steps are timed once', async () => {
  const { run } = start(suiteOf({ models: [scripted('teacher', { steps: 'ok', parameters: 42 })] }), scratch(), { backend: 'cpu' })
  const cells = (await run).record.cells.map(done)
  for (const { card, runtime, memory } of cells) {
    expect(card).toMatchObject({ parametersTotal: 42 })
    expect(runtime).toMatchObject({ backend: 'cpu' })
    expect(memory).toMatchObject({ deviceBytes: { state: 'ok', value: 168 } })
    expect(memory.processBytes).toBeGreaterThan(1e6)
  }
  expect(cells.map(({ steps }) => steps.length)).toEqual([1, 0])
})

test.each([
  ['fail', /no steps today/],
  ['exit', /ended with code 7/],
])('steps that cannot be timed (%s) leave a warning and a finished cell', async (steps, message) => {
  const { run, events } = start(suiteOf({ models: [scripted('teacher', { steps })], blocks: 1 }), scratch())
  const { record } = await run
  expect(done(record.cells[0]).steps).toEqual([])
  expect(record.state).toBe('done')
  expect(record.warnings).toEqual([{ code: 'steps-failed', message: expect.stringMatching(message), cell: record.cells[0]?.id, model: 'teacher' }])
  expect(typesOf(events)).toContain('warning')
})

test('the same seed gives the same order, requests and answers', async () => {
  const suite = suiteOf({ models: [scripted('teacher', { accuracy: 0.6 }), scripted('student', { accuracy: 0.4 })] })
  const [one, two] = [await start(suite, scratch(), { seed: 5 }).run, await start(suite, scratch(), { seed: 5 }).run]
  const content = ({ samples }: typeof one) => samples.map(({ cell, item, text, grade }) => ({ cell, item, text, grade }))
  expect(content(two)).toEqual(content(one))
  expect(two.record.suite.hash).toBe(one.record.suite.hash)
})

test('a model that runs in the parent may have several requests in flight; an in-process one is skipped with the reason', async () => {
  const load: LoadSpec = { id: 'concurrency-4', kind: 'concurrency', streams: 4 }
  const server = scripted('server', { firstMs: 30 }, { adapter: PARENT_ADAPTER })
  const { run } = start(suiteOf({ models: [scripted('teacher'), server], loads: [load], blocks: 1 }), scratch())
  const { record, samples } = await run
  expect(record.cells.map(({ key, state }) => `${key.model} ${state}`).sort((a, b) => a.localeCompare(b))).toEqual(['server done', 'teacher skipped'])
  expect(record.state).toBe('done')
  const overlapping = samples.filter(({ startMs }) => startMs < Math.min(...samples.map(({ endMs }) => endMs)))
  expect(samples).toHaveLength(8)
  expect(overlapping).toHaveLength(4)
})

test('a suite of quoted models only makes a record at once', async () => {
  const { run } = start(suiteOf({ models: [scripted('teacher', {}, { adapter: 'published' })], workloads: [], loads: [] }), scratch())
  const { record } = await run
  expect(record).toMatchObject({ state: 'done', cells: [], plan: [], meters: [] })
  expect(record.suite.models).toHaveLength(1)
})

test('with --models the record holds those models and all others are left out', async () => {
  const { run } = start(suiteOf(), scratch(), { models: ['student'] })
  const { record, samples } = await run
  expect(record.suite.models.map(({ id }) => id)).toEqual(['student'])
  expect(samples).toHaveLength(8)
})

test('fewer items than a batch holds are warned about', async () => {
  const { run } = start(suiteOf({ models: [scripted('teacher')], loads: [{ id: 'batch-32', kind: 'batch', size: 32 }] }), scratch())
  expect((await run).record.warnings).toEqual([{ code: 'small-batch', message: expect.stringContaining('only 8 items') }])
})

test('samples are on disk when they are told', async () => {
  const out = scratch()
  let dir = ''
  const lines: number[] = []
  const { run } = start(suiteOf({ models: [scripted('teacher')] }), out, {
    onEvent(event) {
      if (event.type === 'run-start') dir = event.dir
      if (event.type === 'sample') lines.push(readFileSync(join(dir, 'samples.jsonl'), 'utf8').split('\n').length - 1)
    },
  })
  await run
  expect(lines).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
})

test('a suite of a user’s own runs, with an adapter in TypeScript beside it', async () => {
  const suite = await loadSuite(fileURLToPath(new URL('../fixtures/project/my-suite.ts', import.meta.url)))
  const { record, samples } = await start(suite, scratch()).run
  expect(record.state).toBe('done')
  const right = (model: string): number => samples.filter(({ key, grade }) => key.model === model && grade?.score === 1).length
  expect([right('teacher'), right('student'), samples.length]).toEqual([4, 3, 8])
})
