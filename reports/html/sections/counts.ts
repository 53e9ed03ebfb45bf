/** Requests, failures and truncations: never left out of a mean, and never left out of the report. */
import { countSentence, failureText, groupFailures } from '../../counts.ts'
import { formatCount } from '../../format.ts'
import { gradingLines } from '../../judged.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { textTable, type Section } from '../parts.ts'

export function countsSection(view: View): Section | undefined {
  const { counts, failures } = view.analysis
  if (counts.length === 0 && failures.length === 0) return undefined
  const body = html`${counts.length > 0 && html`<p>${countSentence(counts)}</p>`} ${failures.length > 0 && failureList(view)}
  ${counts.length > 0 && countTable(view)} ${gradingLines(view).map((line) => html`<p>${line}</p>`)}`
  return { id: 'counts', title: 'Failures and truncations', body }
}

// --- internal ---

const MOST_FAILURES = 50

function failureList(view: View): Html {
  const groups = groupFailures(view.analysis.failures)
  return html`<h3>Cells that failed</h3>
    <ul>
      ${groups
        .slice(0, MOST_FAILURES)
        .map(
          ({ run, model, cells, error }) =>
            html`<li>
              <strong>${view.labelOf(run, model)}</strong>,
              ${cells.length === 1 ? `cell ${cells[0]}` : `${formatCount(cells.length, 'cell')}, the first ${cells[0]}`}: ${failureText(error)}
            </li>`,
        )}
    </ul>
    ${groups.length > MOST_FAILURES && html`<p>${groups.length - MOST_FAILURES} more kinds of failure are in the record.</p>`}`
}

/** Folded away where nothing failed: the sentence says it all. */
function countTable(view: View): Html {
  const { counts } = view.analysis
  const rows = counts.map((row) => [
    view.labelOf(row.run, row.model),
    row.workload,
    row.load,
    ...[row.planned, row.requests, row.failed, row.truncated].map(String),
  ])
  const table = textTable({ columns: ['Model', 'Workload', 'Load', 'Planned', 'Asked', 'Failed', 'Cut off'], rows }, 'Requests by model, workload and load', {
    sortable: true,
  })
  const clean = counts.every(({ planned, requests, failed, truncated }) => failed + truncated === 0 && requests >= planned)
  return clean
    ? html`<details>
        <summary>Requests by model and load</summary>
        ${table}
      </details>`
    : table
}
