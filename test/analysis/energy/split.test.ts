import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyse } from '../../../harness/analysis/index.ts'
import { twoSlopes } from '../../../harness/analysis/metrics/energy-split.ts'
import { loadSuite } from '../../../harness/suite/index.ts'
import type { StoredRun } from '../../../harness/types.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rowOf, valueOf, whyOf } from '../find.ts'
import { scriptedRun } from '../scripted-run.ts'

/** Idle 5 W; a prompt token takes 10 ms at 105 W (1 J net), an output token 100 ms at 25 W (2 J net). */
function run(promptOf: (n: number) => number, tokensOf: (n: number) => number, items = 24): StoredRun {
  const prompt = (n: number): number => promptOf(n) * 10
  const spans: { from: number; to: number }[] = []
  const made = scriptedRun({
    items,
    watts: () => 25,
    models: [{ id: 'teacher', role: 'teacher', answer: (n) => ({ firstMs: prompt(n) + 100, stepMs: 100, tokens: tokensOf(n), score: 1 }) }],
  })
  const samples = made.samples.map((sample, n) => ({ ...sample, promptTokens: promptOf(n) }))
  for (const [n, { startMs }] of samples.entries()) spans.push({ from: startMs, to: startMs + prompt(n) })
  const series = made.series.map((one) => {
    if (one.phase !== 'measure') return one
    const last = one.t.at(-1)!
    const t = Array.from({ length: Math.ceil((last - one.t[0]!) / 5) }, (_, i) => one.t[0]! + 5 * i)
    return { ...one, t, v: t.map((at) => (spans.some(({ from, to }) => at >= from && at < to) ? 105 : 25)) }
  })
  return { ...made, samples, series }
}

describe('energy of prompts and answers told apart', () => {
  it('finds what a prompt token and an output token took, with intervals around the truth', () => {
    const analysis = analyse([
      run(
        (n) => 50 + 37 * (n % 7),
        (n) => 5 + 3 * (n % 5),
      ),
    ])
    const [prefill, decode] = [valueOf(analysis, 'prefill-energy-per-token'), valueOf(analysis, 'decode-energy-per-token')]
    expect(prefill.value).toBeCloseTo(1, 1)
    expect(decode.value).toBeCloseTo(2, 1)
    expect(prefill.low < 1 && 1 < prefill.high && decode.low < 2 && 2 < decode.high).toBe(true)
    expect(prefill).toMatchObject({ unit: 'J/token', level: 0.95, method: expect.stringContaining('net of idle') })
  })

  it.each([
    [
      'lengths are in one ratio',
      run(
        (n) => 10 * (5 + (n % 4)),
        (n) => 5 + (n % 4),
      ),
      'nearly one ratio of lengths',
    ],
    [
      'there are few requests',
      run(
        (n) => 50 + 30 * n,
        (n) => 9 - n,
        6,
      ),
      '6 units of work with energy; 12 are needed',
    ],
    [
      'requests are short',
      run(
        (n) => 1 + (n % 3),
        () => 2,
      ),
      'cannot tell units under 0.5 s apart',
    ],
  ])('is absent with the reason where %s', (_, made, why) => {
    expect(whyOf(rowOf(analyse([made]), 'decode-energy-per-token'))).toContain(why)
  })

  it('two slopes without noise come back exactly', () => {
    const slope = fc.double({ min: 0.1, max: 10, noNaN: true })
    fc.assert(
      fc.property(slope, slope, (a, b) => {
        const [x, z] = [
          [1, 5, 9, 2],
          [4, 1, 3, 8],
        ]
        const fit = twoSlopes(
          x.map((one, i) => a * one + b * z[i]!),
          x,
          z,
        )
        expect(fit!.a).toBeCloseTo(a, 9)
        expect(fit!.b).toBeCloseTo(b, 9)
        expect(fit!.seB).toBeCloseTo(0, 6)
      }),
    )
  })
})

describe('carbon', () => {
  it('is energy × PUE × grams per kilowatt-hour, an estimate with its source; absent from runs whose suite tells nothing', () => {
    const made = run(
      (n) => 50 + 37 * (n % 7),
      () => 10,
    )
    const site = { gramsPerKwh: 360, pue: 1.25, source: 'a grid', date: '2025-01-01' }
    const analysis = analyse([{ ...made, record: { ...made.record, suite: { ...made.record.suite, site } } }])
    const joules = valueOf(analysis, 'energy-per-request').value
    expect(valueOf(analysis, 'carbon-per-request')).toMatchObject({
      unit: 'gCO2/answer',
      origin: 'estimated',
      method: expect.stringContaining('a grid, 2025-01-01'),
    })
    expect(valueOf(analysis, 'carbon-per-request').value).toBeCloseTo((joules * 360 * 1.25) / 3.6e6, 9)
    expect(valueOf(analysis, 'carbon-per-correct').value).toBeCloseTo(valueOf(analysis, 'carbon-per-request').value, 9)
    expect(analyse([made]).rows.some(({ metric }) => metric.startsWith('carbon'))).toBe(false)
  })
})

describe('other currencies', () => {
  const suite = (price: string): string =>
    `name: a\ncurrencies: { EUR: { usd: 1.04, source: ECB, date: 2025-02-06 } }\nsite: { gramsPerKwh: 300, source: s, date: 2025-01-01 }\nmodels: { t: { role: teacher, adapter: mock, price: ${price} } }\nworkloads: [{ id: w, kind: list, items: [{ prompt: p, target: a }] }]\n`
  async function load(price: string) {
    const dir = mkdtempSync(join(tmpdir(), 'money-'))
    try {
      writeFileSync(join(dir, 's.yaml'), suite(price))
      return (await loadSuite('s.yaml', { cwd: dir })).suite
    } finally {
      rmSync(dir, { recursive: true })
    }
  }

  it('become US dollars by the dated rate of the suite, which the source of the price then names', async () => {
    const { models, site } = await load(
      '{ kind: owned, currency: EUR, purchaseUsd: 1000, lifetimeYears: 4, watts: 500, usdPerKwh: 0.25, source: shop, date: 2025-01-01 }',
    )
    expect(models[0]!.price).toEqual({
      kind: 'owned',
      purchaseUsd: 1040,
      lifetimeYears: 4,
      watts: 500,
      usdPerKwh: 0.26,
      source: 'shop; EUR at 1.04 USD, ECB, 2025-02-06',
      date: '2025-01-01',
    })
    expect(site).toEqual({ gramsPerKwh: 300, pue: 1, source: 's', date: '2025-01-01' })
  })

  it('without a rate are refused', async () => {
    await expect(load('{ kind: hourly, currency: GBP, usdPerHour: 1, source: s, date: 2025-01-01 }')).rejects.toThrow(/GBP, of which the suite gives no rate/)
  })
})
