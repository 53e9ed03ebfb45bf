/** Which metric answers which question of the report. One table, so that a renamed metric is changed in one place. */
import type { Metric } from '../harness/types.ts'
import { valueOf, type View } from './view.ts'

export type Concept = 'accuracy' | 'speed' | 'throughput' | 'firstToken' | 'perToken' | 'endToEnd' | 'cost' | 'energy' | 'memory'

/** Metric ids per concept, the preferred one first. */
export const CONCEPT_METRICS: Record<Concept, readonly string[]> = {
  accuracy: ['accuracy'],
  speed: ['output-tokens-per-second', 'throughput'],
  throughput: ['throughput'],
  firstToken: ['ttft'],
  perToken: ['tpot', 'itl'],
  endToEnd: ['latency'],
  cost: ['cost-per-correct', 'cost-per-mtoken'],
  energy: ['energy-per-correct', 'energy-per-token'],
  memory: ['memory-device', 'memory-process'],
}

/** Where a concept's numbers stand for one workload: the metric, and the load they were taken under. */
export interface Place {
  metric: Metric
  load: string
}

/**
 * The first metric of the concept that any contestant has a value for, under the first of `loads`; accuracy under the load that asked most
 * items, since the verdict is about all of them.
 */
export function placeOf(view: View, workload: string, concept: Concept, loads: readonly string[] = view.loadsOf(workload)): Place | undefined {
  for (const id of CONCEPT_METRICS[concept]) {
    const metric = view.metric(id)
    if (metric === undefined) continue
    const values = [...loads, ''].map((load) => ({ load, n: mostSeen(view, workload, load, id) })).filter(({ n }) => n !== undefined)
    const best = concept === 'accuracy' ? Math.max(...values.map(({ n }) => n!)) : values[0]?.n
    const found = values.find(({ n }) => n === best)
    if (found !== undefined) return { metric, load: found.load }
  }
  return undefined
}

/** The load under which the teacher, or whoever comes first, delivers most tokens per second. */
export function busiestLoad(view: View, workload: string): string | undefined {
  const contestant = view.measured[0]
  if (contestant === undefined) return undefined
  const speeds = view.loadsOf(workload).map((load) => ({ load, speed: valueOf(view.row(contestant, workload, load, 'throughput'))?.value ?? 0 }))
  return speeds.reduce<{ load: string; speed: number } | undefined>((best, one) => (best === undefined || one.speed > best.speed ? one : best), undefined)?.load
}

// --- internal ---

/** Of the contestants' values the largest number of items or requests; undefined where there is no value. */
function mostSeen(view: View, workload: string, load: string, metric: string): number | undefined {
  const seen = view.measured.flatMap((contestant) => valueOf(view.row(contestant, workload, load, metric))?.n ?? [])
  return seen.length === 0 ? undefined : Math.max(...seen)
}
