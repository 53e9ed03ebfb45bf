/** Asks a model behind a server: each request has its own times and its own end, and one that fails spoils no other. */
import { toFailure } from '../errors.ts'
import { createRecording, tokenTimes } from '../models/recording.ts'
import type { Model, Request, Sent } from '../types.ts'
import type { Clock } from './clock.ts'
import type { Answer } from './protocol.ts'
import { CompletionSchema } from './store/schema/index.ts'

/** All at once. Rejects only when the signal is aborted. */
export function sendAll(send: NonNullable<Model['send']>, requests: readonly Request[], clock: Clock, signal: AbortSignal): Promise<Answer[]> {
  return Promise.all(requests.map((request) => sendOne(send, request, clock, signal)))
}

// --- internal ---

async function sendOne(send: NonNullable<Model['send']>, request: Request, clock: Clock, signal: AbortSignal): Promise<Answer> {
  const recording = createRecording(() => clock.now())
  let sent: Sent
  try {
    sent = await send(request, recording, signal)
  } catch (error) {
    signal.throwIfAborted()
    return { ok: false, ...tokenTimes(recording), text: '', error: toFailure(error) } // a defect of the adapter
  }
  const times = {
    ...tokenTimes(recording, sent.ok ? sent.completion.outputTokens : undefined),
    ...(sent.attempts.length === 0 ? {} : { attempts: sent.attempts }),
  }
  if (!sent.ok) return { ok: false, ...times, text: sent.text, error: sent.error }
  return { ok: true, ...times, completion: CompletionSchema.parse(sent.completion) }
}
