/** Counts tokens with a model's tokenizer.json, in a thread of its own that starts with the first question: never on the hot path. */
import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { PACKAGE_ROOT } from '../../package.ts'

export interface TokenCounter {
  /** Tokens of each text, without those that mark its beginning and end. Throws HarnessError `data`. */
  count(texts: readonly string[]): Promise<readonly number[]>
  close(): Promise<void>
}

/** Throws HarnessError `usage` when the file is not there. */
export function openTokenizer(file: string): TokenCounter {
  if (!existsSync(file))
    throw new HarnessError('usage', `the tokenizer ${file} does not exist`, { hint: 'the option tokenizer is the path of a tokenizer.json' })
  let thread: Thread | undefined
  return {
    count: (texts) => (thread ??= startThread(file)).ask(texts),
    close: async () => thread?.stop(),
  }
}

// --- internal ---

/** Compiled, also when the harness itself runs from its sources (in tests). */
const WORKER = `${PACKAGE_ROOT}/dist/harness/models/openai/tokenizer-worker.js`

const ReplySchema = z.union([z.object({ id: z.number(), counts: z.array(z.number()) }), z.object({ id: z.number(), error: z.string() })])

interface Thread {
  ask(texts: readonly string[]): Promise<readonly number[]>
  stop(): Promise<void>
}

function startThread(file: string): Thread {
  const worker = new Worker(WORKER, { workerData: file })
  const waiting = new Map<number, { resolve: (counts: readonly number[]) => void; reject: (error: HarnessError) => void }>()
  let next = 0
  let ended: HarnessError | undefined
  const end = (message: string): void => {
    ended ??= new HarnessError('data', `the tokenizer ${file} cannot be used: ${message}`)
    for (const { reject } of waiting.values()) reject(ended)
    waiting.clear()
  }
  worker.on('message', (message) => {
    const reply = ReplySchema.parse(message)
    const asker = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('counts' in reply) asker?.resolve(reply.counts)
    else asker?.reject(new HarnessError('data', `the tokenizer ${file} cannot be used: ${reply.error}`))
    if (waiting.size === 0) worker.unref() // an idle thread keeps no process alive
  })
  worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)))
  worker.on('exit', () => end('its thread has ended'))
  return {
    ask(texts) {
      if (ended !== undefined) return Promise.reject(ended)
      return new Promise((resolve, reject) => {
        const id = next++
        waiting.set(id, { resolve, reject })
        worker.ref()
        worker.postMessage({ id, texts })
      })
    },
    stop: async () => void (await worker.terminate()),
  }
}
