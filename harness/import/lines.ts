/** JSON lines as they stream by: one line in memory at a time, whatever the size of the file. */
import { createReadStream } from 'node:fs'
import { HarnessError } from '../errors.ts'
import { cannotRead, parseJson } from './json.ts'

export interface Line {
  /** `answers.jsonl:12` */
  readonly where: string
  readonly value: unknown
}

/** Longer lines are no lines: the file is one JSON document, or not JSON at all. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024

/**
 * The JSON values of a file, one per line; empty lines are passed over. A byte order mark and carriage returns are taken off.
 * Throws HarnessError `data` that names file and line. A last line without line end that is no JSON was cut short: it is refused,
 * or given to `onCutShort` where one is set and then left out.
 */
export async function* readJsonLines(path: string, signal: AbortSignal, onCutShort?: (where: string) => void): AsyncGenerator<Line> {
  let number = 0
  for await (const { bytes, ended } of readLines(path, signal)) {
    number += 1
    const where = `${path}:${number}`
    const text = decode(bytes, where)
    if (text.trim() === '') continue
    if (ended) yield { where, value: parseJson(text, where, 'each line must be one whole JSON object') }
    else {
      const value = lastLine(text, where, onCutShort)
      if (value !== undefined) yield { where, value: value.json }
    }
  }
}

// --- internal ---

const NEWLINE = 10
const CHUNK_BYTES = 1 << 18

interface RawLine {
  bytes: Buffer
  /** A line end stands behind it. */
  ended: boolean
}

async function* readLines(path: string, signal: AbortSignal): AsyncGenerator<RawLine> {
  let rest: Buffer[] = []
  let length = 0
  let number = 1
  const keep = (piece: Buffer): void => {
    if (piece.length === 0) return
    length += piece.length
    if (length > MAX_LINE_BYTES) throw tooLong(path, number)
    rest.push(Buffer.from(piece)) // a copy: the stream's pool would otherwise be kept alive by a few bytes
  }
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }) as AsyncIterable<Buffer>) {
      let start = 0
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
        const piece = chunk.subarray(start, at)
        yield { bytes: rest.length === 0 ? piece : Buffer.concat([...rest, piece]), ended: true }
        rest = []
        length = 0
        number += 1
        start = at + 1
      }
      keep(chunk.subarray(start))
    }
  } catch (error) {
    throw cannotRead(error, path, signal)
  }
  if (length > 0) yield { bytes: Buffer.concat(rest), ended: false }
}

function decode(bytes: Buffer, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    throw new HarnessError('data', `${where} is not UTF-8${wide ? ', but UTF-16' : ''}`, { hint: 'save the file as UTF-8', cause: error })
  }
}

function lastLine(text: string, where: string, onCutShort?: (where: string) => void): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) as unknown }
  } catch (error) {
    if (onCutShort === undefined)
      throw new HarnessError('data', `${where} is cut short: the last line has no end and is no whole JSON object`, {
        hint: 'copy or export the file again; with --allow-missing the line is left out and its question counts as failed',
        cause: error,
      })
    onCutShort(where)
    return undefined
  }
}

function tooLong(path: string, number: number): HarnessError {
  return new HarnessError('data', `${path}:${number} is longer than ${MAX_LINE_BYTES / 1024 / 1024} MiB`, {
    hint: 'recorded answers are JSON lines, one object a line; a JSON list is turned into lines by `jq -c ".[]"`',
  })
}
