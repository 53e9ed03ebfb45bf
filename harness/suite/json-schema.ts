import { z } from 'zod'
import { SuiteSchema } from './schema.ts'

/** The JSON Schema (draft 7, which editors know best) of a suite in YAML or JSON. What only TypeScript can say is left out. */
export function suiteJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(SuiteSchema, { io: 'input', target: 'draft-07', unrepresentable: () => ({ not: {} }) })
  return { ...(tidy(schema) as Record<string, unknown>), title: 'distillbench suite' }
}

// --- internal ---

/** Drops the alternatives that only code can be, and bounds that merely say what an integer is. */
function tidy(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(tidy)
  if (typeof node !== 'object' || node === null) return node
  const entries = Object.entries(node)
    .filter(([key, value]) => !(key === 'maximum' && value === Number.MAX_SAFE_INTEGER))
    .map(([key, value]): [string, unknown] => [
      key,
      key === 'anyOf' && Array.isArray(value) ? value.filter((branch) => !isNever(branch)).map(tidy) : tidy(value),
    ])
  return Object.fromEntries(entries)
}

const isNever = (branch: unknown): boolean => typeof branch === 'object' && branch !== null && 'not' in branch
