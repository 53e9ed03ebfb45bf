/** What was asked, what failed and what was cut off, in words. */
import type { Analysis, Failure } from '../harness/types.ts'
import { EN } from './messages/en/index.ts'
import type { Messages } from './messages/index.ts'

/** One sentence or two on all requests of the analysis. */
export function countSentence(counts: Analysis['counts'], { basics, verdict: { counts: words } }: Messages = EN): string {
  const total = (pick: (row: Analysis['counts'][number]) => number): number => counts.reduce((sum, row) => sum + pick(row), 0)
  const [requests, failed, truncated] = [total((row) => row.requests), total((row) => row.failed), total((row) => row.truncated)]
  const unasked = counts.reduce((sum, { planned, requests: asked, spared = 0 }) => sum + Math.max(0, planned - asked - spared), 0)
  const spared = total((row) => row.spared ?? 0)
  const missing = `${unasked === 0 ? '' : words.unasked(unasked)}${spared === 0 ? '' : words.spared(spared)}`
  if (requests === 0) return `${words.nothing}${missing}`
  const untold = total((row) => row.untold ?? 0)
  if (failed + truncated === 0) return `${untold > 0 ? words.untold(requests, untold) : words.answered(requests)}${missing}`
  const parts = [...(failed === 0 ? [] : [words.failed(failed)]), ...(truncated === 0 ? [] : [words.truncated(truncated)])]
  return `${words.of(requests, basics.list(parts))} ${failed === 0 ? words.onlyCut : words.withFailed}${missing}`
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
