/** Finds a suite, reads it, checks it, completes it. */
import { existsSync, statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HarnessError, nearest } from '../errors.ts'
import type { Fact, LoadedSuite } from '../types.ts'
import { builtinAt, builtins, type Builtin } from './builtins.ts'
import { checkFacts, checkSuite } from './checks.ts'
import { fromZod, suiteError } from './issues.ts'
import { importUserModule } from './module.ts'
import { defined } from './loads.ts'
import { resolveSuite } from './resolve.ts'
import { FactsSchema, SuiteSchema, type ParsedSuite } from './schema.ts'
import { DATA_EXTENSIONS, displayName, moduleSource, readDataFile, type Source } from './source.ts'

/**
 * Loads a suite by the name of a built-in, by its folder, or by its file (.ts, .js, .mjs, .yaml, .yml, .json).
 * Throws HarnessError `usage` that names file, line and path of every mistake.
 */
export async function loadSuite(nameOrFile: string, { cwd = process.cwd() }: { cwd?: string } = {}): Promise<LoadedSuite> {
  // 1. find it  2. read it  3. check its shape  4. read its facts  5. check across its parts  6. complete it
  const { file, dir, builtin } = locate(nameOrFile, cwd)
  const source = await readSource(file, builtin, cwd)
  const parsed = SuiteSchema.safeParse(source.value, { reportInput: true })
  if (!parsed.success) throw suiteError(source, fromZod(parsed.error))
  const facts = await readFacts(parsed.data, source, dir, cwd)
  const issues = checkSuite(parsed.data, facts)
  if (issues.length > 0) throw suiteError(source, issues)
  return { suite: resolveSuite(parsed.data, facts, dir), file, dir }
}

// --- internal ---

const MODULE_EXTENSIONS = ['.ts', '.mts', '.js', '.mjs']
const EXTENSIONS: readonly string[] = [...MODULE_EXTENSIONS, ...DATA_EXTENSIONS]

interface Place {
  readonly file: string
  readonly dir: string
  readonly builtin: boolean
}

function locate(nameOrFile: string, cwd: string): Place {
  const known = builtins()
  const named = known.find(({ name }) => name === nameOrFile)
  if (named !== undefined) return fromBuiltin(named)
  const path = resolve(cwd, nameOrFile)
  if (!existsSync(path)) throw notFound(nameOrFile, path, known)
  const builtin = builtinAt(path)
  if (builtin !== undefined) return fromBuiltin(builtin)
  return statSync(path).isDirectory() ? inFolder(path, cwd) : asFile(path, cwd)
}

const fromBuiltin = ({ file, dir }: Builtin): Place => ({ file, dir, builtin: true })

function inFolder(dir: string, cwd: string): Place {
  const file = EXTENSIONS.map((extension) => join(dir, `suite${extension}`)).find((candidate) => existsSync(candidate))
  if (file === undefined)
    throw new HarnessError('usage', `the folder ${displayName(dir, cwd)} holds no suite`, {
      hint: `looked for ${EXTENSIONS.map((e) => `suite${e}`).join(', ')}`,
    })
  return { file, dir, builtin: false }
}

function asFile(file: string, cwd: string): Place {
  if (EXTENSIONS.includes(extname(file))) return { file, dir: dirname(file), builtin: false }
  throw new HarnessError('usage', `${displayName(file, cwd)} is not a kind of file that a suite can be`, { hint: `suites end in ${EXTENSIONS.join(', ')}` })
}

function notFound(word: string, path: string, known: readonly Builtin[]): HarnessError {
  const names = known.map(({ name }) => name)
  const guess = nearest(word, names)
  const hint = `built-in suites: ${names.join(', ') || 'none'}; or give a folder or a file`
  const what = /[/\\]|\.(?:[mc]?[jt]s|ya?ml|json)$/.test(word) ? `there is no file or folder ${path}` : `there is no suite "${word}"`
  return new HarnessError('usage', `${what}${guess === undefined ? '' : `; did you mean ${guess}?`}`, { hint })
}

async function readSource(file: string, builtin: boolean, cwd: string): Promise<Source> {
  if (!MODULE_EXTENSIONS.includes(extname(file))) return readDataFile(file, cwd)
  const module = builtin ? ((await import(pathToFileURL(file).href)) as Record<string, unknown>) : await importUserModule(file, displayName(file, cwd))
  if (module.default === undefined)
    throw new HarnessError('usage', `${displayName(file, cwd)} exports no suite`, { hint: 'end it with `export default defineSuite({ … })`' })
  return moduleSource(file, cwd, module.default)
}

/** The facts of the suite, or of the file that it names. */
async function readFacts({ facts, models }: ParsedSuite, source: Source, dir: string, cwd: string): Promise<Fact[]> {
  const own = typeof facts !== 'string'
  const from = own ? { ...source, value: facts } : await readDataFile(resolve(dir, facts), cwd)
  const parsed = FactsSchema.safeParse(from.value, { reportInput: true })
  if (!parsed.success) throw suiteError(from, fromZod(parsed.error))
  const list = parsed.data.map((fact) => defined(fact))
  const issues = checkFacts(list, Object.keys(models))
  if (issues.length > 0) throw suiteError(from, own ? issues.map(({ path, message }) => ({ path: ['facts', ...path], message })) : issues)
  return list
}
