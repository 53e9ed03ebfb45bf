/** A test against a margin that may be looked at after every item: what it shows is never taken back by later items. */
import { LEVEL, type Interval } from './interval.ts'
import { boundary } from './sequential.ts'

export interface MarginEvidence {
  /** p-values of "worse by the margin or more" and "worse by less than the margin", valid however often one looked. They only fall. */
  nonInferior: number
  inferior: number
  /** Only shrinks. The mean of all may lie outside of it, where late values differ from early ones. */
  interval: Interval
}

/**
 * For differences in [−1, 1] that come in random order. Betting as in Waudby-Smith and Ramdas (JRSS B, 2024), with a mixture of
 * constant bets: a gambler spreads the capital evenly over a few shares f, and each part is multiplied by 1 + f·(x − m)/(1 + m). If
 * the mean is m or below, the whole is a supermartingale, so that it ever reaches 1/α has a chance of at most α (Ville). The
 * p-value is 1 ÷ the highest capital so far. A spread costs a factor of at most six in capital, against the best of the bets known
 * beforehand; bets that are tuned on the way (`confidenceSequence`) need about twice the items near a margin.
 */
export function anytimeMargin(differences: ArrayLike<number>, margin: number, level = LEVEL): MarginEvidence {
  const { nonInferior, inferior } = anytimePValues(differences, margin)
  const limit = 2 / (1 - level)
  // The capital that bets on values above m falls as m grows.
  const low = boundary((mean) => highest(differences, mean, 1) >= limit)
  const high = -boundary((mean) => highest(differences, -mean, -1) >= limit)
  let sum = 0
  for (let i = 0; i < differences.length; i++) sum += differences[i]!
  return { nonInferior, inferior, interval: { value: differences.length === 0 ? 0 : sum / differences.length, low, high, level } }
}

/** The p-values of `anytimeMargin` alone, for a look on the way. */
export function anytimePValues(differences: ArrayLike<number>, margin: number): Pick<MarginEvidence, 'nonInferior' | 'inferior'> {
  return { nonInferior: 1 / highest(differences, -margin, 1), inferior: 1 / highest(differences, -margin, -1) }
}

// --- internal ---

/** Shares of what would ruin the gambler: from differences as large as can be down to a point or so. */
const BETS = [0.75, 0.4, 0.2, 0.1, 0.05, 0.025]
const ENOUGH = 1e200

/** The highest capital of the gambler who says that the mean is above (`side` 1) or below `mean`; at least 1, the capital before the first bet. */
function highest(differences: ArrayLike<number>, mean: number, side: 1 | -1): number {
  const worst = 1 + side * mean
  if (!(worst > 1e-12)) return 1 // nothing can lie below −1: there is nothing to bet on, and no more than 1 to be shown
  const parts = new Float64Array(BETS.length).fill(1 / BETS.length)
  let best = 1
  for (let i = 0; i < differences.length; i++) {
    const gain = (side * (differences[i]! - mean)) / worst
    let total = 0
    for (let j = 0; j < BETS.length; j++) total += parts[j]! *= 1 + BETS[j]! * gain
    if (total > best) best = total
    if (best > ENOUGH) return best
  }
  return best
}
