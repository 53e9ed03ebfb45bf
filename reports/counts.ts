/** What was asked, what failed and what was cut off, in words. */
import type { Analysis, Failure } from '../harness/types.ts'
import { formatCount } from './format.ts'
import { listInWords } from './words.ts'

/** One sentence or two on all requests of the analysis. */
export function countSentence(counts: Analysis['counts']): string {
  const total = (pick: (row: Analysis['counts'][number]) => number): number => counts.reduce((sum, row) => sum + pick(row), 0)
  const [requests, failed, truncated] = [total((row) => row.requests), total((row) => row.failed), total((row) => row.truncated)]
  const unasked = counts.reduce((sum, { planned, requests: asked, spared = 0 }) => sum + Math.max(0, planned - asked - spared), 0)
  const spared = total((row) => row.spared ?? 0)
  const missing =
    (unasked === 0 ? '' : ` ${formatCount(unasked, 'planned request')} ${unasked === 1 ? 'was' : 'were'} never asked.`) +
    (spared === 0 ? '' : ` ${formatCount(spared, 'request')} more could have been asked: the run asks until it is clear, or up to its limits.`)
  if (requests === 0) return `No request was asked.${missing}`
  const untold = total((row) => row.untold ?? 0)
  if (failed + truncated === 0 && untold > 0)
    return `All ${formatCount(requests, 'request')} got an answer. Whether ${untold === requests ? 'any' : `any of ${untold} of them`} was cut off is not known.${missing}`
  if (failed + truncated === 0) return `All ${formatCount(requests, 'request')} got an answer, and none was cut off at the token limit.${missing}`
  const parts = [
    ...(failed === 0 ? [] : [`${formatCount(failed, 'request')} failed`]),
    ...(truncated === 0 ? [] : [`${formatCount(truncated, 'answer')} ${truncated === 1 ? 'was' : 'were'} cut off at the token limit`]),
  ]
  const meaning =
    failed === 0 ? 'They are graded, billed and timed like every other answer.' : 'A failed request counts as wrong, and its time and cost count too.'
  return `Of ${formatCount(requests, 'request')}, ${listInWords(parts)}. ${meaning}${missing}`
}

/** What happened and what to do about it, as sentences. */
export function failureText({ message, hint }: Failure): string {
  if (hint === undefined) return message
  return /[.!?…]$/.test(message) ? `${message} ${hint}` : `${message}. ${hint}`
}

export interface FailureGroup {
  run: string
  model: string
  cells: readonly string[]
  error: Failure
}

/** Cells of one model that failed for the same reason, together. */
export function groupFailures(failures: Analysis['failures']): FailureGroup[] {
  const groups = new Map<string, FailureGroup & { cells: string[] }>()
  for (const { run, cell, error } of failures) {
    const model = cell.split('/')[0] ?? cell
    const key = [run, model, error.code, error.message].join('\u0000')
    const group = groups.get(key) ?? { run, model, cells: [], error }
    group.cells.push(cell)
    groups.set(key, group)
  }
  return [...groups.values()]
}
