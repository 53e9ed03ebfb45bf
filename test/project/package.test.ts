import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { ROOT } from './imports.ts'

const run = promisify(execFile)

test('publint finds nothing', async () => {
  const { messages, pkg } = await publint({ pkgDir: ROOT, strict: true })
  expect(messages.map((message) => formatMessage(message, pkg as Parameters<typeof formatMessage>[1]))).toEqual([])
})

describe('the packed package, in an empty project', () => {
  const folder = mkdtempSync(join(tmpdir(), 'distillbench-package-'))
  const project = join(folder, 'project')
  const npx = async (...args: string[]): Promise<string> => (await run('npx', ['--no', 'distillbench', ...args], { cwd: project })).stdout
  const tsc = () => run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: project })
  let packed: { filename: string; files: { path: string }[] }
  let installed: { stdout: string; stderr: string }

  beforeAll(async () => {
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'my-project', private: true, type: 'module' }))
    const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: ROOT })
    packed = (JSON.parse(stdout) as (typeof packed)[])[0]!
    installed = await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], { cwd: project })
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('holds what it needs and no sources, source maps or tests', () => {
    const paths = packed.files.map(({ path }) => path)
    expect(paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'CHANGELOG.md',
        'package.json',
        'dist/harness/cli/bin.js',
        'dist/harness/index.d.ts',
        'dist/suite.schema.json',
        'dist/analysis.schema.json',
      ]),
    )
    expect(paths.filter((path) => /\.map$|^test\/|^harness\/|(?<!\.d)\.ts$|^\./.test(path))).toEqual([])
  })

  test('installs without a warning', () => expect(installed.stderr).toBe(''))

  test('brings the command', async () => {
    expect(JSON.parse(await npx('list', '--json'))).toHaveProperty('suites')
  })

  test("lets a user's own suite and adapter be type-checked, planned and run", async () => {
    cpSync(join(ROOT, 'test/fixtures/project'), project, { recursive: true })
    await tsc()
    expect(JSON.parse(await npx('plan', 'my-suite.ts', '--json'))).toMatchObject({ suite: 'my-suite', requests: 8 })
    const { analysis } = JSON.parse(await npx('run', 'my-suite.ts', '--json')) as { analysis: Analysis }
    const accuracy = analysis.rows.filter(({ metric, slice }) => metric === 'accuracy' && slice === '')
    expect(accuracy.map(({ model, estimate }) => [model, estimate])).toEqual([
      ['teacher', { state: 'ok', value: expect.objectContaining({ value: 1 }) as unknown }],
      ['student', { state: 'ok', value: expect.objectContaining({ value: 0.75 }) as unknown }],
    ])
  })

  test('runs the main suite, whose models are in the package', async () => {
    const { analysis, cellsFailed } = JSON.parse(await npx('run', 'arithmetic', '--quick', '--json')) as { analysis: Analysis; cellsFailed: number }
    expect(cellsFailed).toBe(0)
    expect(analysis.models.filter(({ measured }) => measured).map(({ role }) => role)).toEqual(expect.arrayContaining(['teacher', 'student', 'control']))
  }, 180_000)

  test('tells where a key is misspelt when the suite is type-checked', async () => {
    const suite = readFileSync(join(ROOT, 'test/fixtures/project/my-suite.ts'), 'utf8')
    writeFileSync(join(project, 'my-suite.ts'), suite.replace('workloads:', 'workload:'))
    const line = suite.split('\n').findIndex((text) => text.includes('workloads:')) + 1
    await expect(tsc()).rejects.toMatchObject({ stdout: expect.stringContaining(`my-suite.ts(${line},3): error`) as unknown })
  })
})
