/** Tests of a loss of accuracy against a margin, by item. */
import { changesOf, lostAndWon, type ScorePair } from '../compare/pairs.ts'
import { clusteredMarginTest, independentItems, marginTest, type MarginTest } from '../stats/margin.ts'
import { binomialCdf } from '../stats/special.ts'

export interface ScoreTest extends MarginTest {
  lost: number
  won: number
  /** Mean squared difference of an item: the share of items on which right-or-wrong answers disagree. */
  squares: number
}

/** Tango's test, or its clustered form; `pairs` is not empty. */
export function scoreTest(pairs: readonly ScorePair[], margin: number): ScoreTest {
  const columns = columnsOf(pairs)
  const { lost, won } = lostAndWon(columns)
  const clusters = changesOf(columns, pairs.length)
  const single = clusters.items.length === pairs.length && pairs.every(({ binary }) => binary)
  const test = single ? marginTest(lost, won, pairs.length, margin) : clusteredMarginTest(clusters, margin)
  const seen = independentItems(clusters)
  const squares = single ? (lost + won) / pairs.length : Math.max(0, pairs.length * (seen.se ?? 0) ** 2 + (seen.won - seen.lost) ** 2)
  // The score test is an approximation; a failure must also stand up to the exact test of "no change" (McNemar, one-sided).
  const exact = single ? 1 - binomialCdf(lost - 1, lost + won, 0.5) : 0
  return { ...test, inferior: Math.max(test.inferior, exact), lost, won, squares }
}

/** The smallest share of items that must be lost, none won, before the exact test shows a loss at `alpha`: ⌈log₂(1/α)⌉ ÷ n. */
export function leastLoss(items: number, alpha: number): number {
  return Math.ceil(Math.log2(1 / alpha)) / items
}

// --- internal ---

/** Clusters by number. */
function columnsOf(pairs: readonly ScorePair[]): Parameters<typeof changesOf>[0] {
  const numbers = new Map<string, number>()
  const cluster = Int32Array.from(pairs, (pair) => {
    const known = numbers.get(pair.cluster) ?? numbers.size
    numbers.set(pair.cluster, known)
    return known
  })
  return { length: pairs.length, cluster, model: Float64Array.from(pairs, ({ model }) => model), teacher: Float64Array.from(pairs, ({ teacher }) => teacher) }
}
