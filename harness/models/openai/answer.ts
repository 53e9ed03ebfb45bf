/** Bodies that come whole: an answer without a stream, and what a server says when it refuses. */
import { z } from 'zod'
import type { Assembly } from './assembly.ts'
import { describeError, isRecord, readDelta } from './chunk.ts'
import { decodeLatin1, InvalidUtf8 } from './text.ts'

/** Puts the answer into the assembly; what is wrong with it becomes its fault. */
export function readAnswer(body: Buffer, assembly: Assembly): void {
  try {
    const value: unknown = JSON.parse(decodeLatin1(body.toString('latin1')))
    const delta = readDelta(value)
    assembly.whole = value
    if (delta.error === undefined && !AnswerSchema.safeParse(value).success) {
      assembly.fail('protocol', 'invalid-json', 'the server sent JSON that is not an answer: it has no choices')
      return
    }
    assembly.take({ ...delta, finish: delta.finish ?? 'stop' }, true)
  } catch (error) {
    if (error instanceof InvalidUtf8) assembly.fail('protocol', 'invalid-utf8', 'the server sent bytes that are not UTF-8')
    else if (error instanceof SyntaxError) assembly.fail('protocol', 'invalid-json', 'the server sent an answer that is not JSON, or not all of it')
    else throw error
  }
}

/** The message in the body of a refusal; of a web page its title. */
export function readError(body: Buffer): string {
  const text = body.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? describeError(value) : text
  } catch {
    const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim()
    return title ?? (text.trimStart().startsWith('<') ? 'a web page' : text)
  }
}

// --- internal ---

const AnswerSchema = z.looseObject({ choices: z.array(z.looseObject({})).min(1) })
