import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bootstrap, foldSums, groupClusters, GROUPS, percentileInterval, weightedRatio } from '../../../harness/analysis/stats/bootstrap.ts'
import { sortWithSource } from '../../../harness/analysis/stats/sort.ts'
import { createRandom } from '../../../harness/random.ts'

test('groups of many clusters give the interval that the clusters give', () => {
  const [random, count] = [createRandom('clusters'), 12_000]
  const top = Float64Array.from({ length: count }, () => 5 + random.normal())
  const bottom = Float64Array.from({ length: count }, () => 2 + random.next())
  const all = new Int32Array(count).fill(1)
  const groups = groupClusters(count, createRandom('lot'))!
  const [above, below] = [foldSums(top, groups), foldSums(bottom, groups)]
  const value = weightedRatio(all, top, bottom)
  const [plain] = bootstrap(count, 600, createRandom('plain'), [(weights) => weightedRatio(weights, top, bottom)])
  const [grouped] = bootstrap(GROUPS, 2000, createRandom('grouped'), [(weights) => weightedRatio(weights, above, below)])
  const [one, other] = [percentileInterval(value, plain!, count)!, percentileInterval(value, grouped!, GROUPS)!]
  expect((other.high - other.low) / (one.high - one.low)).toBeGreaterThan(0.85)
  expect((other.high - other.low) / (one.high - one.low)).toBeLessThan(1.15)
  expect(other.low).toBeLessThan(value)
  expect(other.high).toBeGreaterThan(value)
})

test('few clusters are not grouped; groups of many are as large as one another, and drawn by lot', () => {
  expect(groupClusters(10_000, createRandom('few'))).toBeUndefined()
  const groups = groupClusters(4 * 3000, createRandom('many'))!
  const sizes = new Int32Array(GROUPS)
  for (const group of groups) sizes[group]!++
  expect(sizes.every((size) => size === 6)).toBe(true)
  expect(groups.slice(0, 4)).not.toEqual(Int32Array.of(0, 1, 2, 3))
})

test('numbers are sorted with their sources, equal ones in the order in which they came', () => {
  const value = fc.oneof(
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
    fc.constantFrom(0, 1, 1.5, 1e300, 5e-324),
  )
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), fc.boolean(), (some, large) => {
      const values = large ? Array.from({ length: 6000 }, (_, i) => (some.length === 0 ? i : some[i % some.length]!)) : some
      const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b)
      const { sorted, source } = sortWithSource(
        Float64Array.from(values),
        Int32Array.from(values, (_, i) => i),
      )
      expect(Array.from(source)).toEqual(order)
      expect(Array.from(sorted)).toEqual(order.map((i) => values[i]!))
    }),
    { numRuns: 40 },
  )
})
