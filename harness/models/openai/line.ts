/** One server and what requests to it share; one request to it, sent again where the server asks for time. */
import { HarnessError } from '../../errors.ts'
import type { Attempt, Recording } from '../../types.ts'
import type { RenderChat } from './chat-template.ts'
import { Exchange, type Outcome } from './exchange.ts'
import type { Wire } from './http.ts'
import type { Learned } from './learned.ts'
import type { Endpoint } from './options.ts'
import { backoffMs, pause, RETRIED, retryAfterMs } from './retry.ts'
import type { TokenCounter } from './tokenizer.ts'
import type { Watch } from './watch.ts'

export interface Line {
  endpoint: Endpoint
  wire: Wire
  watch: Watch
  tokenizer: TokenCounter | undefined
  render: RenderChat | undefined
  learned: Learned
  /** What is known of its likelihoods of given texts. */
  given: { ways: readonly GivenWay[]; proven: boolean; why: string }
}
/** How the log-probabilities of a prompt are asked for. */
export type GivenWay = 'echo' | 'prompt_logprobs'

/** Sends until an answer comes, or an error that asking again does not mend. Attempts that failed before are added to the list. Throws HarnessError `aborted`. */
export async function exchange(
  line: Line,
  { path, body, seed, attempts }: { path: string; body: string; seed: number; attempts: Attempt[] },
  recording: Recording,
  signal: AbortSignal,
): Promise<Outcome> {
  const before = attempts.length
  for (;;) {
    const startMs = recording.now()
    const outcome = await new Promise<Outcome>((resolve) => line.wire.dispatch('POST', path, body, new Exchange(line, recording, signal, resolve)))
    if (outcome.aborted === true) throw new HarnessError('aborted', 'interrupted')
    const waitMs = outcome.error === undefined ? undefined : waitBefore(outcome, attempts.length - before, line.endpoint, seed)
    if (outcome.error === undefined || waitMs === undefined) return outcome
    attempts.push({ startMs, endMs: recording.now(), error: outcome.error })
    await pause(waitMs, signal)
  }
}

// --- internal ---

/** How long to wait before the request is sent again; undefined where it is not. */
function waitBefore({ status, headers }: Outcome, failed: number, { options: { retries } }: Endpoint, seed: number): number | undefined {
  if (!RETRIED.includes(status) || failed >= retries.max) return undefined
  const asked = retryAfterMs(headers)
  if (asked !== undefined && asked > retries.maxWaitMs) return undefined
  return Math.min(retries.maxWaitMs, asked ?? backoffMs(failed, retries.baseMs, seed))
}
