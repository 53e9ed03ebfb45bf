import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type TestContext } from 'vitest'
import { readRun } from '../../harness/run/store/read.ts'
import type { Failure, LoadedSuite, ModelSpec, RunRecord } from '../../harness/types.ts'
import { readOnlyFolder, scratch, smallDisk } from '../cli/scratch.ts'
import { isRunning, logged, start, until } from './start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from './suites.ts'

/** One block, so one cell per model; the teacher is in trouble and the student is well. */
function troubled(trouble: object, options: { timeoutMs?: number; spec?: Partial<ModelSpec>; more?: object } = {}): LoadedSuite {
  const teacher = scripted('teacher', { ...options.more, trouble }, options.spec)
  return suiteOf({ models: [teacher, scripted('student')], workloads: [sums(6)], blocks: 1, timeoutMs: options.timeoutMs ?? 30_000 })
}
function failureOf({ cells }: RunRecord, model = 'teacher'): Failure {
  const cell = cells.find(({ key }) => key.model === model)
  return cell?.state === 'failed' ? cell.error : expect.fail(`the cell is ${cell?.state}`)
}
const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parentOf(other) === pid)

test.each([
  ['ends by itself', 'exit', 'crashed', 'the process of teacher ended with code 7'],
  ['is killed', 'kill', 'crashed', 'the process of teacher was killed by SIGKILL'],
  ['loses its device', 'lose', 'device', 'The device was lost (unknown: reset).'],
  ['says something that is not of the protocol', 'message', 'model', 'sent a message that is not of the harness: {"type":"nonsense"}'],
] as const)('a process that %s makes a failed cell; what was answered is kept and the others go on', async (_what, how, code, message) => {
  const { run, events } = start(troubled({ at: 'measure', after: 2, how }), scratch())
  const { record, samples } = await run
  expect(failureOf(record)).toMatchObject({ code, message: expect.stringContaining(message) })
  expect(record.state).toBe('failed')
  const teacher = samples.filter(({ key }) => key.model === 'teacher')
  expect(teacher.map(({ item, finish }) => `${item} ${finish}`)).toEqual(['sum-0 stop', 'sum-1 stop', 'sum-2 error'])
  expect(teacher[2]).toMatchObject({ error: { code }, tokenMs: [], text: '' })
  expect(samples.filter(({ key, finish }) => key.model === 'student' && finish === 'stop')).toHaveLength(6)
  expect(events.at(-1)).toEqual({ type: 'run-end', state: 'failed', cellsFailed: 1 })
})

test.each([
  ['waits for ever', 'hang'],
  ['blocks its thread for ever', 'block'],
])('a model that %s is stopped at the time limit', async (_what, how) => {
  const { run } = start(troubled({ at: 'measure', after: 1, how }, { timeoutMs: 4000 }), scratch())
  const { record, samples } = await run
  expect(failureOf(record)).toEqual({
    code: 'timeout',
    message: 'teacher did not end within 4 s and was stopped',
    hint: expect.stringContaining('timeoutMs'),
  })
  expect(samples.filter(({ key }) => key.model === 'teacher').map(({ finish }) => finish)).toEqual(['stop', 'error'])
  expect(childrenOf(process.pid).filter(isCellProcess)).toEqual([])
})

test.each([
  ['throw', 'model', 'the script says no'],
  ['exit', 'crashed', 'ended with code 7'],
] as const)('a model that cannot be opened (%s) makes a failed cell', async (how, code, message) => {
  const { record, samples } = await start(troubled({ at: 'open', how }), scratch()).run
  expect(failureOf(record)).toMatchObject({ code, message: expect.stringContaining(message) })
  expect(samples.filter(({ key }) => key.model === 'teacher')).toEqual([])
})

test('the last words of a process are in the message, without the secrets of the environment', async () => {
  process.env.SCRIPTED_API_KEY = 'sk-very-secret'
  const { record } = await start(troubled({ at: 'open', how: 'exit' }, { more: { say: 'no such tensor: w1\nkey sk-very-secret refused' } }), scratch()).run
  delete process.env.SCRIPTED_API_KEY
  expect(failureOf(record).message).toMatch(/last words: no such tensor: w1 \| key \[SCRIPTED_API_KEY\] refused$/)
})

