/** The formats, and how a file is told apart. A new format is one file here and one line in the table. */
import { open } from 'node:fs/promises'
import { HarnessError } from '../../errors.ts'
import type { Choice, Head, Reader, Source } from '../answer.ts'
import { cannotRead } from '../json.ts'
import { inspect } from './inspect.ts'
import { jsonl } from './jsonl.ts'
import { lmEval } from './lm-eval.ts'
import { promptfoo } from './promptfoo.ts'

/** In the order in which they are tried; `jsonl` takes every other file of JSON lines. */
export const READERS: readonly Reader[] = [inspect, lmEval, promptfoo, jsonl]

/** Opens a file with the reader that recognises it. Throws HarnessError `usage` or `data`. */
export async function openSource(path: string, choice: Choice, signal: AbortSignal): Promise<Source> {
  const head = await headOf(path)
  if (head.bytes.length === 0) throw new HarnessError('data', `${path} is empty`, { hint: 'was it written to the end?' })
  const reader = READERS.find((one) => one.recognises(head))
  if (reader === undefined)
    throw new HarnessError('data', `${path} has none of the formats that are known here`, {
      hint:
        head.bytes[0] === LIST
          ? 'a JSON list is turned into lines by `jq -c ".[]"`'
          : `formats: ${READERS.map(({ id, summary }) => `${id} (${summary})`).join('; ')}`,
    })
  return reader.open(path, choice, signal)
}

// --- internal ---

const HEAD_BYTES = 65_536
const NEWLINE = 10
const LIST = 0x5b // [

async function headOf(path: string): Promise<Head> {
  try {
    const file = await open(path)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new HarnessError('usage', `${path} is no file`, { hint: 'files are read twice, so a pipe will not do' })
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
      const bytes = buffer.subarray(0, bytesRead)
      const end = bytes.indexOf(NEWLINE)
      const first = firstObject(bytes.subarray(0, end < 0 ? bytes.length : end).toString('utf8'))
      if (first !== undefined) return { path, bytes, firstLine: first }
      // A first line that is longer than the head, or damaged, is still JSON lines by name: the reader says what is wrong with it.
      return /\.(?:jsonl|ndjson)$/.test(path) ? { path, bytes, firstLine: guessed(bytes) } : { path, bytes }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw cannotRead(error, path)
  }
}

function firstObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.replace(/^\uFEFF/, ''))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The names that a long first line begins with, as far as they tell its format. */
function guessed(bytes: Buffer): Readonly<Record<string, unknown>> {
  const names = [...bytes.toString('latin1').matchAll(/"(doc_id|resps|doc|promptIdx|provider|prompt|success)"\s*:/g)].map(([, key]) => key ?? '')
  if (names[0] === 'doc_id') return { doc_id: true, resps: true }
  return Object.fromEntries(names.filter((key) => names.includes('promptIdx') || key !== 'provider').map((key) => [key, true]))
}
