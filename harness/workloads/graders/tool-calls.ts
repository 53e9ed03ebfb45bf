import { z } from 'zod'
import { graderKind, type Verdict } from '../grader.ts'
import { compileSchema, jsonOf, sameJson, SchemaSchema, type JsonSchema } from '../json.ts'
import { clip } from '../text.ts'

export interface ToolCallsOptions {
  /** The tools that may be called, each with a JSON Schema of its arguments. */
  readonly tools: readonly { readonly name: string; readonly parameters?: JsonSchema | undefined }[]
  /** No call at all is right too, where the item has no target. */
  readonly allowNone?: boolean
}

/**
 * The calls that the model made: of tools that there are, with arguments that meet their schemas; and those of the target, in any
 * order, where the item has one: `[{ "name": …, "arguments": { … } }]`. Calls that stand in the answer as such JSON count where the
 * server told none. The tools are offered to the model by the adapter (`extra: { tools: … }`), not by the grader.
 */
export const toolCalls = graderKind<ToolCallsOptions>({
  summary: 'tools are called that there are, with arguments that meet their schemas, and as the target says',
  version: '1',
  targetless: true,
  shape: {
    tools: z.array(z.strictObject({ name: z.string().min(1), parameters: SchemaSchema.optional() })).min(1).describe('{ name, parameters } of each tool; parameters is a JSON Schema'), // prettier-ignore
    allowNone: z.boolean().optional().describe('No call at all is right too, where the item has no target'),
  },
  unreadable: () => (target) => {
    if (target === '') return undefined
    const found = jsonOf(target, false)
    if ('why' in found) return 'the target is not JSON'
    return listOf(found.value).length === (Array.isArray(found.value) ? found.value.length : 1) ? undefined : 'the target is no list of calls'
  },
  judge: ({ tools, allowNone = false }) => {
    const checks = new Map(tools.map(({ name, parameters }) => [name, parameters === undefined ? () => undefined : compileSchema(parameters)]))
    return (text, target, { said }) => {
      const made = said.toolCalls === undefined || said.toolCalls.length === 0 ? callsIn(text) : said.toolCalls.map(parsed)
      const answer = clip(JSON.stringify(made))
      const problem = made.map(problemOf(checks)).find((found) => found !== undefined)
      if (problem !== undefined) return { correct: false, answer, detail: problem }
      if (target === '') return made.length > 0 || allowNone ? { correct: true, answer } : { correct: false, detail: 'no tool was called' }
      return { ...compared(made, target), answer }
    }
  },
})

// --- internal ---

interface Call {
  readonly name: string
  /** Undefined: no JSON. */
  readonly arguments: unknown
}

function problemOf(checks: ReadonlyMap<string, (value: unknown) => string | undefined>): (call: Call) => string | undefined {
  return ({ name, arguments: given }) => {
    const check = checks.get(name)
    if (check === undefined) return `there is no tool ${JSON.stringify(name.slice(0, 60))}`
    if (given === undefined) return `the arguments of ${name} are not JSON`
    const problem = check(given)
    return problem === undefined ? undefined : `${name}: ${problem}`
  }
}

function parsed({ name, arguments: text }: { name: string; arguments: string }): Call {
  const found = jsonOf(text === '' ? '{}' : text, false)
  return { name, arguments: 'value' in found ? found.value : undefined }
}

function callsIn(text: string): Call[] {
  const found = jsonOf(text, true)
  return 'value' in found ? listOf(found.value) : []
}

const CallSchema = z.object({ name: z.string(), arguments: z.unknown() })

/** What else stands in a list is left out. */
function listOf(value: unknown): Call[] {
  return (Array.isArray(value) ? value : [value]).flatMap((entry) => {
    const call = CallSchema.safeParse(entry)
    return call.success ? [typeof call.data.arguments === 'string' ? parsed({ name: call.data.name, arguments: call.data.arguments }) : call.data] : []
  })
}

function compared(made: readonly Call[], target: string): Verdict {
  const found = jsonOf(target, false)
  const left = 'why' in found ? [] : listOf(found.value)
  if (left.length !== made.length) return { correct: false, detail: `${made.length} calls, where ${left.length} were right` }
  for (const call of made) {
    const at = left.findIndex((wanted) => wanted.name === call.name && sameJson(wanted.arguments, call.arguments))
    if (at < 0) return { correct: false, detail: `the call of ${call.name} is not one of those that were right` }
    left.splice(at, 1)
  }
  return { correct: true }
}
