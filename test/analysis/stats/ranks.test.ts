import { expect, test } from 'vitest'
import { ranksOf, sortedRanks } from '../../../harness/analysis/stats/ranks.ts'
import { thin, quantile } from '../../../harness/analysis/stats/quantiles.ts'
import { createRandom, type Random } from '../../../harness/random.ts'

/** Spread wide, with ties, all of one value, and next to one another: what buckets find hard. */
const SHAPES: Record<string, (random: Random) => number> = {
  'spread wide': (random) => Math.exp(8 * random.normal()),
  'of few values': (random) => random.int(7),
  'all the same': () => 3,
  'steps with noise in the last bits': (random) => (1_000_000 + random.int(40)) / 1000 - 999 + random.int(3) * 2 ** -50,
  'with the least numbers there are': (random) => (random.next() < 0.5 ? random.int(9) * 5e-324 : random.next()),
}

test.each(Object.entries(SHAPES))('order statistics of many values %s are those of the sorted list', (shape, draw) => {
  const random = createRandom(shape)
  const counts = Int32Array.from({ length: 2200 }, () => random.int(12))
  const values = Float64Array.from({ length: counts.reduce((sum, one) => sum + one, 0) }, () => draw(random))
  expect(values.length).toBeGreaterThan(10_000) // or they would be sorted at once
  const ranks = ranksOf(values.slice(), counts)
  const sources = [...counts].flatMap((count, source) => Array.from({ length: count }, () => source))
  const order = sources.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b)
  const sorted = Float64Array.from(order, (i) => values[i]!)
  const plain = sortedRanks(
    sorted,
    Int32Array.from(order, (i) => sources[i]!),
    counts.length,
  )
  expect(thin(ranks)).toEqual(thin(sorted))
  for (const p of [0, 0.003, 0.5, 0.95, 0.999, 1]) {
    const rank = Math.floor(p * (values.length - 1))
    const value = quantile(ranks, p)
    expect(value).toBe(quantile(sorted, p))
    expect(ranks.upTo(value)).toBe(plain.upTo(value))
    const [from, to] = [Math.max(0, rank - 300), Math.min(values.length, rank + 300)]
    expect(ranks.part(from, to)).toEqual(plain.part(from, to))
    for (const count of [from, rank, to]) expect(ranks.below(count)).toEqual(plain.below(count))
  }
  for (const outside of [-1, 1e308]) expect(ranks.upTo(outside)).toBe(plain.upTo(outside))
})
