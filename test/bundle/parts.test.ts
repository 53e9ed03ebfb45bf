import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { archiveOf, type Entry } from '../../harness/bundle/archive.ts'
import { closureOf } from '../../harness/bundle/closure.ts'
import { packageFiles } from '../../harness/bundle/files.ts'
import { scratch } from '../cli/scratch.ts'

const LINUX = { platform: 'linux', arch: 'x64' }
const signal = new AbortController().signal

/** Files by path; an object becomes JSON. */
function project(files: Record<string, string | object>): string {
  const dir = scratch()
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return dir
}

describe('the closure of what code needs', () => {
  test('has each package once, two versions where two are needed, and nothing that nobody needs', () => {
    const dir = project({
      'node_modules/a/package.json': { name: 'a', version: '1.0.0', license: 'MIT', dependencies: { b: '1', c: '2' } },
      'node_modules/a/node_modules/c/package.json': { name: 'c', version: '2.0.0', license: 'MIT', dependencies: { b: '1' } },
      'node_modules/b/package.json': { name: 'b', version: '1.0.0', license: 'MIT' },
      'node_modules/c/package.json': { name: 'c', version: '1.0.0', license: 'ISC' },
      'node_modules/stray/package.json': { name: 'stray', version: '1.0.0' },
    })
    const places = closureOf(dir, ['c', 'a'], LINUX).map(({ place, version }) => `${place} ${version}`)
    expect(places).toEqual(['node_modules/a 1.0.0', 'node_modules/a/node_modules/c 2.0.0', 'node_modules/b 1.0.0', 'node_modules/c 1.0.0'])
  })

  test('finds what a package manager has hoisted to a folder above, and may go in circles', () => {
    const dir = project({
      'node_modules/own/package.json': { name: 'own' },
      'node_modules/x/package.json': { name: 'x', version: '1.0.0', dependencies: { y: '*' } },
      'node_modules/y/package.json': { name: 'y', version: '1.0.0', dependencies: { x: '*' } },
    })
    expect(closureOf(join(dir, 'node_modules/own'), ['x'], LINUX).map(({ place }) => place)).toEqual(['node_modules/x', 'node_modules/y'])
  })

  test('leaves out optional packages that are missing or for another platform, and refuses others that are missing', () => {
    const dir = project({
      'node_modules/n/package.json': { name: 'n', version: '1.0.0', optionalDependencies: { 'n-linux': '1', 'n-mac': '1', 'n-none': '1' }, dependencies: {} },
      'node_modules/n-linux/package.json': { name: 'n-linux', version: '1.0.0', os: ['linux'], cpu: ['!arm64'] },
      'node_modules/n-mac/package.json': { name: 'n-mac', version: '1.0.0', os: ['darwin'] },
      'node_modules/m/package.json': { name: 'm', version: '1.0.0', dependencies: { gone: '1' } },
    })
    expect(closureOf(dir, ['n'], LINUX).map(({ name }) => name)).toEqual(['n', 'n-linux'])
    expect(closureOf(dir, ['n'], { platform: 'linux', arch: 'arm64' }).map(({ name }) => name)).toEqual(['n'])
    expect(() => closureOf(dir, ['m'], LINUX)).toThrow('the package gone is needed, but is not installed')
  })
})

describe('the files of a package', () => {
  test('are those that may be loaded, with its licence', () => {
    const dir = project({
      'package.json': { name: 'p', main: 'dist/p.js', unpkg: 'dist/p.min.js', fesm2017: './dist/p.fesm.js', module: 'dist/index.js' },
      'dist/p.js': "require('./p.umd.js')",
      'dist/p.min.js': '',
      'dist/p.fesm.js': '',
      'dist/p.umd.js': '',
      'dist/index.js': '',
      'dist/index.d.ts': '',
      'dist/index.js.map': '',
      'dist/doc/code.js': '',
      'dist/p_test.js': '',
      'dist/data.wasm': '',
      'test/a.js': '',
      'docs/a.html': '',
      'node_modules/q/index.js': '',
      'README.md': '',
      'LICENSE.md': 'MIT',
    })
    const paths = packageFiles(dir, LINUX).map(({ path }) => path)
    expect(paths).toEqual(['LICENSE.md', 'dist/data.wasm', 'dist/doc/code.js', 'dist/index.js', 'dist/p.js', 'dist/p.umd.js', 'package.json'])
  })

  test('of native ones only those for this platform', () => {
    const dir = project(
      Object.fromEntries(
        [
          'package.json',
          'dist/darwin-universal/d.node',
          'dist/linux-arm64/d.node',
          'dist/linux-x64/d.node',
          'dist/win32-x64/d.node',
          'win32-x64/x.dll',
          'own.node',
          'prebuilds/linux_x86_64/e.so.1',
        ].map((path) => [path, '{}']),
      ),
    )
    const paths = packageFiles(dir, LINUX).map(({ path }) => path)
    expect(paths).toEqual(['dist/linux-x64/d.node', 'own.node', 'package.json', 'prebuilds/linux_x86_64/e.so.1'])
  })
})

describe('the archive', () => {
  const long = `${'folder/'.repeat(30)}name.txt`
  const entries: Entry[] = [
    { path: 'a', content: new TextEncoder().encode('#!'), executable: true },
    { path: long, content: new Uint8Array(100_000).fill(7) },
  ]
  const bytesOf = async (list: readonly Entry[] = entries) => {
    const pieces: Uint8Array[] = []
    for await (const piece of archiveOf(list, 6, signal)) pieces.push(piece)
    return Buffer.concat(pieces)
  }

  test('has the same bytes for the same entries', async () => {
    const first = await bytesOf()
    expect((await bytesOf()).equals(first)).toBe(true)
    expect(gunzipSync(first).length % 512).toBe(0)
    expect(gunzipSync(first).includes('name.txt')).toBe(true)
  })

  test('that a file is missing from is no archive, but an error', async () => {
    await expect(bytesOf([...entries, { path: 'b', content: { file: '/nowhere/b' } }])).rejects.toThrow('/nowhere/b')
  })

  test('ends when it is interrupted', async () => {
    const abort = new AbortController()
    const reading = (async () => {
      for await (const _ of archiveOf(entries, 6, abort.signal)) abort.abort()
    })()
    abort.abort()
    await expect(reading).rejects.toThrow()
  })
})
