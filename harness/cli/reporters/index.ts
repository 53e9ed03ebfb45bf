import type { Io } from '../io.ts'
import { githubReporter } from './github.ts'
import { jsonlReporter } from './jsonl.ts'
import { plainReporter } from './plain.ts'
import { combine, type Reporter } from './reporter.ts'
import { ttyReporter } from './tty.ts'

/** The reporters that fit: JSON lines for programs, a live line on a terminal, plain lines elsewhere; annotations in a GitHub job. */
export function chooseReporters(io: Io, options: { json: boolean; env?: NodeJS.ProcessEnv }): Required<Reporter> {
  const env = options.env ?? process.env
  const main = options.json ? jsonlReporter(io.note) : io.stderr.isTerminal ? ttyReporter(io.note, io.stderr) : plainReporter(io.note)
  const annotations = env.GITHUB_ACTIONS === 'true' && !options.json ? [githubReporter(io.note)] : []
  return combine([main, ...annotations], (error) => io.note(`warning: the progress display failed and is off: ${String(error)}\n`))
}
