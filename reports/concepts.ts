/** Which metric answers which question of the report. One table, so that a renamed metric is changed in one place. */
import type { Metric } from '../harness/types.ts'
import type { View } from './view.ts'

export type Concept = 'accuracy' | 'speed' | 'throughput' | 'firstToken' | 'perToken' | 'endToEnd' | 'cost' | 'costPerToken' | 'energy' | 'memory'

/** Metric ids per concept, the preferred one first. */
export const CONCEPT_METRICS: Record<Concept, readonly string[]> = {
  accuracy: ['accuracy'],
  speed: ['output-tokens-per-second', 'tokensPerSecond'],
  throughput: ['throughput', 'output-tokens-per-second'],
  firstToken: ['ttft'],
  perToken: ['tpot', 'itl'],
  endToEnd: ['e2e', 'latency'],
  cost: ['cost-per-correct', 'cost-per-answer'],
  costPerToken: ['cost-per-mtoken'],
  energy: ['energy-per-answer', 'energy-per-token'],
  memory: ['memory-device', 'memory-process', 'memory'],
}

/** Where a concept's numbers stand for one workload: the metric, and the load they were taken under. */
export interface Place { metric: Metric; load: string }

/** The first metric of the concept, under the first of `loads`, that any contestant has a value for. */
export function placeOf(view: View, workload: string, concept: Concept, loads: readonly string[] = view.loadsOf(workload)): Place | undefined {
  for (const id of CONCEPT_METRICS[concept]) {
    const metric = view.metric(id)
    if (metric === undefined) continue
    for (const load of [...loads, '']) {
      if (view.measured.some((contestant) => view.row(contestant, workload, load, id)?.state === 'ok')) return { metric, load }
    }
  }
  return undefined
}
