/** Reads the import statements of all sources; the graph that the boundary tests look at. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url))

export interface Import {
  /** Path of the importing file from the root of the project. */
  from: string
  /** Path of a file of ours, a package name, or `node:…`. Undefined: the name is computed while running. */
  to: string | undefined
  kind: 'type' | 'static' | 'dynamic'
}

/** All TypeScript sources, as paths from the root. */
export function sourceFiles(): string[] {
  const folders = ['harness', 'reports', 'suites', 'scripts'].filter((folder) => existsSync(`${ROOT}/${folder}`))
  const files = folders.flatMap((folder) =>
    readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' }).map((file) => posix.join(folder, file.replaceAll('\\', '/'))),
  )
  return files.filter((file) => file.endsWith('.ts')).sort()
}

export function importsOf(file: string): Import[] {
  return parseImports(readFileSync(`${ROOT}/${file}`, 'utf8')).map(({ specifier, kind }) => ({
    from: file,
    kind,
    to: specifier === undefined ? undefined : target(file, specifier),
  }))
}

/** Import statements of a source text, without parsing the language: the formatter keeps them regular. */
export function parseImports(source: string): { specifier: string | undefined; kind: Import['kind'] }[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const found: { specifier: string | undefined; kind: Import['kind'] }[] = []
  for (const match of code.matchAll(/^\s*(?:import|export)\b(\s+type\b)?[^'"`;()=]*?\bfrom\s*'([^']+)'/gm))
    found.push({ specifier: match[2], kind: match[1] ? 'type' : 'static' })
  for (const match of code.matchAll(/^\s*import\s*'([^']+)'/gm)) found.push({ specifier: match[1], kind: 'static' })
  for (const match of code.matchAll(/\btypeof import\(\s*'([^']+)'\s*\)/g)) found.push({ specifier: match[1], kind: 'type' })
  for (const match of code.matchAll(/(?<!typeof )\bimport\(\s*(?:'([^']+)'\s*\)|)/g)) found.push({ specifier: match[1], kind: 'dynamic' })
  return found
}

/** Every file and package that is loaded when `file` is, following the imports that are not types and not dynamic. */
export function loadedWith(file: string): Set<string> {
  const seen = new Set<string>()
  const visit = (current: string): void => {
    if (seen.has(current)) return
    seen.add(current)
    if (!current.endsWith('.ts')) return
    for (const { to, kind } of importsOf(current)) if (kind === 'static' && to !== undefined) visit(to)
  }
  visit(file)
  return seen
}

// --- internal ---

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
