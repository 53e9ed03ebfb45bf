import type { CellKey } from '../../types.ts'
import { formatNumber, formatValue } from '../../../reports/format.ts'
import { displayWidth, fit } from '../../../reports/text.ts'
import { duration } from '../format.ts'
import { paint, type Look } from '../io.ts'
import { followProgress, type After, type Progress } from './progress.ts'
import type { Reporter } from './reporter.ts'

const REDRAW_MS = 200
/** Inside a timed window the terminal is left alone as far as it still looks alive. */
const REDRAW_MEASURING_MS = 1000
const CLEAR_LINE = '\r\u001b[K'

/**
 * One line on a terminal that is redrawn: what runs now, items done, tokens per second, time left.
 * Draws only when an event comes: there is no timer of its own to disturb the timed window.
 */
export function ttyReporter(write: (text: string) => void, look: Look, now: () => number = () => performance.now()): Reporter {
  const progress = followProgress(now)
  let drawnMs = -Infinity
  let speed: number | undefined // of the cell before, until the running one has a speed
  const above = (text: string): void => {
    write(`${CLEAR_LINE}${text}\n`)
    drawnMs = -Infinity
  }
  return {
    onEvent(event) {
      progress.apply(event)
      if (event.type === 'warning') above(`${paint(look, 'yellow', 'warning:')} ${event.warning.message}`)
      if (event.type === 'cell-end' && event.state === 'failed')
        above(`${paint(look, 'red', 'failed:')} ${event.cell}: ${event.error?.message ?? 'unknown reason'}`)
      const current = progress.read()
      speed = current.tokensPerSecond ?? speed
      const interval = current.phase === 'measure' && event.type === 'sample' ? REDRAW_MEASURING_MS : REDRAW_MS
      if (event.type === 'run-end' || now() - drawnMs < interval) return
      drawnMs = now()
      write(CLEAR_LINE + progressLine({ ...current, tokensPerSecond: speed }, look))
    },
    close: () => write(CLEAR_LINE),
  }
}

/** The progress line, at most one column less than the terminal, so that it never wraps. Parts give way as it narrows. */
export function progressLine(progress: Progress, look: Look): string {
  const width = look.width - 1
  if (progress.after !== undefined) return afterLine(progress.after, width, look)
  const counts = `${formatNumber(progress.requestsDone)}/${formatNumber(progress.requests)}`
  const speed = progress.tokensPerSecond === undefined ? '' : `${formatNumber(progress.tokensPerSecond)} tok/s`
  const left = progress.msLeft === undefined ? '' : `${duration(progress.msLeft)} left`
  const decided = [progress.decided, progress.gradingUsd === undefined ? undefined : `grading ${dollars(progress.gradingUsd)}`]
    .filter((part) => part !== undefined)
    .join('  ')
  const bar = progressBar(progress.requests === 0 ? 0 : progress.requestsDone / progress.requests, 20)
  for (const parts of [
    [bar, counts, decided, speed, left],
    [counts, decided, speed, left],
    [counts, decided, left],
    [counts, decided],
    [counts, left],
    [counts],
  ]) {
    const fixed = parts.filter((part) => part !== '').join('  ')
    const room = width - fixed.length - 2
    const what = progress.key ? describe(progress.key, progress.phase) : 'starting'
    if (room >= Math.min(displayWidth(what), 24)) return `${paint(look, 'dim', fixed)}  ${fit(what, room).trimEnd()}`
  }
  return fit(counts, width).trimEnd()
}

// --- internal ---

function afterLine({ what: doing, model, done, of, usd, msLeft }: After, width: number, look: Look): string {
  const cost = usd === undefined ? '' : `${dollars(usd)} so far`
  const parts = [`${formatNumber(done)}/${formatNumber(of)}`, cost, msLeft === undefined ? '' : `${duration(msLeft)} left`].filter((part) => part !== '')
  const what = `${doing}${model === undefined ? '' : ` ${model}`}`
  const bar = progressBar(of === 0 ? 0 : done / of, 20)
  for (const fixed of [[bar, ...parts].join('  '), parts.join('  '), parts[0]!]) {
    const room = width - fixed.length - 2
    if (room >= Math.min(displayWidth(what), 24)) return `${paint(look, 'dim', fixed)}  ${fit(what, room).trimEnd()}`
  }
  return fit(parts[0]!, width).trimEnd()
}

function dollars(value: number): string {
  return formatValue(value, 'USD')
}

function progressBar(share: number, width: number): string {
  const full = Math.round(Math.min(1, share) * width)
  return '━'.repeat(full) + '╌'.repeat(width - full)
}

function describe(key: CellKey, phase: Progress['phase']): string {
  const doing = { open: 'opening', idle: 'reading idle power of', warmup: 'warming up', measure: '', grade: 'grading' }[phase ?? 'measure']
  return `${doing} ${key.model} · ${key.workload} · ${key.load}`.trimStart()
}
