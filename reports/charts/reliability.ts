/** Reliability: how often answers are right, against the probability that the model gave them. */
import type { Calibration } from '../../harness/types.ts'
import { formatValue } from '../format.ts'
import { valueOf, type Contestant, type View } from '../view.ts'
import { drawn, type Chart, type MaybeChart } from './chart.ts'
import { CHART_WIDTH, INK, lookOf } from './theme.ts'

/** One for each model and workload with log-probabilities, the teacher's once; at most twelve. */
export function reliabilityCharts(view: View): MaybeChart[] {
  const found = new Map<string, { run: string; model: string; workload: string; calibration: Calibration }>()
  for (const { run, model, teacher, workload, calibration } of view.analysis.fidelity)
    for (const [who, observed] of [
      [teacher, calibration.teacher],
      [model, calibration.model],
    ] as const) {
      const value = valueOf(observed)
      const key = JSON.stringify([run, who, workload])
      if (value !== undefined && !found.has(key)) found.set(key, { run, model: who, workload, calibration: value })
    }
  return [...found.values()].slice(0, MOST).map(({ run, model, workload, calibration }, index) => {
    const contestant = view.contestants.find((one) => one.run === run && one.model === model)
    const where = view.workloads.length > 1 ? `, ${workload}` : ''
    return drawn(chartOf(view, contestant, view.words.charts.reliability.title(`${view.labelOf(run, model)}${where}`), `reliability-${index}`, calibration))
  })
}

// --- internal ---

const MOST = 12
const HEIGHT = 220

function chartOf(view: View, contestant: Contestant | undefined, title: string, id: string, { bins, ece, answers }: Calibration): Chart {
  const { basics, charts } = view.words
  const { reliability: texts } = charts
  const color = contestant === undefined ? '#0072B2' : lookOf(contestant, view.measured).color
  const values = bins.map((bin) => ({ x: 100 * bin.confidence, y: 100 * bin.accuracy, n: bin.answers, name: contestant?.label ?? '' }))
  const axis = { scale: { domain: [0, 100], nice: false }, type: 'quantitative' as const }
  const x = { field: 'x', title: texts.x, ...axis }
  const y = { field: 'y', title: texts.y, ...axis }
  return {
    id,
    title,
    description: texts.description,
    takeaway: texts.takeaway(formatValue(ece, 'ratio'), answers),
    spec: {
      width: CHART_WIDTH,
      height: HEIGHT,
      layer: [
        { data: { values: [{ x: 0, y: 0 }, { x: 100, y: 100 }] }, mark: { type: 'line', color: INK.axis, strokeDash: [4, 4] }, encoding: { x, y } }, // prettier-ignore
        {
          data: { values },
          mark: { type: 'point', filled: true, opacity: 0.9, color, stroke: INK.text, strokeWidth: 0.75 },
          encoding: { x, y, size: { field: 'n', type: 'quantitative', legend: null, scale: { range: [30, 300] } } },
        },
      ],
    },
    table: {
      columns: texts.columns,
      rows: bins.map(({ low, high, answers: n, confidence, accuracy }) => [
        basics.range(formatValue(low, 'ratio'), formatValue(high, 'ratio')),
        String(n),
        formatValue(confidence, 'ratio'),
        formatValue(accuracy, 'ratio'),
      ]),
    },
  }
}
