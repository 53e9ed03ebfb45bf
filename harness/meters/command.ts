/** Meters that read a command which goes on writing. It is started anew when it ends; the time between is a gap with its words. */
import { spawn, type ChildProcess } from 'node:child_process'

export interface CommandStream {
  /** The newest value that was not taken yet; throws the reason where the command is down. */
  take(): number | undefined
  close(): Promise<void>
}

export interface CommandOptions {
  readonly command: string
  readonly args: readonly string[]
  /** Splits the output; calls `value` for each number, `wrong` for what should have been one. */
  readonly reader: (value: (watts: number) => void, wrong: (why: string) => void) => (chunk: string) => void
  /** Milliseconds without a value after which the command is started anew. */
  readonly silentMs: number
}

const RESTART_MS = 200
const MOST_RESTART_MS = 5000
const KILL_AFTER_MS = 2000

/** Resolves with the first value, or rejects with the reason why none came. */
export async function openCommand({ command, args, reader, silentMs }: CommandOptions, signal: AbortSignal): Promise<CommandStream> {
  let [fresh, down]: [number | undefined, string | undefined] = [undefined, undefined]
  let [closed, fruitless] = [false, 0]
  let child: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let ended: Promise<void> = Promise.resolve()
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const kill = (): void => void child?.kill('SIGKILL')
  const fail = (why: string): void => {
    down = why
    settle?.reject(new Error(why))
  }
  const expect = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      fail(`${command} sent nothing for ${silentMs / 1000} s`)
      kill()
    }, silentMs).unref()
  }
  const start = (): void => {
    const one = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
    child = one
    let said = ''
    const read = reader((watts) => {
      ;[fresh, down, fruitless] = [watts, undefined, 0]
      expect()
      settle?.resolve()
    }, fail)
    one.stdout.setEncoding('utf8').on('data', read)
    one.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-500)))
    expect()
    ended = new Promise((resolve) => {
      const end = (why: string): void => {
        clearTimeout(timer)
        resolve()
        if (closed) return
        fail(why)
        timer = setTimeout(start, Math.min(MOST_RESTART_MS, RESTART_MS * 2 ** fruitless++)).unref()
      }
      one.once('error', (error: NodeJS.ErrnoException) =>
        end(error.code === 'ENOENT' ? `${command} is not on the PATH` : `${command} did not start: ${error.message}`),
      )
      one.once('close', (code, by) => end(`${command} ended with ${by ?? `code ${code}`}${said.trim() === '' ? '' : `: ${said.trim().split('\n')[0]}`}`))
    })
  }
  const close = async (): Promise<void> => {
    closed = true
    clearTimeout(timer)
    signal.removeEventListener('abort', kill)
    process.removeListener('exit', kill)
    if (child?.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const force = setTimeout(kill, KILL_AFTER_MS)
    let leave: NodeJS.Timeout | undefined
    await Promise.race([ended, new Promise<void>((resolve) => (leave = setTimeout(resolve, 2 * KILL_AFTER_MS)))])
    clearTimeout(force)
    clearTimeout(leave)
  }
  process.once('exit', kill)
  signal.addEventListener('abort', kill, { once: true })
  try {
    await new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
      start()
    })
  } catch (error) {
    await close()
    throw error
  }
  settle = undefined
  return {
    take() {
      const value = fresh
      fresh = undefined
      if (value === undefined && down !== undefined) throw new Error(down)
      return value
    },
    close,
  }
}
