/** The comparison table: one row per contestant, each number with its interval and what it means against the teacher. */
import type { Warning } from '../../../harness/types.ts'
import { comparisonTables, type Cell, type ComparisonTable } from '../../comparison.ts'
import type { Contestant, View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { glyph, originBadge, type Section } from '../parts.ts'

export function comparisonSection(view: View): Section | undefined {
  const tables = comparisonTables(view)
  const notes = notesOf(view)
  if (tables.length === 0 && notes.length === 0) return undefined
  const body = html`${tables.map((table) => comparisonTable(view, table, notes))}${
    notes.length > 0 &&
    html`<ol class="notes" aria-label="Warnings">
      ${notes.map(({ warning }, index) => html`<li id="note-${index + 1}"><strong>Note ${index + 1}.</strong> ${warning.message}</li>`)}
    </ol>`
  }`
  return { id: 'comparison', title: tables.length === 0 ? 'Warnings' : 'Comparison', body }
}

// --- internal ---

interface Note {
  warning: Warning
  models: readonly string[]
}

/** Warnings in order; those about a model or a cell are marked on its row. */
function notesOf(view: View): Note[] {
  return view.analysis.warnings.map((warning) => ({
    warning,
    models: view.contestants.filter(({ model }) => warning.model === model || warning.cell?.startsWith(`${model}/`) === true).map(({ model }) => model),
  }))
}

function comparisonTable(view: View, { workload, contestants, columns }: ComparisonTable, notes: readonly Note[]): Html {
  const hasTeacher = contestants.some(({ role }) => role === 'teacher')
  const caption = `${view.workloads.length > 1 ? `${workload}. ` : ''}${hasTeacher ? 'Under each value stands its 95% interval, then what it means against the teacher, paired by item, with the interval of that in brackets.' : 'There is no teacher to compare with.'}`
  return html`<div class="scroll comparison" role="region" aria-label="Comparison ${workload}" tabindex="0">
    <table data-sortable>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          ${columns.map(({ title, note }) => html`<th scope="col">${title}<small>${note}</small></th>`)}
        </tr>
      </thead>
      <tbody>
        ${contestants.map(
          (contestant, index) =>
            html`<tr>
              <th scope="row">
                ${glyph(contestant, view.measured)}${contestant.label} <span class="role">${contestant.role}</span>${marks(contestant, notes)}
              </th>
              ${columns.map(({ title, cells }) => cellOf(title, cells[index]!))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

function marks(contestant: Contestant, notes: readonly Note[]): Html[] {
  return notes.flatMap(({ models }, index) =>
    models.includes(contestant.model) ? [html` <a class="mark" href="#note-${index + 1}">note ${index + 1}</a>`] : [],
  )
}

function cellOf(title: string, { figure, unit, sort, interval, origin, comparison, why, cautions = [] }: Cell): Html {
  return html`<td data-label="${title}" data-sort="${sort === undefined ? '' : String(sort)}">
    <span class="value">${figure}${unit !== '' && html` <span class="unit">${unit}</span>`}${originBadge(origin)}</span
    >${interval !== undefined && html`<span class="interval">${interval}</span>`}${
      comparison !== undefined &&
      html`<span class="versus ${comparison.tone}">${comparison.text}</span
        >${comparison.range !== '' && html`<span class="range ${comparison.tone}">(${comparison.range})</span>`}`
    }${why !== undefined && html`<span class="why">${why}</span>`}${cautions.map((caution) => html`<span class="caution">${caution}</span>`)}
  </td>`
}
