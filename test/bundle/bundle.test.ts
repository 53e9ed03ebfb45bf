import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Io } from '../../harness/cli/io.ts'
import { main } from '../../harness/cli/main.ts'
import { distillbench, execute } from '../cli/process.ts'
import { readOnlyFolder, scratch } from '../cli/scratch.ts'

const folder = mkdtempSync(join(tmpdir(), 'distillbench-bundle-test-'))
const root = join(folder, 'root')
const file = join(folder, 'bundle.tar.gz')
const CHROOT = '/usr/sbin/chroot'
const isRoot = process.getuid?.() === 0 && existsSync(CHROOT)
let result: { sha256: string; bytes: number; files: number; node: string; packages: { name: string; license: string }[]; leftOut: { name: string }[] }

beforeAll(async () => {
  mkdirSync(root)
  const { code, stdout, stderr } = await distillbench(['bundle', '--backend', 'wasm', '--level', '1', '--out', file, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  result = JSON.parse(stdout) as typeof result
  expect(spawnSync('tar', ['xf', file, '-C', root]).stderr.toString()).toBe('')
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs inside of the root, with nothing around: as root in a chroot that has `sh` and the libraries that Node is linked to, else with an empty environment. */
const inside = (...args: string[]) =>
  isRoot
    ? execute('env', ['-i', CHROOT, root, '/distillbench/distillbench', ...args])
    : execute('env', ['-i', join(root, 'distillbench/distillbench'), ...args], { cwd: root })

describe('a bundle, unpacked where nothing else is', () => {
  beforeAll(() => void (isRoot && makeBare(root)))

  test('runs the main suite, whose models are in it', async () => {
    const { code, stdout } = await inside('run', 'arithmetic', '--quick', '--models', 'student-logits', '--backend', 'wasm', '--out', '/tmp/runs', '--json')
    expect(code).toBe(0)
    const { cellsFailed, analysis } = JSON.parse(stdout) as { cellsFailed: number; analysis: { models: { id: string; measured: boolean }[] } }
    expect(cellsFailed).toBe(0)
    expect(analysis.models).toContainEqual(expect.objectContaining({ id: 'student-logits', measured: true }))
  })

  test('every package that is in it can be loaded', async () => {
    writeFileSync(
      join(root, 'distillbench/package/load.mjs'),
      'const failed = []\nfor (const name of process.argv.slice(2)) await import(name).catch((error) => failed.push(`${name}: ${error.message}`))\nconsole.log(JSON.stringify(failed))\n',
    )
    const withCode = result.packages.map(({ name }) => name).filter((name) => !/^@types\/|^@webgpu\/types$|^vega-typings$|^@koromix\//.test(name))
    const { stdout } = await execute(join(root, 'distillbench/runtime/node'), [join(root, 'distillbench/package/load.mjs'), ...withCode])
    expect(JSON.parse(stdout)).toEqual([])
    expect(withCode.length).toBeGreaterThan(50)
  })

  test('tells what is in it, with licences, and what is not', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'distillbench/bundle.json'), 'utf8')) as object
    expect(manifest).toMatchObject({ schema: 'bundle/1', backend: 'wasm', platform: process.platform, node: process.version })
    expect(result.packages.filter(({ license }) => license === 'not stated')).toEqual([])
    expect(result.leftOut.map(({ name }) => name)).toEqual(expect.arrayContaining(['@duckdb/node-api', 'webgpu']))
    const names = readdirSync(join(root, 'distillbench/package/node_modules'))
    expect(names).not.toContain('vitest')
    expect(existsSync(join(root, 'distillbench/package/node_modules/zod/LICENSE'))).toBe(true)
  })
})

describe('a bundle that cannot be made', () => {
  test.each([
    [['--backend', 'wsam'], 2, 'there is no backend "wsam"; did you mean wasm?'],
    [['--backend', 'tensorflow'], 2, 'a bundle for tensorflow cannot be made'],
    [['--level', '12'], 2, '--level 12 is no level of gzip'],
    [['--out', file], 2, 'bundle.tar.gz exists already'],
  ])('%j says why', async (args, code, message) => {
    const { io, said } = listening()
    expect(await main(['bundle', ...args], io)).toBe(code)
    expect(said).toMatchObject({ stdout: '', stderr: expect.stringContaining(message) as string })
  })

  test('where nothing can be written, says so before the work', async (context) => {
    const place = readOnlyFolder()
    if (place === undefined) return context.skip('a read-only file system cannot be mounted here')
    const { io, said } = listening()
    expect(await main(['bundle', '--level', '1', '--out', place], io)).toBe(3)
    expect(said.stderr).toMatch(/cannot write .*: (?:permission is missing|the file system is read-only)/)
    expect(readdirSync(place)).toEqual([])
  })
})

test('a link to the start script works from anywhere', async () => {
  const place = scratch()
  symlinkSync(join(root, 'distillbench/distillbench'), join(place, 'db'))
  const { stdout } = await execute('env', ['-i', './db', '--version'], { cwd: place })
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+/)
})

// --- internal ---

function listening() {
  const said = { stdout: '', stderr: '' }
  const look = { isTerminal: false, color: false, width: 200 }
  const io: Io = { result: async (text) => void (said.stdout += text), note: (text) => void (said.stderr += text), stdout: look, stderr: look }
  return { io, said }
}

/** What a bare system has: `sh`, and the libraries that `sh` and Node are linked to. `/dev/null` is an empty file. */
function makeBare(place: string): void {
  for (const dir of ['bin', 'tmp', 'dev']) mkdirSync(join(place, dir), { recursive: true })
  writeFileSync(join(place, 'dev/null'), '')
  copyFileSync(realpathSync('/bin/sh'), join(place, 'bin/sh'))
  const linked = ['/bin/sh', join(place, 'distillbench/runtime/node')].flatMap((one) => [
    ...spawnSync('ldd', [one])
      .stdout.toString()
      .matchAll(/(\/\S+)(?= \(0x)/g),
  ])
  for (const [, library] of linked) {
    mkdirSync(join(place, dirname(library!)), { recursive: true })
    cpSync(library!, join(place, library!), { dereference: true })
  }
}
