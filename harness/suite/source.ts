/** A suite file as data, and where in it each value stands. */
import { readFile } from 'node:fs/promises'
import { extname, isAbsolute, relative } from 'node:path'
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml'
import { HarnessError } from '../errors.ts'

export type Path = readonly PropertyKey[]

export interface Source {
  /** The file as messages name it. */
  readonly name: string
  readonly value: unknown
  /** Line of the value, or of the nearest thing around it that exists; undefined where the file has no lines to name. */
  lineOf(path: Path): number | undefined
}

export const DATA_EXTENSIONS = ['.yaml', '.yml', '.json'] as const

/** Reads a YAML or JSON file. Throws HarnessError `usage` with the line of the mistake. */
export async function readDataFile(file: string, cwd: string): Promise<Source> {
  const name = displayName(file, cwd)
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new HarnessError('usage', `${name} cannot be read: ${(error as Error).message}`, { cause: error })
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false })
  const fault = document.errors[0] ?? document.warnings[0]
  const message = extname(file) === '.json' ? jsonFault(text) : fault?.message
  if (message !== undefined) throw new HarnessError('usage', `${name}${fault === undefined ? '' : `:${lines.linePos(fault.pos[0]).line}`}: ${message}`)
  return { name, value: toValue(document, name), lineOf: (path) => lineOf(document, lines, path) }
}

/** A module has no lines that its values could be traced to. */
export const moduleSource = (file: string, cwd: string, value: unknown): Source => ({ name: displayName(file, cwd), value, lineOf: () => undefined })

/** Relative where that is shorter to read. */
export function displayName(file: string, cwd: string): string {
  const path = relative(cwd, file)
  return path === '' || path.startsWith('..') || isAbsolute(path) ? file : path
}

// --- internal ---

function jsonFault(text: string): string | undefined {
  try {
    JSON.parse(text.replace(/^\uFEFF/, ''))
    return undefined
  } catch (error) {
    return `not valid JSON: ${(error as Error).message}`
  }
}

function toValue(document: Document, name: string): unknown {
  try {
    return document.toJS() as unknown
  } catch (error) {
    throw new HarnessError('usage', `${name}: ${(error as Error).message}`, { cause: error }) // aliases that blow up
  }
}

function lineOf(document: Document, lines: LineCounter, path: Path): number | undefined {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(part))
      if (pair === undefined) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      const item = node.items[Number(part)]
      if (item === undefined) break
      offset = startOf(item) ?? offset
      node = item
    } else break
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? (node.range?.[0] ?? undefined) : undefined)