test('a request that fails is recorded and the next ones are asked', async () => {
  const { record, samples } = await start(troubled({ at: 'measure', after: 2, how: 'throw' }), scratch()).run
  expect(record.state).toBe('done')
  const teacher = samples.filter(({ key }) => key.model === 'teacher')
  expect(teacher.map(({ finish }) => finish)).toEqual(['stop', 'stop', 'error', 'stop', 'stop', 'stop'])
  expect(teacher[2]).toMatchObject({ error: { code: 'model', message: 'the script says no' } })
  expect(teacher[2]).not.toHaveProperty('grade')
})

test('an answer without its token counts is a failed request that says so', async () => {
  const { samples } = await start(troubled({ at: 'measure', how: 'garble' }), scratch()).run
  expect(samples.find(({ finish }) => finish === 'error')).toMatchObject({
    text: '0',
    error: { code: 'model', message: expect.stringMatching(/no valid completion: promptTokens/) },
  })
})

test('a cell in which nothing was answered has failed', async () => {
  const { record, samples } = await start(troubled({ at: 'measure', how: 'reject-all' }), scratch()).run
  expect(failureOf(record)).toMatchObject({ code: 'model', message: 'no request was answered; the first said: the script says no' })
  expect(samples.filter(({ finish }) => finish === 'error')).toHaveLength(6)
})

test('a warm-up that fails is a warning', async () => {
  const suite = troubled({ at: 'warmup', how: 'throw', warmups: 2 })
  const { record } = await start({ ...suite, suite: { ...suite.suite, warmup: { requests: 2 } } }, scratch()).run
  expect(record.state).toBe('done')
  expect(record.warnings).toMatchObject([{ code: 'warmup-failed', message: '2 warm-up requests failed: the script says no', model: 'teacher' }])
})

test.each([
  ['hang', 'timeout'],
  ['throw', undefined],
])('a model in the parent that is in trouble (%s) is handled the same way', async (how, code) => {
  const { record, samples } = await start(troubled({ at: 'measure', after: 1, how }, { timeoutMs: 1500, spec: { adapter: PARENT_ADAPTER } }), scratch()).run
  if (code === undefined) expect(record.state).toBe('done')
  else expect(failureOf(record).code).toBe(code)
  expect(samples.filter(({ key, finish }) => key.model === 'teacher' && finish === 'error')).toHaveLength(1)
})

test('an interrupted run stops its process, keeps what was answered, and resuming asks only the rest', async () => {
  const [out, log] = [scratch(), join(scratch(), 'log')]
  const suite = suiteOf({ models: [scripted('teacher', { log, firstMs: 30 }), scripted('student', { log, firstMs: 30 })], workloads: [sums(8)] })
  let asked = 0
  const first = await start(suite, out, {
    onEvent(event, controller) {
      if (event.type === 'sample' && ++asked === 6) controller.abort()
    },
  }).run
  expect(first.record.state).toBe('interrupted')
  expect(first.record.cells.map(({ state }) => state)).toEqual(['done', 'planned', 'planned', 'planned'])
  expect(childrenOf(process.pid).filter(isCellProcess)).toEqual([])
  expect(existsSync(join(first.dir, 'lock'))).toBe(false)
  const kept = first.samples.length
  expect(kept).toBeGreaterThanOrEqual(6)

  const second = start(suite, out, { resume: first.record.id })
  const { record, samples } = await second.run
  expect(second.events[0]).toMatchObject({ type: 'run-start', cells: 4, cellsDone: 1, requests: 16, requestsDone: kept })
  expect(record.state).toBe('done')
  expect(samples.slice(0, kept)).toEqual(first.samples)
  expect(new Set(samples.map(({ cell, item }) => `${cell} ${item}`)).size).toBe(16)
  expect(samples).toHaveLength(16)
  // The request that was in flight is the only one that may have been asked twice.
  expect(logged(log).length).toBeLessThanOrEqual(17)
  expect(record.warnings).toEqual([{ code: 'resumed', message: expect.stringMatching(/ended early \(interrupted\) and was gone on with at 20/) }])
  const times = samples.map(({ startMs }) => startMs)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(samples[kept]?.startMs ?? 0).toBeGreaterThan(Math.max(...first.samples.map(({ endMs }) => endMs)))
})

