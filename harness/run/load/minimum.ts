/** How many requests a percentile needs, after MLPerf (inference rules, "early stopping" and the table of query counts). */

/**
 * Queries that MLPerf asks for to claim a percentile: its normal approximation with a margin of a twentieth of the tail, at
 * 99% confidence, rounded up to a multiple of 2^13. 0.99 gives 270,336.
 */
export function queriesFor(percentile: number, confidence = 0.99): number {
  const margin = (1 - percentile) / 20
  const z = normalQuantile((1 + confidence) / 2)
  return Math.ceil((z ** 2 * percentile * (1 - percentile)) / margin ** 2 / 8192) * 8192
}

/**
 * Early stopping: which of `n` values in rising order (from 0) lies above the percentile with this confidence, so that it may
 * be reported in its place. Undefined where n is too small: below 64 for 0.9, below 662 for 0.99.
 */
export function earlyStoppingIndex(n: number, percentile: number, confidence = 0.99): number | undefined {
  const over = overshoot(n, percentile, confidence)
  return over < 1 ? undefined : n - over
}

/** The highest of these percentiles for which `n` requests allow a claim; undefined where they allow none. */
export function claimable(n: number, percentiles: readonly number[] = [0.5, 0.9, 0.95, 0.99, 0.999]): number | undefined {
  return percentiles.findLast((percentile) => earlyStoppingIndex(n, percentile) !== undefined)
}

/** Fewest requests for which `earlyStoppingIndex` is defined. */
export function fewestFor(percentile: number, confidence = 0.99): number {
  let [low, high] = [1, 2]
  while (overshoot(high, percentile, confidence) < 1) high *= 2
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (overshoot(middle, percentile, confidence) < 1) low = middle + 1
    else high = middle
  }
  return low
}

// --- internal ---

/** Largest t for which t or fewer of n values above the percentile would be a surprise: P(X <= t) <= 1 - confidence, X binomial. */
function overshoot(n: number, percentile: number, confidence: number): number {
  const tail = 1 - percentile
  let logTerm = n * Math.log(percentile)
  let sum = Math.exp(logTerm)
  let t = -1
  while (sum <= 1 - confidence && t < n) {
    t += 1
    logTerm += Math.log((n - t) / (t + 1)) + Math.log(tail / percentile)
    sum += Math.exp(logTerm)
  }
  return t
}

/** Acklam's approximation of the standard normal quantile for p above 0.97575; relative error below 1.2e-9. */
function normalQuantile(p: number): number {
  const q = Math.sqrt(-2 * Math.log(1 - p))
  const c = [-7.784894002430293e-3, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783]
  const d = [7.784695709041462e-3, 0.3224671290700398, 2.445134137142996, 3.754408661907416]
  const horner = (coefficients: readonly number[]): number => coefficients.reduce((sum, coefficient) => sum * q + coefficient, 0)
  return -horner(c) / (horner(d) * q + 1)
}
