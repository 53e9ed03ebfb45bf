/** Requests, failures and truncations: never left out of a mean, and never left out of the report. */
import { countSentence, failureText, groupFailures } from '../../counts.ts'
import { gradingLines } from '../../judged.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { textTable, type Section } from '../parts.ts'
import { said } from '../said.ts'

export function countsSection(view: View): Section | undefined {
  const { counts, failures } = view.analysis
  if (counts.length === 0 && failures.length === 0) return undefined
  const body = html`${counts.length > 0 && html`<p>${countSentence(counts, view.words)}</p>`} ${failures.length > 0 && failureList(view)}
  ${counts.length > 0 && countTable(view)} ${gradingLines(view).map((line) => html`<p>${line}</p>`)}`
  return { id: 'counts', title: view.words.sections.counts.title, body }
}

// --- internal ---

const MOST_FAILURES = 50

function failureList(view: View): Html {
  const { counts: texts } = view.words.sections
  const groups = groupFailures(view.analysis.failures)
  return html`<h3>${texts.cells}</h3>
    <ul>
      ${groups
        .slice(0, MOST_FAILURES)
        .map(
          ({ run, model, cells, error }) =>
            html`<li>
              <strong>${view.labelOf(run, model)}</strong>, ${cells.length === 1 ? texts.cell(cells[0]!) : texts.severalCells(cells.length, cells[0]!)}:
              ${said(view.words, failureText(error))}
            </li>`,
        )}
    </ul>
    ${groups.length > MOST_FAILURES && html`<p>${texts.moreKinds(groups.length - MOST_FAILURES)}</p>`}`
}

/** Folded away where nothing failed: the sentence says it all. */
function countTable(view: View): Html {
  const { counts } = view.analysis
  const { counts: texts } = view.words.sections
  const rows = counts.map((row) => [
    view.labelOf(row.run, row.model),
    row.workload,
    row.load,
    ...[row.planned, row.requests, row.failed, row.truncated].map(String),
  ])
  const table = textTable({ columns: texts.columns, rows }, texts.caption, {
    sortable: true,
  })
  const clean = counts.every(({ planned, requests, failed, truncated }) => failed + truncated === 0 && requests >= planned)
  return clean
    ? html`<details>
        <summary>${texts.summary}</summary>
        ${table}
      </details>`
    : table
}
