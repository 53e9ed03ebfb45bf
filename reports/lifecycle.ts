/** What distillation took and when it is paid back, in a table: for HTML and Markdown. */
import type { LifecycleRow, Observed, Range } from '../harness/types.ts'
import { formatAbout, formatNumber, formatValue, originMark, scaleOf } from './format.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

export function lifecycleTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const volumes = view.analysis.lifecycle[0]?.payback.slice(0, VOLUMES).map(({ requestsPerDay }) => requestsPerDay) ?? []
  return {
    columns: [
      'Student',
      'Of',
      'Distillation',
      'A request, teacher → student',
      'Paid back after',
      ...volumes.map((volume) => `Days at ${formatNumber(volume)} a day`),
    ],
    rows: paid(view).map((row) => [
      view.labelOf(row.run, row.student),
      `${row.kind === 'cost' ? 'money' : 'energy'}${view.workloads.length > 1 ? `, ${row.workload}` : ''}`,
      spentText(row),
      eachText(row),
      crossingText(row),
      ...row.payback.slice(0, VOLUMES).map(({ days }) => daysText(days)),
    ]),
  }
}

/** Of students whose cards tell what they took; why the others have none is in the JSON form. */
export function paid(view: View): LifecycleRow[] {
  return view.analysis.lifecycle.filter(({ spent }) => spent.state === 'ok')
}

// --- internal ---

/** Of the volumes a day as many as a page has room for; the JSON form has all. */
const VOLUMES = 3

function spentText({ spent }: LifecycleRow): string {
  const value = valueOf(spent)
  if (value === undefined) return whyMissing(spent)
  return `${formatValue(value.value, value.unit)}${value.origin === 'measured' ? '' : ` (${originMark(value.origin)})`}`
}

/** `$0.91 → $0.74 per million answers` */
function eachText({ each }: LifecycleRow): string {
  const [teacher, student] = [valueOf(each.teacher), valueOf(each.student)]
  if (teacher === undefined) return whyMissing(each.teacher)
  if (student === undefined) return whyMissing(each.student)
  const scale = scaleOf(teacher.unit, [teacher.value, student.value])
  return `${formatValue(teacher.value, teacher.unit, { ...scale, suffix: '' })} → ${formatValue(student.value, student.unit, scale)}`
}

function crossingText({ crossing }: LifecycleRow): string {
  const value = valueOf(crossing)
  return value === undefined ? whyMissing(crossing) : `${formatAbout(value.value)} requests (${formatAbout(value.low)} to ${formatAbout(value.high)})`
}

function daysText(days: Observed<Range>): string {
  const value = valueOf(days)
  if (value === undefined) return '–'
  return value.high < 1 ? 'within one' : `${formatAbout(value.value, 2)} (${formatAbout(value.low, 2)} to ${formatAbout(value.high, 2)})`
}
