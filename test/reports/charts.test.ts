import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../harness/types.ts'
import type { Chart, MaybeChart } from '../../reports/charts/chart.ts'
import { chartsOf } from '../../reports/charts/index.ts'
import { placeLabels } from '../../reports/charts/labels.ts'
import { quantileOf } from '../../reports/charts/latency.ts'
import { usedFacts } from '../../reports/charts/published.ts'
import { logTicks, lookOf } from '../../reports/charts/theme.ts'
import { renderSvg } from '../../reports/svg.ts'
import { viewOf } from '../../reports/view.ts'
import { measuredAnalysis } from '../fixtures/analyses/build.ts'
import { HOSTILE, hostileAnalysis, manyModelsAnalysis, partialAnalysis } from '../fixtures/analyses/edges.ts'
import { publishedAnalysis } from '../fixtures/analyses/published.ts'

const view = viewOf(measuredAnalysis())
const charts = chartsOf(view)
const chartOf = (maybe: MaybeChart | undefined): Chart => {
  if (maybe?.state !== 'drawn') throw new Error(`not drawn: ${maybe?.why}`)
  return maybe.chart
}

describe('every chart', () => {
  const all = [...charts.quality, ...charts.latency, ...charts.slices, ...chartsOf(viewOf(publishedAnalysis())).published].map(chartOf)

  it('has a title, a description, a takeaway with a number in it, and a table twin', () => {
    expect(all.length).toBeGreaterThanOrEqual(9)
    for (const { title, description, takeaway, table } of all) {
      expect(title.length).toBeGreaterThan(3)
      expect(description).toMatch(/\.$/)
      expect(takeaway).toMatch(/\d.*\.$/)
      expect(table.rows.length).toBeGreaterThan(1)
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length)
    }
  })

  it('is the same picture twice, and holds no style, script, link or event handler', async () => {
    for (const { spec } of all) {
      const svg = await renderSvg(spec)
      expect(await renderSvg(spec)).toBe(svg)
      expect(svg).not.toMatch(/<script|<style|<a[ >]|<image|<foreignObject| style=| on\w+=|href=/)
      expect(svg).not.toMatch(/NaN|undefined|null|Infinity/)
    }
  })
})

describe('looks', () => {
  it('differ by colour and by shape while there are few contestants', () => {
    const looks = view.contestants.map((one) => lookOf(one, view.contestants))
    expect(new Set(looks.map(({ color }) => color)).size).toBe(4)
    expect(new Set(looks.map(({ shape }) => shape)).size).toBe(4)
    expect(new Set(looks.map(({ dash }) => dash.join())).size).toBe(4)
  })

  it('tell the roles when there are many', () => {
    const many = viewOf(manyModelsAnalysis()).contestants
    expect(new Set(many.map((one) => JSON.stringify(lookOf(one, many)))).size).toBe(3)
  })
})

describe('quality against cost', () => {
  it('draws both intervals of every point, and names the cheapest and the most accurate', () => {
    const { takeaway, table } = chartOf(charts.quality[0])
    expect(takeaway).toBe(
      'Most accurate: Teacher 3.2M (98.4%, $1.24 per million answers). Cheapest: Student XS (90.2%, $0.17 per million answers). On the frontier: Student XS, Student S and Teacher 3.2M. Beaten: Control S.',
    )
    expect(table.rows[1]).toEqual(['Student S', '97.1%', '94.5 to 99.7%', '$0.32 per million answers', '$0.31 to $0.33 per million answers', 'on it'])
  })

  it('says why there is none without a price', () => {
    expect(chartsOf(viewOf(partialAnalysis())).quality[0]).toMatchObject({ state: 'missing', why: 'No cost: the suite sets no price for the models.' })
  })

  it('keeps names off each other and inside the plot, where there is room', () => {
    const labels = placeLabels(
      [
        { x: 100, y: 100, text: 'first' },
        { x: 104, y: 102, text: 'second' },
        { x: 300, y: 20, text: 'at the right edge' },
      ],
      340,
      240,
    )
    const boxes = labels.map(({ align, dx, dy, text, index }) => {
      const [x, y] = [[100, 104, 300][index]! + dx, [100, 102, 20][index]! + dy]
      const width = text.length * 6.6
      const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2
      return { left, right: left + width, y }
    })
    expect(Math.abs(boxes[0]!.y - boxes[1]!.y) >= 14 || boxes[0]!.left > boxes[1]!.right || boxes[1]!.left > boxes[0]!.right).toBe(true)
    expect(boxes[2]!.right).toBeLessThanOrEqual(348)
  })
})

describe('latency', () => {
  it('tells median and 95th percentile in words, and a quantile only where there are requests beyond it', () => {
    const { takeaway, table } = chartOf(charts.latency[0])
    expect(takeaway).toMatch(/^Teacher 3\.2M: half of the requests take at most 10\.4 ms, 95% at most [\d.]+ ms\. Fastest, Student XS: /)
    expect(table.rows[0]?.at(-1)).not.toBe('–')
    const few = chartOf(chartsOf(viewOf(measuredAnalysis({ items: 50 }))).latency[0])
    expect(few.table.rows[0]?.slice(-2)[1]).toBe('–')
  })

  it('interpolates quantiles between its ends', () => {
    expect([0, 0.5, 1].map((q) => quantileOf([1, 2, 4], q))).toEqual([1, 2, 4])
    expect(quantileOf([1, 2, 4], 0.75)).toBe(3)
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b)
        const value = quantileOf(sorted, q)
        return value >= sorted[0]! - 1e-6 && value <= sorted.at(-1)! + 1e-6
      }),
    )
  })
})

it('the slice on which a student loses most is said', () => {
  expect(chartOf(charts.slices[0]).takeaway).toContain('Student S is farthest behind the teacher on expressions: 88.9% against 92.9%.')
})

it('of several quoted figures the preferred one is drawn, else the newest that still holds', () => {
  const fact = (value: number, date: string, more: Partial<Fact> = {}): Fact => ({
    model: 'm',
    metric: 'price',
    value,
    unit: 'USD/Mtoken',
    source: 's',
    date,
    ...more,
  })
  expect(usedFacts([fact(1, '2025-01-01', { preferred: true }), fact(2, '2025-02-01')], '', 'price')[0]?.value).toBe(1)
  expect(usedFacts([fact(1, '2025-01-01'), fact(2, '2025-03-01', { until: '2025-04-01' }), fact(3, '2025-02-01')], '', 'price')[0]?.value).toBe(3)
  expect(usedFacts([fact(1, '2025-01-01', { workload: 'x' })], '', 'price')).toEqual([])
})

it('logarithmic ticks are round, few, and inside', () => {
  expect(logTicks([150, 2600])).toEqual([200, 500, 1000, 2000])
  expect(logTicks([0.05, 900_000])).toEqual([0.1, 1, 10, 100, 1000, 10_000, 100_000])
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 8, max: 1e6, noNaN: true }), (low, span) => {
      const ticks = logTicks([low, low * span])
      return ticks.length >= 1 && ticks.length <= 14 && ticks.every((tick) => tick >= low && tick <= low * span)
    }),
  )
})

it('hostile names are text in a picture too', async () => {
  for (const maybe of [...chartsOf(viewOf(hostileAnalysis())).quality, ...chartsOf(viewOf(hostileAnalysis())).slices]) {
    const svg = await renderSvg(chartOf(maybe).spec)
    expect(svg).not.toContain('<script')
    expect(svg).not.toContain(HOSTILE)
    expect(svg.length).toBeLessThan(100_000)
  }
})
