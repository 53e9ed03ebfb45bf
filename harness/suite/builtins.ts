/** Where the suites that come with the package are. */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PACKAGE_ROOT } from '../package.ts'
import { DATA_EXTENSIONS } from './source.ts'

/** `file` is what is loaded, `dir` holds the data. */
export interface Builtin {
  readonly name: string
  readonly file: string
  readonly dir: string
}

/** All built-in suites, by name. A suite is a folder of suites/ with suite.ts (compiled beside the harness), .yaml or .json. */
export function builtins(): readonly Builtin[] {
  return folders(join(PACKAGE_ROOT, 'suites'), join(CODE_ROOT, 'suites')).flatMap((name) => {
    const dir = join(PACKAGE_ROOT, 'suites', name)
    const file = [
      ...MODULE_EXTENSIONS.map((extension) => join(CODE_ROOT, 'suites', name, `suite${extension}`)),
      ...DATA_EXTENSIONS.map((extension) => join(dir, `suite${extension}`)),
    ].find((path) => existsSync(path))
    return file === undefined ? [] : [{ name, file, dir }]
  })
}

/** The built-in suite whose source folder or source file this path is. Its compiled form is loaded instead. */
export function builtinAt(path: string): Builtin | undefined {
  return builtins().find(({ dir }) => path === dir || (path.startsWith(join(dir, 'suite.')) && !path.slice(dir.length + 1).includes('/')))
}

// --- internal ---

/** The sources, or dist/: the folder that holds both harness/ and suites/. */
const CODE_ROOT = fileURLToPath(new URL('../..', import.meta.url))
const MODULE_EXTENSIONS = [import.meta.url.endsWith('.ts') ? '.ts' : '.js']

function folders(...parents: readonly string[]): string[] {
  const found = parents.flatMap((parent) => (existsSync(parent) ? readdirSync(parent, { withFileTypes: true }) : []))
  return [...new Set(found.filter((entry) => entry.isDirectory()).map(({ name }) => basename(name)))].sort()
}
