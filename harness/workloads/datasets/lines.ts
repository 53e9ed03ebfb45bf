/** Lines of a text file as it streams by, unpacked where it is packed with gzip. */
import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HarnessError } from '../../errors.ts'
import type { LocalFile } from './file.ts'

/** Lines end at a line feed only: node:readline also splits at U+2028, which JSON allows inside a string. Throws HarnessError `data`. */
export async function* readLines(file: LocalFile, what: string, signal?: AbortSignal): AsyncGenerator<string> {
  const parts: string[] = []
  let waiting = 0
  for await (const chunk of readText(file, what, signal)) {
    const lines = chunk.split('\n')
    for (const [i, line] of lines.entries()) {
      parts.push(line)
      waiting += line.length
      if (waiting > LONGEST_LINE) throw new HarnessError('data', `${file.name} has a line of more than ${LONGEST_LINE / 2 ** 20} million characters`, { hint: 'is it a file of lines?' }) // prettier-ignore
      if (i === lines.length - 1) continue
      yield parts.join('')
      parts.length = 0
      waiting = 0
    }
  }
  if (waiting > 0) yield parts.join('')
}

/** All of it, in pieces. */
export async function* readText({ path, name }: LocalFile, what: string, signal?: AbortSignal): AsyncGenerator<string> {
  let size = 0
  try {
    for await (const chunk of openBytes({ path, name }, signal).setEncoding('utf8')) {
      size += String(chunk).length
      if (size > LARGEST_TEXT) throw new HarnessError('data', `${name} unpacks to more than ${LARGEST_TEXT / 2 ** 30} GiB`)
      yield String(chunk)
    }
  } catch (error) {
    if (error instanceof HarnessError) throw error
    if (signal?.aborted) throw new HarnessError('aborted', 'interrupted', { cause: error })
    throw new HarnessError('data', `${what}: ${name === path ? path : `${name} (${path})`} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

/** The bytes of a file, unpacked where its name ends in `.gz`. */
export function openBytes({ path, name }: LocalFile, signal?: AbortSignal): Readable {
  const source = createReadStream(path, signal === undefined ? {} : { signal })
  if (!name.endsWith('.gz')) return source
  const unpacked = createGunzip()
  source.on('error', (error) => unpacked.destroy(error))
  return source.pipe(unpacked)
}

// --- internal ---

const LONGEST_LINE = 64 * 2 ** 20
const LARGEST_TEXT = 4 * 2 ** 30
