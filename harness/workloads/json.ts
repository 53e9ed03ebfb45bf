/** JSON in answers, and schemas for it. */
import { isDeepStrictEqual } from 'node:util'
import type { ValidateFunction } from 'ajv'
import type { RE2JS } from 're2js'
import { z } from 'zod'
import { ajv2020, re2 } from './lazy.ts'

export type JsonSchema = { readonly [key: string]: unknown }

/** Larger documents are not looked at: some rules of a schema take quadratic time. */
export const LARGEST_JSON = 65_536

/** A schema that can be compiled. */
export const SchemaSchema = z.record(z.string(), z.unknown()).superRefine((schema, context) => {
  try {
    compileSchema(schema)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is no JSON Schema: ${(error as Error).message.slice(0, 200)}` })
  }
})

/** What is wrong with a value, undefined if nothing is. Throws where the schema is none. */
export function compileSchema(schema: JsonSchema): (value: unknown) => string | undefined {
  // Patterns of a schema meet text of a model, so they run in linear time.
  const regExp = Object.assign((pattern: string) => new LinearRegExp(pattern), { code: 'linear' })
  const { Ajv2020 } = ajv2020()
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false, logger: false, code: { regExp } })
  const validate: ValidateFunction = ajv.compile(Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema')))
  return (value) => (validate(value) ? undefined : ajv.errorsText(validate.errors, { dataVar: 'answer' }).slice(0, 200))
}

/** The JSON of an answer: all of it, or (where `fenced` may be) the last block between ``` marks, or from the first bracket to the last. */
export function jsonOf(text: string, fenced: boolean): { value: unknown } | { why: string } {
  const whole = text.trim()
  if (whole.length > LARGEST_JSON) return { why: `more than ${LARGEST_JSON} characters` }
  const found = tryJson(whole)
  if (found !== undefined) return found
  if (fenced)
    for (const part of [lastFence(whole), brackets(whole)]) {
      const inside = part === undefined ? undefined : tryJson(part)
      if (inside !== undefined) return inside
    }
  return { why: 'the answer is not JSON' }
}

export const sameJson = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b)

// --- internal ---

class LinearRegExp {
  readonly #pattern: RE2JS
  readonly source: string
  constructor(pattern: string) {
    this.#pattern = re2().RE2JS.compile(pattern)
    this.source = pattern
  }
  /** What the compiler tells patterns apart by. */
  toString(): string {
    return this.source
  }
  test(text: string): boolean {
    return this.#pattern.matcher(text).find()
  }
}

function tryJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

function lastFence(text: string): string | undefined {
  const end = text.lastIndexOf('```')
  const begin = end <= 0 ? -1 : text.lastIndexOf('```', end - 1)
  return begin < 0 ? undefined : text.slice(begin + 3, end).replace(/^[a-zA-Z]{0,10}\s{0,4}\n/, '')
}

function brackets(text: string): string | undefined {
  const begin = text.search(/[[{]/)
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  return begin < 0 || end <= begin ? undefined : text.slice(begin, end + 1)
}
