import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { PACKAGE_ROOT } from '../../harness/package.ts'
import { COMMANDS } from '../../harness/cli/options.ts'

const Action = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), required: z.boolean().optional(), default: z.string().optional() })),
  outputs: z.record(z.string(), z.object({ description: z.string(), value: z.string() })),
  runs: z.object({
    using: z.literal('composite'),
    steps: z.array(z.object({ id: z.string(), shell: z.literal('bash'), env: z.record(z.string(), z.string()), run: z.string() })).length(1),
  }),
})
const action = Action.parse(parse(readFileSync(join(PACKAGE_ROOT, 'action.yml'), 'utf8')))
const [step] = action.runs.steps
const hasBash = spawnSync('bash', ['--version']).status === 0

/** Runs the script of the action with a `npx` that notes its arguments and ends with `code`. */
function dryRun(inputs: Record<string, string>, code: number): { status: number | null; outcome: string; asked: string[] } {
  const dir = mkdtempSync(join(tmpdir(), 'distillbench-action-'))
  writeFileSync(join(dir, 'npx'), `#!/bin/bash\nprintf '%s\\n' "$@" > "${dir}/asked"\nexit ${code}\n`)
  chmodSync(join(dir, 'npx'), 0o755)
  const input = (name: string): string => inputs[name] ?? action.inputs[name]?.default ?? ''
  const env = Object.fromEntries(
    Object.entries(step!.env).map(([name, value]) => [name, value.replace(/^\$\{\{ inputs\.([\w-]+) \}\}$/, (_, own: string) => input(own))]),
  )
  const { status } = spawnSync('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step!.run], {
    cwd: dir,
    env: { ...env, PATH: `${dir}${delimiter}${process.env.PATH}`, GITHUB_OUTPUT: join(dir, 'output') },
  })
  const read = (name: string): string => (existsSync(join(dir, name)) ? readFileSync(join(dir, name), 'utf8').trim() : '')
  return { status, outcome: read('output'), asked: read('asked').split('\n') }
}

describe.skipIf(!hasBash)('the action of the repository', () => {
  test.each([
    [0, 'pass', 0],
    [1, 'fail', 1],
    [2, 'error', 2],
    [4, 'undecided', 4],
  ])('ends with the code %d of the gate and says %s', (code, outcome, status) => {
    expect(dryRun({ suite: 'a suite.yaml', 'rerun-baseline': 'git:main' }, code)).toMatchObject({ status, outcome: `outcome=${outcome}` })
  })
  test('lets an undecided gate pass where it is told to', () => {
    expect(dryRun({ suite: 'suite.yaml', baseline: 'main', undecided: 'pass' }, 4)).toMatchObject({ status: 0, outcome: 'outcome=undecided' })
  })
  test('hands on what it was given as it is, and only options that the command has', () => {
    const { asked } = dryRun({ suite: 'a suite.yaml; rm -rf /', 'rerun-baseline': 'git:$(id)', policy: 'p.yaml' }, 0)
    expect(asked.slice(0, 9)).toEqual([
      '--no-install',
      'distillbench',
      'gate',
      'a suite.yaml; rm -rf /',
      '--rerun-baseline',
      'git:$(id)',
      '--budget',
      '15m',
      '--policy',
    ])
    const options = asked.filter((word) => /^--(?!no-install)/.test(word)).map((word) => word.slice(2))
    expect(options.filter((name) => !(name in COMMANDS.gate.args))).toEqual([])
  })
  test('its inputs reach the script through the environment, never through its text', () => {
    expect(step!.run).not.toContain('${{')
    expect(execFileSync('bash', ['-n', '-c', step!.run], { encoding: 'utf8' })).toBe('')
  })
})

describe('the recipes', () => {
  const text = readFileSync(join(PACKAGE_ROOT, 'docs/ci.md'), 'utf8')
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => parse(block!) as unknown)
  test('are YAML, and name only inputs that the action has', () => {
    expect(blocks).toHaveLength(3)
    const workflow = z
      .object({
        jobs: z.object({ gate: z.object({ steps: z.array(z.object({ uses: z.string().optional(), with: z.record(z.string(), z.unknown()).optional() })) }) }),
      })
      .parse(blocks[0])
    const own = workflow.jobs.gate.steps.find(({ uses }) => uses?.includes('distillbench'))
    expect(Object.keys(own?.with ?? {}).filter((name) => !(name in action.inputs))).toEqual([])
    expect(own?.with).toMatchObject({ suite: expect.any(String) as string })
  })
})
