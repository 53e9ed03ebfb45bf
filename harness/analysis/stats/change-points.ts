/**
 * Where a series changes: E-Divisive (Matteson and James, A nonparametric approach for multiple change point analysis of
 * multivariate data, JASA 109, 2014) in one dimension with exponent 1. The series is cut where the energy distance between the two sides,
 * weighted by their sizes, is largest; a cut stays when a share of at most `alpha` of permutations within the segment gives
 * as large a one. Then both sides are searched.
 */
import type { Random } from '../../random.ts'

export interface ChangePoint {
  /** First index of the new level. */
  at: number
  p: number
}

export interface ChangeOptions {
  random: Random
  alpha?: number
  permutations?: number
  /** Fewest values on either side of a change. */
  least?: number
}

/** In order of place; quadratic in the length of the series. */
export function changePoints(values: readonly number[], { random, alpha = 0.01, permutations = 199, least = 4 }: ChangeOptions): ChangePoint[] {
  const found: ChangePoint[] = []
  const open: [from: number, until: number][] = [[0, values.length]]
  for (let segment = open.pop(); segment !== undefined; segment = open.pop()) {
    const [from, until] = segment
    const part = values.slice(from, until)
    const best = strongest(part, least)
    if (best === undefined || !(best.strength > 1e-12)) continue
    let asStrong = 1
    for (let i = 0; i < permutations; i++) if ((strongest(random.shuffle(part), least)?.strength ?? 0) >= best.strength) asStrong += 1
    const p = asStrong / (permutations + 1)
    if (p > alpha) continue
    found.push({ at: from + best.at, p })
    open.push([from, from + best.at], [from + best.at, until])
  }
  return found.sort((a, b) => a.at - b.at)
}

// --- internal ---

/** The cut with the largest weighted energy distance. Sums of distances are carried along as a value changes sides. */
function strongest(values: readonly number[], least: number): { at: number; strength: number } | undefined {
  const n = values.length
  if (n < 2 * least) return undefined
  let [within, beyond, between] = [0, 0, 0] // Σ|x − x'| left, right, and across
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) beyond += Math.abs(values[i]! - values[j]!)
  let best: { at: number; strength: number } | undefined
  for (let at = 1; at <= n - least; at++) {
    const moved = values[at - 1]!
    let [toLeft, toRight] = [0, 0]
    for (let i = 0; i < at - 1; i++) toLeft += Math.abs(moved - values[i]!)
    for (let i = at; i < n; i++) toRight += Math.abs(moved - values[i]!)
    within += toLeft
    beyond -= toRight
    between += toRight - toLeft
    if (at < least) continue
    const [m, k] = [at, n - at]
    const distance = (2 * between) / (m * k) - (2 * within) / (m * (m - 1)) - (2 * beyond) / (k * (k - 1))
    const strength = ((m * k) / (m + k)) * distance
    if (best === undefined || strength > best.strength) best = { at, strength }
  }
  return best
}
