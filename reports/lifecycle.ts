/** What distillation took and when it is paid back, in a table: for HTML and Markdown. */
import type { LifecycleRow, Observed, Range } from '../harness/types.ts'
import { formatInterval, formatNumber, formatValue, originMark } from './format.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

export function lifecycleTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const volumes = view.analysis.lifecycle[0]?.payback.map(({ requestsPerDay }) => requestsPerDay) ?? []
  return {
    columns: [
      'Student',
      'Of',
      'Distillation',
      'Teacher, each request',
      'Student, each request',
      'Paid back after',
      ...volumes.map((volume) => `At ${formatNumber(volume)} a day`),
    ],
    rows: paid(view).map((row) => [
      view.labelOf(row.run, row.student),
      `${row.kind === 'cost' ? 'money' : 'energy'}${view.workloads.length > 1 ? `, ${row.workload}` : ''}`,
      spentText(row),
      ...[row.each.teacher, row.each.student].map((each) => {
        const value = valueOf(each)
        return value === undefined ? whyMissing(each) : formatValue(value.value, value.unit)
      }),
      crossingText(row),
      ...row.payback.map(({ days }) => daysText(days)),
    ]),
  }
}

/** Of students whose cards tell what they took; why the others have none is in the JSON form. */
export function paid(view: View): LifecycleRow[] {
  return view.analysis.lifecycle.filter(({ spent }) => spent.state === 'ok')
}

// --- internal ---

function spentText({ spent }: LifecycleRow): string {
  const value = valueOf(spent)
  if (value === undefined) return whyMissing(spent)
  return `${formatValue(value.value, value.unit)}${value.origin === 'measured' ? '' : ` (${originMark(value.origin)})`}`
}

function crossingText({ crossing }: LifecycleRow): string {
  const value = valueOf(crossing)
  return value === undefined ? whyMissing(crossing) : `${formatNumber(Number(value.value.toPrecision(3)))} requests (${formatInterval(value)})`
}

function daysText(days: Observed<Range>): string {
  const value = valueOf(days)
  if (value === undefined) return '–'
  return value.high < 1
    ? 'within a day'
    : `${formatNumber(Number(value.value.toPrecision(2)))} days (${formatNumber(Number(value.low.toPrecision(2)))} to ${formatNumber(Number(value.high.toPrecision(2)))})`
}
