/** What a suite says of a file: a path or an address, in which `${NAME}` and `${NAME:-else}` are taken from the environment. */
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { HarnessError } from '../../errors.ts'
import type { DataSource, ItemsContext } from '../../types.ts'
import { fromEnvironment } from '../../variables.ts'
import type { LocalFile } from './file.ts'

export interface OpenedFile {
  readonly file: LocalFile
  readonly source: Pick<DataSource, 'file' | 'sha256' | 'bytes'>
}
export interface ReferenceOptions {
  /** Who asks, for messages. */
  readonly what: string
  /** Folder that paths start from. */
  readonly dir: string
  /** Digest that the file must have. */
  readonly sha256?: string | undefined
  readonly maxBytes?: number | undefined
  readonly hosts?: readonly string[] | undefined
  readonly context: ItemsContext
}

/** The file on this machine; one behind an address is fetched once and kept. Throws HarnessError `data`, `network` and `usage`. */
export async function openReference(reference: string, options: ReferenceOptions): Promise<OpenedFile> {
  const expanded = fromEnvironment(reference, process.env)
  if ('missing' in expanded)
    throw new HarnessError('usage', `${options.what}: the file is named by the environment variable ${expanded.missing}, which is not set`, {
      hint: `${expanded.missing}=PATH distillbench …`,
      kind: 'data-missing',
    })
  if (/^https?:\/\//.test(expanded.value)) {
    const { fetchFile } = await import('./fetch.ts')
    const { path, sha256, bytes, name } = await fetchFile(expanded.value, options)
    return { file: { path, name }, source: { file: withoutQuery(expanded.value), sha256, bytes } }
  }
  return openLocal(resolve(options.dir, expanded.value), options)
}

/** A file that is here already. */
export async function openLocal(path: string, { what, sha256: wanted, context }: Pick<ReferenceOptions, 'what' | 'sha256' | 'context'>): Promise<OpenedFile> {
  const { sha256, bytes } = await digestOf(path, what, context.signal)
  if (wanted !== undefined && wanted.toLowerCase() !== sha256)
    throw new HarnessError('data', `${what}: ${path} is not the file that the suite means: its SHA-256 is ${sha256}, not ${wanted}`)
  return { file: { path, name: path }, source: { file: basename(path), sha256, bytes } }
}

/** SHA-256 and size. Throws HarnessError `data`. */
export async function digestOf(path: string, what: string, signal?: AbortSignal): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256')
  try {
    if (statSync(path).isDirectory()) throw new HarnessError('data', `${what}: ${path} is a folder, where a file was expected`)
    let bytes = 0
    for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal })) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
    return { sha256: hash.digest('hex'), bytes }
  } catch (error) {
    if (error instanceof HarnessError) throw error
    if (signal?.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    throw new HarnessError('data', `${what}: ${path} cannot be read: ${(error as Error).message}`, { cause: error, kind: 'data-missing' })
  }
}

/** A query may hold a signature, which has no place in a record. */
export function withoutQuery(address: string): string {
  const url = new URL(address)
  return `${url.origin}${url.pathname}`
}
