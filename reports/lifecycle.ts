/** What distillation took and when it is paid back, in a table: for HTML and Markdown. */
import type { LifecycleRow, Observed, Range } from '../harness/types.ts'
import { formatAbout, formatNumber, formatValue, scaleOf } from './format.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

export function lifecycleTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const volumes = view.analysis.lifecycle[0]?.payback.slice(0, VOLUMES).map(({ requestsPerDay }) => requestsPerDay) ?? []
  const { words } = view
  const { lifecycle } = words.tables
  return {
    columns: [...lifecycle.columns, ...volumes.map((volume) => lifecycle.daysAt(formatNumber(volume)))],
    rows: paid(view).map((row) => [
      view.labelOf(row.run, row.student),
      `${lifecycle.of[row.kind]}${view.workloads.length > 1 ? `, ${row.workload}` : ''}`,
      spentText(words, row),
      eachText(words, row),
      crossingText(words, row),
      ...row.payback.slice(0, VOLUMES).map(({ days }) => daysText(words, days)),
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

function spentText({ basics }: Messages, { spent }: LifecycleRow): string {
  const value = valueOf(spent)
  if (value === undefined) return whyMissing(spent)
  return `${formatValue(value.value, value.unit, basics.units)}${value.origin === 'measured' ? '' : ` (${basics.origins[value.origin]})`}`
}

/** `$0.91 → $0.74 per million answers` */
function eachText({ basics }: Messages, { each }: LifecycleRow): string {
  const [teacher, student] = [valueOf(each.teacher), valueOf(each.student)]
  if (teacher === undefined) return whyMissing(each.teacher)
  if (student === undefined) return whyMissing(each.student)
  const scale = scaleOf(teacher.unit, [teacher.value, student.value], basics.units)
  return `${formatValue(teacher.value, teacher.unit, { ...scale, suffix: '' })} → ${formatValue(student.value, student.unit, scale)}`
}

function crossingText({ basics, tables }: Messages, { crossing }: LifecycleRow): string {
  const value = valueOf(crossing)
  return value === undefined
    ? whyMissing(crossing)
    : tables.lifecycle.requests(formatAbout(value.value), basics.range(formatAbout(value.low), formatAbout(value.high)))
}

function daysText({ basics, tables }: Messages, days: Observed<Range>): string {
  const value = valueOf(days)
  if (value === undefined) return '–'
  return value.high < 1 ? tables.lifecycle.withinOne : `${formatAbout(value.value, 2)} (${basics.range(formatAbout(value.low, 2), formatAbout(value.high, 2))})`
}
