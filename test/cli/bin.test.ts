import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { distillbench, onTerminal, shell } from './process.ts'
import { scratch } from './scratch.ts'

/** The files that a command loads, as Node itself notes them. */
async function loadedBy(args: readonly string[]): Promise<string[]> {
  const folder = scratch()
  await distillbench(args, { env: { NODE_V8_COVERAGE: folder } })
  const notes = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: { url: string }[] })
  return notes.flatMap(({ result }) => result.map(({ url }) => url))
}

describe('--help and --version', () => {
  test('answer on stdout with exit code 0', async () => {
    const help = await distillbench(['--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toContain('Usage: distillbench COMMAND')
    const version = await distillbench(['--version'])
    expect(version).toMatchObject({ code: 0, stderr: '' })
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test.each([[['--help']], [['--version']], [['run', '--help']]])('%j loads nothing but the option table and the text', async (args) => {
    const loaded = await loadedBy(args)
    const ours = loaded.filter((url) => url.includes('/dist/')).map((url) => url.replace(/^.*\/dist\//, ''))
    const table = ['cost', 'gate', 'measure', 'read', 'spec', 'tools'].map((name) => `options/${name}`)
    const cli = ['arguments', 'bin', 'failure', 'format', 'help', 'interrupt', 'io', 'main', 'options', ...table].map((name) => `harness/cli/${name}.js`)
    expect(ours.sort()).toEqual([...cli, 'harness/errors.js', 'harness/package.js', 'reports/text.js'])
    expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([])
  })

  test('of a command are found wherever they stand', async () => {
    const { code, stdout } = await distillbench(['plan', 'arithmetic', '-h'])
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 0, first: 'Show the cells of a suite, their order, expected time, tokens and cost.' })
  })

  test('fit a terminal of 80 columns', async () => {
    for (const args of [['--help'], ['run', '--help'], ['report', '--help']]) {
      const { stdout } = await onTerminal(args, 80)
      expect(stdout.split('\r\n').filter((line) => line.length > 80)).toEqual([])
    }
  })
})

describe('a mistake on the command line', () => {
  test.each([
    [['rnu', 'arithmetic'], 'error: unknown command rnu; did you mean run?\n  see `distillbench --help`\n'],
    [['run', 'arithmetic', '--quik'], 'error: unknown option --quik of run; did you mean --quick?\n  see `distillbench run --help`\n'],
    [['--versoin'], 'error: unknown option --versoin; did you mean --version?\n  see `distillbench --help`\n'],
    [['run'], 'error: command run needs a SUITE\n  see `distillbench run --help`\n'],
  ])('%j is one sentence on stderr and exit code 2, without a stack', async (args, stderr) => {
    expect(await distillbench(args)).toEqual({ code: 2, signal: null, stdout: '', stderr })
  })

  test('is a JSON line with --json', async () => {
    const { code, stderr, stdout } = await distillbench(['run', 'a', '--quik', '--json'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({
      type: 'error',
      code: 'usage',
      message: 'unknown option --quik of run; did you mean --quick?',
      hint: 'see `distillbench run --help`',
    })
  })

  test('has a stack with --debug only', async () => {
    expect((await distillbench(['run', 'a', '--quik', '--debug'])).stderr).toMatch(/\n {4}at /)
  })

  test('of no word at all shows the help on stderr', async () => {
    const { code, stdout, stderr } = await distillbench([])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('Usage: distillbench COMMAND')
  })
})

test('a reader that goes away is no error', async () => {
  const { stdout, stderr } = await shell('$BIN --help | head -n 1; echo "${PIPESTATUS[0]}"')
  expect({ last: stdout.trim().split('\n').at(-1), stderr }).toEqual({ last: '0', stderr: '' })
})

test('colours are for terminals, and NO_COLOR turns them off', async () => {
  const args = ['run', 'arithmetic', '--quik']
  expect((await onTerminal(args, 80)).stdout).toContain('\u001b[31merror:')
  expect((await onTerminal(args, 80, { env: { NO_COLOR: '1' } })).stdout).toMatch(/^error:/)
  expect((await distillbench(args)).stderr).toMatch(/^error:/)
})
