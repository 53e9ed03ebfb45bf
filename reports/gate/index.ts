/** Forms of a gate's result. */
import type { GateReport } from '../../harness/types.ts'
import { gateText, type GateLook } from './text.ts'

export type GateFormat = 'text' | 'json'

export function renderGate(report: GateReport, format: GateFormat, look: GateLook): string {
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`
  return gateText(report, look)
}
