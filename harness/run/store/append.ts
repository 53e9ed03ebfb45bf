/** A file of JSON lines that only grows, and holds whole lines whatever happens. */
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readSync, statSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { storageError } from './errors.ts'

export interface AppendFile {
  /** Writes one line; when it returns, the line survives the end of this process. Throws HarnessError `storage`. */
  append(value: unknown): void
  /**
   * Waits until the disk has it, so that it also survives the end of the machine's power. Milliseconds, where `append` takes
   * some 50 µs: for the end of a cell, not for every line.
   */
  sync(): void
  close(): void
}

/** Opens or creates the file; what stands after its last line break was cut short by a killed writer, and is removed. */
export function openAppend(path: string): AppendFile {
  const guard = <T>(doing: string, act: () => T): T => {
    try {
      return act()
    } catch (error) {
      throw storageError(error, dirname(path), `${doing} ${basename(path)}`)
    }
  }
  const fd = guard('open', () => openSync(path, 'a+', 0o644))
  let length = guard('read', () => wholeLines(fd, statSync(path).size))
  guard('write', () => ftruncateSync(fd, length))
  let dirty = false
  return {
    append(value) {
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`)
      try {
        for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done)
      } catch (error) {
        removeHalfLine(fd, length)
        throw storageError(error, dirname(path), `write ${basename(path)}`)
      }
      length += bytes.length
      dirty = true
    },
    sync() {
      if (dirty) guard('write', () => fdatasyncSync(fd))
      dirty = false
    },
    close: () => closeSync(fd),
  }
}

// --- internal ---

const CHUNK_BYTES = 65_536
const NEWLINE = 10

/** Bytes up to and with the last line break. */
function wholeLines(fd: number, size: number): number {
  const chunk = Buffer.alloc(CHUNK_BYTES)
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const read = readSync(fd, chunk, 0, end - start, start)
    const at = chunk.subarray(0, read).lastIndexOf(NEWLINE)
    if (at >= 0) return start + at + 1
  }
  return 0
}

function removeHalfLine(fd: number, length: number): void {
  try {
    ftruncateSync(fd, length)
  } catch {
    // The reader passes over a last line that is cut short, so nothing is lost but tidiness.
  }
}
