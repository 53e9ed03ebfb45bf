import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CORRECTIONS } from '../../harness/prices/corrections.ts'
import { isTime, priceAt, timeOf } from '../../harness/prices/period.ts'
import type { ListPrice } from '../../harness/types.ts'

const DAY = 86_400_000
const day = (n: number): string => new Date(timeOf('2024-01-01') + n * DAY).toISOString().slice(0, 10)
const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 8 }).map((days) => days.sort((a, b) => a - b))
/** One price after the other, each until the next; the input price is the number of the period. */
const history = (days: readonly number[]): ListPrice[] =>
  days.map((from, i) => ({
    model: 'm',
    provider: 'p',
    input: i,
    output: i,
    from: day(from),
    ...(i + 1 < days.length ? { until: day(days[i + 1]!) } : {}),
    source: 's',
  }))

test('of prices that follow one another exactly the one is found that a walk through time would have reached, in any order of the table', () => {
  fc.assert(
    fc.property(cuts, fc.integer({ min: -50, max: 800 }), fc.boolean(), (days, at, turned) => {
      const table = turned ? history(days).toReversed() : history(days)
      const expected = days.filter((from) => from <= at).length - 1
      const held = priceAt(table, timeOf(day(at)))
      if (expected < 0) expect(held).toMatchObject({ kind: 'too-early', first: { from: day(days[0]!) } })
      else expect(held).toMatchObject({ kind: 'held', price: { input: expected }, certain: expected < days.length - 1 })
    }),
  )
})

test('a price holds from its first moment, and no longer at its last', () => {
  const cut = timeOf('2025-02-08T16:00Z')
  const chat = CORRECTIONS.filter(({ model }) => model === 'deepseek-chat')
  expect(priceAt(chat, cut - 1)).toMatchObject({ kind: 'held', price: { input: 0.14 } })
  expect(priceAt(chat, cut)).toMatchObject({ kind: 'held', price: { input: 0.27 } })
})

test('after the end of the last price there is none', () => {
  expect(priceAt([{ model: 'm', provider: 'p', input: 1, output: 1, from: '2025-01-01', until: '2025-02-01', source: 's' }], timeOf('2025-02-01')).kind).toBe(
    'ended',
  )
  expect(priceAt([], 0)).toEqual({ kind: 'none' })
})

test('the built-in prices have real dates, and no two of a model hold at once', () => {
  for (const one of CORRECTIONS) {
    for (const date of [one.from, one.until, one.seen]) if (date !== undefined) expect(isTime(date)).toBe(true)
    const rivals = CORRECTIONS.filter((other) => other !== one && other.model === one.model && other.provider === one.provider)
    for (const other of rivals)
      expect(timeOf(one.until ?? '9999-01-01') <= timeOf(other.from!) || timeOf(other.until ?? '9999-01-01') <= timeOf(one.from!)).toBe(true)
  }
})

test('days that the calendar lacks, and moments without a zone, are no times', () => {
  for (const text of ['2025-02-06', '2025-02-08T16:00Z', '2025-02-08T16:00:30+01:00']) expect(isTime(text)).toBe(true)
  for (const text of ['2025-02-30', '2025-13-01', '2025-02-08T16:00', '6 Feb 2025', '2025-2-6', '', '20250206', '2025-02-08T25:00Z'])
    expect(isTime(text)).toBe(false)
})
