/** All charts of a report, by section. */
import type { View } from '../view.ts'
import type { MaybeChart } from './chart.ts'
import { latencyChart } from './latency.ts'
import { lifecycleCharts } from './lifecycle.ts'
import { loadCharts } from './load.ts'
import { powerCharts } from './power.ts'
import { publishedCharts } from './published.ts'
import { qualityChart } from './quality.ts'
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
    quality: view.workloads.flatMap((workload) => (['cost', 'speed', 'energy'] as const).map((axis) => qualityChart(view, workload, axis))),
    latency: view.workloads.flatMap((workload) => (['firstToken', 'perToken', 'endToEnd'] as const).map((concept) => latencyChart(view, workload, concept))),
    load: loadCharts(view),
    power: powerCharts(view),
    slices: view.workloads.map((workload) => sliceChart(view, workload)),
    published: publishedCharts(view),
  }
}
