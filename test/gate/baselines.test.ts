import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkComparable, listBaselines, loadBaseline, removeBaseline, saveBaseline } from '../../harness/gate/index.ts'
import { readRun } from '../../harness/run/index.ts'
import type { RunRecord, StoredRun } from '../../harness/types.ts'
import { randomPair, scriptedRun } from '../analysis/scripted-run.ts'

const NOW = new Date('2025-02-06T10:11:12Z')

async function stored(out: string, run: StoredRun): Promise<StoredRun> {
  const dir = join(out, 'runs', run.record.id)
  mkdirSync(dir, { recursive: true })
  const lines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')
  writeFileSync(join(dir, 'run.json'), JSON.stringify(run.record))
  writeFileSync(join(dir, 'samples.jsonl'), lines(run.samples))
  writeFileSync(join(dir, 'series.jsonl'), lines(run.series))
  writeFileSync(join(dir, 'report.html'), 'a report')
  return readRun(dir)
}
const folder = (): string => mkdtempSync(join(tmpdir(), 'distillbench-baselines-'))

describe('a baseline', () => {
  test('keeps the run, answer by answer, under a name, and leaves its reports behind', async () => {
    const out = folder()
    const run = await stored(out, randomPair(1, 20))
    await saveBaseline(out, 'main', run, NOW)
    expect((await listBaselines(out)).map(({ name, run: id }) => [name, id])).toEqual([['main', 'pair-1']])
    const loaded = await loadBaseline(out, 'main')
    expect(loaded.run.samples).toEqual(run.samples)
    expect(loaded.head.fingerprint).toMatchObject({ node: 'v20.20.0', runtimes: { teacher: 'scripted on none' } })
    expect(readdirSync(join(out, 'baselines', 'main')).sort()).toEqual(['baseline.json', 'run.json', 'samples.jsonl', 'series.jsonl'])
  })
  test('takes the place of an earlier one of the name, with nothing left over', async () => {
    const out = folder()
    await saveBaseline(out, 'main', await stored(out, randomPair(1, 20)), NOW)
    await saveBaseline(out, 'main', await stored(out, randomPair(2, 20)), NOW)
    expect((await loadBaseline(out, 'main')).run.record.id).toBe('pair-2')
    expect(readdirSync(join(out, 'baselines'))).toEqual(['main'])
  })
  test('can be removed; an unknown one is refused with the nearest name', async () => {
    const out = folder()
    await saveBaseline(out, 'main', await stored(out, randomPair(1, 20)), NOW)
    await expect(loadBaseline(out, 'mian')).rejects.toThrow(/did you mean main\?/)
    await removeBaseline(out, 'main')
    expect(existsSync(join(out, 'baselines', 'main'))).toBe(false)
    await expect(removeBaseline(out, 'main')).rejects.toThrow(/no baseline "main"/)
  })
  test.each(['../up', 'a/b', '', '.hidden', 'x'.repeat(80)])('cannot be called %j', async (name) => {
    const out = folder()
    await expect(saveBaseline(out, name, await stored(out, randomPair(1, 4)), NOW)).rejects.toThrow(/cannot be the name/)
    await expect(loadBaseline(out, name)).rejects.toThrow(/no baseline/)
  })
  test('cannot be a run that is not complete', async () => {
    const run = scriptedRun({
      items: 2,
      state: 'interrupted',
      models: [{ id: 'a', role: 'teacher', answer: () => ({ firstMs: 1, stepMs: 1, tokens: 2, score: 1 }) }],
    })
    const out = folder()
    await expect(saveBaseline(out, 'main', await stored(out, run), NOW)).rejects.toThrow(/must be complete/)
  })
  test('with a damaged head is told, and passed over in the list', async () => {
    const out = folder()
    await saveBaseline(out, 'main', await stored(out, randomPair(1, 4)), NOW)
    writeFileSync(join(out, 'baselines', 'main', 'baseline.json'), '{"schema":"base')
    await expect(loadBaseline(out, 'main')).rejects.toThrow(/baseline\.json is damaged/)
    expect(await listBaselines(out)).toEqual([])
  })
})

describe('a run is comparable with a baseline', () => {
  const record = (change: (record: RunRecord) => RunRecord = (same) => same): RunRecord => change(randomPair(1, 8).record)
  const workload =
    (fields: object) =>
    (one: RunRecord): RunRecord => ({ ...one, suite: { ...one.suite, workloads: one.suite.workloads.map((own) => ({ ...own, ...fields })) } })
  const host =
    (fields: RunRecord['environment']['host']) =>
    (one: RunRecord): RunRecord => ({ ...one, environment: { ...one.environment, host: { ...one.environment.host, ...fields } } })

  test('when the same was asked on the same machine', () => {
    expect(checkComparable(record(), record(), { machine: true })).toEqual([])
  })
  test.each([
    ['another prompt', workload({ itemsHash: 'other' }), /workload sums has other questions or prompts/],
    ['another version of the grader', workload({ graderVersion: '2' }), /graded by exact 1 and is now by exact 2/],
    ['another temperature', workload({ temperature: 1 }), /had temperature 0 and now has 1/],
    ['other lengths of answers', workload({ maxTokens: 99 }), /had maxTokens 50 and now has 99/],
    ['another processor', host({ cpu: 'another' }), /had cpu scripted and now has another/],
    ['another Node', (one: RunRecord) => ({ ...one, environment: { ...one.environment, node: 'v22.1.0' } }), /Node was v20\.20\.0 and is now v22\.1\.0/],
  ])('but not with %s, and the difference is named', (_what, change, message) => {
    expect(() => checkComparable(record(), record(change), { machine: true })).toThrow(message)
  })
  test('on another machine where no rule is about speed or energy; the difference is told', () => {
    expect(checkComparable(record(), record(host({ cpu: 'another' })), { machine: false })).toEqual(['the machine had cpu scripted and now has another'])
  })
  test('with other weights or another price: that is what is being judged', () => {
    const changed = record((one) => ({
      ...one,
      suite: { ...one.suite, models: one.suite.models.map((model) => (model.id === 'student' ? { ...model, options: { weights: 'new' } } : model)) },
    }))
    expect(checkComparable(record(), changed, { machine: true })).toEqual(['model student has other options'])
  })
})
