/** From what is wrong with a suite to sentences: file, line, path, what is the matter, the nearest valid name. */
import type { z } from 'zod'
import { HarnessError, nearest } from '../errors.ts'
import type { Path, Source } from './source.ts'

/** `message` goes on after the path: "is not a known key; did you mean maxTokens?" */
export interface Issue {
  readonly path: Path
  readonly message: string
}

/** One line per issue, the first eight. */
export function suiteError(source: Source, issues: readonly Issue[]): HarnessError {
  const lines = issues.slice(0, SHOWN).map((issue) => {
    const line = source.lineOf(issue.path)
    return `${source.name}${line === undefined ? '' : `:${line}`}: ${issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.')} ${issue.message}`
  })
  const more = issues.length - SHOWN
  return new HarnessError('usage', [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'))
}

/** Issues of zod, in plain words. Pass `reportInput: true` when parsing, so that the value at fault can be shown. */
export function fromZod(error: z.ZodError): Issue[] {
  const issues = error.issues.flatMap(toIssues)
  const meant = new Set(issues.flatMap(({ path, message }) => [/ did you mean (.+)\?$/.exec(message)?.[1]].map((key) => [...path.slice(0, -1), key].join('.'))))
  // A misspelt key that is required would be reported twice: as unknown and as missing.
  return issues.filter(({ path, message }) => !(message.startsWith(MISSING) && meant.has(path.join('.'))))
}

// --- internal ---

const SHOWN = 8
const MISSING = 'is missing'

type ZodIssue = z.core.$ZodIssue

function toIssues(issue: ZodIssue): Issue[] {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const messages = issue.message.split('\n')
      return issue.keys.map((key, i) => ({ path: [...issue.path, key], message: messages[i] ?? 'is not a known key' }))
    }
    case 'invalid_union':
      return unionIssues(issue)
    case 'invalid_key':
      return [{ path: issue.path, message: `is not a valid id: ${issue.issues[0]?.message ?? issue.message}` }]
    case 'invalid_type':
      return [
        {
          path: issue.path,
          message:
            issue.input === undefined
              ? `${MISSING}; it must be ${NAMES[issue.expected] ?? issue.expected}`
              : `must be ${NAMES[issue.expected] ?? issue.expected}; got ${show(issue.input)}`,
        },
      ]
    case 'invalid_value':
      return [{ path: issue.path, message: oneOf(issue.values.map(String), issue.input) }]
    case 'too_small':
      return [{ path: issue.path, message: bound(issue.origin, 'at least', Number(issue.minimum), issue.input, issue.inclusive === false) }]
    case 'too_big':
      return [{ path: issue.path, message: bound(issue.origin, 'at most', Number(issue.maximum), issue.input, issue.inclusive === false) }]
    case 'invalid_format':
      return [{ path: issue.path, message: `${issue.format === 'url' ? 'must be a web address' : issue.message}; got ${show(issue.input)}` }]
    default:
      return [{ path: issue.path, message: issue.message }]
  }
}

/** A wrong discriminator names its choices; of other unions, the branch that understood most of the value speaks. */
function unionIssues(issue: Extract<ZodIssue, { code: 'invalid_union' }>): Issue[] {
  if ('options' in issue && Array.isArray(issue.options) && issue.discriminator !== undefined) {
    const value = (issue.input as Record<string, unknown> | undefined)?.[issue.discriminator]
    return [{ path: issue.path, message: oneOf(issue.options.map(String), value) }]
  }
  const prefix = (issues: readonly Issue[]): Issue[] => issues.map(({ path, message }) => ({ path: [...issue.path, ...path], message }))
  const branches = issue.errors.map((errors) => errors.flatMap(toIssues))
  const deepest = branches.filter((issues) => issues.length > 0 && issues.every(({ path }) => path.length > 0))
  deepest.sort((a, b) => a.length - b.length)
  const best = deepest[0]
  if (best !== undefined) return prefix(best)
  if (issue.message !== 'Invalid input') return [{ path: issue.path, message: issue.message }]
  const expected = [...new Set(issue.errors.flatMap((errors) => errors.flatMap((e) => (e.code === 'invalid_type' ? [NAMES[e.expected] ?? e.expected] : []))))]
  return [{ path: issue.path, message: issue.input === undefined ? MISSING : `must be ${expected.join(' or ') || 'something else'}; got ${show(issue.input)}` }]
}

function oneOf(values: readonly string[], input: unknown): string {
  if (input === undefined) return `${MISSING}; it must be one of ${values.join(', ')}`
  const guess = typeof input === 'string' ? nearest(input, values) : undefined
  return `must be one of ${values.join(', ')}; got ${show(input)}${guess === undefined ? '' : `; did you mean ${guess}?`}`
}

function bound(origin: string, word: string, limit: number, input: unknown, exclusive: boolean): string {
  if (origin === 'string' && limit === 1) return 'must not be empty'
  if (origin === 'array' || origin === 'string') return `must have ${word} ${limit} ${origin === 'array' ? 'entries' : 'characters'}`
  return `must be ${exclusive ? (word === 'at least' ? 'more than' : 'less than') : word} ${limit}; got ${show(input)}`
}

/** Types in the words of a person who writes YAML. */
const NAMES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

function show(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'function') return 'a function'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
