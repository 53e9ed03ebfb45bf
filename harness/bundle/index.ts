/** One archive with everything that a run needs, for a machine without Node, network or package manager. docs/bundle.md. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { HarnessError, nearest } from '../errors.ts'
import { installCommand, PACKAGE_ROOT, packageInfo } from '../package.ts'
import { archiveOf, type Entry } from './archive.ts'
import { closureOf, findPackage, type PlacedPackage, type Target } from './closure.ts'
import { listFiles, packageFiles } from './files.ts'
import { readRuntime } from './runtime.ts'

/** Backends that a bundle can be made for, with the packages that each needs beside those of every run. */
const BACKENDS = {
  webgpu: ['@tensorflow/tfjs-backend-webgpu', 'webgpu', '@tensorflow/tfjs-backend-wasm'], // wasm: what `auto` falls back to
  wasm: ['@tensorflow/tfjs-backend-wasm'],
  cpu: ['@tensorflow/tfjs-backend-cpu'],
} as const
export type BundleBackend = keyof typeof BACKENDS
export const BUNDLE_BACKENDS = Object.keys(BACKENDS) as readonly BundleBackend[]

/** What a bundle holds, before it is compressed. */
export interface Contents {
  readonly entries: readonly Entry[]
  readonly backend: BundleBackend
  readonly target: Target
  readonly node: string
  /** Bytes before compression, largest first. */
  readonly parts: readonly { name: string; bytes: number; files: number }[]
  readonly packages: readonly Pick<PlacedPackage, 'name' | 'version' | 'license'>[]
  /** Packages that could have been there, and why they are not. */
  readonly leftOut: readonly { name: string; why: string }[]
  readonly notes: readonly string[]
}

