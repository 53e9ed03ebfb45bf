/**
 * Whether pairs show that one side is worse: by the trimmed mean, which a few disturbed pairs do not move, and, where pairs
 * scatter little, by the plain mean too, which finds more in few pairs (Student's t with n − 1 degrees of freedom in place of
 * n − 2g − 1). The level is shared out between the two and among the looks, so that the sum of all shares is the level of the whole.
 */
import { shownAbove, trimmedMean, type TrimmedMean } from './log-ratio.ts'

/** Shares of the level that a look has, for either test. */
export interface Shares {
  plain: number
  trimmed: number
}

/** Of a test that looks once. */
export const ONE_LOOK: Shares = { plain: 0.8, trimmed: 0.2 }

/** Standard deviation of one pair, as a share, up to which the plain mean is asked; pairs of a quiet machine have 3% or less. */
export const QUIET = 0.05

/** Level at which either test must show that the change is above what is tolerated: together about 5%. That anything changed is tested at the level of the gate. */
export const TOLERATED_LEVEL = 0.035

/**
 * p-value of "nothing changed, or no more than `tolerated`", to be compared with the level of the whole: divided by the share
 * of its test. Undefined for fewer than three changes. Positive changes are worse.
 */
export function regressionTest(changes: readonly number[], tolerated: number, shares: Shares = ONE_LOOK): { fail: number; mean: TrimmedMean } | undefined {
  const mean = trimmedMean(changes)
  const plain = trimmedMean(changes, 0)
  if (mean === undefined || plain === undefined) return undefined
  const robust = shownWorse(mean, tolerated) / shares.trimmed
  const precise = plain.sd <= QUIET ? shownWorse(plain, tolerated) / shares.plain : 1
  return { fail: Math.min(1, robust, precise), mean }
}

// --- internal ---

function shownWorse(mean: TrimmedMean, tolerated: number): number {
  const [any, more] = [shownAbove(mean, 0), shownAbove(mean, tolerated)]
  return more <= TOLERATED_LEVEL ? any : Math.max(any, more)
}
