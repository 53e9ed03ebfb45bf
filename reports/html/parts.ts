/** Pieces that several sections use: tables, figures, marks. */
import type { Origin } from '../../harness/types.ts'
import type { Chart, ChartTable, MaybeChart } from '../charts/chart.ts'
import { lookOf, MOST_NAMED, SHAPE_PATHS } from '../charts/theme.ts'
import type { Messages } from '../messages/index.ts'
import { renderSvg } from '../svg.ts'
import type { Contestant, View } from '../view.ts'
import { html, trusted, type Html } from './markup.ts'
import { COLUMN_KINDS, MOST_COLUMNS } from './style.ts'

/** A section of the page with its entry in the list of contents. */
export interface Section {
  id: string
  title: string
  body: Html
}

/**
 * Header and cells of a plain text table; the first column names the row. Columns of numbers are aligned right, and do not
 * break; sentences do, and have room. What a column is, the table says once, and end tags that HTML does without are left out.
 */
export function textTable(table: ChartTable, caption: string, options: { sortable?: boolean } = {}): Html {
  const kinds = table.columns.flatMap((_, index) => {
    const kind = index === 0 || index >= MOST_COLUMNS ? undefined : kindOf(table.rows.map((row) => row[index] ?? '–'))
    return kind === undefined ? [] : [`${COLUMN_KINDS[kind]}${index + 1}`]
  })
  const attributes = html`${options.sortable === true && html` data-sortable`}${kinds.length > 0 && html` class="${kinds.join(' ')}"`}`
  const cells = (row: readonly string[]): Html[] => row.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}` : html`<td>${cell}`))
  const rows = table.rows.map((row) => html`<tr>${cells(row)}`) // prettier-ignore
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table${attributes}><caption>${caption}</caption><thead><tr>${table.columns.map((column) => html`<th scope="col">${column}`)}<tbody>${rows}</table></div>`
}

/** Charts side by side where the page is wide enough, wide ones below; then a paragraph for each reason why some are missing. */
export async function figures({ words }: Pick<View, 'words'>, charts: readonly MaybeChart[], kind = ''): Promise<Html> {
  const shown = charts.flatMap((one) => (one.state === 'drawn' ? [one.chart] : []))
  const beside = await Promise.all(shown.filter(({ wide }) => wide !== true).map((chart) => figure(words, chart)))
  const below = await Promise.all(shown.filter(({ wide }) => wide === true).map((chart) => figure(words, chart)))
  return html`${beside.length > 0 && html`<div class="figures ${kind}">${beside}</div>`}${below}${missingNotes(charts)}`
}

/** The colour and shape of a contestant in the charts, beside its name. */
export function glyph(contestant: Contestant, all: readonly Contestant[]): Html {
  const { color, shape } = lookOf(contestant, all)
  return html`<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"><path d="${SHAPE_PATHS[shape] ?? ''}" fill="${color}" /></svg>`
}

/** Colours, shapes and dashes of everyone in the charts; of the roles, where there are too many to tell apart. */
export function legend({ measured: all, words: { basics, charts } }: View): Html {
  const many = all.length > MOST_NAMED
  const shown = many ? all.filter(({ role }, index) => all.findIndex((other) => other.role === role) === index) : all
  return html`<ul class="legend" aria-label="${charts.legend}">
    ${shown.map((contestant) => html`<li>${lineGlyph(contestant, all)} ${!many && html`${contestant.label} `}<span class="role">${basics.roles[contestant.role]}</span></li>`)}
  </ul>`
}

/** "estimated" or "published" beside a number; nothing for measured ones. */
export function originBadge({ basics }: Messages, origin: Origin | undefined): Html | false {
  const mark = origin === undefined ? '' : basics.origins[origin]
  return mark !== '' && html` <span class="badge ${origin}">${mark}</span>`
}

/** A link only where the address is an ordinary web address; anything else stays text. */
export function link(url: string | undefined, text: string): Html {
  return url !== undefined && /^https?:\/\/[^\s"'<>]+$/i.test(url) ? html`<a href="${url}" rel="noreferrer noopener">${text}</a>` : html`${text}`
}

// --- internal ---

/** A chart with title, takeaway, description and its table twin. */
async function figure({ charts }: Messages, { id, title, description, takeaway, spec, table, wide }: Chart): Promise<Html> {
  const svg = trusted(inPage(await renderSvg(spec, { said: SAID })))
  return html`<figure id="${id}" role="group" aria-labelledby="${id}-title" aria-describedby="${id}-takeaway">
    <figcaption>
      <h3 id="${id}-title">${title}</h3>
      <p id="${id}-takeaway" class="takeaway">${takeaway}</p>
    </figcaption>
    ${
      wide === true
        ? html`<div class="chart wide" role="region" aria-labelledby="${id}-title" tabindex="0">${svg}</div>`
        : html`<div class="chart">${svg}</div>`
    }
    <p class="how">${description}</p>
    <details>
      <summary>${charts.numbers}</summary>
      ${textTable(table, title)}
    </details>
  </figure>`
}

/** What the stylesheet says of every chart, so that its SVG need not. */
const SAID: Readonly<Record<string, string>> = { 'text-anchor': 'middle', 'font-size': '12px', 'stroke-miterlimit': '4', fill: 'none' }

/** The stylesheet says the font, the box of the view its size, and a page needs no namespace. */
function inPage(svg: string): string {
  return svg.replace(/^<svg [^>]*>/, (tag) => tag.replace(/ (?:font-family|xmlns|width|height)="[^"]*"/g, ''))
}

function missingNotes(charts: readonly MaybeChart[]): Html[] {
  const notes = charts.flatMap((one) => (one.state === 'missing' ? [one] : []))
  return [...new Set(notes.map(({ why }) => why))].map((reason) => {
    const titles = notes.filter(({ why }) => why === reason).map(({ id, title }, i) => html`${i > 0 && '; '}<strong id="${id}">${title}</strong>`)
    return html`<p class="missing">${titles}. ${reason}</p>`
  })
}

const LONG_WORDS = 30

function kindOf(cells: readonly string[]): 'number' | 'words' | undefined {
  if (cells.every((cell) => /^[$−+\d–(]/.test(cell) && cell.length <= LONG_WORDS)) return 'number'
  return cells.some((cell) => cell.length > LONG_WORDS) ? 'words' : undefined
}

/** Line and mark as in a latency chart. */
function lineGlyph(contestant: Contestant, all: readonly Contestant[]): Html {
  const { color, dash, shape } = lookOf(contestant, all)
  return html`<svg class="glyph line" viewBox="0 0 30 16" aria-hidden="true">
    <path d="M0 8H30" stroke="${color}" stroke-width="2" stroke-dasharray="${dash.join(' ')}" />
    <path transform="translate(7 0)" d="${SHAPE_PATHS[shape] ?? ''}" fill="${color}" />
  </svg>`
}
