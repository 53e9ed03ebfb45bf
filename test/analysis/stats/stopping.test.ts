/** The short form of the simulations of runs that ask until decided; `npm run simulate:stats` is the long one. */
import { describe, expect, it } from 'vitest'
import { ALPHA, marginTest } from '../../../harness/analysis/stats/margin.ts'
import { anytimePValues } from '../../../harness/analysis/stats/anytime.ts'
import { createRandom } from '../../../harness/random.ts'

const [MARGIN, RUNS, ITEMS, EVERY] = [0.02, 1500, 1500, 50]
/** Three standard errors of a share of ALPHA. */
const NOISE = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS)

/** student − teacher by item: lost with the one chance, won with the other. */
function drawn(run: number, lose: number, win: number): Float64Array {
  const random = createRandom('stopping', lose, win, run)
  return Float64Array.from({ length: ITEMS }, () => {
    const u = random.next()
    return u < lose ? -1 : u < lose + win ? 1 : 0
  })
}

function share(happens: (run: number) => boolean): number {
  let count = 0
  for (let run = 0; run < RUNS; run++) if (happens(run)) count++
  return count / RUNS
}

describe('a student that is worse by exactly the margin, looked at every 50 items', () => {
  it('is let through by the bets no oftener than they promise, nor is it turned down', () => {
    // A look on the way cannot be lower than the last one: p only falls.
    const last = Array.from({ length: RUNS }, (_, run) => anytimePValues(drawn(run, 0.05, 0.03), MARGIN))
    expect(share((run) => last[run]!.nonInferior <= ALPHA)).toBeLessThan(ALPHA + NOISE)
    expect(share((run) => last[run]!.inferior <= ALPHA)).toBeLessThan(ALPHA + NOISE)
  })

  it('is let through far oftener by the test for a fixed number of items, which is why that is not used', () => {
    const slips = share((run) => {
      let [lost, won] = [0, 0]
      return drawn(run, 0.05, 0.03).some((one, i) => {
        if (one < 0) lost++
        if (one > 0) won++
        return (i + 1) % EVERY === 0 && marginTest(lost, won, i + 1, MARGIN).nonInferior <= ALPHA
      })
    })
    expect(slips).toBeGreaterThan(3 * ALPHA)
  })

  it('and one that is clearly better is found to be, mostly long before the items are used up', () => {
    const found = share((run) => anytimePValues(drawn(run, 0.02, 0.05).subarray(0, 1000), MARGIN).nonInferior <= ALPHA)
    expect(found).toBeGreaterThan(0.9)
  })

  it('p-values never rise with more items', () => {
    const values = drawn(1, 0.05, 0.04)
    const at = Array.from({ length: ITEMS / EVERY }, (_, look) => anytimePValues(values.subarray(0, (look + 1) * EVERY), MARGIN))
    for (const which of ['nonInferior', 'inferior'] as const) expect(at.every((one, i) => i === 0 || one[which] <= at[i - 1]![which])).toBe(true)
  })
})
