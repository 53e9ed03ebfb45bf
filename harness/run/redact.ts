/** Keeps secrets of the environment out of records and messages. */
import type { Failure } from '../errors.ts'

/** The text with every value of a variable such as OPENAI_API_KEY replaced by the variable's name. */
export function redact(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return Object.entries(env)
    .filter(([name, value]) => SECRET.test(name) && value !== undefined && value.length >= SHORTEST)
    .sort(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0)) // a value that contains another goes first
    .reduce((result, [name, value]) => result.replaceAll(value ?? '', `[${name}]`), text)
}

export function redactFailure<T extends Failure>(failure: T): T {
  return { ...failure, message: redact(failure.message), ...(failure.hint === undefined ? {} : { hint: redact(failure.hint) }) }
}

// --- internal ---

const SECRET = /_(?:KEY|TOKEN|SECRET|PASSWORD)$/i
/** Shorter values are no secrets, and are parts of ordinary words. */
const SHORTEST = 6
