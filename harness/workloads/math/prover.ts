/** Asks the worker for proofs, one after the other, each within its limits. */
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { PACKAGE_ROOT } from '../../package.ts'
import type { Proof } from './prove.ts'
import type { Expr } from './tree.ts'

/** `timeout`: no answer within two seconds, or a thread that broke. */
export type Proved = Proof | 'timeout'

/** Rejects only when aborted. */
export async function proveAll(pairs: readonly (readonly [Expr, Expr])[], signal: AbortSignal): Promise<Proved> {
  const before = turn
  const mine = (async () => {
    await before
    signal.throwIfAborted()
    return ask(pairs, signal)
  })()
  turn = mine.then(
    () => undefined,
    () => undefined,
  )
  return mine
}

// --- internal ---

/** Compiled, also when the harness itself runs from its sources (in tests). */
const WORKER = `${PACKAGE_ROOT}/dist/harness/workloads/math/worker.js`
const LIMIT_MS = 2000
/** Loading the libraries is slow on a busy machine; the time of a proof counts from then on. */
const LOADING_MS = 10_000
const ReplySchema = z.object({ id: z.number(), proof: z.enum(['yes', 'no', 'unknown']) })
const ReadySchema = z.object({ ready: z.literal(true) })

let turn: Promise<undefined | void> = Promise.resolve()
let thread: Thread | undefined
let next = 0

function ask(pairs: readonly (readonly [Expr, Expr])[], signal: AbortSignal): Promise<Proved> {
  const current = (thread ??= start())
  const id = next++
  current.worker.ref()
  return new Promise((resolve, reject) => {
    const end = (finish: () => void, stop: boolean): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      current.onReply = () => {}
      current.onLoaded = () => {}
      if (stop) {
        if (thread === current) thread = undefined
        void current.worker.terminate()
      } else current.worker.unref() // an idle thread does not keep the process
      finish()
    }
    const onAbort = (): void => end(() => reject(new HarnessError('aborted', 'interrupted')), true)
    const limit = (ms: number): NodeJS.Timeout => setTimeout(() => end(() => resolve('timeout'), true), ms)
    let timer = limit(current.loaded ? LIMIT_MS : LOADING_MS)
    current.onLoaded = () => {
      clearTimeout(timer)
      timer = limit(LIMIT_MS)
    }
    signal.addEventListener('abort', onAbort)
    current.onReply = (message) => {
      const reply = ReplySchema.safeParse(message)
      if (!reply.success || reply.data.id !== id) end(() => resolve('timeout'), true)
      else end(() => resolve(reply.data.proof), false)
    }
    current.worker.postMessage({ id, pairs })
  })
}

interface Thread {
  readonly worker: Worker
  loaded: boolean
  onLoaded: () => void
  /** Undefined: the thread has ended. */
  onReply: (message: unknown) => void
}

function start(): Thread {
  const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: 192, stackSizeMb: 4 } })
  const made: Thread = { worker, loaded: false, onLoaded: () => {}, onReply: () => {} }
  worker.on('message', (message: unknown) => {
    if (!ReadySchema.safeParse(message).success) return made.onReply(message)
    made.loaded = true
    made.onLoaded()
  })
  worker.on('error', () => made.onReply(undefined))
  worker.on('exit', () => {
    if (thread === made) thread = undefined
    made.onReply(undefined)
  })
  return made
}
