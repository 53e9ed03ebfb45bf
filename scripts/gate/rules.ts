/** Ways of telling a regression: ours, and those of other tools. All are given times (more is worse). */
import { regressionTest, shownBelow } from '../../harness/analysis/index.ts'
import { normalCdf, tCdf } from '../../harness/analysis/stats/distributions.ts'
import { LOOKS, SHARES } from '../../harness/gate/rerun/looks.ts'

export type Call = 'pass' | 'fail' | 'undecided'

/** What our gate says of pairs that come one after the other: the first look that decides, and how many pairs that took. */
export function sequentialGate(
  differences: readonly number[],
  { alpha, missed, most, tolerated }: { alpha: number; missed: number; most: number; tolerated: number },
): { call: Call; pairs: number } {
  for (const [look, pairs] of LOOKS.entries()) {
    const { fail, mean } = regressionTest(differences.slice(0, pairs), Math.log1p(tolerated), SHARES[look])!
    if (fail <= alpha) return { call: 'fail', pairs }
    if (shownBelow(mean, Math.log1p(most)) <= missed) return { call: 'pass', pairs }
  }
  return { call: 'undecided', pairs: LOOKS.at(-1)! }
}

/** github-action-benchmark: the new value against the last one, a fixed threshold. */
export function fixedThreshold(baseline: Float64Array, candidate: Float64Array, threshold: number): boolean {
  return Math.exp(candidate[0]! - baseline[0]!) > 1 + threshold
}

/** Welch's t-test, one-sided. */
export function welch(baseline: Float64Array, candidate: Float64Array, alpha: number): boolean {
  const [a, b] = [moments(baseline), moments(candidate)]
  const [va, vb] = [a.variance / baseline.length, b.variance / candidate.length]
  const df = (va + vb) ** 2 / (va ** 2 / (baseline.length - 1) + vb ** 2 / (candidate.length - 1))
  return 1 - tCdf((b.mean - a.mean) / Math.sqrt(va + vb), df) <= alpha
}

/** Mann and Whitney's U, two-sided by the normal approximation with continuity correction (benchstat: alpha 0.05); worse only. */
export function mannWhitney(baseline: Float64Array, candidate: Float64Array, alpha: number): boolean {
  let u = 0
  for (const b of candidate) for (const a of baseline) u += b > a ? 1 : b === a ? 0.5 : 0
  const [n, m] = [baseline.length, candidate.length]
  const z = (u - (n * m) / 2 - 0.5) / Math.sqrt((n * m * (n + m + 1)) / 12)
  return 2 * (1 - normalCdf(z)) <= alpha
}

/** asv: Mann–Whitney at 0.002 and a factor of 1.1 between medians. */
export function asv(baseline: Float64Array, candidate: Float64Array): boolean {
  return mannWhitney(baseline, candidate, 0.002) && Math.exp(median(candidate) - median(baseline)) > 1.1
}

// --- internal ---

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length
  return { mean, variance: values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1) }
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
