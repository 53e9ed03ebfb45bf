/** The comparison table: one row per contestant, each number with its interval and what it means against the teacher. */
import { comparisonTables, type Cell, type ComparisonTable } from '../../comparison.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { glyph, originBadge, type Section } from '../parts.ts'
import { said } from '../said.ts'

export function comparisonSection(view: View): Section | undefined {
  const tables = comparisonTables(view)
  const notes = notesOf(view, tables)
  if (tables.length === 0 && notes.length === 0) return undefined
  const { comparison: texts } = view.words.sections
  const body = html`${tables.map((table) => comparisonTable(view, table, notes))}${notes.length > 0 && noteList(view.words, notes)}`
  return { id: 'comparison', title: tables.length === 0 ? texts.warnings : texts.title, body }
}

// --- internal ---

type Texts = View['words']['sections']['comparison']

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

function noteList(words: View['words'], notes: readonly Note[]): Html {
  const { comparison: texts } = words.sections
  return html`<ol class="notes" aria-label="${texts.notes}">
    ${notes.map(({ text }, index) => html`<li id="note-${index + 1}"><strong>${texts.noteHead(index + 1)}</strong> ${said(words, text)}</li>`)}
  </ol>`
}

function comparisonTable(view: View, { workload, contestants, columns }: ComparisonTable, notes: readonly Note[]): Html {
  const hasTeacher = contestants.some(({ role }) => role === 'teacher')
  const { comparison: texts } = view.words.sections
  const caption = texts.caption(view.workloads.length > 1 ? workload : undefined, hasTeacher)
  return html`<div class="scroll comparison" role="region" aria-label="${texts.label(workload)}" tabindex="0">
    <table data-sortable role="table">
      <caption>
        ${caption}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          <th scope="col" role="columnheader">${texts.model}</th>
          ${columns.map(({ title, note }) => html`<th scope="col" role="columnheader">${title}<small>${note}</small></th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${contestants.map(
          (contestant, index) =>
            html`<tr role="row">
              <th scope="row" role="rowheader">
                ${glyph(contestant, view.measured)}${contestant.label}
                <span class="role">${view.words.basics.roles[contestant.role]}</span>${marks(texts, notes, ({ rows }) => rows.includes(contestant.key))}
              </th>
              ${columns.map(({ title, cells }) => cellOf(view, title, cells[index]!, notes))}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}

/** Links to the notes that `applies` holds for. */
function marks(texts: Texts, notes: readonly Note[], applies: (note: Note) => boolean): Html[] {
  return notes.flatMap((note, index) => (applies(note) ? [html` <a class="mark" href="#note-${index + 1}">${texts.note(index + 1)}</a>`] : []))
}

function cellOf({ words }: View, title: string, { figure, unit, sort, interval, origin, comparison, why, cautions = [] }: Cell, notes: readonly Note[]): Html {
  const parts = [
    html`<span class="value">${figure}${unit !== '' && html` <span class="unit">${unit}</span>`}${originBadge(words, origin)}</span>`,
    interval !== undefined && html`<span class="interval">${interval}</span>`,
    comparison !== undefined && html`<span class="versus ${comparison.tone}">${comparison.text}</span>`,
    comparison !== undefined && comparison.range !== '' && html`<span class="range ${comparison.tone}">(${comparison.range})</span>`,
    why !== undefined && html`<span class="why">${said(words, why)}</span>`,
    cautions.length > 0 &&
      html`<span class="caution">${marks(words.sections.comparison, notes, ({ text, rows }) => rows.length === 0 && cautions.includes(text))}</span>`,
  ]
  return html`<td role="cell" data-label="${title}" data-sort="${sort === undefined ? '' : String(Number(sort.toPrecision(6)))}">${parts}</td>`
}
