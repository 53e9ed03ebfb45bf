import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { main } from '../../harness/cli/main.ts'
import type { Io } from '../../harness/cli/io.ts'
import { lockRun } from '../../harness/run/store/lock.ts'
import { pruneRuns } from '../../harness/run/index.ts'
import { randomPair } from '../analysis/scripted-run.ts'
import { scratch } from '../cli/scratch.ts'

const DAY = 86_400_000
const NOW = new Date('2025-03-01T00:00:00Z')
const nobody: ReadonlyMap<string, string> = new Map()

/** A folder with one run a day, the newest a day old; every third is of the suite `other`. */
function folderOf(count: number, now = NOW): string {
  const out = scratch()
  const { record } = randomPair(1, 2)
  for (let i = 0; i < count; i++) {
    const id = `run-${i}`
    const dir = join(out, 'runs', id)
    mkdirSync(dir, { recursive: true })
    const suite = { ...record.suite, name: i % 3 === 0 ? 'other' : 'sums' }
    writeFileSync(join(dir, 'run.json'), JSON.stringify({ ...record, id, suite, createdAt: new Date(now.getTime() - (count - i) * DAY).toISOString() }))
    writeFileSync(join(dir, 'samples.jsonl'), 'x'.repeat(1000))
  }
  return out
}
const left = (out: string): string[] => readdirSync(join(out, 'runs')).sort()
const ids = (runs: readonly { id: string }[]): string[] => runs.map(({ id }) => id)

describe('pruning', () => {
  test('keeps the newest of each suite, and says what it freed', async () => {
    const out = folderOf(9)
    const { removed, bytes, runs } = await pruneRuns(out, { keep: 2, named: nobody, dryRun: false, now: NOW })
    expect(ids(removed)).toEqual(['run-0', 'run-1', 'run-2', 'run-4', 'run-5'])
    expect(left(out)).toEqual(['run-3', 'run-6', 'run-7', 'run-8'])
    expect(runs).toBe(9)
    expect(bytes).toBeGreaterThan(5000)
    expect(readdirSync(out)).toEqual(['runs'])
  })
  test('with two limits removes only what both let go', async () => {
    const out = folderOf(6)
    const { removed } = await pruneRuns(out, { keep: 1, youngerThanMs: 3.5 * DAY, suite: 'sums', named: nobody, dryRun: false, now: NOW })
    expect(ids(removed)).toEqual(['run-1', 'run-2'])
  })
  test('of a dry run removes nothing, but names the same runs', async () => {
    const out = folderOf(4)
    const options = { keep: 1, named: nobody, now: NOW }
    const dry = await pruneRuns(out, { ...options, dryRun: true })
    expect(left(out)).toHaveLength(4)
    expect(await pruneRuns(out, { ...options, dryRun: false })).toEqual(dry)
  })
  test.each([true, false])('leaves a run that is being written, and one that a baseline names (dry run: %s)', async (dryRun) => {
    const out = folderOf(4)
    const unlock = lockRun(join(out, 'runs/run-1'))
    const { removed, kept } = await pruneRuns(out, { keep: 0, named: new Map([['run-2', 'baseline main was saved from it']]), dryRun, now: NOW })
    unlock()
    expect(ids(removed)).toEqual(['run-0', 'run-3'])
    expect(kept).toEqual([
      { id: 'run-1', why: `process ${process.pid} is writing it` },
      { id: 'run-2', why: 'baseline main was saved from it' },
    ])
  })
  test('removes a run whose writer was killed, leaves folders without a record, and sweeps up after a prune that was killed', async () => {
    const out = folderOf(1)
    writeFileSync(join(out, 'runs/run-0/lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), started: '1' }))
    mkdirSync(join(out, 'runs/notes'))
    mkdirSync(join(out, '.pruned-1'))
    await pruneRuns(out, { keep: 0, named: nobody, dryRun: false, now: NOW })
    expect(left(out)).toEqual(['notes'])
    expect(existsSync(join(out, '.pruned-1'))).toBe(false)
  })
})

describe('the command', () => {
  const run = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const said = { stdout: '', stderr: '' }
    const look = { isTerminal: false, color: false, width: 80 }
    const io: Io = { result: async (text) => void (said.stdout += text), note: (text) => void (said.stderr += text), stdout: look, stderr: look }
    return { code: await main(args, io), ...said }
  }
  const prune = (...args: string[]): ReturnType<typeof run> => run('prune', ...args)

  test('never touches baselines or the runs that they were saved from', async () => {
    const out = folderOf(3, new Date())
    for (const name of ['samples.jsonl', 'series.jsonl']) writeFileSync(join(out, 'runs/run-0', name), '')
    expect((await run('baseline', 'save', 'main', 'run-0', '--runs', out)).code).toBe(0)
    const { stdout } = await prune('--keep', '0', '--runs', out)
    expect(stdout).toMatch(/kept {2}run-0: baseline main was saved from it\n2 of 3 runs removed, \d+ kB freed\.\n$/)
    expect(left(out)).toEqual(['run-0'])
    expect(existsSync(join(out, 'baselines/main/run.json'))).toBe(true)
  })
  test('as JSON says the same', async () => {
    const out = folderOf(2, new Date())
    const { code, stdout } = await prune('--older-than', '36h', '--dry-run', '--json', '--runs', out)
    expect({ code, result: JSON.parse(stdout) as unknown }).toMatchObject({ code: 0, result: { dryRun: true, runs: 2, removed: [{ id: 'run-0' }], kept: [] } })
  })
  test.each([
    [[], /needs to know what may go/],
    [['--older-than', '30'], /--older-than 30 is no age/],
    [['--keep', '-1'], /keep/],
  ])('with %j is refused', async (args, message) => {
    const { code, stderr } = await prune(...args, '--runs', scratch())
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
  test('says so where there is nothing to remove', async () => {
    expect((await prune('--keep', '5', '--runs', scratch())).stdout).toMatch(/^Nothing to remove among 0 runs/)
  })
})
