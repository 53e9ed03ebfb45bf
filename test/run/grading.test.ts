/** Answers graded once more after the run: the record keeps what happened, and the later grades count. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { compactRun, gradeRun, readRun, readRunTable, type GradeOptions } from '../../harness/run/index.ts'
import type { Grader, LoadedSuite, RunEvent, Sample, StoredRun, TableRun } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { start } from './start.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from './suites.ts'

const never = new AbortController().signal
const options = (more: Partial<GradeOptions> = {}): GradeOptions => ({
  allowCode: false,
  again: false,
  command: 'test',
  signal: never,
  onEvent: () => {},
  ...more,
})

/** Needs leave, and takes its time; right is what ends in an even digit where `strict`, else everything. */
const slow = (version: string, strict: boolean): Grader => {
  const judge = (text: string) => ({ score: !strict || /[02468]$/.test(text) ? 1 : 0, grader: 'slow', answer: text.trim() })
  return {
    id: 'slow',
    version,
    ready: async ({ code }) => (code === true ? undefined : 'it needs --allow-code'),
    grade: () => ({ score: 0, grader: 'slow', unsettled: true }),
    settle: async (_item, text, _signal, _said, leave) =>
      leave?.code === true ? judge(text) : { score: 0, grader: 'slow', ungraded: true, detail: 'it needs --allow-code' },
  }
}
/** Right is the last digit of the answer that is listed. */
const quick = (version: string, right: string): Grader => ({
  id: 'quick',
  version,
  grade: (_item, text) => ({ score: right.includes(text.trim().at(-1) ?? '-') ? 1 : 0, grader: 'quick' }),
})
const suite = (one: Grader, other: Grader, count = 6): LoadedSuite =>
  suiteOf({
    models: [scripted('teacher', {}, { adapter: PARENT_ADAPTER }), scripted('student', {}, { adapter: PARENT_ADAPTER })],
    workloads: [sums(count, { id: 'slow', grader: one }), sums(count, { id: 'quick', grader: other })],
    fidelity: { items: 1, off: true },
    blocks: 1,
  })
const scores = ({ samples }: StoredRun, workload: string): (number | undefined)[] =>
  samples.filter(({ key }) => key.model === 'student' && key.workload === workload).map(({ grade }) => grade?.score)
const accuracies = (run: StoredRun | TableRun): unknown => analyse([run]).rows.filter(({ metric }) => metric === 'accuracy')

async function finished(): Promise<{ dir: string; before: string }> {
  const { dir } = await start(suite(slow('1', false), quick('1', '0246')), scratch()).run
  return { dir, before: readFileSync(join(dir, 'samples.jsonl'), 'utf8') }
}

test('what needed leave is graded afterwards, and nothing else; answers and first grades stay as they were', async () => {
  const { dir, before } = await finished()
  const first = await readRun(dir)
  expect(scores(first, 'slow').every((score) => score === undefined)).toBe(true)
  await expect(gradeRun(dir, suite(slow('1', false), quick('1', '0246')), options())).rejects.toThrow('the answers of slow get no grade: it needs --allow-code')
  const events: RunEvent[] = []
  const added = await gradeRun(dir, suite(slow('1', false), quick('1', '0246')), options({ allowCode: true, onEvent: (event) => events.push(event) }))
  expect(added).toMatchObject({
    number: 1,
    allowCode: true,
    workloads: [{ id: 'slow', grader: 'slow', graderVersion: '1', answers: 12, ungraded: 0, changed: 12 }],
  })
  expect(added).not.toHaveProperty('warnings')
  expect(events.map(({ type }) => type)).toEqual(['grading', ...Array<string>(12).fill('graded')])
  expect(readFileSync(join(dir, 'samples.jsonl'), 'utf8')).toBe(before)
  const later = await readRun(dir)
  expect(scores(later, 'slow')).toEqual([1, 1, 1, 1, 1, 1])
  expect(scores(later, 'quick')).toEqual(scores(first, 'quick'))
  expect(later.samples.some(({ ungraded }) => ungraded !== undefined)).toBe(false)
  expect(later.record.warnings.map(({ code }) => code)).not.toContain('no-grades')
  expect(later.record.warnings.find(({ code }) => code === 'graded-later')?.message).toContain('after the run, with leave to run code: 12 of slow by slow 1')
  expect(scores(await readRun(dir, { lateGrades: false }), 'slow')).toEqual(scores(first, 'slow'))
  expect(await gradeRun(dir, suite(slow('1', false), quick('1', '0246')), options({ allowCode: true }))).toBeUndefined()
})

