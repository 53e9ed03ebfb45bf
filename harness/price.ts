/** What a price comes to: the one place where tokens are billed and hours are charged. Imports types only. */
import type { Price } from './types.ts'

/** Tokens of one or more requests. `prompt` includes `cached`; `output` includes reasoning, which is billed like the rest. */
export interface BilledTokens {
  prompt: number
  cached: number
  output: number
}

type TokenPrice = Extract<Price, { kind: 'token' }>
export type HardwarePrice = Exclude<Price, TokenPrice>

/** US dollars for tokens at list prices; cached input without a price of its own costs as much as other input. */
export function tokenBill(price: TokenPrice, { prompt, cached, output }: BilledTokens): number {
  const { inputPerMtoken, outputPerMtoken, cachedInputPerMtoken = inputPerMtoken, batchDiscount = 0 } = price
  const fromCache = Math.min(cached, prompt)
  return (((prompt - fromCache) * inputPerMtoken + fromCache * cachedInputPerMtoken + output * outputPerMtoken) / 1e6) * (1 - batchDiscount)
}

/**
 * US dollars per hour in which the hardware works: what an hour costs ÷ the share of hours in which it works.
 * Owned: purchase × (1 + overhead) ÷ hours of its life + power at the wall × PUE × price of a kilowatt-hour.
 */
export function hourlyUsd(price: HardwarePrice): number {
  return paidPerHour(price) / (price.utilisation ?? 1)
}

/** The formula with its figures, for people: "3.6 USD per hour ÷ 50% utilisation (source, date)". */
export function describePrice(price: Price): string {
  const sourced = `${price.source}, ${price.date}`
  if (price.kind === 'token') {
    const cached = price.cachedInputPerMtoken === undefined ? '' : `, ${price.cachedInputPerMtoken} cached`
    const discount = price.batchDiscount === undefined ? '' : `, less ${round(100 * price.batchDiscount)}% for batches`
    return `${price.inputPerMtoken} in${cached} and ${price.outputPerMtoken} out per million${discount} (${sourced})`
  }
  const share = price.utilisation === undefined ? '' : ` ÷ ${round(100 * price.utilisation)}% utilisation`
  if (price.kind === 'hourly') return `${price.usdPerHour} USD per hour${share} (${sourced})`
  const { purchaseUsd, lifetimeYears, watts, usdPerKwh, pue = 1, overheadShare = 0 } = price
  const overhead = overheadShare === 0 ? '' : ` + ${round(100 * overheadShare)}% overhead`
  return `${round(paidPerHour(price))} USD per hour of owned hardware${share}: ${purchaseUsd} USD${overhead} over ${lifetimeYears} years, and ${watts} W × PUE ${pue} × ${usdPerKwh} USD per kWh (${sourced})`
}

export const HOURS_PER_YEAR = 8760

// --- internal ---

function paidPerHour(price: HardwarePrice): number {
  if (price.kind === 'hourly') return price.usdPerHour
  const { purchaseUsd, lifetimeYears, watts, usdPerKwh, pue = 1, overheadShare = 0 } = price
  return (purchaseUsd * (1 + overheadShare)) / (lifetimeYears * HOURS_PER_YEAR) + (watts / 1000) * pue * usdPerKwh
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
