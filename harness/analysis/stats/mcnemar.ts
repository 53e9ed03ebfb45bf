/** McNemar's test: is the one of two models right on the same items more often than the other? Binary scores only. */
import { binomialCdf, logGamma } from './special.ts'

/**
 * Two-sided p-values from the items on which only the one (b) or only the other (c) is right, binomial(b + c, 1/2).
 * `midP` counts half of the observed outcome and is the less conservative. No disagreement: both are 1.
 */
export function mcnemar(b: number, c: number): { exact: number; midP: number } {
  const total = b + c
  if (total === 0) return { exact: 1, midP: 1 }
  const fewer = Math.min(b, c)
  const tail = binomialCdf(fewer, total, 0.5)
  const point = Math.exp(logGamma(total + 1) - logGamma(fewer + 1) - logGamma(total - fewer + 1) - total * Math.LN2)
  return { exact: Math.min(1, 2 * tail), midP: Math.min(1, 2 * tail - point) }
}
