/** Reads a file of JSON lines, also one that is larger than the longest text of JavaScript. */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { z } from 'zod'
import { HarnessError } from '../../errors.ts'

export interface Lines<T> {
  values: T[]
  /** What stood after the last line break: a line that its writer could not finish. It is not among the values. */
  cutShort: boolean
}

/** All lines, checked. A missing file has none. Throws HarnessError `data` that names file and line of what is unreadable. */
export async function readLines<T>(path: string, schema: z.ZodType<T>): Promise<Lines<T>> {
  const values: T[] = []
  const batches = streamLines(path, schema)
  for (;;) {
    const next = await batches.next()
    if (next.done) return { values, cutShort: next.value }
    for (const value of next.value) values.push(value)
  }
}

/** The same, a batch at a time and nothing kept; at the end, whether the last line was cut short. */
export async function* streamLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T[], boolean> {
  let rest: Buffer[] = []
  let number = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
      const batch: T[] = []
      let start = 0
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
        const line = Buffer.concat([...rest, chunk.subarray(start, at)])
        rest = []
        start = at + 1
        if (line.length > 0) batch.push(parseLine(line, schema, path, ++number))
      }
      if (start < chunk.length) rest.push(chunk.subarray(start))
      if (batch.length > 0) yield batch
    }
  } catch (error) {
    if (error instanceof HarnessError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new HarnessError('data', `could not read ${path}: ${(error as Error).message}`, { cause: error })
  }
  return rest.length > 0
}

/** How many lines there are, none where there is no file. */
export async function countLines(path: string): Promise<number> {
  let count = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>)
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) count++
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw new HarnessError('data', `could not read ${path}: ${(error as Error).message}`, { cause: error })
  }
  return count
}

// --- internal ---

const NEWLINE = 10
const CHUNK_BYTES = 1 << 20

function parseLine<T>(line: Buffer, schema: z.ZodType<T>, path: string, number: number): T {
  const where = `${path}:${number}`
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch (error) {
    throw new HarnessError('data', `${where} is no JSON: ${(error as Error).message}`, {
      hint: `the record is damaged; ${basename(path)} has one object a line`,
    })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new HarnessError('data', `${where}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}`)
}
