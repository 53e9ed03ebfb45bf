import { describe, expect, test } from 'vitest'
import { pairsToShow } from '../../../harness/analysis/stats/log-ratio.ts'
import { ONE_LOOK, regressionTest } from '../../../harness/analysis/stats/regression.ts'
import { createRandom } from '../../../harness/random.ts'

const TOLERATED = Math.log1p(0.01)
const ALPHA = 0.01

/** Share of draws of `pairs` changes around `slower` in which a regression is shown. */
function shown(slower: number, sd: number, pairs: number, draws = 2000): number {
  const random = createRandom('regression', slower, sd, pairs)
  let count = 0
  for (let draw = 0; draw < draws; draw++) {
    const changes = Array.from({ length: pairs }, () => Math.log1p(slower) + sd * random.normal())
    if (regressionTest(changes, TOLERATED)!.fail <= ALPHA) count += 1
  }
  return count / draws
}

describe('a regression over pairs', () => {
  // 2000 draws: the standard error of 1% is 0.2%, so 1.7% would be seen once in a thousand.
  test.each([0.01, 0.03, 0.049, 0.2])('is shown in at most one of a hundred where nothing changed, pairs scattering by %d', (sd) => {
    expect(shown(0, sd, 10)).toBeLessThan(0.017)
  })
  test('is shown in at most 5% where the change is no more than what is tolerated, however quiet the machine', () => {
    expect(shown(0.01, 0.005, 10)).toBeLessThan(0.067)
  })
  test('of 5% is shown by ten pairs in nineteen of twenty cases where pairs scatter by 3%', () => {
    expect(shown(0.05, 0.03, 10)).toBeGreaterThan(0.945)
  })
  test('is neither made nor hidden by one pair that something disturbed', () => {
    const random = createRandom('disturbed')
    const quiet = Array.from({ length: 9 }, () => 0.01 * random.normal())
    expect(regressionTest([...quiet, 0.5], TOLERATED)!.fail).toBeGreaterThan(0.5)
    expect(regressionTest([...quiet.map((one) => one + 0.05), -0.5], TOLERATED)!.fail).toBeLessThan(ALPHA)
  })
  test('is divided by the share of its look', () => {
    const changes = [0.05, 0.04, 0.06, 0.05, 0.045, 0.055]
    const all = regressionTest(changes, TOLERATED, ONE_LOOK)!.fail
    expect(regressionTest(changes, TOLERATED, { plain: ONE_LOOK.plain / 4, trimmed: ONE_LOOK.trimmed / 4 })!.fail).toBeCloseTo(4 * all, 12)
    expect(regressionTest(changes, TOLERATED, { plain: 0, trimmed: 0.05 })!.fail).toBeLessThanOrEqual(1)
    expect(regressionTest([0.1, 0.2], TOLERATED)).toBeUndefined()
  })
  test('needs more pairs the more they scatter, and no number of them shows what is tolerated', () => {
    const needed = [0.02, 0.05, 0.1, 0.2].map((sd) => pairsToShow(sd, Math.log1p(0.04), TOLERATED, 0.002)!)
    expect(needed).toEqual(needed.toSorted((a, b) => a - b))
    expect(needed[0]).toBeLessThan(needed[1]!)
    expect(pairsToShow(0.02, TOLERATED, TOLERATED, 0.002)).toBeUndefined()
  })
})