test('a newer grader grades all, both grades are kept, and what differs is listed; rows and columns say the same, packed or not', async () => {
  const { dir } = await finished()
  await gradeRun(dir, suite(slow('1', false), quick('1', '0246')), options({ allowCode: true }))
  const added = await gradeRun(dir, suite(slow('2', true), quick('2', '02')), options({ allowCode: true }))
  const now = await readRun(dir)
  expect(added).toMatchObject({
    number: 2,
    workloads: [
      { graderVersion: '2', answers: 12 },
      { graderVersion: '2', answers: 12 },
    ],
  })
  expect(now.record.suite.workloads.map(({ graderVersion }) => graderVersion)).toEqual(['2', '2'])
  const told = now.record.warnings.filter(({ code, model }) => code === 'grades-disagree' && model === 'student').map(({ message }) => message)
  expect(told.some((message) => message.startsWith('quick: quick 2 gives 2 of the answers of student another score than they had, 2 a lower and 0 a higher one: sum-2 (1 before, 0 now), sum-3 (1 before, 0 now).'))).toBe(true) // prettier-ignore
  expect(accuracies(await readRunTable(dir))).toEqual(accuracies(now))
  if ((await compactRun(dir)).state === 'ok') {
    expect(existsSync(join(dir, 'samples.jsonl'))).toBe(false)
    expect(accuracies(await readRunTable(dir))).toEqual(accuracies(now))
    expect(scores(await readRun(dir), 'quick')).toEqual(scores(now, 'quick'))
  }
})

test('other questions, another suite, imported answers and an abort are refused, and leave the run as it was', async () => {
  const { dir } = await finished()
  const record = (): string => readFileSync(join(dir, 'run.json'), 'utf8')
  const before = record()
  const leave = options({ allowCode: true })
  await expect(gradeRun(dir, suite(slow('2', true), quick('2', '0'), 5), leave)).rejects.toThrow(
    'the question "sum-5" is missing, or has another text or right answer',
  )
  await expect(gradeRun(dir, suiteOf(), leave)).rejects.toThrow('asked the workload slow, which')
  const stop = new AbortController()
  const aborting = options({ allowCode: true, signal: stop.signal, onEvent: ({ type }) => type === 'graded' && stop.abort() })
  await expect(gradeRun(dir, suite(slow('2', true), quick('1', '0246')), aborting)).rejects.toThrow('interrupted; the grades are as they were before')
  expect(record()).toBe(before)
  expect(existsSync(join(dir, 'grades-1.jsonl')) || existsSync(join(dir, 'grades-1.jsonl.new')) || existsSync(join(dir, 'lock'))).toBe(false)
  writeFileSync(join(dir, 'run.json'), before.replaceAll('"state": "done",\n   "phases"', '"state": "recorded",\n   "source": { "file": "f", "format": "jsonl", "sha256": "0", "bytes": 1, "answers": 1 },\n   "phases"')) // prettier-ignore
  await expect(gradeRun(dir, suite(slow('1', true), quick('1', '0246')), leave)).rejects.toThrow('recorded elsewhere')
})

test('a run that goes on after a later grading says that those grades no longer count', async () => {
  const { dir } = await finished()
  const loaded = suite(slow('1', false), quick('1', '0246'))
  await gradeRun(dir, loaded, options({ allowCode: true }))
  const lines = readFileSync(join(dir, 'samples.jsonl'), 'utf8').trim().split('\n')
  const last = JSON.parse(lines.at(-1)!) as Sample
  writeFileSync(join(dir, 'samples.jsonl'), `${lines.filter((line) => (JSON.parse(line) as Sample).cell !== last.cell).join('\n')}\n`)
  const record = JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8')) as StoredRun['record']
  const cells = record.cells.map(({ id, key, items, ...rest }) => (id === last.cell ? { id, key, items, state: 'planned' } : { id, key, items, ...rest }))
  writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...record, cells, state: 'interrupted' }))
  const gone = await start(loaded, dirname(dirname(dir)), { resume: dir }).run
  expect(gone.record.warnings.find(({ code }) => code === 'grading-replaced')?.message).toContain('those grades are kept, but no longer count')
  expect(gone.record.gradings?.[0]?.replaced).toBe('the run was gone on with')
  expect(scores(await readRun(dir), 'slow').every((score) => score === undefined)).toBe(true)
})
