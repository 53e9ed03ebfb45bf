/** A metric over runs: one line per model, with the places where its level or its environment changed. */
import type { HistorySeries } from '../../harness/history/index.ts'
import type { Unit } from '../../harness/types.ts'
import { formatTime, formatValue, scaleOf, type Scale } from '../format.ts'
import { EN } from '../messages/en/index.ts'
import type { Messages } from '../messages/index.ts'
import { drawn, missing, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, DASHES, INK, PALETTE, SHAPES } from './theme.ts'

/** One chart for each suite, workload and load, of the newest runs. */
export function historyCharts(series: readonly HistorySeries[], metric: string, words: Messages = EN): MaybeChart[] {
  const groups = new Map<string, HistorySeries[]>()
  for (const one of series) {
    const key = [one.suite, one.workload, one.load].join('\u0000')
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map((group, i) => historyChart(group.map(newest), metric, `history-${i}`, words))
}

// --- internal ---

type Texts = Messages['charts']['history']

/** As many as change points are looked for among; the table beside the picture holds them all. */
const SHOWN = 200
const HEIGHT = 220
const DAY = 86_400_000

function newest(series: HistorySeries): HistorySeries {
  const from = Math.max(0, series.points.length - SHOWN)
  return { ...series, points: series.points.slice(from), changes: series.changes.filter(({ at }) => at >= from).map((one) => ({ ...one, at: one.at - from })) }
}

function historyChart(group: readonly HistorySeries[], metric: string, id: string, { basics: { units }, charts: { history: texts } }: Messages): MaybeChart {
  const { suite, workload, load, unit } = group[0]!
  const title = texts.title(metric, [suite, workload, load].filter((part) => part !== '').join(', '))
  const points = group.flatMap((one) => one.points)
  if (new Set(points.map(({ run }) => run)).size < 2) return missing(id, title, texts.oneRun)
  const scale = scaleOf(
    unit as Unit,
    points.map(({ value }) => value),
    units,
  )
  return drawn({
    id,
    title,
    description: texts.description,
    takeaway: takeawayOf(group, scale, texts),
    spec: spec(group, metric, scale, texts),
    table: { columns: texts.columns(metric), rows: group.flatMap((one) => rowsOf(one, scale, texts)) },
  })
}

function takeawayOf(group: readonly HistorySeries[], scale: Scale, texts: Texts): string {
  const changes = group.flatMap(({ model, unit, points, changes: own }) => own.map((one) => ({ ...one, model, unit: unit as Unit, point: points[one.at]! })))
  const last = changes.toSorted((a, b) => (a.point.createdAt < b.point.createdAt ? 1 : -1))[0]
  const runs = new Set(group.flatMap(({ points }) => points.map(({ run }) => run))).size
  if (last === undefined) return texts.noChange(runs)
  const { model, unit, point, before, after } = last
  const by = before === 0 ? '' : ` (${after >= before ? '+' : '−'}${Math.abs(100 * (after / before - 1)).toFixed(1)}%)`
  return texts.changed({
    count: changes.length,
    runs,
    model,
    before: formatValue(before, unit, scale),
    after: formatValue(after, unit, scale),
    by,
    run: point.run,
  })
}

function rowsOf({ model, unit, points, changes }: HistorySeries, scale: Scale, texts: Texts): string[][] {
  const show = (value: number): string => formatValue(value, unit as Unit, scale)
  return points.map(({ createdAt, run, value, low, high, changed }, i) => {
    const level = changes.find(({ at }) => at === i)
    return [
      model,
      formatTime(createdAt),
      run,
      show(value),
      low === undefined || high === undefined ? '–' : `${show(low)}${scale.to}${show(high)}`,
      [...(level === undefined ? [] : [texts.level(show(level.before), show(level.after))]), ...changed].join('; ') || '–',
    ]
  })
}

function spec(group: readonly HistorySeries[], metric: string, scale: Scale, texts: Texts) {
  const values = group.flatMap(({ points }) => points.map(({ value }) => value * scale.times))
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = high === low ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.12
  const times = group.flatMap(({ points }) => points.map(({ createdAt }) => Date.parse(createdAt)))
  const format = Math.max(...times) - Math.min(...times) > 4 * DAY ? texts.day : texts.dayAndTime
  const x = {
    field: 't',
    type: 'temporal' as const,
    title: texts.x,
    scale: { type: 'utc' as const },
    axis: { tickCount: 4, labelOverlap: true, format },
  }
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    title: `${metric}, ${scale.label}`,
    scale: { domain: [low - room, high + room] as [number, number], nice: false, zero: false },
    axis: { format: ',~r', tickCount: 5 },
  }
  const environments = [...new Set(group.flatMap(({ points }) => points.filter(({ changed }) => changed.length > 0).map(({ createdAt }) => createdAt)))]
  return {
    width: CHART_WIDTH,
    height: HEIGHT,
    data: { values: [] },
    layer: [
      ...(environments.length === 0
        ? []
        : [
            {
              data: { values: environments.map((t) => ({ t })) },
              mark: { type: 'rule' as const, stroke: INK.soft, strokeDash: [4, 3], strokeWidth: 1 },
              encoding: { x },
            },
          ]),
      ...group.flatMap(({ points, changes, model }, i) => {
        const color = PALETTE[i % PALETTE.length]!
        const data = { values: points.map(({ createdAt, value }) => ({ t: createdAt, y: value * scale.times })) }
        const marks = points.length > 60 ? data.values.slice(-1) : data.values
        const shape = SHAPES[i % SHAPES.length]!
        return [
          { data, mark: { type: 'line' as const, stroke: color, strokeDash: [...DASHES[i % DASHES.length]!], strokeWidth: 1.75 }, encoding: { x, y } },
          {
            data: { values: marks },
            mark: { type: 'point' as const, filled: true, fill: color, shape, size: 36, opacity: 1, stroke: INK.text, strokeWidth: 0.5 },
            encoding: { x, y },
          },
          {
            data: { values: changes.map(({ at }) => data.values[at]) },
            mark: { type: 'point' as const, filled: false, stroke: INK.text, shape: 'circle' as const, size: 150, strokeWidth: 1.75, opacity: 1 },
            encoding: { x, y },
          },
          {
            data: { values: [{ ...data.values.at(-1), name: model }] },
            mark: { type: 'text' as const, align: 'right' as const, dy: -10 - 13 * (i % 3), fill: INK.text, limit: 160 },
            encoding: { x, y, text: { field: 'name', type: 'nominal' as const } },
          },
        ]
      }),
    ],
  }
}
