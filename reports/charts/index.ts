/** All charts of a report, by section. */
import type { View } from '../view.ts'
import type { MaybeChart } from './chart.ts'
import { latencyChart } from './latency.ts'
import { lifecycleCharts } from './lifecycle.ts'
import { loadCharts } from './load.ts'
import { powerCharts } from './power.ts'
import { publishedCharts } from './published.ts'
import { AGAINST_COST, AGAINST_ENERGY, AGAINST_SPEED, qualityChart } from './quality.ts'
import { reliabilityCharts } from './reliability.ts'
import { routingCharts } from './routing.ts'
import { sliceChart } from './slices.ts'

export interface Charts {
  routing: readonly MaybeChart[]
  lifecycle: readonly MaybeChart[]
  reliability: readonly MaybeChart[]
  quality: readonly MaybeChart[]
  latency: readonly MaybeChart[]
  load: readonly MaybeChart[]
  power: readonly MaybeChart[]
  slices: readonly MaybeChart[]
  published: readonly MaybeChart[]
}

export function chartsOf(view: View): Charts {
  return {
    routing: routingCharts(view),
    lifecycle: lifecycleCharts(view),
    reliability: reliabilityCharts(view),
    quality: view.workloads.flatMap((workload) => [AGAINST_COST, AGAINST_SPEED, AGAINST_ENERGY].map((axis) => qualityChart(view, workload, axis))),
    latency: view.workloads.flatMap((workload) => [
      latencyChart(view, workload, 'firstToken', 'Time to first token'),
      latencyChart(view, workload, 'perToken', 'Time per output token'),
      latencyChart(view, workload, 'endToEnd', 'Whole answer'),
    ]),
    load: loadCharts(view),
    power: powerCharts(view),
    slices: view.workloads.map((workload) => sliceChart(view, workload)),
    published: publishedCharts(view),
  }
}
