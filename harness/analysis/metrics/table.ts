/** Every metric, declared once: `list metrics`, the reports, the gate and docs/metrics.md read this table. */
import type { Metric } from '../../types.ts'
import { LATENCY } from './table/latency.ts'
import { QUALITY } from './table/quality.ts'
import { QUOTED } from './table/quoted.ts'
import { RATES } from './table/rates.ts'
import { RESOURCES } from './table/resources.ts'

const TABLE = [...QUALITY, ...LATENCY, ...RATES, ...RESOURCES, ...QUOTED] as const satisfies readonly Metric[]

export type MetricId = (typeof TABLE)[number]['id']

export const METRICS: readonly Metric[] = TABLE

/** The declaration of one metric of the table. */
export function metricOf(id: MetricId): Metric {
  return TABLE.find((metric) => metric.id === id) as Metric
}
