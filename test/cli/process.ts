/** The built command as a real process. */
import { spawn, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const BIN: string = fileURLToPath(new URL('../../dist/harness/cli/bin.js', import.meta.url))

/** Variables that change colours and annotations; a test sets them itself. */
const LOOKS = ['NO_COLOR', 'FORCE_COLOR', 'GITHUB_ACTIONS', 'CI']

export interface Result {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}
export interface Options {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Called with the process as soon as it runs; for signals. */
  started?: (child: ChildProcess) => void
  /** Called with everything that stderr said so far, whenever it says more. */
  onStderr?: (said: string, child: ChildProcess) => void
}

/** Runs `distillbench …` and gives what it said. The environment is ours, less what would change colours and annotations. */
export function distillbench(args: readonly string[], options: Options = {}): Promise<Result> {
  return execute(process.execPath, [BIN, ...args], options)
}

/** Runs a shell line in which `$BIN` is the command. */
export function shell(line: string, options: Options = {}): Promise<Result> {
  return execute('bash', ['-c', line], { ...options, env: { ...options.env, BIN: `${process.execPath} ${BIN}` } })
}

/** Runs the command on a terminal of its own, `columns` wide; stdout and stderr come together, as on a screen. */
export function onTerminal(args: readonly string[], columns: number, options: Options = {}): Promise<Result> {
  const line = `stty cols ${columns} rows 40; exec ${process.execPath} ${BIN} ${args.map((arg) => `'${arg}'`).join(' ')}`
  return execute('script', ['-qec', line, '/dev/null'], { ...options, env: { TERM: 'xterm-256color', ...options.env } })
}

export function execute(command: string, args: readonly string[], { cwd, env, started, onStderr }: Options = {}): Promise<Result> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LOOKS.includes(name)))
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text
      onStderr?.(said.stderr, child)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...said }))
    started?.(child)
  })
}
