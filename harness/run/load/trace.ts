/** Times of requests from files of traces. Prompts are those of the workload: published traces carry none. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'

/**
 * Milliseconds of each request, as they stand in the file. `azure`: CSV with a column TIMESTAMP, a date and time; `burstgpt`:
 * CSV with a column Timestamp, seconds; `mooncake`: a JSON object per line, with `timestamp` in milliseconds. Throws
 * HarnessError `data` that names the line.
 */
export function readTrace(file: string, format: string): number[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError('data', `the trace ${file} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const times = format === 'mooncake' ? readJsonLines(lines, file) : readColumn(lines, file, format)
  if (times.length === 0) throw new HarnessError('data', `the trace ${file} has no requests`)
  return times
}

// --- internal ---

const LineSchema = z.object({ timestamp: z.number() })

function readJsonLines(lines: readonly string[], file: string): number[] {
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [LineSchema.parse(JSON.parse(line)).timestamp]
    } catch {
      throw badLine(file, i, 'is no JSON object with a number "timestamp"')
    }
  })
}

const COLUMN: Record<string, { name: string; toMs: (cell: string) => number }> = {
  azure: { name: 'TIMESTAMP', toMs: dateMs },
  burstgpt: { name: 'Timestamp', toMs: (cell) => (cell === '' ? NaN : 1000 * Number(cell)) },
}

function readColumn([head = '', ...lines]: readonly string[], file: string, format: string): number[] {
  const column = COLUMN[format]
  if (column === undefined) throw new HarnessError('usage', `there is no trace format "${format}"`, { hint: 'azure, mooncake or burstgpt' })
  const place = head.split(',').findIndex((name) => name.trim() === column.name)
  if (place < 0) throw new HarnessError('data', `the trace ${file} has no column ${column.name} in its first line`, { hint: `is it of the format ${format}?` })
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const time = column.toMs((line.split(',')[place] ?? '').trim())
    if (!Number.isFinite(time)) throw badLine(file, i + 1, `has no time in its column ${column.name}`)
    return [time]
  })
}

/** `2023-11-16 18:15:46.6805900`: more digits than a Date takes, and no zone, which does not matter for differences. */
function dateMs(cell: string): number {
  const [, whole = '', digits = '0'] = /^(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(cell) ?? []
  return whole === '' ? NaN : Date.parse(`${whole.replace(' ', 'T')}Z`) + 1000 * Number(`0.${digits}`)
}

const badLine = (file: string, i: number, what: string): HarnessError => new HarnessError('data', `${file}:${i + 1} ${what}`)
