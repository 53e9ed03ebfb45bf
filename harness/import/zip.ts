/** Zip archives, entry by entry; deflated ones, and those with Zstandard (method 93), which newer Inspect logs have. */
import { decompress } from 'fzstd'
import { buffer } from 'node:stream/consumers'
import yauzl from 'yauzl'
import { HarnessError } from '../errors.ts'
import { cannotRead } from './json.ts'

export interface Zip {
  /** Names of the entries, in the order of the archive's directory. */
  readonly names: readonly string[]
  /** One entry, unpacked. Throws HarnessError `data` for what is damaged, encrypted or larger than `maxBytes`. */
  read(name: string, maxBytes: number): Promise<Buffer>
  close(): void
}

export const isZip = (bytes: Buffer): boolean => bytes.length >= 4 && bytes.readUInt32LE(0) === 0x04034b50

/** Opens an archive; only its directory is read. Throws HarnessError `data`. */
export async function openZip(path: string): Promise<Zip> {
  try {
    const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false })
    const entries = new Map<string, yauzl.Entry>()
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry) // an entry that was written again replaces the first
    return {
      names: [...entries.keys()],
      read: async (name, maxBytes) => {
        const entry = entries.get(name)
        if (entry === undefined) throw new HarnessError('data', `${path} has no entry ${name}`)
        try {
          return await unpack(zip, entry, maxBytes)
        } catch (error) {
          if (error instanceof HarnessError) throw new HarnessError(error.code, `${path}, ${name}: ${error.message}`, { cause: error })
          throw damaged(`${path}, ${name}`, error)
        }
      },
      close: () => zip.close(),
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw cannotRead(error, path)
    throw damaged(path, error)
  }
}

// --- internal ---

const ZSTANDARD = 93

async function unpack(zip: yauzl.ZipFile, entry: yauzl.Entry, maxBytes: number): Promise<Buffer> {
  if (entry.uncompressedSize > maxBytes || entry.compressedSize > maxBytes)
    throw new HarnessError('data', `it has ${Math.round(entry.uncompressedSize / 1024 / 1024)} MiB; at most ${maxBytes / 1024 / 1024} MiB are read`)
  if (entry.isEncrypted()) throw new HarnessError('data', 'it is encrypted')
  if (entry.compressionMethod !== ZSTANDARD) return buffer(await zip.openReadStreamPromise(entry))
  const packed = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))
  // The size is given, so that a damaged frame cannot ask for more memory than the directory admits.
  const bytes = decompress(packed, new Uint8Array(entry.uncompressedSize))
  if (bytes.length !== entry.uncompressedSize) throw new Error(`it has ${bytes.length} bytes, and should have ${entry.uncompressedSize}`)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function damaged(where: string, error: unknown): HarnessError {
  return new HarnessError('data', `${where} is damaged: ${(error as Error).message}`, {
    hint: 'copy the file again; an archive is only whole when its writer has ended',
    cause: error,
  })
}
