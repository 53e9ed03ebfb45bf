import type { StudentLook } from '../../types.ts'
import { formatCount, formatNumber } from '../../../reports/format.ts'
import { duration } from '../format.ts'
import { decidedText, followProgress } from './progress.ts'
import type { Reporter } from './reporter.ts'

/** Plain lines for a pipe or a log: one when the run starts, one per cell, one per warning. */
export function plainReporter(write: (text: string) => void, now: () => number = () => performance.now()): Reporter {
  const progress = followProgress(now)
  return {
    onEvent(event) {
      progress.apply(event)
      if (event.type === 'run-start') {
        const goesOn = event.requestsDone > 0 ? `, ${formatNumber(event.requestsDone)} of them done before` : ''
        write(`run ${event.id}: ${formatCount(event.cells, 'cell')}, ${formatCount(event.requests, 'request')}${goesOn}\n`)
      }
      if (event.type === 'warning') write(`warning: ${event.warning.message}\n`)
      if (event.type === 'look') write(`look ${event.look}: ${decidedText(event.students)} (${event.students.map(studentText).join(', ')})\n`)
      if (event.type !== 'cell-end') return
      const { cells, cellRequests, cellMs, tokensPerSecond } = progress.read()
      const speed = tokensPerSecond === undefined ? '' : `, ${formatNumber(tokensPerSecond)} tok/s`
      const what =
        event.state === 'done'
          ? `${formatCount(cellRequests, 'request')}${speed}, ${duration(cellMs)}`
          : `${event.state}: ${event.error?.message ?? 'see the record'}`
      write(`[${event.cellsDone}/${cells}] ${event.cell}: ${what}\n`)
    },
  }
}

// --- internal ---

function studentText({ model, decision, items }: StudentLook): string {
  return `${model}: ${decision} after ${formatCount(items, 'item')}`
}
