/** Files behind addresses: fetched once, kept under their digest. */
import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import type { ItemsContext } from '../../types.ts'
import { digestOf, withoutQuery } from './reference.ts'
import { ask, type AskOptions } from './web.ts'

export interface FetchOptions extends AskOptions {
  readonly sha256?: string | undefined
  /** Default 2 GiB. */
  readonly maxBytes?: number | undefined
  /** Names the content where the address does not: an address with a commit in it never changes. Default: the address. */
  readonly key?: string | undefined
  readonly context: ItemsContext
}
export interface FetchedFile {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  /** Name of the file as its address has it. */
  readonly name: string
}

/** `DISTILLBENCH_CACHE`, else the cache folder of the user. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.DISTILLBENCH_CACHE?.trim() || join(env.XDG_CACHE_HOME?.trim() || join(homedir(), '.cache'), 'distillbench', 'datasets')
}

/**
 * The file from the cache, or from its address: written under another name, checked and renamed, so that what is in the cache is whole.
 * Throws HarnessError `network`, `http` and `data`.
 */
export async function fetchFile(address: string, options: FetchOptions): Promise<FetchedFile> {
  const { what, context, key = address, sha256: wanted } = options
  const name = basename(new URL(address).pathname) || 'data'
  const kept = await fromCache(key, what, context.signal)
  if (kept !== undefined && (wanted === undefined || wanted.toLowerCase() === kept.sha256)) return { ...kept, name }
  const fetched = await download(address, options)
  if (wanted !== undefined && wanted.toLowerCase() !== fetched.sha256) {
    rmSync(fetched.path, { force: true })
    throw new HarnessError('data', `${what}: ${withoutQuery(address)} is not the file that the suite means: its SHA-256 is ${fetched.sha256}, not ${wanted}`)
  }
  return { ...keep(fetched, key, address), name }
}

/** A small JSON document that was kept before, such as a listing. */
export function recall(key: string): unknown {
  try {
    return JSON.parse(readFileSync(noteOf(key), 'utf8')) as unknown
  } catch {
    return undefined
  }
}
export function remember(key: string, value: unknown): void {
  writeWhole(noteOf(key), JSON.stringify(value))
}

// --- internal ---

const MAX_BYTES = 2 * 2 ** 30
const NoteSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number() })

const noteOf = (key: string): string => join(cacheDir(), 'names', `${createHash('sha256').update(key).digest('hex')}.json`)
const blobOf = (sha256: string): string => join(cacheDir(), 'files', sha256)

async function fromCache(key: string, what: string, signal: AbortSignal | undefined): Promise<Omit<FetchedFile, 'name'> | undefined> {
  const note = NoteSchema.safeParse(recall(key))
  if (!note.success) return undefined
  const path = blobOf(note.data.sha256)
  if (!existsSync(path)) return undefined
  const { sha256, bytes } = await digestOf(path, what, signal)
  return sha256 === note.data.sha256 ? { path, sha256, bytes } : undefined // damaged: fetched again
}

async function download(address: string, options: FetchOptions): Promise<Omit<FetchedFile, 'name'>> {
  const { what, context, maxBytes = MAX_BYTES } = options
  const response = await ask(address, options)
  const said = Number(response.headers.get('content-length') ?? NaN)
  const tooLarge = (): HarnessError => new HarnessError('data', `${what}: ${withoutQuery(address)} is larger than ${Math.round(maxBytes / 2 ** 20)} MiB`, { hint: 'raise maxMiB in the suite, or give a file of your own' }) // prettier-ignore
  if (said > maxBytes) {
    await response.body?.cancel()
    throw tooLarge()
  }
  context.onProgress?.(`fetching ${withoutQuery(address)}${Number.isFinite(said) ? ` (${(said / 2 ** 20).toFixed(1)} MiB)` : ''}`)
  const path = join(cacheDir(), 'files', `.${randomUUID()}`)
  makeFolder(join(cacheDir(), 'files'))
  const hash = createHash('sha256')
  let bytes = 0
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      hash.update(chunk)
      done(bytes > maxBytes ? tooLarge() : null, chunk)
    },
  })
  try {
    if (response.body === null) throw new HarnessError('network', `${what}: ${withoutQuery(address)} was answered without a body`)
    await pipeline(Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]), count, createWriteStream(path), ...(context.signal === undefined ? [] : [{ signal: context.signal }])) // prettier-ignore
    if (Number.isFinite(said) && response.headers.get('content-encoding') === null && bytes !== said) throw new Error(`${bytes} of ${said} bytes came`)
    return { path, bytes, sha256: hash.digest('hex') }
  } catch (error) {
    rmSync(path, { force: true })
    if (error instanceof HarnessError) throw error
    if (context.signal?.aborted) throw new HarnessError('aborted', 'interrupted while fetching', { cause: error })
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EACCES') throw new HarnessError('storage', `${what}: ${cacheDir()} cannot be written: ${message}`, { cause: error })
    throw new HarnessError('network', `${what}: the connection broke while fetching ${withoutQuery(address)}: ${message}`, {
      cause: error,
      kind: 'data-missing',
    })
  }
}

function keep({ path, sha256, bytes }: Omit<FetchedFile, 'name'>, key: string, address: string): Omit<FetchedFile, 'name'> {
  renameSync(path, blobOf(sha256))
  writeWhole(noteOf(key), JSON.stringify({ address: withoutQuery(address), sha256, bytes, at: new Date().toISOString() }))
  return { path: blobOf(sha256), sha256, bytes }
}

function writeWhole(path: string, text: string): void {
  makeFolder(join(path, '..'))
  const temporary = `${path}.${randomUUID()}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw new HarnessError('storage', `the cache ${path} cannot be made: ${(error as Error).message}`, {
      hint: 'DISTILLBENCH_CACHE names another folder',
      cause: error,
    })
  }
}
