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

/**
 * The least difference that n items find, the inverse of `itemsNeeded`: (z_α + z_β)·√((ω² + Σσ²/K) ÷ n). What a run of this
 * size could not have seen.
 */
export function detectableDifference(
  items: number,
  { pairVariance, answerVariance = [], alpha = 0.05, power = 0.8, oneSided = false }: Omit<PowerQuestion, 'difference'>,
): number {
  const z = normalQuantile(1 - (oneSided ? alpha : alpha / 2)) + normalQuantile(power)
  const variance = answerVariance.reduce((sum, one) => sum + one, pairVariance)
  return z * Math.sqrt(variance / items)
}

/**
 * Items after which the test against a margin decides, if the two are in truth `difference` apart (0: equally good) and the squared
 * differences of an item's scores average `squares` (right-or-wrong answers: the share of items on which they disagree).
 * Never fewer than the items without any disagreement that the score test wants, z²·(1 − margin) ÷ margin. Undefined where
 * the difference is at the margin, or so near that a hundred million items would not do.
 */
export function itemsToDecide(squares: number, margin: number, difference = 0, alpha = 0.025, power = 0.8): number | undefined {
  const distance = Math.abs(difference + margin)
  if (!(distance > 0)) return undefined
  const items = itemsNeeded({ pairVariance: Math.max(0, squares - difference * difference), difference: distance, alpha, power, oneSided: true })
  const z = normalQuantile(1 - alpha)
  const least = difference > -margin ? Math.ceil((z * z * (1 - distance)) / distance) : 1
  const enough = Math.max(items, least)
  return enough <= 1e8 ? enough : undefined
}