/** The name of a backend, checked. Throws HarnessError `usage`. */
export function bundleBackend(name: string): BundleBackend {
  if (name in BACKENDS) return name as BundleBackend
  if (name === 'tensorflow')
    throw new HarnessError('usage', 'a bundle for tensorflow cannot be made: its native library is as large as CUDA and fits one driver', {
      hint: 'bundle webgpu, which needs the driver alone; or install TensorFlow on that machine',
    })
  const guess = nearest(name, BUNDLE_BACKENDS)
  throw new HarnessError('usage', `there is no backend "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: `backends of a bundle: ${BUNDLE_BACKENDS.join(', ')}`,
  })
}

/** Collects what goes into the bundle of a backend. Throws HarnessError `usage` where something is not installed or not built. */
export async function bundleContents(backend: BundleBackend, signal: AbortSignal): Promise<Contents> {
  const target = { platform: process.platform, arch: process.arch }
  if (target.platform === 'win32') throw new HarnessError('usage', 'a bundle cannot be made on Windows', { hint: 'make it on Linux, for Linux' })
  for (const needed of BACKENDS[backend])
    if (findPackage(PACKAGE_ROOT, needed) === undefined)
      throw new HarnessError('usage', `the backend ${backend} needs the package ${needed}, which is not installed here`, {
        hint: installCommand(...BACKENDS[backend]),
      })
  const packages = closureOf(PACKAGE_ROOT, rootsOf(backend), target)
  const runtime = await readRuntime(signal)
  const own = ownEntries()
  const others = packages.flatMap(({ dir, place }) =>
    packageFiles(dir, target).map(({ path }): Entry => ({ path: `package/${place}/${path}`, content: { file: join(dir, path) } })),
  )
  const node: Entry[] = [
    { path: 'runtime/node', content: runtime.executable, executable: true },
    ...(runtime.licence === undefined ? [] : [{ path: 'runtime/LICENSE', content: runtime.licence }]),
  ]
  const { name, version } = packageInfo()
  const listed = packages.map((one) => ({ name: one.name, version: one.version, license: one.license }))
  const manifest = { schema: 'bundle/1', name, version, backend, ...target, node: process.version, packages: listed }
  const head: Entry[] = [
    { path: 'distillbench', content: text(START_SCRIPT), executable: true },
    { path: 'bundle.json', content: text(`${JSON.stringify(manifest, null, 2)}\n`) },
  ]
  const entries = [...head, ...node, ...own, ...others].map((entry) => ({ ...entry, path: `distillbench/${entry.path}` }))
  return {
    entries: entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
    backend,
    target,
    node: process.version,
    parts: partsOf([...head, ...node, ...own], others),
    packages: listed,
    leftOut: leftOut(backend),
    notes: runtime.notes,
  }
}

/** Compresses it. `done` gives the size and SHA-256 of the archive once all pieces have been read. */
export function bundleArchive(
  contents: Contents,
  level: number,
  signal: AbortSignal,
): { pieces: AsyncIterable<Uint8Array>; done: () => { bytes: number; sha256: string } } {
  const hash = createHash('sha256')
  let bytes = 0
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for await (const piece of archiveOf(contents.entries, level, signal)) {
      hash.update(piece)
      bytes += piece.byteLength
      yield piece
    }
  }
  return { pieces: pieces(), done: () => ({ bytes, sha256: hash.digest('hex') }) }
}

// --- internal ---

/** Packages that are used where they are installed, and are small enough to go along: the meters of NVIDIA's GPUs. */
const WHERE_INSTALLED = ['koffi']
const OTHER_BACKEND = /^@tensorflow\/tfjs-backend-/

/** No program but sh is needed, and the folder may be anywhere; a link to the script is followed. */
const START_SCRIPT = `#!/bin/sh
self=$0
if [ -L "$self" ]; then self=$(readlink -f "$self"); fi
case $self in */*) here=\${self%/*} ;; *) here=. ;; esac
exec "$here/runtime/node" "$here/package/dist/harness/cli/bin.js" "$@"
`

function rootsOf(backend: BundleBackend): string[] {
  const { dependencies } = manifestOf()
  const installed = WHERE_INSTALLED.filter((name) => findPackage(PACKAGE_ROOT, name) !== undefined)
  return [...new Set([...Object.keys(dependencies).filter((name) => !OTHER_BACKEND.test(name)), ...BACKENDS[backend], ...installed])]
}

function leftOut(backend: BundleBackend): Contents['leftOut'] {
  const { optionalDependencies, peerDependencies } = manifestOf()
  const taken: readonly string[] = BACKENDS[backend]
  return Object.keys({ ...optionalDependencies, ...peerDependencies })
    .filter((name) => !taken.includes(name) && !(WHERE_INSTALLED.includes(name) && findPackage(PACKAGE_ROOT, name) !== undefined))
    .sort()
    .map((name) => ({ name, why: WHY_LEFT[name] ?? 'not needed by this backend' }))
}

const WHY_LEFT: Readonly<Record<string, string>> = {
  '@duckdb/node-api': 'large, and nothing that is measured needs it: samples stay as JSON lines, and `query` does not work',
  '@resvg/resvg-js': 'charts stay as SVG',
  '@tensorflow/tfjs-node-gpu': 'its native library fits one driver',
  koffi: 'not installed here; without it NVIDIA GPUs are read by nvidia-smi alone',
}

function manifestOf(): Record<'dependencies' | 'optionalDependencies' | 'peerDependencies', Record<string, string>> {
  return JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>
}

/** What npm would put into the package, without types and source maps. */
function ownEntries(): Entry[] {
  if (!existsSync(join(PACKAGE_ROOT, 'dist/harness/cli/bin.js')))
    throw new HarnessError('usage', `the compiled code is missing in ${PACKAGE_ROOT}`, { hint: 'build it first: npm run build' })
  return ['package.json', 'LICENSE', 'CHANGELOG.md', 'README.md', 'dist', 'suites', 'docs'].flatMap((name) => {
    const full = join(PACKAGE_ROOT, name)
    if (!existsSync(full)) return []
    if (statSync(full).isFile()) return [{ path: `package/${name}`, content: { file: full } }]
    return listFiles(full, '', (path, isFolder) => isFolder || !/\.(?:map|ts|tsbuildinfo)$/.test(path)).map(({ path }): Entry => {
      return { path: `package/${name}/${path}`, content: { file: join(full, path) } }
    })
  })
}

function partsOf(own: readonly Entry[], packages: readonly Entry[]): Contents['parts'] {
  const sums = new Map<string, { bytes: number; files: number }>()
  const add = (name: string, { content }: Entry): void => {
    const sum = sums.get(name) ?? { bytes: 0, files: 0 }
    sums.set(name, { bytes: sum.bytes + ('file' in content ? statSync(content.file).size : content.byteLength), files: sum.files + 1 })
  }
  for (const entry of own)
    add(entry.path.startsWith('runtime/') ? 'Node' : entry.path.startsWith('package/suites') ? 'suites and weights' : 'distillbench', entry)
  for (const entry of packages) add(/^package\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(entry.path)![1]!, entry)
  return [...sums].map(([name, sum]) => ({ name, ...sum })).sort((a, b) => b.bytes - a.bytes)
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
