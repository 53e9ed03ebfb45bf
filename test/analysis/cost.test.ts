import fc from 'fast-check'
import { expect, test } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import { describePrice, hourlyUsd, tokenBill } from '../../harness/price.ts'
import type { Price, Sample, StoredRun } from '../../harness/types.ts'
import { valueOf } from './find.ts'
import { HOURLY, scriptedRun } from './scripted-run.ts'

const LIST = { kind: 'token', inputPerMtoken: 2, outputPerMtoken: 8, cachedInputPerMtoken: 0.5, source: 's', date: '2025-01-01' } as const
const tokens = fc.record({ prompt: fc.nat(1e7), cached: fc.nat(1e7), output: fc.nat(1e7) }).map((one) => ({ ...one, cached: Math.min(one.cached, one.prompt) }))

test('a million tokens of each kind cost the list price, and cached ones their own', () => {
  expect(tokenBill(LIST, { prompt: 1e6, cached: 0, output: 1e6 })).toBeCloseTo(10, 12)
  expect(tokenBill(LIST, { prompt: 1e6, cached: 1e6, output: 0 })).toBeCloseTo(0.5, 12)
  expect(tokenBill({ ...LIST, batchDiscount: 0.5 }, { prompt: 1e6, cached: 0, output: 1e6 })).toBeCloseTo(5, 12)
})

test('a bill of two requests is the sum of their bills; a cache and a discount never make it dearer', () => {
  const { cachedInputPerMtoken: _cached, ...uncached } = LIST
  fc.assert(
    fc.property(tokens, tokens, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, batchDiscount) => {
      const both = { prompt: a.prompt + b.prompt, cached: a.cached + b.cached, output: a.output + b.output }
      expect(tokenBill(LIST, both)).toBeCloseTo(tokenBill(LIST, a) + tokenBill(LIST, b), 6)
      expect(tokenBill(LIST, a)).toBeLessThanOrEqual(tokenBill(uncached, a) + 1e-12)
      expect(tokenBill({ ...LIST, batchDiscount }, a)).toBeLessThanOrEqual(tokenBill(LIST, a) + 1e-12)
      expect(tokenBill(LIST, a)).toBeGreaterThanOrEqual(0)
    }),
  )
})

test('owned hardware costs its purchase and overhead over its life, and its power with that of the site', () => {
  const owned = { kind: 'owned', purchaseUsd: 87_600, lifetimeYears: 5, watts: 1000, usdPerKwh: 0.1, source: 's', date: '2025-01-01' } as const
  expect(hourlyUsd(owned)).toBeCloseTo(2 + 0.1, 12)
  expect(hourlyUsd({ ...owned, overheadShare: 0.5, pue: 1.2 })).toBeCloseTo(3 + 0.12, 12)
  expect(hourlyUsd({ ...owned, utilisation: 0.5 })).toBeCloseTo(4.2, 12)
  expect(describePrice({ ...owned, utilisation: 0.5 })).toContain('÷ 50% utilisation')
})

const answer = (n: number) => ({ firstMs: 100, stepMs: 100, tokens: 10, score: n % 2, ...(n === 3 ? { finish: 'length' as const } : {}) })
function run(price: Price, change: (sample: Sample, n: number) => Sample = (sample) => sample): StoredRun {
  const made = scriptedRun({ items: 10, models: [{ id: 'teacher', role: 'teacher', answer, price }] })
  return { ...made, samples: made.samples.map(change) }
}
const total = (stored: StoredRun): number => valueOf(analyse([stored]), 'cost-total', { model: 'teacher' }).value

test('the whole run is billed, cut-off answers in it; requests and correct answers divide the same sum', () => {
  const analysis = analyse([run(LIST)])
  const usd = 10 * tokenBill(LIST, { prompt: 10, cached: 0, output: 10 })
  expect(valueOf(analysis, 'cost-total', { model: 'teacher' })).toMatchObject({ origin: 'estimated', unit: 'USD', n: 10 })
  expect(valueOf(analysis, 'cost-total', { model: 'teacher' }).value).toBeCloseTo(usd, 12)
  expect(valueOf(analysis, 'cost-per-request', { model: 'teacher' }).value).toBeCloseTo(usd / 10, 12)
  expect(valueOf(analysis, 'cost-per-correct', { model: 'teacher' }).value).toBeCloseTo(usd / 5, 12)
})

test('tokens from the prompt cache are billed at their own price', () => {
  expect(total(run(LIST)) - total(run(LIST, (sample) => ({ ...sample, cachedTokens: 4 })))).toBeCloseTo((10 * 4 * 1.5) / 1e6, 15)
})

test('an attempt that broke is billed for the prompt that was read; one that was refused is not', () => {
  const attempt = (code: 'http' | 'network' | 'timeout', kind: string) => (sample: Sample, n: number) =>
    n === 0 ? { ...sample, attempts: [{ startMs: 0, endMs: 1, error: { code, kind, message: 'm' } }] } : sample
  const plain = total(run(LIST))
  expect(total(run(LIST, attempt('timeout', 'stall')))).toBeCloseTo(plain + (10 * 2) / 1e6, 15)
  expect(total(run(LIST, attempt('http', 'http-429')))).toBeCloseTo(plain, 15)
  expect(total(run(LIST, attempt('network', 'refused')))).toBeCloseTo(plain, 15)
})

test('hardware that works half of the paid hours makes every answer cost twice as much', () => {
  expect(total(run({ ...HOURLY, utilisation: 0.5 }))).toBeCloseTo(2 * total(run(HOURLY)), 12)
})
