import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { deadRules, loadPolicy } from '../../harness/gate/index.ts'

const suite = { name: 'sums', margin: 0.03 }

function file(text: string, name = 'gate.yaml'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'distillbench-policy-')), name)
  writeFileSync(path, text)
  return path
}
const load = (text: string, name?: string): ReturnType<typeof loadPolicy> => loadPolicy(file(text, name), suite, '/')

describe('a policy', () => {
  test('without a file is the default rules, with the margin of the suite for accuracy', async () => {
    const { policy, source } = await loadPolicy(undefined, suite, '/')
    expect(source).toBe('default rules')
    expect(policy.rules.find(({ id }) => id === 'accuracy')?.limit).toEqual({ kind: 'regression', most: 0.03, tolerated: 0.0075 })
    expect(policy.rules.map(({ id }) => id)).toEqual(['accuracy', 'failed', 'verdict', 'throughput', 'ttft', 'cost-per-correct', 'energy-per-token'])
  })
  test('reads percentages, numbers and every kind of limit', async () => {
    const { policy } = await load(`
alpha: 0.02
rules:
  - { metric: throughput, maxRegression: 4%, tolerated: 0.5% }
  - { metric: accuracy, min: 0.9, models: [student], level: warn }
  - { metric: cost-per-correct, max: 0.002 }
  - { verdict: replace }
`)
    expect(policy.alpha).toBe(0.02)
    expect(policy.rules.map(({ limit }) => limit)).toEqual([
      { kind: 'regression', most: 0.04, tolerated: 0.005 },
      { kind: 'floor', value: 0.9 },
      { kind: 'ceiling', value: 0.002 },
      { kind: 'verdict', atLeast: 'replace' },
    ])
    expect(policy.rules[2]?.judges).toEqual(['measured', 'estimated'])
  })
  test('keeps the default rules where it says so, and a rule of the same name takes the place of one', async () => {
    const { policy } = await load(
      'defaults: true\nrules:\n  - { metric: throughput, maxRegression: 20% }\n  - { id: ttft, metric: ttft, maxRegression: 50%, level: off }\n',
    )
    const limits = policy.rules.filter(({ metric }) => metric === 'throughput').map(({ limit }) => limit)
    expect(limits).toEqual([{ kind: 'regression', most: 0.2, tolerated: 0.05 }])
    expect(policy.rules.map(({ id }) => id)).not.toContain('ttft')
    expect(policy.rules.map(({ id }) => id)).toContain('accuracy')
  })
  test('of a suite file is what stands under gate', async () => {
    expect((await load('name: sums\ngate:\n  rules:\n    - { metric: failed, max: 0 }\n')).policy.rules).toHaveLength(1)
  })
  test.each([
    ['rules:\n  - { metric: througput, maxRegression: 4% }', /gate\.yaml:2: rules\.0\.metric is no metric; did you mean throughput\?/],
    ['rules:\n  - { metric: throughput }', /sets no limit; give one of maxRegression, min, max/],
    ['rules:\n  - { metric: throughput, min: 1, max: 2 }', /sets several limits \(min, max\)/],
    ['rules:\n  - { maxRegression: 4% }', /names neither a metric nor a verdict/],
    ['rules:\n  - { metric: throughput, maxRegression: 4 percent }', /a percentage such as 4%/],
    ['rules:\n  - { metric: throughput, maxRegression: 150% }', /less than 1/],
    ['rules:\n  - { metric: throughput, maxRegression: 4%, tolerated: 5% }', /tolerated must be below maxRegression/],
    ['rules:\n  - { metric: output-tokens, maxRegression: 4% }', /neither better nor worse/],
    ['rules:\n  - { metric: throughput, maxRegresion: 4% }', /did you mean maxRegression\?/],
    ['alpha: 0.7', /alpha/],
  ])('with the mistake %j is refused with line and path', async (text, message) => {
    await expect(load(text)).rejects.toThrow(message)
  })
})

describe('a rule of speed that decides against a stored baseline', () => {
  const dead = async (rule: string, noise = '2.7%'): Promise<string[]> => {
    const { policy } = await load(`sessionNoise: ${noise}\nrules: [${rule}]`)
    return deadRules(policy, { suite: { workloads: [] } } as never, 'apart').map(({ why }) => why)
  }
  test('is dead where sessions differ by more than its limit', async () => {
    expect(await dead('{ metric: throughput, maxRegression: 4%, levelApart: error }')).toEqual([
      expect.stringMatching(/less than 16% cannot be shown, and the limit is 4%.*--rerun-baseline/),
    ])
  })
  test.each([
    '{ metric: throughput, maxRegression: 30%, levelApart: error }',
    '{ metric: throughput, maxRegression: 4% }',
    '{ metric: output-tokens, max: 9 }',
  ])('is alive as %s', async (rule) => {
    expect(await dead(rule)).toEqual([])
  })
  test('is alive where sessions are known to be alike', async () => {
    expect(await dead('{ metric: throughput, maxRegression: 4%, levelApart: error }', '0.3%')).toEqual([])
  })
})