test('a model that blocks its thread is ended after the grace when the run is interrupted', async () => {
  const { run } = start(troubled({ at: 'measure', after: 1, how: 'block' }), scratch(), {
    onEvent(event, controller) {
      if (event.type === 'sample' && event.key.model === 'teacher') setTimeout(() => controller.abort(), 200)
    },
  })
  const { record, samples } = await run
  expect(record.state).toBe('interrupted')
  expect(samples.filter(({ finish }) => finish === 'error')).toEqual([]) // an interrupted request has not failed
  expect(childrenOf(process.pid).filter(isCellProcess)).toEqual([])
})

test('a failed cell is run again on resume, for the items without an answer only', async () => {
  const [out, log, once] = [scratch(), join(scratch(), 'log'), join(scratch(), 'once')]
  const suite = troubled({ at: 'measure', after: 2, how: 'exit', once }, { more: { log } })
  const first = await start(suite, out).run
  expect(failureOf(first.record).code).toBe('crashed')
  const second = await start(suite, out, { resume: first.dir }).run
  expect(second.record.state).toBe('done')
  expect(logged(log).map((line) => line.split('\t')[1])).toEqual(['0+0=', '1+1=', '2+2=', '2+2=', '3+3=', '4+4=', '5+5='])
  expect(second.samples.filter(({ key, finish }) => key.model === 'teacher' && finish === 'stop')).toHaveLength(6)
  expect(second.samples.filter(({ finish }) => finish === 'error')).toHaveLength(1) // it happened, so it stays in the record
})

test('a cell whose answers are all there, but not its facts, is opened and asked nothing', async () => {
  const [out, log] = [scratch(), join(scratch(), 'log')]
  const suite = suiteOf({ models: [scripted('teacher', { log })], blocks: 1 })
  const first = await start(suite, out).run
  const [cell] = first.record.cells
  const open = { ...first.record, state: 'running', cells: [{ id: cell?.id, key: cell?.key, items: cell?.items, state: 'planned' }] }
  writeFileSync(join(first.dir, 'run.json'), JSON.stringify(open)) // killed between the last sample and the record
  const second = await start(suite, out, { resume: first.dir }).run
  expect(second.record.cells[0]).toMatchObject({ state: 'done', card: { name: 'teacher' } })
  expect(second.samples).toEqual(first.samples)
  expect(logged(log)).toHaveLength(8)
})

test('a run of another suite, or with other choices, is not gone on with, and the message says what differs', async () => {
  const out = scratch()
  const { record } = await start(suiteOf(), out).run
  const resume = async (suite: LoadedSuite, options: object = {}): Promise<unknown> => start(suite, out, { resume: record.id, ...options }).run
  const refused = (message: string) => expect.objectContaining({ code: 'usage', message: expect.stringContaining(message) })
  await expect(resume(suiteOf({ workloads: [sums(9)] }))).rejects.toEqual(refused('the suite has changed since (workload sums has other items)'))
  await expect(resume(suiteOf({ blocks: 4 }))).rejects.toEqual(refused('blocks or repeats'))
  await expect(resume(suiteOf(), { seed: 9 })).rejects.toEqual(refused('another seed; it was started with 1'))
  await expect(resume(suiteOf(), { quick: true })).rejects.toEqual(refused('another quick'))
  await expect(resume(suiteOf(), { backend: 'wasm' })).rejects.toEqual(refused('another backend; it was started with auto'))
  await expect(resume(suiteOf(), { models: ['teacher'] })).rejects.toEqual(refused('another models'))
  expect((await readRun(record.id, { out })).record.state).toBe('done') // untouched
})

test('a resumed run has the seed, the backend and the models that it was started with', async () => {
  const out = scratch()
  const { record } = await start(suiteOf(), out, { seed: 9, backend: 'wasm', models: ['student'], quick: true }).run
  const again = await start(suiteOf(), out, { resume: record.id, backend: 'auto', quick: false }).run
  expect(again.record).toEqual(record)
})

