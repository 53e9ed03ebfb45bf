import { exitCodeOf, toFailure } from '../errors.ts'
import { paint, type Io } from './io.ts'

/** Tells a failure on stderr (one sentence and what to do; the stack only with `debug`) and gives the exit code. */
export function showFailure(error: unknown, io: Io, options: { json: boolean; debug: boolean }): number {
  const failure = toFailure(error)
  const hint = failure.hint ?? (failure.code === 'internal' ? 'this looks like a defect of distillbench; --debug shows where it happened' : undefined)
  if (options.json) io.note(`${JSON.stringify({ type: 'error', code: failure.code, message: failure.message, ...(hint === undefined ? {} : { hint }) })}\n`)
  else io.note(`${paint(io.stderr, 'red', 'error:')} ${failure.message}\n${hint === undefined ? '' : `  ${hint}\n`}`)
  if (options.debug) io.note(`${stackOf(error)}\n`)
  return exitCodeOf(failure.code)
}

// --- internal ---

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return (error.stack ?? error.message) + cause
}
