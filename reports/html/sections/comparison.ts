/** The comparison table: one row per contestant, each number with its interval and what it means against the teacher. */
import { comparisonTables, type Cell, type ComparisonTable } from '../../comparison.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { glyph, originBadge, type Section } from '../parts.ts'

export function comparisonSection(view: View): Section | undefined {
  const tables = comparisonTables(view)
  const notes = notesOf(view, tables)
  if (tables.length === 0 && notes.length === 0) return undefined
  const body = html`${tables.map((table) => comparisonTable(view, table, notes))}${notes.length > 0 && noteList(notes)}`
  return { id: 'comparison', title: tables.length === 0 ? 'Warnings' : 'Comparison', body }
}

// --- internal ---

/** Something that spoils numbers, said once below the table and marked where it matters. */
interface Note {
  text: string
  /** Keys of the contestants whose row it marks. */
  rows: readonly string[]
}

/** Warnings in order, those about a model or a cell with its row; then what spoils single numbers. */
function notesOf(view: View, tables: readonly ComparisonTable[]): Note[] {
  const warnings = view.analysis.warnings.map(({ message, model, cell }) => ({
    text: message,
    rows: view.contestants.filter((contestant) => contestant.model === model || cell?.startsWith(`${contestant.model}/`) === true).map(({ key }) => key),
  }))
  const cautions = tables.flatMap(({ columns }) => columns.flatMap(({ cells }) => cells.flatMap(({ cautions: texts = [] }) => texts)))
  return [...warnings, ...[...new Set(cautions)].map((text) => ({ text, rows: [] }))]
}

function noteList(notes: readonly Note[]): Html {
  return html`<ol class="notes" aria-label="Notes">
    ${notes.map(({ text }, index) => html`<li id="note-${index + 1}"><strong>Note ${index + 1}.</strong> ${text}</li>`)}
  </ol>`
}

function comparisonTable(view: View, { workload, contestants, columns }: ComparisonTable, notes: readonly Note[]): Html {
  const hasTeacher = contestants.some(({ role }) => role === 'teacher')
  const caption = [
    ...(view.workloads.length > 1 ? [`${workload}.`] : []),
    'Under each value stands its 95% interval',
    hasTeacher ? ', then what it means against the teacher, paired by item, with the interval of that in brackets.' : '. There is no teacher to compare with.',
  ].join(view.workloads.length > 1 ? ' ' : '')
  return html`<div class="scroll comparison" role="region" aria-label="Comparison ${workload}" tabindex="0">
    <table data-sortable role="table">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">Model</th>
          ${columns.map(({ title, note }) => html`<th scope="col" role="columnheader">${title}<small>${note}</small></th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${contestants.map(
          (contestant, index) =>
            html`<tr role="row">
              <th scope="row" role="rowheader">
                ${glyph(contestant, view.measured)}${contestant.label}
                <span class="role">${contestant.role}</span>${marks(notes, ({ rows }) => rows.includes(contestant.key))}
              </th>
              ${columns.map(({ title, cells }) => cellOf(title, cells[index]!, notes))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

/** Links to the notes that `applies` holds for. */
function marks(notes: readonly Note[], applies: (note: Note) => boolean): Html[] {
  return notes.flatMap((note, index) => (applies(note) ? [html` <a class="mark" href="#note-${index + 1}">note&nbsp;${index + 1}</a>`] : []))
}

function cellOf(title: string, { figure, unit, sort, interval, origin, comparison, why, cautions = [] }: Cell, notes: readonly Note[]): Html {
  const parts = [
    html`<span class="value">${figure}${unit !== '' && html` <span class="unit">${unit}</span>`}${originBadge(origin)}</span>`,
    interval !== undefined && html`<span class="interval">${interval}</span>`,
    comparison !== undefined && html`<span class="versus ${comparison.tone}">${comparison.text}</span>`,
    comparison !== undefined && comparison.range !== '' && html`<span class="range ${comparison.tone}">(${comparison.range})</span>`,
    why !== undefined && html`<span class="why">${why}</span>`,
    cautions.length > 0 && html`<span class="caution">${marks(notes, ({ text, rows }) => rows.length === 0 && cautions.includes(text))}</span>`,
  ]
  return html`<td role="cell" data-label="${title}" data-sort="${sort === undefined ? '' : String(Number(sort.toPrecision(6)))}">${parts}</td>`
}
