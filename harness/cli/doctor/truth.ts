/** The client's times beside the server's: the same requests, on the one clock of the host. */
import type { Unpacked } from '../../run/load/pack.ts'
import type { ErrorSpread } from '../../types.ts'
import type { RequestTruth } from '../../../scripts/mock/truth.ts'

export interface TimeErrors {
  /** That were compared: answered in full, and known to the server. */
  requests: number
  /** |client − server| */
  ttftMs: number[]
  /** (last − first) ÷ tokens after the first. */
  tpotMs: number[]
  tokenMs: number[]
}

/**
 * Requests of one length are told apart by the order in which they began. The time to the first token is compared as the
 * client defines it, so its error holds what passed before the server had read the request; tokens are compared one by one.
 */
export function timesApart(
  answers: readonly Unpacked[],
  truth: readonly Pick<RequestTruth, 'promptTokens' | 'receivedNs' | 'tokensNs'>[],
  originNs: number,
  counts: (answer: Unpacked) => boolean,
): TimeErrors {
  const errors: TimeErrors = { requests: 0, ttftMs: [], tpotMs: [], tokenMs: [] }
  const server = groupBy(truth, ({ promptTokens }) => promptTokens)
  const client = groupBy(answers, ({ answer }) => (answer.ok ? answer.completion.promptTokens : -1))
  for (const [length, own] of client) {
    const theirs = (server.get(length) ?? []).toSorted((a, b) => a.receivedNs - b.receivedNs)
    if (theirs.length !== own.length) continue // one of them is not known, and which cannot be told
    for (const [i, one] of own.toSorted((a, b) => a.startMs - b.startMs).entries()) {
      const { receivedNs, tokensNs } = theirs[i]!
      const { tokenMs } = one.answer
      if (!counts(one) || tokenMs.length === 0 || tokenMs.length !== tokensNs.length) continue
      const written = tokensNs.map((ns) => (ns - originNs) / 1e6)
      errors.requests += 1
      errors.ttftMs.push(Math.abs(tokenMs[0]! - one.startMs - (tokensNs[0]! - receivedNs) / 1e6))
      if (tokenMs.length > 1) errors.tpotMs.push(Math.abs(tokenMs.at(-1)! - tokenMs[0]! - (written.at(-1)! - written[0]!)) / (tokenMs.length - 1))
      for (const [k, ms] of tokenMs.entries()) errors.tokenMs.push(Math.abs(ms - written[k]!))
    }
  }
  return errors
}

/** Median and 99th percentile, to the microsecond; of at least one value. */
export function spreadOf(values: readonly number[]): ErrorSpread {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number): number => Math.round(1000 * sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!) / 1000
  return { p50: at(0.5), p99: at(0.99) }
}

// --- internal ---

function groupBy<T>(values: readonly T[], keyOf: (value: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group === undefined) groups.set(keyOf(value), [value])
    else group.push(value)
  }
  return groups
}
