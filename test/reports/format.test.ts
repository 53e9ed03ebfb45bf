import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Unit } from '../../harness/types.ts'
import { formatCount, formatFactor, formatInterval, formatP, formatPoints, formatPublished, formatTime, formatValue, scaleOf } from '../../reports/format.ts'
import { EN } from '../../reports/messages/en/index.ts'
import { ratioInWords } from '../../reports/words.ts'

const UNITS: readonly Unit[] = [
  'ratio',
  'percent',
  'count',
  'ms',
  's',
  'h',
  'token',
  'token/s',
  'request/s',
  'byte',
  'byte/s',
  'W',
  'J',
  'J/token',
  'J/answer',
  'USD',
  'USD/Mtoken',
  'USD/answer',
  'USD/h',
  'rating',
  'percentile',
  'parameter',
  'celsius',
  'MHz',
  'nat',
]

describe('numbers with units', () => {
  it.each<[number, Unit, string]>([
    [0.971, 'ratio', '97.1%'],
    [1, 'ratio', '100%'],
    [0, 'ratio', '0%'],
    [0.9996, 'ratio', '100%'],
    [-0.123, 'ratio', '−12.3%'],
    [412.34, 'token/s', '412 tokens/s'],
    [1234567, 'token', '1,234,567 tokens'],
    [0.42, 'ms', '420 µs'],
    [12.345, 'ms', '12.3 ms'],
    [45_000, 'ms', '45.0 s'],
    [610, 's', '10.2 min'],
    [3_200_000, 'parameter', '3.20 million'],
    [671e9, 'parameter', '671 billion'],
    [93.5e6, 'byte', '93.5 MB'],
    [0.00021, 'J/token', '210 µJ per token'],
    [9_100, 'J', '9.10 kJ'],
    [3.2e-7, 'USD/answer', '$0.32 per million answers'],
    [0.0045, 'USD/answer', '$4.50 per 1,000 answers'],
    [26.25, 'USD/Mtoken', '$26.25 per million tokens'],
  ])('%d %s reads %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text)
  })

  it('shows a whole column in one scale, so that its numbers can be compared by eye', () => {
    const scale = scaleOf('USD/answer', [3.2e-7, 1.24e-6])
    expect([3.2e-7, 1.24e-6].map((value) => formatValue(value, 'USD/answer', scale))).toEqual(['$0.32 per million answers', '$1.24 per million answers'])
  })

  it('gives an interval the decimals of its value', () => {
    expect(formatInterval({ value: 4.2, low: 4.0, high: 4.44, unit: 'token/s' })).toBe('4.00 to 4.44 tokens/s')
    expect(formatInterval({ value: 0.971, low: 0.958, high: 0.9805, unit: 'ratio' })).toBe('95.8 to 98.0%')
  })

  it('keeps the digits of a quoted figure', () => {
    expect(formatPublished(3, 'USD/Mtoken')).toBe('$3.00 per million tokens')
    expect(formatPublished(0.4775, 'USD/Mtoken')).toBe('$0.4775 per million tokens')
    expect(formatPublished(100e6, 'USD')).toBe('$100 million')
    expect(formatPublished(5.57e6, 'USD')).toBe('$5.57 million')
    expect(formatPublished(5_576_000, 'USD')).toBe('$5.576 million')
    expect(formatPublished(0.798, 'ratio')).toBe('79.8%')
    expect(formatPublished(2029, 'rating')).toBe('2,029')
  })

  it('writes points with a real minus sign and no sign on nothing', () => {
    expect([-0.013, 0.004, 0, -0.0001].map(formatPoints)).toEqual(['−1.3', '+0.4', '0.0', '0.0'])
  })

  it('writes factors without idle zeros', () => {
    expect([8.75, 17.953, 27.34, 1240.4, 2].map(formatFactor)).toEqual(['8.75', '17.95', '27.3', '1,240', '2'])
  })

  it('counts in singular and plural, and tells time in UTC', () => {
    expect([formatCount(1, 'request'), formatCount(1200, 'request')]).toEqual(['1 request', '1,200 requests'])
    expect(formatTime('2026-05-01T12:03:01.000Z')).toBe('2026-05-01 12:03 UTC')
  })

  it('never says that a p-value is 0', () => {
    expect([1, 0.027, 0.001, 0.0004, 0].map(formatP)).toEqual(['1.000', '0.027', '0.001', '< 0.001', '< 0.001'])
  })

  it('never writes NaN, undefined, null or Infinity, whatever the number and unit', () => {
    fc.assert(
      fc.property(fc.double(), fc.constantFrom(...UNITS), (value, unit) => {
        const texts = [formatValue(value, unit), formatPublished(value, unit), formatInterval({ value: 1, low: 0.5, high: 2, unit })]
        for (const text of texts) expect(text).not.toMatch(/NaN|undefined|null|Infinity/)
      }),
      {
        numRuns: 2000,
        examples: [
          [1.7e308, 'ratio'],
          [-1.7e308, 'USD/answer'],
          [5e-324, 'ms'],
        ],
      },
    )
  })
})

