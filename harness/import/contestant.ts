/** The models of an import: which file, which part of it, and what they are called. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { HarnessError } from '../errors.ts'
import type { Role } from '../types.ts'
import type { Source } from './answer.ts'
import { openSource } from './readers/index.ts'

export interface Contestant {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly source: Source
  /** What tells it apart in messages: the file, and the part of it. */
  readonly label: string
}

export interface FileOfRole {
  readonly role: Role
  /** `FILE`, `NAME=FILE`, and for files with several models `FILE#COLUMN`. */
  readonly word: string
}

/** Opens all files. Throws HarnessError `usage` for a file that is not there and for names that are not unique. */
export async function openContestants(files: readonly FileOfRole[], score: string | undefined, signal: AbortSignal): Promise<Contestant[]> {
  const taken = new Set<string>()
  const contestants: Contestant[] = []
  for (const { role, word } of files) {
    const { name, path, column } = readWord(word)
    const source = await openSource(path, { ...(column === undefined ? {} : { column }), ...(score === undefined ? {} : { score }) }, signal)
    if (name !== undefined && taken.has(slug(name)))
      throw new HarnessError('usage', `two models are called ${name}`, { hint: 'give each a name of its own: NAME=FILE' })
    const id = unique(slug(name ?? source.model ?? stem(path)) || role, taken)
    contestants.push({ id, name: name ?? source.model ?? id, role, source, label: column === undefined ? path : `${path}#${column}` })
  }
  return contestants
}

/** Lower-case letters, digits, dots and dashes: what may stand in an id and in the name of a folder. */
export function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 60)
}

/** The name of a file without folder and ending. */
export function stem(path: string): string {
  return basename(path).replace(/\.[A-Za-z0-9]+$/, '')
}

// --- internal ---

function readWord(word: string): { name?: string; path: string; column?: string } {
  if (existsSync(word)) return { path: word }
  const named = /^([A-Za-z0-9][\w.-]*)=(.+)$/.exec(word)
  const [name, rest] = named === null ? [undefined, word] : [named[1], named[2] ?? '']
  const hash = existsSync(rest) ? -1 : rest.indexOf('#')
  const [path, column] = hash <= 0 ? [rest, undefined] : [rest.slice(0, hash), rest.slice(hash + 1)]
  return { path, ...(name === undefined ? {} : { name }), ...(column === undefined || column === '' ? {} : { column }) }
}

function unique(id: string, taken: Set<string>): string {
  let own = id
  for (let n = 2; taken.has(own); n++) own = `${id}-${n}`
  taken.add(own)
  return own
}
