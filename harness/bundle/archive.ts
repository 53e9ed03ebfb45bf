/** A .tar.gz with the same bytes for the same entries: fixed owner and time, no order of its own. */
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { createGzip } from 'node:zlib'
import { createTarPacker } from 'modern-tar'

export interface Entry {
  readonly path: string
  /** The bytes, or the file that holds them. */
  readonly content: Uint8Array | { readonly file: string }
  readonly executable?: boolean
}

/** The archive in pieces, entries in the order given. `level` is that of gzip, 1 to 9. */
export async function* archiveOf(entries: readonly Entry[], level: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const { readable, controller } = createTarPacker()
  const gzip = createGzip({ level })
  const flow = pipeline(Readable.fromWeb(readable as ReadableStream), gzip, { signal })
  const fed = feed(controller, entries, signal).catch((error: unknown) => controller.error(error))
  flow.catch(() => {}) // told by the read that meets it
  yield* gzip as AsyncIterable<Uint8Array>
  await Promise.all([flow, fed])
}

// --- internal ---

/** Of every entry. Not 1970, which tar takes for a mistake and warns of. */
const TIME = new Date('2000-01-01T00:00:00Z')

type Packer = ReturnType<typeof createTarPacker>['controller']

async function feed(packer: Packer, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  for (const { path, content, executable } of entries) {
    signal.throwIfAborted()
    const bytes = 'file' in content ? await readFile(content.file) : content
    const mode = executable === true ? 0o755 : 0o644
    const writer = packer.add({ name: path, size: bytes.byteLength, mode, mtime: TIME, uid: 0, gid: 0, uname: 'root', gname: 'root' }).getWriter()
    await writer.write(bytes)
    await writer.close()
  }
  packer.finalize()
}
