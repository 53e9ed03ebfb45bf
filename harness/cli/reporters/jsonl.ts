import type { RunEvent } from '../../types.ts'
import type { Reporter } from './reporter.ts'

/** Every event as one JSON line, for programs. What comes once for each answer is left out: it is much, and kept in the folder of the run. */
export function jsonlReporter(write: (text: string) => void): Reporter {
  return {
    onEvent(event) {
      if (!MANY.has(event.type)) write(`${JSON.stringify(event)}\n`)
    },
  }
}

// --- internal ---

const MANY: ReadonlySet<RunEvent['type']> = new Set(['sample', 'scored', 'judged', 'graded'] as const)
