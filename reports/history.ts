/** Trends in a terminal: a line of blocks for each series, its newest values, and where it changed. */
import type { HistorySeries } from '../harness/history/index.ts'
import { visible } from './text.ts'

/** `width` is in columns. */
export function historyText(series: readonly HistorySeries[], metric: string, { width }: { width: number }): string {
  return series.map((one) => seriesText(one, metric, width)).join('\n')
}

/** Eight heights from the least value to the most; all the same where they do not differ. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return values.map((value) => BLOCKS[high === low ? 3 : Math.min(7, Math.floor((8 * (value - low)) / (high - low)))]).join('')
}

// --- internal ---

const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const NEWEST = 5

function seriesText({ suite, model, workload, load, unit, points, changes }: HistorySeries, metric: string, width: number): string {
  const shown = points.slice(-Math.max(10, width - 24))
  const last = points.at(-1)!
  const lines = [
    `${visible([suite, model, workload, load].filter((part) => part !== '').join(', '))}: ${metric}, ${points.length} ${points.length === 1 ? 'run' : 'runs'}`,
    `  ${sparkline(shown.map(({ value }) => value))}  ${number(last.value)} ${unit}`,
    ...points
      .slice(-NEWEST)
      .map(
        ({ createdAt, run, value, low, high }) =>
          `  ${createdAt.slice(0, 16).replace('T', ' ')}  ${number(value).padStart(10)}${low === undefined || high === undefined || low === high ? '' : `  (${number(low)} to ${number(high)})`}  ${visible(run)}`,
      ),
    ...changes.map(
      ({ at, before, after, p }) =>
        `  changed with ${visible(points[at]!.run)}: ${number(before)} → ${number(after)} ${unit} (${percent(after / before - 1)}, p ${p <= 0.005 ? '≤ 0.005' : `= ${p.toFixed(3)}`})`,
    ),
    ...points.flatMap(({ run, changed }) => (changed.length === 0 ? [] : [`  environment changed with ${visible(run)}: ${visible(changed.join('; '))}`])),
  ]
  return `${lines.join('\n')}\n`
}

function number(value: number): string {
  return String(Number(value.toPrecision(4)))
}

function percent(share: number): string {
  return `${share >= 0 ? '+' : '−'}${Math.abs(100 * share).toFixed(1)}%`
}
