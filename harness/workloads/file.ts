/** Kind `file`: one JSON object per line (JSONL), read as it streams by. */
import { createReadStream } from 'node:fs'
import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import { workloadKind } from './kind.ts'
import { itemsFromRows, TEMPLATE_SHAPE, type LocatedRow, type TemplateOptions } from './items.ts'
import type { Row } from './template.ts'

export interface FileOptions extends TemplateOptions {
  /** JSONL file, relative to the folder of the suite. */
  readonly file: string
}

export const file = workloadKind<FileOptions>({
  summary: 'questions in a JSONL file, one object per line',
  shape: { file: z.string().min(1).describe('JSONL file, relative to the folder of the suite'), ...TEMPLATE_SHAPE },
  create: ({ file: path, ...templates }, { id, dir }) => ({ items: () => itemsFromRows(readRows(resolve(dir, path), id), templates) }),
})

/** Rows of a JSONL file with their line numbers; blank lines are skipped. Throws HarnessError `data`. */
export async function* readRows(path: string, workload: string): AsyncGenerator<LocatedRow> {
  const name = basename(path)
  let number = 0
  for await (const line of readLines(path, workload)) {
    number += 1
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (text.trim() !== '') yield { row: parseLine(text, `${name}:${number}`), where: `${name}:${number}` }
  }
}

// --- internal ---

/** Lines end at a line feed only: node:readline also splits at U+2028, which JSON allows inside a string. */
async function* readLines(path: string, workload: string): AsyncGenerator<string> {
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  } catch (error) {
    throw new HarnessError('data', `workload ${workload}: ${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
  if (rest !== '') yield rest
}

function parseLine(line: string, where: string): Row {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (error) {
    throw new HarnessError('data', `${where} is not valid JSON: ${(error as Error).message}`, { hint: 'each line must be one whole JSON object', cause: error })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HarnessError('data', `${where} must be a JSON object`)
  return value as Row
}
