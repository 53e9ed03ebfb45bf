import type { SequentialStop, StudentLook } from '../../types.ts'
import { formatCount, formatNumber } from '../../../reports/format.ts'
import { duration } from '../format.ts'
import { decidedText, followProgress } from './progress.ts'
import type { Reporter } from './reporter.ts'

/** Plain lines for a pipe or a log: one when the run starts, one per cell, one per warning. */
export function plainReporter(write: (text: string) => void, now: () => number = () => performance.now()): Reporter {
  const progress = followProgress(now)
  const reasons = new Set<string>()
  /** Cells that a model is no longer asked for follow one another by the dozen; the first one says why. */
  const told = (model: string, why = ''): boolean => reasons.size === reasons.add(`${model}\n${why}`).size
  return {
    onEvent(event) {
      progress.apply(event)
      if (event.type === 'run-start') {
        const goesOn = event.requestsDone > 0 ? `, ${formatNumber(event.requestsDone)} of them done before` : ''
        write(`run ${event.id}: ${formatCount(event.cells, 'cell')}, ${formatCount(event.requests, 'request')}${goesOn}\n`)
      }
      if (event.type === 'scoring') write(`token by token: ${event.models.join(', ')} on ${formatCount(event.answers, 'answer')} of the teacher\n`)
      if (event.type === 'judging') write(`judging: ${formatCount(event.pairs, 'pair')} of answers, each in both orders\n`)
      if (event.type === 'warning') write(`warning: ${event.warning.message}\n`)
      if (event.type === 'look') write(`look ${event.look}: ${lookText(event.students, event.stopped)}\n`)
      if (event.type !== 'cell-end') return
      if (event.state === 'skipped' && told(event.key.model, event.why)) return
      const { cells, cellRequests, cellMs, tokensPerSecond } = progress.read()
      const speed = tokensPerSecond === undefined ? '' : `, ${formatNumber(tokensPerSecond)} tok/s`
      const what =
        event.state === 'done'
          ? `${formatCount(cellRequests, 'request')}${speed}, ${duration(cellMs)}`
          : `${event.state}: ${event.error?.message ?? event.why ?? 'see the record'}`
      write(`[${event.cellsDone}/${cells}] ${event.cell}: ${what}\n`)
    },
  }
}

// --- internal ---

function lookText(students: readonly StudentLook[], stopped: SequentialStop | undefined): string {
  const ends = stopped === undefined ? '' : `; asking ends: ${ENDS[stopped]}`
  return `${decidedText(students)} (${students.map(studentText).join(', ')})${ends}`
}

const ENDS: Record<SequentialStop, string> = {
  decided: 'every student is decided',
  items: 'all items were asked',
  minutes: 'the time that the run may take is up',
  cost: 'the money that the run may cost is spent',
  failed: 'whoever would still be asked keeps failing',
}

function studentText({ model, decision, items, failing }: StudentLook): string {
  return `${model}: ${failing === undefined ? decision : 'keeps failing'} after ${formatCount(items, 'item')}`
}
