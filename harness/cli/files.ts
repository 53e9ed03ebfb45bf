/** Files that are whole or absent: written under a temporary name, then renamed. */
import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { HarnessError } from '../errors.ts'

/** Writes a text or bytes, whole or in pieces. Throws HarnessError `storage` that names the file and the reason. */
export async function writeWhole(file: string, content: string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string>): Promise<void> {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.part`
  try {
    await mkdir(dirname(file), { recursive: true })
    await pipeline(Readable.from(typeof content === 'string' || content instanceof Uint8Array ? [content] : content), createWriteStream(temporary))
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw storageError(file, error)
  }
}

// --- internal ---

const REASONS: Record<string, string> = {
  EACCES: 'permission is missing',
  EPERM: 'permission is missing',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
}

function storageError(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const reason = REASONS[code]
  if (reason === undefined) return error
  return new HarnessError('storage', `cannot write ${file}: ${reason}`, { hint: 'give another place with --out', cause: error })
}
