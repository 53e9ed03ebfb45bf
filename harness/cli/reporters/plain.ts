import type { SequentialStop, StudentLook } from '../../types.ts'
import { formatCount, formatNumber, formatValue } from '../../../reports/format.ts'
import { duration } from '../format.ts'
import { decidedText, followProgress, type After } from './progress.ts'
import type { Reporter } from './reporter.ts'

/** Plain lines for a pipe or a log: one when the run starts, one per cell, one per warning. */
export function plainReporter(write: (text: string) => void, now: () => number = () => performance.now()): Reporter {
  const progress = followProgress(now)
  const reasons = new Set<string>()
  let toldMs = now()
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
      if (event.type === 'grading') write(`grading: ${formatCount(event.answers, 'answer')}\n`)
      const { after } = progress.read()
      if (event.type === 'judging' || event.type === 'grading' || event.type === 'scoring') toldMs = now()
      if ((event.type === 'judged' || event.type === 'graded') && after !== undefined && (event.done === event.of || now() - toldMs >= TELL_EVERY_MS)) {
        toldMs = now()
        write(`${afterText(after)}\n`)
      }
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

/** What takes minutes without a cell that ends says how far it is. */
const TELL_EVERY_MS = 30_000

function afterText({ what, done, of, usd, msLeft }: After): string {
  const cost = usd === undefined ? '' : `, ${formatValue(usd, 'USD')} so far`
  return `${what}: ${formatNumber(done)} of ${formatNumber(of)}${cost}${done === of || msLeft === undefined ? '' : `, ${duration(msLeft)} left`}`
}

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