test('a disk that fills up stops the run in one sentence, with its process, and what was finished can be gone on with', async (context) => {
  const out = smallDisk(96 * 1024) ?? skip(context)
  const long = 'x'.repeat(15)
  const answers = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`${n}+${n}=`, long]))
  const suite = suiteOf({ models: [scripted('teacher', { answers })], workloads: [sums(400)], blocks: 1 })
  let dir = ''
  const { run } = start(suite, out, { onEvent: (event) => void (event.type === 'run-start' && (dir = event.dir)) })
  await expect(run).rejects.toMatchObject({ code: 'storage', message: expect.stringMatching(/^could not write samples\.jsonl in .*: the disk is full$/) })
  expect(childrenOf(process.pid).filter(isCellProcess)).toEqual([])
  const stored = await readRun(dir)
  expect(stored.samples.length).toBeGreaterThan(20)
  expect(stored.samples.length).toBeLessThan(400)
  expect(stored.samples.map(({ item }) => item)).toEqual(stored.samples.map((_, n) => `sum-${n}`))
})

test('an output folder that cannot be written to ends the run before anything is asked', async (context) => {
  const out = readOnlyFolder() ?? skip(context)
  const { run, events } = start(suiteOf(), out)
  await expect(run).rejects.toMatchObject({ code: 'storage', message: expect.stringContaining('read-only') })
  expect(events).toEqual([])
})

test.each(['hang', 'block'])('kill -9 of the harness ends the process of the model (%s), and the run can be gone on with', async (how) => {
  const [out, once] = [scratch(), join(scratch(), 'once')]
  const options = { answers: {}, trouble: { at: 'measure', after: 2, how, once } }
  const script = fileURLToPath(new URL('../fixtures/run-scripted.mjs', import.meta.url))
  const harness = spawn(process.execPath, [script, out, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  harness.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  expect(await until(() => existsSync(once))).toBe(true)
  const [child] = childrenOf(harness.pid ?? 0)
  expect(child).toBeDefined()
  const written = (): string =>
    readdirSync(join(out, 'runs'))
      .map((run) => readFileSync(join(out, 'runs', run, 'samples.jsonl'), 'utf8'))
      .join('')
  expect(await until(() => written().split('\n').length > 2)).toBe(true) // both answers have arrived, also on a busy machine
  harness.kill('SIGKILL')
  expect(await until(() => !isRunning(child ?? 0))).toBe(true)
  expect(said).toBe('') // nothing of a model reaches stdout
  const [id] = readdirSync(join(out, 'runs'))
  const { record, samples } = await readRun(id ?? '', { out })
  expect(record.state).toBe('running')
  expect(samples.map(({ item }) => item)).toEqual(['sum-0', 'sum-1'])

  const again = spawn(process.execPath, [script, out, JSON.stringify(options), id ?? ''], { stdio: ['ignore', 'ignore', 'inherit'] })
  await new Promise((resolve) => again.once('close', resolve))
  const second = await readRun(id ?? '', { out })
  expect(second.record.state).toBe('done')
  expect(second.samples.map(({ item }) => item)).toEqual(['sum-0', 'sum-1', 'sum-2', 'sum-3'])
})

test('Ctrl-C, which reaches the harness and the model at once, ends both and leaves a run to go on with', async () => {
  const [out, once] = [scratch(), join(scratch(), 'once')]
  const script = fileURLToPath(new URL('../fixtures/run-scripted.mjs', import.meta.url))
  const options = JSON.stringify({ trouble: { at: 'measure', after: 2, how: 'hang', once } })
  const harness = spawn(process.execPath, [script, out, options], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  expect(await until(() => existsSync(once))).toBe(true)
  const [child] = childrenOf(harness.pid ?? 0)
  process.kill(-(harness.pid ?? 0), 'SIGINT')
  const code = await new Promise((resolve) => harness.once('close', resolve))
  expect(code).toBe(0)
  expect(isRunning(child ?? 0)).toBe(false)
  const [id] = readdirSync(join(out, 'runs'))
  const { record, samples } = await readRun(id ?? '', { out })
  expect(record.state).toBe('interrupted')
  expect(samples.map(({ finish }) => finish)).toEqual(['stop', 'stop'])
})

// --- internal ---

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return undefined
  }
}

function isCellProcess(pid: number): boolean {
  try {
    return isRunning(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('run/child.js')
  } catch {
    return false
  }
}

function skip(context: TestContext): never {
  return context.skip('mounting a file system is not allowed here')
}
