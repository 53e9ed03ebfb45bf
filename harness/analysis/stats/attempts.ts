/** Several answers to one item: what k of them are worth, estimated without bias from n ≥ k. All three average over items. */

/** P(at least one of k answers is right) = 1 − C(n − c, k) ÷ C(n, k), from n answers of which c are right (Chen et al., 2021). 1 ≤ k ≤ n. */
export function passAtK(n: number, c: number, k: number): number {
  if (n - c < k) return 1
  let miss = 1
  for (let i = 0; i < k; i++) miss *= (n - c - i) / (n - i)
  return 1 - miss
}

/** P(all of k answers are right) = C(c, k) ÷ C(n, k), written pass^k. 1 ≤ k ≤ n. */
export function passHatK(n: number, c: number, k: number): number {
  let all = 1
  for (let i = 0; i < k; i++) all *= Math.max(0, c - i) / (n - i)
  return all
}

/** One of the different answers to an item: how often it was given, and its score. */
export interface Ballot {
  count: number
  score: number
}

/**
 * The expected score of the answer given most often among k of the n answers: maj@k, also called cons@k. Averages over all
 * C(n, k) choices instead of taking the first k; a tie goes to each of the tied with equal chance. With k = 1 or 2 it is
 * the mean score. 1 ≤ k ≤ n ≤ 1,000, so that the counts stay finite.
 */
export function majorityAtK(ballots: readonly Ballot[], k: number): number {
  const n = ballots.reduce((sum, { count }) => sum + count, 0)
  let expected = 0
  for (const [index, { count, score }] of ballots.entries()) {
    if (score === 0) continue
    const others = ballots.filter((_, other) => other !== index)
    for (let votes = 1; votes <= Math.min(count, k); votes++)
      expected +=
        score *
        choose(count, votes) *
        waysToLose(
          others.map((other) => other.count),
          k - votes,
          votes,
        )
  }
  return expected / choose(n, k)
}

// --- internal ---

/**
 * In how many ways `rest` answers come from the others with at most `votes` for each of them, a way with t others that have
 * as many votes counted as 1/(t + 1): the winner's chance in the tie.
 */
function waysToLose(counts: readonly number[], rest: number, votes: number): number {
  const mostTies = Math.floor(rest / votes)
  // ways[taken][ties]
  let ways = Array.from({ length: rest + 1 }, () => new Float64Array(mostTies + 1))
  ways[0]![0] = 1
  for (const count of counts) {
    const next = Array.from({ length: rest + 1 }, () => new Float64Array(mostTies + 1))
    for (let taken = 0; taken <= rest; taken++)
      for (let ties = 0; ties <= mostTies; ties++) {
        const before = ways[taken]![ties]!
        if (before === 0) continue
        for (let own = 0; own <= Math.min(count, votes, rest - taken); own++) next[taken + own]![ties + (own === votes ? 1 : 0)]! += before * choose(count, own)
      }
    ways = next
  }
  return ways[rest]!.reduce((sum, one, ties) => sum + one / (ties + 1), 0)
}

function choose(n: number, k: number): number {
  let product = 1
  for (let i = 0; i < Math.min(k, n - k); i++) product = (product * (n - i)) / (i + 1)
  return product
}
