/** Why a stage ends before its time. Fed with every end of a request; told at once. */
import { hourlyUsd, tokenBill } from '../../price.ts'
import type { Price, StageRecord, Timing } from '../../types.ts'

export type StopReason = NonNullable<StageRecord['stoppedBy']>

export interface Stop {
  /** A request ended; `promptTokens` and `outputTokens` are billed. */
  ended(failed: boolean, tokens: { promptTokens: number; outputTokens: number; cachedTokens?: number | undefined }, nowMs: number): void
  /** The first rule that was broken. */
  readonly reason: StopReason | undefined
  /** US dollars so far; 0 without a price. */
  readonly usd: number
}

export type StopRules = Pick<Timing, 'maxErrorShare' | 'maxUsd'>

/** `spentUsd` is what earlier stages cost: the limit is about the whole load. */
export function createStop(rules: StopRules, price: Price | undefined, startMs: number, spentUsd = 0): Stop {
  const recent = new Uint8Array(RECENT)
  let [count, failures, usd] = [0, 0, 0]
  let reason: StopReason | undefined
  return {
    ended(failed, tokens, nowMs) {
      const place = count++ % RECENT
      failures += Number(failed) - recent[place]!
      recent[place] = Number(failed)
      usd = price !== undefined && price.kind !== 'token' ? (hourlyUsd(price) * (nowMs - startMs)) / 3.6e6 : usd + bill(price, tokens)
      if (count >= LEAST && failures > rules.maxErrorShare * Math.min(count, RECENT)) reason ??= 'errors'
      if (rules.maxUsd !== undefined && spentUsd + usd >= rules.maxUsd) reason ??= 'cost'
    },
    get reason() {
      return reason
    },
    get usd() {
      return usd
    },
  }
}

/** US dollars of one request at list prices; 0 under an hourly price. */
export function bill(
  price: Price | undefined,
  { promptTokens, outputTokens, cachedTokens = 0 }: { promptTokens: number; outputTokens: number; cachedTokens?: number | undefined },
): number {
  if (price?.kind !== 'token') return 0
  return tokenBill(price, { prompt: promptTokens, cached: cachedTokens, output: outputTokens })
}

// --- internal ---

/** The share of errors is that of the last 50; before there are ten, one bad start would end everything. */
const RECENT = 50
const LEAST = 10
