/** The picture of quality against another axis: intervals, marks, the frontier, and names where they fit. */
import type { Estimate, Metric } from '../../harness/types.ts'
import type { Scale } from '../format.ts'
import type { Contestant } from '../view.ts'
import type { Chart } from './chart.ts'
import { placeOrLead, type Box, type Spot } from './labels.ts'
import type { Frontier, ParetoPoint as Point } from './pareto.ts'
import { CHART_WIDTH, INK, logTicks, lookOf, MOST_NAMED } from './theme.ts'

export function qualitySpec(
  points: readonly Point[],
  all: readonly Contestant[],
  titles: { x: [string, string]; y: string; logScale: (title: string) => string },
  scale: Scale,
  frontier: Frontier,
  better: Metric['better'],
): Chart['spec'] {
  const domain = domains(points, scale)
  const values = points.map(({ contestant, x, y }, index) => {
    const { color, shape } = lookOf(contestant, all)
    return {
      name: contestant.label,
      x: x.value * scale.times,
      x0: x.low * scale.times,
      x1: x.high * scale.times,
      y: y.value * 100,
      y0: y.low * 100,
      y1: y.high * 100,
      color,
      shape,
      hollow: frontier.beaten.has(index),
    }
  })
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    title: [titles.x[0], domain.log ? titles.logScale(titles.x[1]) : titles.x[1]],
    scale: { type: domain.log ? ('log' as const) : ('linear' as const), domain: domain.x, nice: false },
    axis: { format: ',~r', ...(domain.log ? { values: logTicks(domain.x), grid: true } : { tickCount: 5 }), labelFlush: false },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: titles.y,
    scale: { domain: domain.y, zero: false, nice: false },
    axis: { tickCount: 6, format: ',~r' },
  }
  const color = { field: 'color', type: 'nominal' as const, scale: null, legend: null }
  const spots = values.map((value, index) => ({ ...spotOf(value, domain), text: points[index]!.contestant.label }))
  const bars = values.flatMap((value) => barsOf(value, domain))
  const names = all.length > MOST_NAMED ? [] : placeOrLead(spots, CHART_WIDTH, HEIGHT, bars)
  const steps = stepsOf(
    frontier.line.map((index) => values[index]!),
    domain,
    better,
  )
  const marks = (hollow: boolean): (typeof values)[number][] => values.filter((value) => value.hollow === hollow)
  const shape = { field: 'shape', type: 'nominal' as const, scale: null, legend: null }
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values },
    layer: [
      ...(steps.length < 3
        ? []
        : [
            {
              data: { values: steps },
              mark: { type: 'line' as const, color: INK.soft, strokeWidth: 1.25, strokeDash: [3, 3], interpolate: 'linear' as const },
              encoding: { x, y, order: { field: 'order', type: 'quantitative' as const } },
            },
          ]),
      { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.75 }, encoding: { x: { ...x, field: 'x0' }, x2: { field: 'x1' }, y, color } },
      { mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.75 }, encoding: { x, y: { ...y, field: 'y0' }, y2: { field: 'y1' }, color } },
      ...(marks(false).length === 0
        ? []
        : [
            {
              data: { values: marks(false) },
              mark: { type: 'point' as const, filled: true, size: 110, opacity: 1, stroke: INK.text, strokeWidth: 0.75 },
              encoding: { x, y, fill: color, shape },
            },
          ]),
      ...(marks(true).length === 0
        ? []
        : [
            {
              data: { values: marks(true) },
              mark: { type: 'point' as const, filled: false, size: 90, opacity: 1, strokeWidth: 2 },
              encoding: { x, y, stroke: color, shape },
            },
          ]),
      ...names.flatMap(({ leader, index }) => {
        if (leader === undefined) return []
        const { from, to } = leader
        return [
          {
            data: { values: [{ x: values[index]!.x, y: values[index]!.y }] },
            mark: { type: 'rule' as const, color: INK.soft, strokeWidth: 0.75, xOffset: from.x, x2Offset: to.x, yOffset: from.y, y2Offset: to.y },
            encoding: { x, x2: { field: 'x' }, y, y2: { field: 'y' } },
          },
        ]
      }),
      ...names.map(({ text, align, dx, dy, index }) => ({
        data: { values: [{ x: values[index]!.x, y: values[index]!.y, text }] },
        mark: { type: 'text' as const, align, baseline: 'middle' as const, dx, dy, limit: 190, color: INK.text },
        encoding: { x, y, text: { field: 'text', type: 'nominal' as const } },
      })),
    ],
  }
}

// --- internal ---

const HEIGHT = 240

/** Where the axis begins and ends, in shown units, with room for labels. */
function domains(points: readonly Point[], scale: Scale): { x: [number, number]; y: [number, number]; log: boolean } {
  const ends = (pick: (point: Point) => Estimate): number[] => points.flatMap((point) => [pick(point).low, pick(point).high, pick(point).value])
  const xs = ends(({ x }) => x).map((value) => value * scale.times)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const log = left > 0 && right / left > 8
  const ys = ends(({ y }) => y).map((value) => value * 100)
  const room = Math.max(1.5, (Math.max(...ys) - Math.min(...ys)) * 0.12)
  const y: [number, number] = [Math.max(0, Math.min(...ys) - room), Math.min(100 + room / 3, Math.max(...ys) + room)]
  if (log) return { x: [left / 1.35, right * 1.6], y, log }
  return { x: [Math.min(0, left), right === 0 ? 1 : right * 1.15], y, log }
}

/** The frontier as a staircase in shown units: what can be had at a price of x (where less is better), or at a speed of x and more. */
function stepsOf(
  line: readonly { x: number; y: number }[],
  domain: ReturnType<typeof domains>,
  better: Metric['better'],
): { x: number; y: number; order: number }[] {
  const [first, last] = [line[0], line.at(-1)]
  if (first === undefined || last === undefined) return []
  const corners =
    better === 'lower'
      ? [{ x: first.x, y: domain.y[0] }, ...line.flatMap((point, i) => [point, { x: line[i + 1]?.x ?? domain.x[1], y: point.y }])]
      : [...line.flatMap((point, i) => [{ x: line[i - 1]?.x ?? domain.x[0], y: point.y }, point]), { x: last.x, y: domain.y[0] }]
  return corners.map((corner, order) => ({ x: corner.x, y: corner.y, order }))
}

/** Pixels of a value along an axis. */
function spotOf(value: { x: number; y: number }, domain: ReturnType<typeof domains>): Spot {
  const along = (v: number, [low, high]: [number, number], log: boolean): number => (log ? Math.log(v / low) / Math.log(high / low) : (v - low) / (high - low))
  return { x: along(value.x, domain.x, domain.log) * CHART_WIDTH, y: (1 - along(value.y, domain.y, false)) * HEIGHT }
}

/** The two interval lines of a point, which names should not cover. */
function barsOf(value: { x: number; x0: number; x1: number; y: number; y0: number; y1: number }, domain: ReturnType<typeof domains>): Box[] {
  const [from, to] = [spotOf({ x: value.x0, y: value.y1 }, domain), spotOf({ x: value.x1, y: value.y0 }, domain)]
  const { x, y } = spotOf(value, domain)
  return [
    { left: x - 2, right: x + 2, top: from.y, bottom: to.y },
    { left: from.x, right: to.x, top: y - 2, bottom: y + 2 },
  ]
}
