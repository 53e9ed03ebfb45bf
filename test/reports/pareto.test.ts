import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../harness/types.ts'
import { frontierOf, type ParetoPoint } from '../../reports/charts/pareto.ts'
import { placeOrLead } from '../../reports/charts/labels.ts'
import { viewOf, type View } from '../../reports/view.ts'
import { measuredAnalysis } from '../fixtures/analyses/build.ts'

const analysis = measuredAnalysis()
/** Without paired intervals, so that the two intervals of a point decide. */
const view: View = viewOf({ ...analysis, ratios: [] } satisfies Analysis)
const axes = { x: { metric: view.metric('cost-per-correct')!, load: 'sequential' }, y: { metric: view.metric('accuracy')!, load: 'sequential' } }

function point(index: number, [x, xHalf]: [number, number], [y, yHalf]: [number, number]): ParetoPoint {
  const estimate = (value: number, half: number) => ({
    value,
    low: value - half,
    high: value + half,
    n: 100,
    unit: 'count' as const,
    origin: 'measured' as const,
    method: '',
    level: 0.95,
  })
  return { contestant: view.contestants[index]!, x: estimate(x, xHalf), y: estimate(y, yHalf) }
}
const frontier = (...points: ParetoPoint[]) => frontierOf(view, 'arithmetic', points, axes)

describe('the frontier', () => {
  it('runs from the cheapest to the most accurate, and names who beats whom', () => {
    const { line, beaten, open } = frontier(point(0, [10, 0.1], [0.98, 0.01]), point(1, [2, 0.1], [0.9, 0.01]), point(3, [3, 0.1], [0.8, 0.01]))
    expect(line).toEqual([1, 0])
    expect([...beaten]).toEqual([[2, 1]])
    expect(open).toEqual([])
  })

  it('does not call a model beaten by a difference within its interval', () => {
    const { line, beaten, open } = frontier(point(0, [10, 5], [0.9, 0.05]), point(1, [9, 5], [0.91, 0.05]))
    expect(line).toEqual([1])
    expect(beaten.size).toBe(0)
    expect(open).toEqual([0])
  })

  it('does not call a dearer model beaten while its accuracy may still be higher by more than the margin', () => {
    expect(frontier(point(0, [10, 0.1], [0.9, 0.05]), point(1, [2, 0.1], [0.9, 0.05])).open).toEqual([0])
    expect([...frontier(point(0, [10, 0.1], [0.9, 0.005]), point(1, [2, 0.1], [0.9, 0.005])).beaten]).toEqual([[0, 1]])
  })

  it('lets two models that are the same in both stand beside each other', () => {
    expect(frontier(point(0, [1, 0], [0.9, 0]), point(1, [1, 0], [0.9, 0])).line).toEqual([0, 1])
  })
})

describe('names of points', () => {
  const inside = { width: 340, height: 240 }

  it('that lie on top of each other stand at the ends of lines, and none covers another', () => {
    const spots = Array.from({ length: 4 }, (_, i) => ({ x: 150 + i * 3, y: 60, text: `model number ${i}` }))
    const names = placeOrLead(spots, inside.width, inside.height)
    expect(names.length).toBeGreaterThan(1)
    expect(names.every(({ leader }) => leader !== undefined)).toBe(true)
    const rows = names.map(({ index, dx, dy, align }) => ({ left: spots[index]!.x + dx - (align === 'left' ? 0 : 92), y: spots[index]!.y + dy }))
    for (const [i, a] of rows.entries()) for (const b of rows.slice(i + 1)) expect(Math.abs(a.y - b.y) >= 13.9 || Math.abs(a.left - b.left) >= 92).toBe(true)
  })

  it('that fit nowhere are left out', () => {
    const spots = Array.from({ length: 8 }, (_, i) => ({ x: 20 + i, y: 10, text: 'a name that is too long here' }))
    expect(placeOrLead(spots, 120, 20).length).toBeLessThan(8)
  })
})
