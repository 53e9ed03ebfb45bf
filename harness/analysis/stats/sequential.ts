/**
 * Looking at the results while they come in, and stopping when they are clear: bounds that hold at all times at once, however
 * one decides to stop. An ordinary interval that is looked at after each item is wrong far more often than it says.
 */
import { LEVEL, type Interval } from './interval.ts'

/**
 * Confidence sequence for the mean of values in [−1, 1] (differences of scores), by betting: Waudby-Smith and Ramdas, "Estimating
 * means of bounded random variables by betting" (JRSS B, 2024), predictable plug-in bets. For each mean m a gambler bets λ
 * on the next value being above m, another on its being below; if m is the truth, neither capital ever passes 2 ÷ (1 − level)
 * but with probability (1 − level)/2. Valid for values that come in random order. Where the early ones differ from the late ones
 * the mean of all can lie outside of `low` to `high`, and that tells that the order was not random.
 */
export function confidenceSequence(differences: ArrayLike<number>, level = LEVEL): Interval {
  const n = differences.length
  const { above, value } = betsOf(differences, (1 - level) / 2)
  if (n === 0) return { value: 0, low: -1, high: 1, level }
  const limit = Math.log(2 / (1 - level))
  const rejected = (mean: number, side: 1 | -1): boolean => capital(differences, above, mean, side) >= limit
  // The capital of the upward gambler falls as m grows, that of the downward one rises.
  const low = boundary((mean) => rejected(mean, 1))
  const high = -boundary((mean) => rejected(-mean, -1))
  return { value, low, high, level }
}

export interface SequentialDecision {
  /** Undecided: the values ended before the bound left the margin. */
  decision: 'non-inferior' | 'inferior' | 'undecided'
  /** After how many values. */
  items: number
}

/**
 * Goes through the differences in the order in which they came, and stops as soon as their mean is shown to be above or below
 * −margin. Each of the two wrong answers has a chance of at most `alpha`, over all looks together.
 */
export function sequentialMargin(differences: ArrayLike<number>, margin: number, alpha = (1 - LEVEL) / 2): SequentialDecision {
  const { above } = betsOf(differences, alpha)
  const limit = Math.log(1 / alpha)
  let [up, down] = [0, 0]
  for (let i = 0; i < differences.length; i++) {
    up += Math.log1p(stake(above[i]!, -margin, 1) * (differences[i]! + margin))
    down += Math.log1p(stake(above[i]!, -margin, -1) * -(differences[i]! + margin))
    if (up >= limit) return { decision: 'non-inferior', items: i + 1 }
    if (down >= limit) return { decision: 'inferior', items: i + 1 }
  }
  return { decision: 'undecided', items: differences.length }
}

/** Where `rejected`, true from −1 on or nowhere, turns false in [−1, 1]. */
export function boundary(rejected: (mean: number) => boolean): number {
  let [low, high] = [-1, 1]
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2
    if (rejected(middle)) low = middle
    else high = middle
  }
  return low
}

// --- internal ---

/** No bet is larger than this share of what would ruin the gambler. */
const BOLDEST = 0.75
/** Variance and weight that the first values are mixed with. */
const PRIOR = { variance: 0.25, weight: 1 }

/** The bets before each value, from the values before it only: √(2·ln(1/α) ÷ (σ̂²·t·ln(t + 1))). And the mean of all values. */
function betsOf(differences: ArrayLike<number>, alpha: number): { above: Float64Array; value: number } {
  const above = new Float64Array(differences.length)
  let [sum, squares] = [0, PRIOR.variance * PRIOR.weight]
  for (let i = 0; i < differences.length; i++) {
    const variance = squares / (i + PRIOR.weight)
    above[i] = Math.sqrt((2 * Math.log(1 / alpha)) / (variance * (i + 1) * Math.log(i + 2)))
    sum += differences[i]!
    squares += (differences[i]! - sum / (i + 1 + PRIOR.weight)) ** 2
  }
  return { above, value: differences.length === 0 ? 0 : sum / differences.length }
}

/** The bet, cut so that the worst value still leaves a part of the capital. `side` 1 bets on values above the mean. */
function stake(bet: number, mean: number, side: 1 | -1): number {
  return Math.min(bet, BOLDEST / Math.max(1e-9, 1 + side * mean))
}

/** ln of the capital of the gambler who says that the mean is above (`side` 1) or below `mean`. */
function capital(differences: ArrayLike<number>, bets: Float64Array, mean: number, side: 1 | -1): number {
  let [log, product] = [0, 1]
  for (let i = 0; i < differences.length; i++) {
    product *= 1 + stake(bets[i]!, mean, side) * side * (differences[i]! - mean)
    if (product > 1e200 || product < 1e-200) {
      log += Math.log(product)
      product = 1
    }
  }
  return log + Math.log(product)
}
