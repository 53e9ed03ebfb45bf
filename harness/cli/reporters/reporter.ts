import type { RunEvent } from '../../types.ts'

/** Shows the events of a run. Called from the runner's loop: it must be quick, and may throw without harm. */
export interface Reporter {
  onEvent(event: RunEvent): void
  /** Called once, after the last event. */
  close?(): void
}

/** Several reporters as one. One that throws is left out from then on and told about once; the run goes on. */
export function combine(reporters: readonly Reporter[], onBroken: (error: unknown) => void): Required<Reporter> {
  const alive = new Set(reporters)
  const each = (call: (reporter: Reporter) => void): void => {
    for (const reporter of alive) {
      try {
        call(reporter)
      } catch (error) {
        alive.delete(reporter)
        onBroken(error)
      }
    }
  }
  return {
    onEvent: (event) => each((reporter) => reporter.onEvent(event)),
    close: () => each((reporter) => reporter.close?.()),
  }
}
