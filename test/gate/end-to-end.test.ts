/** The gate as people use it: the command line, suites in files, and models that really run. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { main } from '../../harness/cli/main.ts'
import type { Io } from '../../harness/cli/io.ts'
import { readSafetensors, writeSafetensors } from '../../harness/models/tfjs/safetensors.ts'
import { createRandom } from '../../harness/random.ts'
import { loadPolicy, rerun } from '../../harness/gate/index.ts'
import { loadSuite } from '../../harness/suite/index.ts'
import { runSuite } from '../../harness/run/index.ts'
import type { GateReport, StoredRun } from '../../harness/types.ts'
import { scratch } from '../cli/scratch.ts'
import { useTestClock } from './test-clock.ts'

const ADAPTER = fileURLToPath(new URL('../fixtures/adapters/on-test-clock.mjs', import.meta.url))
const STUDENT = fileURLToPath(new URL('../../suites/arithmetic/models/student-logits', import.meta.url))

/** One command line in this process. */
async function distillbench(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  const look = { isTerminal: false, color: false, width: 100 }
  const io: Io = { result: async (text) => void (said.stdout += text), note: (text) => void (said.stderr += text), stdout: look, stderr: look }
  return { code: await main(args, io), ...said }
}

interface Variant {
  /** From token to token, ms. */
  tokenMs?: number
  usdPerMtoken?: number
  question?: string
  /** So many of the student's answers. */
  wrong?: number
  items?: number
}

/** Twenty tokens each; both models run on the clock of the test. */
function suiteFile(folder: string, name: string, { tokenMs = 10, usdPerMtoken = 1, question = '', wrong = 0, items: count = 12 }: Variant = {}): string {
  copyFileSync(ADAPTER, join(folder, 'model.mjs'))
  const items = Array.from({ length: count }, (_, n) => ({ id: `sum-${n}`, prompt: `${question}${n}+${n}=`, target: `${'so '.repeat(19)}${2 * n}` }))
  const answers = Object.fromEntries(items.map(({ prompt, target }) => [prompt, target]))
  const price = (usd: number): object => ({ kind: 'token', inputPerMtoken: usd, outputPerMtoken: usd, source: 'made up', date: '2025-01-01' })
  const model = (role: string, usd: number, options: object): object => ({ role, adapter: './model.mjs', price: price(usd), options: { answers, ...options } })
  const suite = {
    name: 'sums',
    models: { teacher: model('teacher', 1, { firstMs: 80, tokenMs: 40 }), student: model('student', usdPerMtoken, { firstMs: 20, tokenMs, wrong }) },
    workloads: [{ id: 'sums', kind: 'list', maxTokens: 40, items }],
    blocks: 2,
    warmup: { requests: 0 },
    meters: ['host-memory'],
  }
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(suite))
  return path
}

const failed = ({ findings }: GateReport): string[] =>
  findings.filter(({ outcome, level }) => outcome === 'fail' && level === 'error').map(({ rule, model }) => `${rule} of ${model}`)

const { signal } = new AbortController()

describe('a suite and its baseline, side by side, under the default rules', () => {
  /** As `distillbench gate NEW --rerun-baseline OLD` does it, but for meters: their processes would take most of the time. */
  const gate = async (folder: string, candidate: string, baseline: string, seed = 1): Promise<GateReport> => {
    const [own, old] = [await loadSuite(candidate), await loadSuite(baseline)]
    const policy = await loadPolicy(undefined, own.suite, folder)
    const options = { candidate: own, baseline: old, ...policy, name: baseline, out: folder, budgetMs: 600_000, seed, command: 'test', signal }
    return rerun(options, { onEvent: () => {}, onLook: () => {} }, { meters: [] })
  }
  test('the same suite passes 20 times of 20', async () => {
    const folder = scratch()
    const same = suiteFile(folder, 'suite.json')
    const outcomes: string[] = []
    for (let seed = 0; seed < 20; seed++) {
      useTestClock({ cv: 0.02, seed })
      outcomes.push((await gate(folder, same, same, seed)).outcome)
    }
    expect(outcomes).toEqual(Array(20).fill('pass'))
  }, 240_000)
  test.each<[string, Variant, string]>([
    ['decoding slowed by 10%', { tokenMs: 11 }, 'throughput of student'],
    ['a price that rose by 10%', { usdPerMtoken: 1.1 }, 'cost-per-correct of student'],
  ])('%s fails the rule that is about it, and no other', async (_what, change, rule) => {
    useTestClock({ cv: 0.02, seed: 1 })
    const folder = scratch()
    const report = await gate(folder, suiteFile(folder, 'new.json', change), suiteFile(folder, 'old.json'))
    expect({ outcome: report.outcome, failed: failed(report) }).toEqual({ outcome: 'fail', failed: [rule] })
  })
})

