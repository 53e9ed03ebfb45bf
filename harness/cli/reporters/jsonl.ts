import type { Reporter } from './reporter.ts'

/** Every event as one JSON line, for programs. Samples and their comparison token by token are left out: they are many, and kept in the folder of the run. */
export function jsonlReporter(write: (text: string) => void): Reporter {
  return {
    onEvent(event) {
      if (event.type !== 'sample' && event.type !== 'scored' && event.type !== 'judged') write(`${JSON.stringify(event)}\n`)
    },
  }
}
