import type { Reporter } from './reporter.ts'

/** Every event as one JSON line, for programs. Samples are left out: they are many, and kept in samples.jsonl. */
export function jsonlReporter(write: (text: string) => void): Reporter {
  return {
    onEvent(event) {
      if (event.type !== 'sample') write(`${JSON.stringify(event)}\n`)
    },
  }
}
