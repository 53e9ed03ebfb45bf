/** Asks the judge: an endpoint that the suite names, as any served model is asked, and billed apart from them. */
import { toFailure } from '../../errors.ts'
import { getAdapter } from '../../models/registry.ts'
import { createRecording } from '../../models/recording.ts'
import { tokenBill } from '../../price.ts'
import { fnv1a } from '../../random.ts'
import type { Failure, JudgeSaid, JudgeSpec, Message } from '../../types.ts'
import { redactFailure } from '../redact.ts'

export interface Judge {
  ask(messages: readonly Message[], signal: AbortSignal): Promise<JudgeSaid>
  close(): Promise<void>
}

/** Judges by their endpoint, each opened when it is first asked; one that cannot be opened fails every time. */
export interface Judges {
  ask(spec: JudgeSpec, messages: readonly Message[], signal: AbortSignal): Promise<JudgeSaid>
  close(): Promise<void>
}

export function createJudges(signal: AbortSignal): Judges {
  const opened = new Map<string, Promise<Judge>>()
  const of = (spec: JudgeSpec): Promise<Judge> => {
    const key = JSON.stringify([spec.options, spec.maxTokens, spec.price])
    const known = opened.get(key) ?? openJudge(spec, signal)
    known.catch(() => {}) // whoever asks is told
    opened.set(key, known)
    return known
  }
  return {
    async ask(spec, messages, abort) {
      try {
        return await (await of(spec)).ask(messages, abort)
      } catch (error) {
        abort.throwIfAborted()
        return { error: redactFailure(toFailure(error)), requests: 0, promptTokens: 0, outputTokens: 0, ms: 0 }
      }
    },
    async close() {
      await Promise.all([...opened.values()].map(async (judge) => (await judge).close()).map((closed) => closed.catch(() => {})))
    },
  }
}

/** Throws what the adapter throws: an address that is not one, a key that is not set, a server that is not there. */
export async function openJudge({ options, maxTokens, price }: JudgeSpec, signal: AbortSignal): Promise<Judge> {
  const adapter = await getAdapter('openai')
  const model = await adapter.open({ id: 'judge', name: 'judge', role: 'control', adapter: 'openai', options }, { backend: 'auto', signal })
  return {
    async ask(messages, abort) {
      const startMs = performance.now()
      const seed = fnv1a(JSON.stringify(messages))
      const sent = await model.send!(
        { prompt: messages, maxTokens, seed, temperature: 0, stop: [] },
        createRecording(() => performance.now()),
        abort,
      )
      const spent = { requests: sent.attempts.length + 1, ms: performance.now() - startMs }
      if (!sent.ok) return { error: redactFailure(sent.error), ...spent, promptTokens: 0, outputTokens: 0, ...(price?.kind === 'token' ? { usd: 0 } : {}) }
      const { text, finish, promptTokens, outputTokens, cachedTokens = 0 } = sent.completion
      const usd = price?.kind === 'token' ? { usd: tokenBill(price, { prompt: promptTokens, cached: cachedTokens, output: outputTokens }) } : {}
      const cut: Failure = { code: 'model', kind: 'cut-off', message: `its verdict was cut off at ${maxTokens} tokens` }
      return { ...(finish === 'length' ? { error: cut } : { text }), ...spent, promptTokens, outputTokens, ...usd }
    },
    close: () => model.close(),
  }
}
