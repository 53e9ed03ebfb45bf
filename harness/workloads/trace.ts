/** Files of requests with times and lengths, as they are published. Read as they stream by: one of them has 1.4 million lines. */
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'

/** Layouts: Azure's LLM inference traces and BurstGPT (CSV), Mooncake (a JSON object per line). */
export const TRACE_FORMATS = ['azure', 'mooncake', 'burstgpt'] as const
export type TraceFormat = (typeof TRACE_FORMATS)[number]

export interface TraceRow {
  /** Milliseconds, as the file counts them. */
  readonly timeMs: number
  /** Tokens of prompt and answer, where the line tells. */
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Mooncake: ids of the blocks of 512 tokens that the prompt is made of; equal ids are equal text. */
  readonly blocks?: readonly number[]
}
/** Which part of a trace is taken; seconds count from its first request. */
export interface TraceWindow {
  readonly fromSeconds?: number | undefined
  readonly seconds?: number | undefined
  readonly requests?: number | undefined
}

/** Tokens of a block of Mooncake's traces. */
export const TRACE_BLOCK = 512

/**
 * Rows in the order of the file. `auto` tells the format by the first line that is not blank. Throws HarnessError `data`
 * with the line that is wrong, `usage` for a format that is not known.
 */
export async function* traceRows(file: string, format: string = 'auto'): AsyncGenerator<TraceRow> {
  let read: ((line: string, where: string) => TraceRow) | undefined
  let number = 0
  for await (const raw of linesOf(file)) {
    number += 1
    const line = number === 1 ? raw.replace(/^\uFEFF/, '') : raw
    if (line.trim() === '') continue
    const where = `${file}:${number}`
    if (read !== undefined) yield read(line, where)
    else {
      const known = format === 'auto' ? detect(line, file) : format
      if (known === 'mooncake') yield readJson(line, where)
      read = known === 'mooncake' ? readJson : columnsOf(line, file, known)
    }
  }
}

/** The rows of the window in the order of their times; rows of one time stay in the order of the file. Throws HarnessError `data` where there are none. */
export async function readTrace(file: string, format: string = 'auto', window: TraceWindow = {}): Promise<TraceRow[]> {
  const { fromSeconds = 0, seconds = Infinity, requests = Infinity } = window
  const rows: TraceRow[] = []
  let [first, last, sorted] = [Infinity, -Infinity, true]
  for await (const row of traceRows(file, format)) {
    sorted &&= row.timeMs >= last
    last = row.timeMs
    first = Math.min(first, row.timeMs)
    rows.push(row)
  }
  const total = rows.length
  if (total === 0) throw new HarnessError('data', `the trace ${file} has no requests`)
  if (!sorted) rows.sort((a, b) => a.timeMs - b.timeMs)
  const from = first + 1000 * fromSeconds
  const taken = rows.filter(({ timeMs }) => timeMs >= from && timeMs - from <= 1000 * seconds).slice(0, requests)
  if (taken.length > 0) return taken
  throw new HarnessError('data', `the trace ${file} has ${total} requests, but none in the window from ${fromSeconds} s on`, { hint: 'seconds count from the first request of the trace' }) // prettier-ignore
}

// --- internal ---

async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(file, 'utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    throw new HarnessError('data', `the trace ${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  yield rest
}

function detect(line: string, file: string): TraceFormat {
  if (line.trimStart().startsWith('{')) return 'mooncake'
  const names = cells(line)
  if (names.includes('TIMESTAMP')) return 'azure'
  if (names.includes('Timestamp')) return 'burstgpt'
  throw new HarnessError('data', `the trace ${file} is of no known format: its first line is ${JSON.stringify(line.slice(0, 80))}`, {
    hint: 'azure begins with TIMESTAMP,ContextTokens,GeneratedTokens; burstgpt with Timestamp,Model,Request tokens; mooncake has a JSON object per line',
  })
}

const tokens = z.int().min(0)
const LineSchema = z.object({
  timestamp: z.number(),
  input_length: tokens.optional(),
  output_length: tokens.optional(),
  hash_ids: z.array(z.number()).optional(),
})

function readJson(line: string, where: string): TraceRow {
  const parsed = LineSchema.safeParse(tryJson(line))
  if (!parsed.success) {
    const key = parsed.error.issues[0]?.path[0]
    const what = key === undefined || key === 'timestamp' ? 'is no JSON object with a number "timestamp"' : `has no right "${String(key)}"`
    throw new HarnessError('data', `${where} ${what}`)
  }
  const { timestamp, input_length, output_length, hash_ids } = parsed.data
  return {
    timeMs: timestamp,
    ...(input_length === undefined ? {} : { inputTokens: input_length }),
    ...(output_length === undefined ? {} : { outputTokens: output_length }),
    ...(hash_ids === undefined ? {} : { blocks: hash_ids }),
  }
}

function tryJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const COLUMNS: Record<string, { time: string; toMs: (cell: string) => number; input: string; output: string }> = {
  azure: { time: 'TIMESTAMP', toMs: dateMs, input: 'ContextTokens', output: 'GeneratedTokens' },
  burstgpt: { time: 'Timestamp', toMs: (cell) => (cell === '' ? NaN : 1000 * Number(cell)), input: 'Request tokens', output: 'Response tokens' },
}

function columnsOf(head: string, file: string, format: string): (line: string, where: string) => TraceRow {
  const columns = COLUMNS[format]
  if (columns === undefined) throw new HarnessError('usage', `there is no trace format "${format}"`, { hint: 'azure, mooncake or burstgpt' })
  const { time, toMs, input, output } = columns
  const names = cells(head)
  const [at, atInput, atOutput] = [names.indexOf(time), names.indexOf(input), names.indexOf(output)]
  if (at < 0) throw new HarnessError('data', `the trace ${file} has no column ${time} in its first line`, { hint: `is it of the format ${format}?` })
  return (line, where) => {
    const row = cells(line)
    const timeMs = toMs(row[at] ?? '')
    if (!Number.isFinite(timeMs)) throw new HarnessError('data', `${where} has no time in its column ${time}`)
    const count = (place: number, name: string): number | undefined => (place < 0 ? undefined : countOf(row[place], name, where))
    const [inputTokens, outputTokens] = [count(atInput, input), count(atOutput, output)]
    return { timeMs, ...(inputTokens === undefined ? {} : { inputTokens }), ...(outputTokens === undefined ? {} : { outputTokens }) }
  }
}

/** No cell of these files is quoted. */
const cells = (line: string): string[] => line.split(',').map((cell) => cell.trim())

function countOf(cell: string | undefined, name: string, where: string): number {
  if (cell !== undefined && /^\d{1,9}(\.0+)?$/.test(cell)) return Number(cell)
  throw new HarnessError('data', `${where} has no number of tokens in its column ${name}`)
}

/** `2023-11-16 18:15:46.6805900`: more digits than a Date takes, and no zone, or one that all lines share, which does not matter for differences. */
function dateMs(cell: string): number {
  const [, whole = '', digits = '0'] = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(cell) ?? []
  return whole === '' ? NaN : Date.parse(`${whole.replace(' ', 'T')}Z`) + 1000 * Number(`0.${digits}`)
}