describe('a machine on which pairs scatter by more than thirty of them can tell', () => {
  test('is told once, after all pairs; then the rule is refused with how many would do, unless it shall run anyway', async () => {
    useTestClock({ cv: 0.5, seed: 4 })
    const folder = scratch()
    const own = await loadSuite(suiteFile(folder, 'suite.json'))
    const file = join(folder, 'gate.yaml')
    writeFileSync(file, 'rules: [{ metric: throughput, maxRegression: 4%, models: [student] }]')
    const policy = await loadPolicy(file, own.suite, folder)
    const gate = async (anyway: boolean): Promise<GateReport['outcome']> => {
      const options = { candidate: own, baseline: own, ...policy, name: 'same', out: folder, budgetMs: 600_000, anyway, command: 'test', signal }
      return (await rerun(options, { onEvent: () => {}, onLook: () => {} }, { meters: [] })).outcome
    }
    expect(await gate(false)).toBe('undecided')
    await expect(gate(false)).rejects.toThrow(
      /rule throughput could never find what it is for: in run \S+ its 30 pairs of blocks scattered so much that less than \d+% could not be shown, and the limit is 4%; about \d{3,} pairs would do, and 30 are asked at most/,
    )
    useTestClock({ cv: 0.5, seed: 5 })
    expect(await gate(true)).toBe('undecided')
  })
})

describe('a stored baseline', () => {
  /** A run of the suite as it is, kept as the baseline `main`; and the suite changed and run again. */
  const kept = async (folder: string, before: Variant, now: Variant): Promise<{ out: string; gate: () => ReturnType<typeof distillbench> }> => {
    const out = join(folder, 'out')
    for (const [name, variant] of Object.entries({ before, now })) {
      const loaded = await loadSuite(suiteFile(folder, `${name}.json`, variant))
      const { record } = await runSuite(loaded, { out, models: ['student'], command: 'test', signal }, () => {}, { meters: [] })
      if (name === 'before') expect((await distillbench(['baseline', 'save', 'main', record.id, '--runs', out])).code).toBe(0)
    }
    return { out, gate: () => distillbench(['gate', 'latest', '--baseline', 'main', '--runs', out]) }
  }
  /** The record of the baseline, as another version or machine would have written it. */
  const edit = (out: string, change: (text: string) => string): void => {
    const path = join(out, 'baselines/main/run.json')
    const [before, after] = [readFileSync(path, 'utf8'), change(readFileSync(path, 'utf8'))]
    expect(after).not.toBe(before)
    writeFileSync(path, after)
  }
  test('is no obstacle to a run of the same suite', async () => {
    useTestClock({ cv: 0.01, seed: 1 })
    const { gate } = await kept(scratch(), {}, {})
    expect(await gate()).toMatchObject({ code: 0, stdout: expect.stringContaining('Gate: pass') as string })
  })
  test.each<[string, Variant, ((text: string) => string) | undefined, RegExp]>([
    ['another prompt', { question: 'Add: ' }, undefined, /workload sums has other questions or prompts \(12 items before, 12 now\)/],
    ['another version of the grader', {}, (text) => text.replace(/("graderVersion": )"\d+"/, '$1"0"'), /was graded by exact 0 and is now by exact \d/],
    ['another machine', {}, (text) => text.replace(/("cpu": )"[^"]*"/, '$1"Another processor"'), /the machine had cpu Another processor and now has /],
  ])('with %s is refused with exit code 2 and the difference', async (_what, now, change, difference) => {
    useTestClock({ cv: 0.01, seed: 1 })
    const { out, gate } = await kept(scratch(), {}, now)
    if (change !== undefined) edit(out, change)
    const { code, stdout, stderr } = await gate()
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(difference)
  })
})

describe('the weights of a shipped student, perturbed until it loses about five points', () => {
  /** Each tensor gets seeded normal noise of so much of its own root mean square. */
  const perturb = (folder: string, scale: number): void => {
    const random = createRandom('perturbed')
    const { tensors } = readSafetensors(readFileSync(`${STUDENT}.safetensors`), STUDENT)
    const noisy = [...tensors].map(([name, { shape, values }]) => {
      const rms = Math.sqrt(values.reduce((sum, one) => sum + one * one, 0) / values.length)
      return [name, { shape, values: values.map((one) => one + scale * rms * random.normal()) }] as const
    })
    writeFileSync(join(folder, 'perturbed.safetensors'), writeSafetensors(noisy))
    copyFileSync(`${STUDENT}.json`, join(folder, 'perturbed.json'))
  }
  test('fail the rule of accuracy, and no other', async () => {
    const folder = scratch()
    perturb(folder, 0.064)
    const out = join(folder, 'out')
    const run = async (weights: string): Promise<StoredRun> => {
      const suite = {
        name: 'weights',
        models: {
          teacher: { role: 'teacher', adapter: 'tfjs', options: { weights: STUDENT } },
          student: { role: 'student', adapter: 'tfjs', options: { weights } },
        },
        workloads: [{ id: 'arithmetic', kind: 'arithmetic', perSlice: 120, maxTokens: 60 }],
        loads: [{ kind: 'batch', size: 120 }],
        blocks: 1,
        warmup: { requests: 0 },
      }
      writeFileSync(join(folder, 'suite.json'), JSON.stringify(suite))
      const loaded = await loadSuite(join(folder, 'suite.json'))
      return runSuite(loaded, { out, models: ['student'], backend: 'wasm', command: 'test', signal }, () => {}, { meters: [] })
    }
    const before = await run(STUDENT)
    await run('./perturbed')
    const { code, stdout } = await distillbench(['gate', 'latest', '--baseline', before.record.id, '--runs', out, '--json'])
    const report = JSON.parse(stdout) as GateReport
    expect({ code, failed: failed(report) }).toEqual({ code: 1, failed: ['accuracy of student'] })
    const loss = report.findings.find(({ rule }) => rule === 'accuracy')?.change
    expect(loss?.state === 'ok' ? Math.abs(loss.value.value - 0.05) : loss).toBeLessThan(0.01)
  })
})
