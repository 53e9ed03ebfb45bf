/** Sections that need measurements: the gap recovered, the charts, and what failed. */
import type { Charts } from '../../charts/index.ts'
import { formatCount, formatInterval, formatValue } from '../../format.ts'
import { valueOf, type View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html } from '../markup.ts'
import { figures, legend, textTable, type Section } from '../parts.ts'

export function gapSection(view: View): Section | undefined {
  const { gap } = view.analysis
  if (gap.length === 0) return undefined
  const name = (run: string, model: string): string => view.contestants.find((one) => one.run === run && one.model === model)?.label ?? model
  const rows = gap.map(({ run, student, control, workload, recovered }) => {
    const estimate = valueOf(recovered)
    return [
      name(run, student),
      name(run, control),
      workload,
      estimate === undefined ? '–' : formatValue(estimate.value, 'ratio'),
      estimate === undefined ? whyMissing(recovered) : formatInterval({ ...estimate, unit: 'ratio' }),
    ]
  })
  const body = html`<p>
      How much of what the teacher knows beyond the control came over by distillation: (student − control) ÷ (teacher − control). 100% is as good as the
      teacher, 0% no better than the same kind of model trained without it.
    </p>
    ${textTable({ columns: ['Student', 'Control', 'Workload', 'Recovered', 'Interval'], rows }, 'Share of the gap recovered', { sortable: true })}`
  return { id: 'gap', title: 'Gap recovered', body }
}

export async function qualitySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'quality', title: 'Quality against cost and speed', body: html`${legend(view.measured)}${await figures(charts.quality)}` }
}

export async function latencySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'latency', title: 'Latency', body: html`${legend(view.measured)}${await figures(charts.latency)}` }
}

export async function slicesSection(view: View, charts: Charts): Promise<Section> {
  return { id: 'slices', title: 'Accuracy per slice', body: html`${legend(view.measured)}${await figures(charts.slices)}` }
}

/** Requests, failures and truncations; never left out of a mean, and never left out of the report. */
export function countsSection(view: View): Section | undefined {
  const { counts, failures } = view.analysis
  if (counts.length === 0 && failures.length === 0) return undefined
  const name = (run: string, model: string): string => view.contestants.find((one) => one.run === run && one.model === model)?.label ?? model
  const total = (pick: (row: (typeof counts)[number]) => number): number => counts.reduce((sum, row) => sum + pick(row), 0)
  const [planned, requests, failed, truncated] = [
    total((row) => row.planned),
    total((row) => row.requests),
    total((row) => row.failed),
    total((row) => row.truncated),
  ]
  const sentence =
    failed + truncated === 0
      ? `All ${formatCount(requests, 'request')} got an answer, and none was cut off at the token limit.`
      : `Of ${formatCount(requests, 'request')}, ${formatCount(failed, 'request')} failed and ${formatCount(truncated, 'answer')} ${truncated === 1 ? 'was' : 'were'} cut off at the token limit. Both count as wrong where they were not graded right, and their time and cost count too.`
  const rows = counts.map((row) => [name(row.run, row.model), row.workload, row.load, ...[row.planned, row.requests, row.failed, row.truncated].map(String)])
  const body = html`${
    counts.length > 0 &&
    html`<p>
        ${planned > requests && `${formatCount(planned - requests, 'planned request')} ${planned - requests === 1 ? 'was' : 'were'} never asked. `}${sentence}
      </p>
      ${textTable({ columns: ['Model', 'Workload', 'Load', 'Planned', 'Asked', 'Failed', 'Truncated'], rows }, 'Requests by model, workload and load', { sortable: true })}`
  }${
    failures.length > 0 &&
    html`<h3>Cells that failed</h3>
      <ul>
        ${failures.slice(0, MOST_FAILURES).map(({ cell, error }) => html`<li><strong>${cell}</strong>: ${error.message}${error.hint !== undefined && ` ${error.hint}`}</li>`)}
      </ul>
      ${failures.length > MOST_FAILURES && html`<p>${failures.length - MOST_FAILURES} more are in the record.</p>`}`
  }`
  return { id: 'counts', title: 'Failures and truncations', body }
}

// --- internal ---

const MOST_FAILURES = 50
