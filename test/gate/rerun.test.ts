import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadPolicy, parseBudget, rerun, type RerunOptions } from '../../harness/gate/index.ts'
import { checkOut } from '../../harness/gate/rerun/checkout.ts'
import { lookAt, LOOKS, SHARES, stopAfter } from '../../harness/gate/rerun/looks.ts'
import { planSuite, readRun } from '../../harness/run/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import type { GateReport, LoadedSuite } from '../../harness/types.ts'
import { PARENT_ADAPTER, scripted, suiteOf, sums } from '../run/suites.ts'

interface Variant {
  firstMs?: number
  accuracy?: number
  usdPerMtoken?: number
  maxTokens?: number
  items?: number
}

/** Models that run in this process and wait as long as they are told: no process is started for a cell. */
function suiteOfVariant({ firstMs = 60, accuracy = 1, usdPerMtoken = 1, maxTokens = 20, items = 12 }: Variant = {}): LoadedSuite {
  const price = { kind: 'token', inputPerMtoken: usdPerMtoken, outputPerMtoken: usdPerMtoken, source: 'made up', date: '2025-01-01' } as const
  return suiteOf({
    models: [
      scripted('teacher', { firstMs: 1000 }, { adapter: PARENT_ADAPTER }),
      scripted('student', { firstMs, accuracy, blocking: true }, { adapter: PARENT_ADAPTER, price }),
    ],
    workloads: [sums(items, { maxTokens })],
  })
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'distillbench-rerun-'))
function file(dir: string, name: string, text: string): string {
  writeFileSync(join(dir, name), text)
  return join(dir, name)
}

/** Only the student is judged, so only it runs. */
async function gate(candidate: Variant, baseline: Variant, rules: string): Promise<{ report: GateReport; dir: string; looks: string[] }> {
  const dir = folder()
  const [own, old] = [suiteOfVariant(candidate), suiteOfVariant(baseline)]
  const policy = await loadPolicy(file(dir, 'gate.yaml', rules), own.suite, dir)
  const options: RerunOptions = {
    candidate: own,
    baseline: old,
    ...policy,
    name: 'then',
    out: dir,
    budgetMs: 60_000,
    command: 'test',
    signal: new AbortController().signal,
  }
  const looks: string[] = []
  const report = await rerun(options, { onEvent: () => {}, onLook: (one, why) => looks.push(`${one.outcome} ${why ?? 'goes on'}`) }, { meters: [] })
  return { report, dir, looks }
}

/** A suite as a file, for what reads files. */
const suiteText = (decodeMs: number): string => `name: sums
models: { teacher: { role: teacher, adapter: mock, options: { profile: { decodeMs: ${decodeMs} } } } }
workloads: [{ id: sums, kind: arithmetic, perSlice: 4 }]
`

const failed = (report: GateReport): string[] => report.findings.filter(({ outcome }) => outcome === 'fail').map(({ rule, model }) => `${rule} ${model}`)

describe('candidate and baseline side by side', () => {
  test('a student that decodes 10% slower fails the rule of speed, and only the models that rules are about run', async () => {
    const { report, dir } = await gate({ firstMs: 66 }, {}, 'rules: [{ metric: ttft, maxRegression: 4%, models: [student] }]')
    expect({ outcome: report.outcome, failed: failed(report), ran: report.ran }).toEqual({ outcome: 'fail', failed: ['ttft student'], ran: 'together' })
    const { record } = await readRun(report.run, { out: dir })
    expect([...new Set(record.cells.map(({ key }) => key.model))].sort()).toEqual(['student', 'student@baseline'])
    // The two change places: whatever the first place costs hits both alike.
    const firsts = record.cells.filter((_, i) => i % 2 === 0).map(({ key }) => key.model)
    expect(firsts.slice(0, 6).filter((id) => id === 'student')).toHaveLength(3)
  })
  test('the same suite passes at the first look that can tell, and what is left is skipped with the reason', async () => {
    const { report, dir, looks } = await gate(
      {},
      {},
      'rules: [{ metric: ttft, maxRegression: 8%, models: [student] }, { metric: accuracy, maxRegression: 60%, models: [student] }]',
    )
    expect({ outcome: report.outcome, failed: failed(report) }).toEqual({ outcome: 'pass', failed: [] })
    expect(looks.at(-1)).toMatch(/^pass the gate was decided after \d+ pairs of blocks: pass$/)
    const { record } = await readRun(report.run, { out: dir })
    expect(record.cells.find(({ state }) => state === 'skipped')).toMatchObject({ why: looks.at(-1)?.slice('pass '.length) })
    expect(report.look?.of).toBe(LOOKS.length)
  })
  test.each([
    ['a price that rose', { usdPerMtoken: 1.1 }, 'cost-per-mtoken student'],
    ['answers that got worse', { accuracy: 0.2 }, 'accuracy student'],
  ])('%s fails its own rule and no other', async (_what, candidate, rule) => {
    const rules =
      'rules: [{ metric: cost-per-mtoken, maxRegression: 5%, tolerated: 4%, models: [student] }, { metric: accuracy, maxRegression: 20%, models: [student] }]'
    const { report } = await gate({ firstMs: 1, items: 40, ...candidate }, { firstMs: 1, items: 40 }, rules)
    expect(failed(report)).toEqual([rule])
  })
  test('a rule that could never find what it is for is refused, with what would do', async () => {
    await expect(gate({}, {}, 'rules: [{ metric: accuracy, maxRegression: 2%, models: [student] }]')).rejects.toThrow(
      /with the 12 items of sums a loss below 58\.3 points cannot be shown, and the limit is 2 points; 350 items would do/,
    )
  })
  test('suites that ask other things are refused before anything runs, with the difference', async () => {
    await expect(gate({ maxTokens: 30 }, {}, 'rules: [{ metric: ttft, maxRegression: 4%, models: [student] }]')).rejects.toThrow(/maxTokens 20 and now has 30/)
  })
})

