/** How many items a comparison needs. */
import { normalQuantile } from './distributions.ts'

export interface PowerQuestion {
  /** Variance of the paired difference of an item's expected scores: Var(a) + Var(b) − 2·Cov(a, b). */
  pairVariance: number
  /** Variance of one answer about its item's expectation, divided by the answers per item; for each model. */
  answerVariance?: readonly number[]
  /** The difference to be found, as a ratio: 0.03 is three points. */
  difference: number
  alpha?: number
  power?: number
  /** One-sided: alpha is not halved. */
  oneSided?: boolean
}

/** n = (z_α + z_β)²·(ω² + Σσ²/K) ÷ δ² (Miller, 2411.00640, equation 9), rounded to the next whole item that suffices. */
export function itemsNeeded({ pairVariance, answerVariance = [], difference, alpha = 0.05, power = 0.8, oneSided = false }: PowerQuestion): number {
  const z = normalQuantile(1 - (oneSided ? alpha : alpha / 2)) + normalQuantile(power)
  const variance = answerVariance.reduce((sum, one) => sum + one, pairVariance)
  return Math.ceil((z * z * variance) / (difference * difference))
}

/** Items for a non-inferiority test when the two are equally good and disagree on a share ψ of the items: (z_α + z_β)²·ψ ÷ δ². */
export function itemsForMargin(disagreement: number, margin: number, alpha = 0.025, power = 0.8): number {
  return itemsNeeded({ pairVariance: disagreement, difference: margin, alpha, power, oneSided: true })
}
