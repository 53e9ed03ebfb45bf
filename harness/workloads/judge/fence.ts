/** What is judged, apart from what the judge is told; and what it replies. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { splitReasoning } from '../reasoning.ts'

/**
 * A word that follows from the texts, so that no text can contain the end of its own fence, and a function that puts a text between lines with
 * it. That keeps data and task apart; it cannot keep a judge from heeding instructions in the data.
 */
export function fenced(texts: readonly string[]): { word: string; wrap(name: string, text: string): string } {
  const word = wordFor(texts)
  return { word, wrap: (name, text) => `<<<${word} ${name}\n${text}\n${word}>>>` }
}

/** The reply as JSON: alone, in a fence of Markdown, or as the last line. Undefined where it is none, or of another shape. Never throws. */
export function readJson<T>(reply: string, schema: z.ZodType<T>): T | undefined {
  const { answer } = splitReasoning(reply)
  const text = answer
    .trim()
    .slice(-LONGEST)
    .replace(/^```(?:json)?\s*/i, '')
    .replace(/\s*```$/, '')
  return parse(text, schema) ?? parse(text.slice(text.lastIndexOf('\n') + 1), schema)
}

// --- internal ---

const LONGEST = 4096

/** Should a text contain it all the same, another is taken. */
function wordFor(texts: readonly string[]): string {
  for (let i = 0; ; i++) {
    const word = createHash('sha256')
      .update(JSON.stringify([i, ...texts]))
      .digest('hex')
      .slice(0, 16)
    if (!texts.some((text) => text.includes(word))) return word
  }
}

function parse<T>(text: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text.trim())).data
  } catch {
    return undefined
  }
}
