/** JSON and its checks, with messages that name the place. */
import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'

/** Parses a text. Throws HarnessError `data`. */
export function parseJson(text: string, where: string, hint: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new HarnessError('data', `${where} is no JSON: ${(error as Error).message}`, { hint, cause: error })
  }
}

/** The value as the schema has it. Throws HarnessError `data` that names place and field. */
export function check<T>(schema: z.ZodType<T>, value: unknown, where: string, hint?: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  const problem = [field, issue?.message ?? 'is not valid'].filter((part) => part !== '').join(': ')
  throw new HarnessError('data', `${where}: ${problem}`, hint === undefined ? {} : { hint })
}

/** A whole file as JSON, where its format is one document. Throws HarnessError `data` beyond `maxBytes`. */
export async function readDocument(path: string, maxBytes: number, tooLargeHint: string, signal: AbortSignal): Promise<unknown> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes)
      throw new HarnessError(
        'data',
        `${path} has ${Math.round(size / 1024 / 1024)} MiB, more than the ${maxBytes / 1024 / 1024} MiB that one JSON document may have`,
        {
          hint: tooLargeHint,
        },
      )
    const text = await readFile(path, { encoding: 'utf8', signal })
    return parseJson(text.replace(/^\uFEFF/, ''), path, 'the file is damaged or cut short; export it again')
  } catch (error) {
    throw cannotRead(error, path, signal)
  }
}

/** What a failed read is called. HarnessErrors pass through. */
export function cannotRead(error: unknown, path: string, signal?: AbortSignal): HarnessError {
  if (error instanceof HarnessError) return error
  if (signal?.aborted) return new HarnessError('aborted', 'interrupted while reading; nothing was kept')
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission is missing' : message
  return new HarnessError(code === 'ENOENT' || code === 'EISDIR' ? 'usage' : 'data', `${path} cannot be read: ${reason}`, { cause: error })
}

/** `null` is how Python writes what is absent. */
export function nullish<T>(schema: z.ZodType<T>): z.ZodType<T | undefined> {
  return schema.nullish().transform((value) => value ?? undefined)
}

export const count: z.ZodType<number> = z.number().min(0)

/** Drops members that are undefined, so that absent stays absent. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

/** The score as a ratio. Throws HarnessError `data` for one that is none. */
export function scoreOf(value: number, where: string): number {
  if (value >= 0 && value <= 1) return value
  throw new HarnessError('data', `${where}: the score ${value} is not between 0 and 1`, {
    hint: 'divide it by the highest possible score, or leave it out and let a grader score the answer',
  })
}
