/** Errors that are shown to people: what happened, where, what to do. Imports nothing. */

/** Exit codes of the command line, declared once. */
export const EXIT = { ok: 0, gateFailed: 1, usage: 2, failed: 3, undecided: 4, interrupted: 130 } as const

export const FAILURE_CODES = [
  'usage', // input or options invalid: exit 2
  'model', // a model could not be opened or failed
  'device', // a backend or device is missing
  'crashed', // a child process ended by itself or was killed
  'timeout',
  'network', // a server could not be reached, or the connection broke
  'http', // a server answered with a status that says no
  'protocol', // a server answered with something that is not its protocol
  'aborted',
  'storage', // the output folder cannot be written
  'data', // a dataset or record is unreadable
  'internal',
] as const
export type FailureCode = (typeof FAILURE_CODES)[number]

/** A failure as data: what happened, and what to do about it. */
export interface Failure {
  code: FailureCode
  message: string
  hint?: string
  /** What exactly, where a code has several causes that are counted apart: `dns`, `refused`, `http-429`, `stall` … */
  kind?: string
}

/** The one error class of the package; anything else that is thrown is a defect of ours. */
export class HarnessError extends Error {
  readonly code: FailureCode
  readonly hint: string | undefined
  readonly kind: string | undefined
  constructor(code: FailureCode, message: string, options: { hint?: string; kind?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HarnessError'
    this.code = code
    this.hint = options.hint
    this.kind = options.kind
  }
}

/** The exit code that a failure ends the command with. */
export function exitCodeOf(code: FailureCode): number {
  if (code === 'usage') return EXIT.usage
  if (code === 'aborted') return EXIT.interrupted
  return EXIT.failed
}

/** Turns anything thrown into a Failure; a defect of ours keeps its message under code `internal`. */
export function toFailure(error: unknown): Failure {
  if (error instanceof HarnessError) {
    const { code, message, hint, kind } = error
    return { code, message, ...(hint === undefined ? {} : { hint }), ...(kind === undefined ? {} : { kind }) }
  }
  if (error instanceof Error) return { code: error.name === 'AbortError' ? 'aborted' : 'internal', message: error.message }
  return { code: 'internal', message: String(error) }
}

/** The error that a failure as data came from. */
export function fromFailure({ code, message, hint, kind }: Failure): HarnessError {
  return new HarnessError(code, message, { ...(hint === undefined ? {} : { hint }), ...(kind === undefined ? {} : { kind }) })
}

/** The closest of `known` to `word` by edit distance, if it is close enough to be a typing mistake. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  // A word that shares nothing is no mistake; of three letters, one that shares one is none.
  const most = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3))
  let bestDistance = Math.min(word.length - 1, most) + 1
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

// --- internal ---

/** Letters to insert, leave out, change, or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, previous]: number[][] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before![j - 2]! + 1 : Infinity
      row.push(Math.min(substitute, swapped, previous![j]! + 1, row[j - 1]! + 1))
    }
    ;[before, previous] = [previous, row]
  }
  return previous![b.length]!
}