describe('comparisons in words', () => {
  const speed = { unit: 'token/s', better: 'higher' } as const
  const latency = { unit: 'ms', better: 'lower' } as const
  const cost = { unit: 'USD/answer', better: 'lower' } as const

  it.each([
    ['a higher speed', { value: 4.2, low: 4.0, high: 4.4 }, speed, '4.2 times faster', '4.0 to 4.4', 'better'],
    ['a lower speed', { value: 0.5, low: 0.45, high: 0.55 }, speed, '2.0 times slower', '1.8 to 2.2', 'worse'],
    ['a slightly higher speed', { value: 1.18, low: 1.1, high: 1.25 }, speed, '18% faster', '10 to 25%', 'better'],
    ['a lower latency', { value: 0.25, low: 0.2, high: 0.4 }, latency, '4.0 times faster', '2.5 to 5.0', 'better'],
    ['a lower cost', { value: 0.26, low: 0.22, high: 0.31 }, cost, '74% cheaper', '69 to 78%', 'better'],
    ['a much lower cost', { value: 0.0366, low: 0.0366, high: 0.0366 }, cost, '27.3 times cheaper', '', 'better'],
    ['a higher cost', { value: 1.3, low: 1.2, high: 1.4 }, cost, '30% dearer', '20 to 40%', 'worse'],
    ['fewer bytes', { value: 0.12, low: 0.11, high: 0.13 }, { unit: 'byte', better: 'lower' } as const, '8.3 times smaller', '7.7 to 9.1', 'better'],
    [
      'a description that is no merit',
      { value: 2, low: 1.9, high: 2.1 },
      { unit: 'token', better: 'neither' } as const,
      '2.0 times more',
      '1.9 to 2.1',
      'even',
    ],
  ])('%s', (_, ratio, metric, text, range, tone) => {
    expect(ratioInWords(ratio, metric)).toMatchObject({ text, range, tone, clear: true })
  })

  it('does not call a difference clear when the interval holds both directions', () => {
    expect(ratioInWords({ value: 1.02, low: 0.97, high: 1.06 }, speed)).toEqual({
      text: 'no clear difference',
      range: '3.1% slower to 6.0% faster',
      clear: false,
      tone: 'even',
    })
  })

  it('lists in words', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(EN.basics.list)).toEqual(['', 'a', 'a and b', 'a, b and c'])
  })
})

it('says value and ends of a range in one form', () => {
  const cost = { unit: 'USD/answer', better: 'lower' } as const
  expect(ratioInWords({ value: 0.101, low: 0.095, high: 0.107 }, cost)).toMatchObject({ text: '90% cheaper', range: '89 to 91%' })
  expect(ratioInWords({ value: 1.55, low: 1.45, high: 1.65 }, { unit: 'token/s', better: 'higher' })).toMatchObject({
    text: '1.6 times faster',
    range: '1.4 to 1.6',
  })
  expect([10.5, 17.9, 20].map(formatFactor)).toEqual(['10.5', '17.9', '20'])
})