describe('the order of a plan with pairs', () => {
  test('keeps a pair together and swaps its places from block to block, whatever the seed', async () => {
    const loaded = suiteOfVariant()
    for (let seed = 0; seed < 20; seed++) {
      const { cells } = await planSuite({ ...loaded, suite: { ...loaded.suite, blocks: 6 } }, { seed, sideBySide: [['student', 'teacher']] })
      const firsts = cells.filter((_, i) => i % 2 === 0).map(({ key }) => key.model)
      for (let block = 0; block < 6; block += 2) expect(firsts[block]).not.toBe(firsts[block + 1])
    }
  })
})

describe('looks', () => {
  const report = (outcome: GateReport['outcome']): GateReport => ({ outcome }) as GateReport
  test('come at the pairs that the error rate was shared out for', () => {
    expect(Array.from({ length: 31 }, (_, pairs) => lookAt(pairs)).filter((index) => index !== undefined)).toEqual([0, 1, 2, 3, 4])
    expect(SHARES).toHaveLength(LOOKS.length)
    expect(SHARES.reduce((sum, { plain, trimmed }) => sum + plain + trimmed, 0)).toBeCloseTo(1, 12)
  })
  test('end when it is decided, when the next would not fit, and at the last', () => {
    const pace = { pairs: 6, elapsedMs: 6000, budgetMs: 60_000 }
    expect(stopAfter(report('pass'), pace)).toMatch(/decided after 6/)
    expect(stopAfter(report('undecided'), pace)).toBeUndefined()
    expect(stopAfter(report('undecided'), { ...pace, budgetMs: 9000 })).toMatch(/10 would not have fit/)
    expect(stopAfter(report('undecided'), { ...pace, pairs: 30 })).toMatch(/the most that are asked/)
  })
  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1.5h', 5_400_000],
    ['10', undefined],
    ['0s', undefined],
    ['-1m', undefined],
  ])('the budget %s is %s ms', (text, ms) => expect(parseBudget(text)).toBe(ms))
})

describe('a git ref as baseline', () => {
  const git = (dir: string, ...args: string[]): void =>
    void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: dir, stdio: 'ignore' })
  const signal = new AbortController().signal

  test('is the suite as it was there, in a folder that is removed afterwards', async () => {
    const dir = folder()
    git(dir, 'init', '-q')
    const path = file(dir, 'suite.yaml', suiteText(5))
    git(dir, 'add', '-A')
    git(dir, 'commit', '-qm', 'one')
    file(dir, 'suite.yaml', suiteText(9))
    const old = await checkOut('HEAD', path, dir, signal)
    const { suite } = await loadSuite(old.suite)
    expect(suite.models[0]?.options).toMatchObject({ profile: { decodeMs: 5 } })
    await old.remove()
    expect(existsSync(old.suite)).toBe(false)
    await expect(checkOut('no-such-ref', path, dir, signal)).rejects.toThrow(/no commit "no-such-ref"/)
    await expect(checkOut('--all', path, dir, signal)).rejects.toThrow(/no commit/)
  })
  test('needs a repository', async () => {
    const dir = folder()
    await expect(checkOut('HEAD', file(dir, 'suite.yaml', suiteText(5)), dir, signal)).rejects.toThrow(/not in a git repository/)
  })
})
