/** Taking a part of an answer, step by step, before it is graded. */
import { z } from 'zod'
import { lastBoxed } from './boxed.ts'
import { re2 } from './lazy.ts'

/** One step; what it gives is what the next one gets. */
export type ExtractStep =
  /** What stands after the last of these marks. */
  | { readonly after: string; readonly optional?: boolean | undefined }
  /** What stands before the first of these marks. */
  | { readonly before: string; readonly optional?: boolean | undefined }
  /** What a regular expression finds (RE2: linear time; no look-around, no back-references). */
  | {
      readonly pattern: string
      /** Number of the group that is taken; default 1 where there is one, else the whole. */
      readonly group?: number | undefined
      readonly take?: 'first' | 'last' | undefined
      readonly ignoreCase?: boolean | undefined
      readonly optional?: boolean | undefined
    }
  /** A line that is not blank. */
  | { readonly line: 'first' | 'last'; readonly optional?: boolean | undefined }
  /** What the last `\boxed{}` holds. */
  | { readonly boxed: true; readonly optional?: boolean | undefined }

/** `optional`: a step that finds nothing passes the text on as it is. */
const optional = z.boolean().optional()
export const ExtractSchema = z
  .array(
    z.union(
      [
        z.strictObject({ after: z.string().min(1), optional }),
        z.strictObject({ before: z.string().min(1), optional }),
        z.strictObject({
          pattern: z.string().min(1).refine(compiles, 'is no regular expression of RE2, which has no look-around and no back-references'),
          group: z.int().min(0).optional(),
          take: z.enum(['first', 'last']).optional(),
          ignoreCase: z.boolean().optional(),
          optional,
        }),
        z.strictObject({ line: z.enum(['first', 'last']), optional }),
        z.strictObject({ boxed: z.literal(true), optional }),
      ],
      { error: ({ input }) => (typeof input === 'object' && input !== null && 'pattern' in input ? 'pattern must be a regular expression of RE2, which has no look-around and no back-references' : 'must be a step: { after }, { before }, { pattern, group, take, ignoreCase }, { line } or { boxed: true }') }, // prettier-ignore
    ),
  )
  .min(1)

export type Extracted = { readonly text: string } | { readonly text: undefined; readonly why: string }

/** All steps as one function. Throws RE2JSException for a pattern that the schema would have refused. */
export function createExtract(steps: readonly ExtractStep[]): (text: string) => Extracted {
  const all = steps.map((step) => ({ optional: step.optional === true, take: stepOf(step) }))
  return (text) => {
    let current = text
    for (const [i, { optional: mayFail, take }] of all.entries()) {
      const found = take(current)
      if (found !== undefined) current = found
      else if (!mayFail) return { text: undefined, why: `step ${i + 1} of extract found nothing` }
    }
    return { text: current }
  }
}

// --- internal ---

/** A regular expression looks at this much of the end of a text, or of its beginning, and at so many matches. */
const WINDOW = 16_384
const MOST_MATCHES = 500

function compiles(pattern: string): boolean {
  const { RE2JS, RE2JSException } = re2()
  try {
    RE2JS.compile(pattern)
    return true
  } catch (error) {
    if (error instanceof RE2JSException) return false
    throw error
  }
}

function stepOf(step: ExtractStep): (text: string) => string | undefined {
  if ('after' in step) return (text) => (text.includes(step.after) ? text.slice(text.lastIndexOf(step.after) + step.after.length).trim() : undefined)
  if ('before' in step) return (text) => (text.includes(step.before) ? text.slice(0, text.indexOf(step.before)).trim() : undefined)
  if ('boxed' in step) return (text) => lastBoxed(text)
  if ('line' in step) {
    return (text) => {
      const lines = text.split('\n')
      return (step.line === 'first' ? lines.find((line) => line.trim() !== '') : lines.findLast((line) => line.trim() !== ''))?.trim()
    }
  }
  const { RE2JS } = re2()
  const pattern = RE2JS.compile(step.pattern, step.ignoreCase === true ? RE2JS.CASE_INSENSITIVE | RE2JS.MULTILINE : RE2JS.MULTILINE)
  const group = step.group ?? (pattern.groupCount() > 0 ? 1 : 0)
  return (text) => {
    const part = step.take === 'first' ? text.slice(0, WINDOW) : text.slice(-WINDOW)
    const matcher = pattern.matcher(part)
    let found: string | undefined
    for (let i = 0; i < MOST_MATCHES && matcher.find(); i++) {
      found = matcher.group(group) ?? undefined
      if (step.take === 'first') break
    }
    return found
  }
}
