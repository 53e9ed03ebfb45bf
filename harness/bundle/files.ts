/** Which files of a package go into a bundle: those that may be loaded at run time, and its licence. */
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Target } from './closure.ts'

/** Paths inside of `dir`, sorted, with sizes in bytes. */
export interface PackageFile {
  readonly path: string
  readonly bytes: number
}

/** Without types, source maps, tests, documentation, copies for browsers, and native files for other platforms. */
export function packageFiles(dir: string, target: Target): PackageFile[] {
  const unused = browserFiles(dir)
  return listFiles(dir, '', (path, isFolder) => (isFolder ? !LEFT_FOLDERS.test(path) : !unused.has(path) && isNeeded(path) && isFor(path, target)))
}

/** All files below a folder that `keep` lets through, sorted by path. Links inside of it are followed. */
export function listFiles(dir: string, below: string, keep: (path: string, isFolder: boolean) => boolean): PackageFile[] {
  const files = readdirSync(join(dir, below)).flatMap((name): PackageFile[] => {
    const path = below === '' ? name : `${below}/${name}`
    const full = join(dir, path)
    const real = lstatSync(full).isSymbolicLink() ? realpathSync(full) : full
    const found = statSync(real)
    if (found.isDirectory()) return keep(path, true) ? listFiles(dir, path, keep) : []
    return found.isFile() && keep(path, false) ? [{ path, bytes: found.size }] : []
  })
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

// --- internal ---

/** `test` and `doc` may be code further down, as in yaml/dist/doc. */
const LEFT_FOLDERS = /^(?:tests?|docs?|examples?|benchmarks?|coverage)$|(?:^|\/)(?:node_modules|__tests__|miniprogram|\.[^/]*)$/
const LEFT_FILES = /\.(?:map|[cm]?ts|tsx|flow|md|markdown|c|cc|cpp|h|hpp|tgz|tsbuildinfo|lock)$/i
const LICENCE = /^(?:licen[cs]e|notice|copying|third.?party|patents)/i

function isNeeded(path: string): boolean {
  return (
    LICENCE.test(basename(path)) ||
    !(
      LEFT_FILES.test(path) ||
      /(?:^|\/)(?:\.[^/]*|package-lock\.json|yarn\.lock|karma\.conf\.js|tsconfig[^/]*\.json|[^/]*[._](?:test|spec)\.[cm]?js)$/.test(path)
    )
  )
}

const NATIVE = /\.(?:node|so(?:\.[\d.]+)?|dylib|dll|exe)$/i
const SYSTEMS = { win32: /\bwin(?:32|dows)?\b|\.dll$|\.exe$/i, darwin: /\b(?:darwin|macos|osx)\b|\.dylib$/i, linux: /\blinux\b/i } as const
const ARCHES = { x64: /\b(?:x64|amd64|x86_64)\b/i, arm64: /\b(?:arm64|aarch64)\b/i, arm: /\barmv?\d*\b/i, ia32: /\b(?:ia32|x86|i[36]86)\b/i } as const

/** A native file belongs to the platform that its path names; one whose path names none is for every one. */
function isFor(path: string, { platform, arch }: Target): boolean {
  if (!NATIVE.test(path)) return true
  const words = path.replaceAll(/[_]/g, '-').replaceAll('x86-64', 'x86_64')
  const named = (table: Readonly<Record<string, RegExp>>): string[] => Object.entries(table).flatMap(([name, pattern]) => (pattern.test(words) ? [name] : []))
  const [systems, arches] = [named(SYSTEMS), named(ARCHES)]
  return (systems.length === 0 || systems.includes(platform)) && (arches.length === 0 || arches.includes(arch))
}

const ManifestSchema = z.looseObject({ main: z.string().catch('index.js'), exports: z.unknown().optional() })
/** Fields that Node reads, or that name no code. */
const OTHER_FIELDS = ['main', 'exports', 'bin', 'types', 'typings', 'name', 'version', 'license', 'module', 'jsnext:main']

/** Single files that a package offers to browsers and bundlers (`unpkg`, `jsdelivr`, `fesm2017` …), and that its entry does not mention. */
function browserFiles(dir: string): ReadonlySet<string> {
  const { main, exports, ...fields } = ManifestSchema.parse(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')))
  const plain = (path: string): string => path.replace(/^\.\//, '')
  const entry = join(dir, main)
  const said = `${existsSync(entry) && statSync(entry).isFile() ? readFileSync(entry, 'utf8') : ''}${JSON.stringify(exports ?? '')}`
  const named = Object.entries(fields).flatMap(([field, value]) =>
    typeof value === 'string' && !OTHER_FIELDS.includes(field) && /\.[cm]?js$/.test(value) ? [plain(value)] : [],
  )
  return new Set(named.filter((path) => path !== plain(main) && !said.includes(basename(path))))
}
