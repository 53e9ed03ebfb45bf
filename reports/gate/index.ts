/** Forms of a gate's result. */
import type { GateReport } from '../../harness/types.ts'
import { gateAnnotations } from './github.ts'
import { gateJunit } from './junit.ts'
import { gateMarkdown } from './markdown.ts'
import { gateText, type GateLook } from './text.ts'
import { gateBenchmarkAction, gateBmf } from './trackers.ts'

export const GATE_FORMATS = ['text', 'md', 'json', 'junit', 'github', 'bmf', 'action-smaller', 'action-bigger'] as const
export type GateFormat = (typeof GATE_FORMATS)[number]

export function renderGate(report: GateReport, format: GateFormat, look: GateLook): string {
  switch (format) {
    case 'text':
      return gateText(report, look)
    case 'md':
      return gateMarkdown(report)
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`
    case 'junit':
      return gateJunit(report)
    case 'github':
      return gateAnnotations(report)
    case 'bmf':
      return gateBmf(report)
    case 'action-smaller':
      return gateBenchmarkAction(report, 'lower')
    case 'action-bigger':
      return gateBenchmarkAction(report, 'higher')
  }
}
