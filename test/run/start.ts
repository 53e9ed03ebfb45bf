/** Runs suites of scripted models without meters, unless a test brings some. */
import { existsSync, readFileSync } from 'node:fs'
import { runSuite, type RunOptions, type RunParts } from '../../harness/run/runner.ts'
import type { LoadedSuite, RunEvent, StoredRun } from '../../harness/types.ts'

export interface Started {
  events: RunEvent[]
  run: Promise<StoredRun>
  controller: AbortController
}

/** Starts a run; `onEvent` may abort it. */
export function start(
  suite: LoadedSuite,
  out: string,
  { onEvent, parts, ...options }: Partial<RunOptions> & { onEvent?: (event: RunEvent, controller: AbortController) => void; parts?: Partial<RunParts> } = {},
): Started {
  const events: RunEvent[] = []
  const controller = new AbortController()
  const listen = (event: RunEvent): void => {
    events.push(event)
    onEvent?.(event, controller)
  }
  const run = runSuite(suite, { out, command: 'distillbench run test', signal: controller.signal, ...options }, listen, { meters: [], graceMs: 500, ...parts })
  return { events, run, controller }
}

/** Lines of the log that scripted models write: `model<tab>prompt`. */
export function logged(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
}

/** Processes whose parent is this one and that still run the child of a cell. */
export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

/** Waits until `true`, for at most ten seconds. */
export async function until(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 500 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  return condition()
}
