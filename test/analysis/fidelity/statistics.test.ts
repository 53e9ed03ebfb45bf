/** Fidelity statistics against published and hand-computed figures, and a simulation of false alarms. */
import { describe, expect, it } from 'vitest'
import { calibrationOf } from '../../../harness/analysis/fidelity/calibration.ts'
import { cohenKappa, type LabelPair } from '../../../harness/analysis/fidelity/kappa.ts'
import { sliceTest, type SliceItem } from '../../../harness/analysis/fidelity/slices.ts'
import { createRandom } from '../../../harness/random.ts'

function table(cells: readonly (readonly [string, string, number])[]): LabelPair[] {
  let item = 0
  return cells.flatMap(([a, b, count]) => Array.from({ length: count }, () => ({ a, b, cluster: String(item++) })))
}

describe('kappa', () => {
  it('is 0.4 for the textbook table of 50 grant applications (20, 5, 10, 15)', () => {
    const { observed, chance, kappa, interval } = cohenKappa(
      table([
        ['yes', 'yes', 20],
        ['yes', 'no', 5],
        ['no', 'yes', 10],
        ['no', 'no', 15],
      ]),
      ['t'],
    )
    expect([observed, chance, kappa]).toEqual([expect.closeTo(0.7, 12), expect.closeTo(0.5, 12), expect.closeTo(0.4, 12)])
    // Asymptotic standard error (Fleiss, Cohen and Everitt 1969) about 0.13: 0.15 to 0.65.
    expect(interval!.low).toBeGreaterThan(0.08)
    expect(interval!.low).toBeLessThan(0.22)
    expect(interval!.high).toBeGreaterThan(0.58)
    expect(interval!.high).toBeLessThan(0.72)
  })

  it('is lower for equal agreement when chance agrees more: 0.1304 and 0.2593', () => {
    expect(
      cohenKappa(
        table([
          ['y', 'y', 45],
          ['y', 'n', 15],
          ['n', 'y', 25],
          ['n', 'n', 15],
        ]),
        ['t'],
      ).kappa,
    ).toBeCloseTo(0.1304, 4)
    expect(
      cohenKappa(
        table([
          ['y', 'y', 25],
          ['y', 'n', 35],
          ['n', 'y', 5],
          ['n', 'n', 35],
        ]),
        ['t'],
      ).kappa,
    ).toBeCloseTo(0.2593, 4)
  })

  it('is 1 for equal answers, and undefined where both always say the same', () => {
    expect(
      cohenKappa(
        table([
          ['1', '1', 5],
          ['2', '2', 4],
        ]),
        ['t'],
      ).kappa,
    ).toBe(1)
    expect(cohenKappa(table([['1', '1', 5]]), ['t']).kappa).toBeNaN()
  })

  it('does not change when the two are swapped, and a repeated cluster narrows nothing', () => {
    const pairs = table([
      ['a', 'b', 7],
      ['b', 'b', 9],
      ['c', 'a', 3],
      ['a', 'a', 11],
    ])
    const swapped = pairs.map(({ a, b, cluster }) => ({ a: b, b: a, cluster }))
    expect(cohenKappa(swapped, ['t']).kappa).toBe(cohenKappa(pairs, ['t']).kappa)
    expect(cohenKappa([...pairs, ...pairs], ['t']).interval).toEqual(cohenKappa(pairs, ['t']).interval)
  })
})

describe('calibration', () => {
  it('is as computed by hand, with the upper end of a bin in it', () => {
    const { ece, brier, nll, bins } = calibrationOf([
      { confidence: 0.9, right: true },
      { confidence: 0.85, right: false },
      { confidence: 0.2, right: false },
      { confidence: 0.15, right: true },
    ])
    // (0.8, 0.9]: confidence 0.875, right 0.5; (0.1, 0.2]: confidence 0.175, right 0.5.
    expect(bins.map(({ answers }) => answers)).toEqual([2, 2])
    expect(ece).toBeCloseTo(0.5 * 0.325 + 0.5 * 0.375, 12)
    expect(brier).toBeCloseTo((0.01 + 0.7225 + 0.04 + 0.7225) / 4, 12)
    expect(nll).toBeCloseTo(-(Math.log(0.9) + Math.log(0.15) + Math.log(0.8) + Math.log(0.15)) / 4, 12)
  })

  it('stays finite for certainty that is wrong, and is all but 0 for certainty that is right', () => {
    expect(calibrationOf([{ confidence: 1, right: false }]).nll).toBeCloseTo(-Math.log(1e-6), 6)
    expect(
      calibrationOf([
        { confidence: 1, right: true },
        { confidence: 0, right: false },
      ]),
    ).toMatchObject({ ece: 0, brier: 0 })
  })
})

describe('the worst slice', () => {
  function items(losses: readonly number[], perSlice: number, seed: number): SliceItem[] {
    const random = createRandom('slices', seed)
    return losses.flatMap((loss, slice) =>
      Array.from({ length: perSlice }, (_, i) => {
        const draw = random.next()
        return { slice: `s${slice}`, cluster: `${slice}-${i}`, difference: draw < 0.1 + loss ? -1 : draw < 0.2 + loss ? 1 : 0 }
      }),
    )
  }

  it('raises a false alarm in at most 5% of runs in which no slice is worse, whatever the number of slices', () => {
    const runs = 150
    let alarms = 0
    for (let run = 0; run < runs; run++)
      if (
        sliceTest(
          items(
            Array.from({ length: 8 }, () => 0),
            30,
            run,
          ),
          ['sim', run],
        )[0]!.adjusted <= 0.05
      )
        alarms++
    // 5% and three standard errors of the simulation.
    expect(alarms / runs).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / runs))
  })

  it('finds the one slice that is much worse, and no other', () => {
    const found = sliceTest(items([0, 0, 0.5, 0], 60, 1), ['one'])
    expect(found.filter(({ adjusted }) => adjusted <= 0.05).map(({ slice }) => slice)).toEqual(['s2'])
  })

  it('gives p = 1 to equal models and to an only slice that is better', () => {
    expect(sliceTest([{ slice: 'a', cluster: '1', difference: 0 }], ['x'])[0]!.adjusted).toBe(1)
    expect(
      sliceTest(
        Array.from({ length: 9 }, (_, i) => ({ slice: 'a', cluster: String(i), difference: 1 })),
        ['x'],
      )[0]!.adjusted,
    ).toBe(1)
  })
})
