import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { compileSchema, jsonOf, sameJson, SchemaSchema, type JsonSchema } from '../json.ts'
import { clip } from '../text.ts'

export interface JsonOptions {
  /** What the answer must meet (draft 2020-12); formats are not checked. */
  readonly schema?: JsonSchema
  /** Nothing but the JSON may stand in the answer. */
  readonly strict?: boolean
}

/** The answer is JSON, meets the schema, and equals the target where the item has one. Without `strict` it may stand between ``` marks, or in prose. */
export const json = graderKind<JsonOptions>({
  summary: 'the answer is JSON that meets a schema, and equals the target where there is one',
  version: '1',
  targetless: true,
  shape: {
    schema: SchemaSchema.optional().describe('JSON Schema (draft 2020-12) that the answer must meet; patterns are of RE2'),
    strict: z.boolean().optional().describe('Nothing but the JSON may stand in the answer'),
  },
  unreadable: () => (target) => (target !== '' && 'why' in jsonOf(target, false) ? 'the target is not JSON' : undefined),
  judge: ({ schema, strict = false }) => {
    const check = schema === undefined ? () => undefined : compileSchema(schema)
    return (text, target) => {
      const found = jsonOf(text, !strict)
      if ('why' in found) return { correct: false, detail: found.why }
      const answer = clip(JSON.stringify(found.value))
      const problem = check(found.value)
      if (problem !== undefined) return { correct: false, answer, detail: problem }
      if (target === '') return { correct: true, answer }
      const wanted = jsonOf(target, false)
      return { correct: !('why' in wanted) && sameJson(found.value, wanted.value), answer }
    }
  },
})
