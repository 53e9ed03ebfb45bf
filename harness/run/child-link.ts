/** Starts the process of a cell and watches over it. */
import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { HarnessError } from '../errors.ts'
import { PACKAGE_ROOT } from '../package.ts'
import { atMost, createInbox, formatLimit, type Link, type LinkOptions } from './link.ts'
import { FromModelSchema, type FromModel, type ToModel } from './protocol.ts'
import { redact } from './redact.ts'

/** What runs in the process, and how it is understood. */
export interface ChildSide<From> {
  /** Below harness/run, compiled, also when the harness itself runs from its sources (in tests). */
  readonly script: string
  /** `advanced` carries typed arrays. */
  readonly serialization: 'json' | 'advanced'
  /** Undefined for what is not a message of the protocol. */
  readonly parse: (message: unknown) => From | undefined
}

const MODEL_SIDE: ChildSide<FromModel> = {
  script: 'child.js',
  serialization: 'json',
  parse: (message) => FromModelSchema.safeParse(message).data,
}

/** The process of one in-process model. Never throws: what goes wrong is told by `receive`. */
export const linkChild = (options: LinkOptions): Link => linkProcess<FromModel, ToModel>(options, MODEL_SIDE)

/** Any process of ours that speaks a protocol of messages with a type, of which `failed` ends the conversation. */
export function linkProcess<From extends { type: string }, To extends object>(options: LinkOptions, side: ChildSide<From>): Link<From, To> {
  const script = `${PACKAGE_ROOT}/dist/harness/run/${side.script}`
  if (!existsSync(script)) throw new HarnessError('internal', `${script} is missing`, { hint: 'build the package first: npm run build' })
  const inbox = createInbox<From>()
  // The last pipe is the lifeline of watchdog.ts: it closes when this process ends, however it ends.
  const child = fork(script, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'], execArgv: [], serialization: side.serialization })
  const said = keepTail(child.stderr)
  child.stdout?.resume() // read, so that a full pipe never blocks the child; nothing of it reaches our own stdout
  const gone = watchExit(child)
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal)

  child.on('message', (message) => {
    const parsed = side.parse(message)
    if (parsed !== undefined) return inbox.put(parsed)
    inbox.end(new HarnessError('model', `the process of ${options.model} sent a message that is not of the harness: ${shorten(JSON.stringify(message))}`))
    kill('SIGKILL')
  })
  child.on('error', (error) => inbox.end(new HarnessError('crashed', `the process of ${options.model} could not be started: ${error.message}`)))
  // A process that ends because it was told to has not crashed. Answers that were on their way are in the inbox by then.
  void gone.then((end) => inbox.end(options.signal.aborted ? new HarnessError('aborted', 'interrupted') : crash(options.model, end, said())))

  const timer = setTimeout(() => {
    inbox.end(new HarnessError('timeout', `${options.model} did not end within ${formatLimit(options.timeoutMs)} and was stopped`, { hint: TIMEOUT_HINT }))
    kill('SIGKILL')
  }, options.timeoutMs)
  const stop = stopper(child, gone, options.graceMs)
  const onAbort = (): void => void stop()
  if (options.signal.aborted) onAbort()
  else options.signal.addEventListener('abort', onAbort, { once: true })

  return {
    pid: child.pid,
    send: (message) => void (child.connected && child.send(message, () => {})), // an error here is an end that is told by `gone`
    receive: inbox.receive,
    finish: () => atMost(options.graceMs, gone),
    async dispose() {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', onAbort)
      await stop()
    },
  }
}

// --- internal ---

const TIMEOUT_HINT = 'if it needs longer, raise timeoutMs in the suite'
/** How long pipes may stay open after the end of the process: one that it started may hold them. */
const DRAIN_MS = 1000
const TAIL_CHARACTERS = 4000

interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** Resolves when the process has ended and everything that it sent has arrived. */
function watchExit(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null })
    })
    child.once('exit', (code, signal) => {
      const open = [once(child, 'close'), ...(child.connected ? [once(child, 'disconnect')] : [])]
      const enough = setTimeout(() => resolve({ code, signal }), DRAIN_MS)
      void Promise.all(open).finally(() => {
        clearTimeout(enough)
        resolve({ code, signal })
      })
    })
  })
}

const once = (child: ChildProcess, event: string): Promise<void> => new Promise((resolve) => child.once(event, () => resolve()))

/** Asks the process to end, and after the grace makes it. */
function stopper(child: ChildProcess, gone: Promise<Exit>, graceMs: number): () => Promise<void> {
  let stopped: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const force = setTimeout(() => child.kill('SIGKILL'), graceMs)
    await gone
    clearTimeout(force)
  }
  return () => (stopped ??= stop())
}

function keepTail(stream: Readable | null): () => string {
  let tail = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => (tail = (tail + chunk).slice(-TAIL_CHARACTERS)))
  return () => tail
}

function crash(model: string, { code, signal }: Exit, stderr: string): HarnessError {
  const how = signal !== null ? `was killed by ${signal}` : `ended with code ${code ?? 'unknown'}`
  const lines = redact(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const words = lines.length === 0 ? '' : `; its last words: ${shorten(lines.slice(-LAST_LINES).join(' | '))}`
  const hint = signal === 'SIGKILL' ? { hint: 'the system kills processes when memory runs out' } : {}
  return new HarnessError('crashed', `the process of ${model} ${how}${words}`, hint)
}

const LAST_LINES = 4
const SHORT = 400
const shorten = (text: string): string => (text.length <= SHORT ? text : `…${text.slice(-SHORT)}`)
