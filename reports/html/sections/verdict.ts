/** The verdict with its grounds: the rule, each task's test, the saving, and routing. */
import type { RoutingRow, Verdict } from '../../../harness/types.ts'
import type { ChartTable, MaybeChart } from '../../charts/chart.ts'
import { formatNumber } from '../../format.ts'
import { routingTable, savingTable, taskTable, verdictSentence, verdictTexts } from '../../verdict.ts'
import type { View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html, type Html } from '../markup.ts'
import { figures, textTable, type Section } from '../parts.ts'
import { said } from '../said.ts'

/** The verdicts of the opening: the first thing that is read. */
export function verdictLead(view: View): Html | false {
  const texts = verdictTexts(view)
  if (texts.length === 0) return false
  const shown = texts.slice(0, MOST_LEADING)
  return html`<ul class="verdicts" aria-label="${view.words.verdict.list}">
    ${shown.map(
      (text) =>
        html`<li class="verdict ${text.decision}">
          <p class="decision">
            ${text.tiles.length > 0 && html`<span class="stamp">${text.stamp}</span>`} <strong>${text.head}:</strong>
            ${verdictSentence({ head: '', sentence: text.sentence }).slice(2)}
          </p>
          ${
            text.tiles.length > 0 &&
            html`<dl class="tiles">
              ${text.tiles.map(
                ({ title, figure, range, note, tone }) =>
                  html`<div class="tile ${tone}">
                    <dt>${title}</dt>
                    <dd>
                      <span class="big">${figure}</span> ${range !== '' && html`<span class="range">${range}</span>`}
                      <span class="of">${note}</span>
                    </dd>
                  </div>`,
              )}
            </dl>`
          }
          ${(text.tiles.length > 0 ? text.details.slice(1) : text.details).map((detail) => html`<p class="detail">${detail}</p>`)}
        </li>`,
    )}
    ${texts.length > shown.length && html`<li class="detail">${view.words.verdict.moreVerdicts(texts.length - shown.length)}</li>`}
  </ul>`
}

export async function verdictSection(view: View, charts: readonly MaybeChart[]): Promise<Section | undefined> {
  const verdicts = view.analysis.verdicts.filter(({ tasks }) => tasks.length > 0)
  if (verdicts.length === 0) return undefined
  const { words } = view
  const margins = [...new Set(verdicts.map(({ margin }) => formatNumber(100 * margin)))].join(words.basics.or)
  const none = verdicts.every(({ ungraded }) => ungraded === true)
  const body = html`${none && html`<p>${words.verdict.noAccuracy}</p>`}
    <p>${words.verdict.rule(margins)}</p>
    ${joined(view, verdicts, words.verdict.tests, (verdict) => taskTable(view, verdict))}
    ${joined(view, verdicts, words.verdict.savings, (verdict) => savingTable(view, verdict))}
    ${joined(view, verdicts, words.verdict.routing, (verdict) => routingTable(view, routingOf(view, verdict)))} ${unrouted(view, verdicts)}
    ${cautionList(view, verdicts)} ${await figures(view, charts)}`
  return { id: 'verdict', title: words.verdict.title, body }
}

// --- internal ---

const MOST_LEADING = 4

/** One table for all students: their rows stand together, and the first column names the student where there are several. */
function joined(view: View, verdicts: readonly Verdict[], caption: string, tableOf: (verdict: Verdict) => ChartTable): Html | false {
  const tables = verdicts
    .map((verdict) => ({ name: view.labelOf(verdict.run, verdict.student), table: tableOf(verdict) }))
    .filter(({ table }) => table.rows.length > 0)
  const [first] = tables
  if (first === undefined) return false
  if (verdicts.length === 1) return textTable(first.table, caption)
  const rows = tables.flatMap(({ name, table }) => table.rows.map((row) => [name, ...row]))
  return textTable({ columns: [view.words.verdict.student, ...first.table.columns], rows }, caption)
}

/** Rules that could be tried. */
function routingOf(view: View, { run, student }: Verdict): RoutingRow[] {
  return view.analysis.routing.filter((row) => row.run === run && row.student === student && row.result.state === 'ok')
}

/** Each reason once, whatever the number of students and rules that it holds for. */
function unrouted(view: View, verdicts: readonly Verdict[]): Html[] {
  const missing = view.analysis.routing.filter(
    (row) => row.result.state !== 'ok' && verdicts.some(({ run, student }) => row.run === run && row.student === student),
  )
  return [...new Set(missing.map(({ result }) => whyMissing(result)))].map((why) => {
    const rules = [...new Set(missing.filter(({ result }) => whyMissing(result) === why).map(({ rule }) => view.words.basics.rules[rule]))]
    return html`<p class="missing">${view.words.verdict.unrouted(view.words.basics.list(rules), why)}</p>`
  })
}

function cautionList(view: View, verdicts: readonly Verdict[]): Html | false {
  const cautions = verdicts.flatMap(({ run, student, cautions: own }) =>
    own.map((caution) => (verdicts.length > 1 ? `${view.labelOf(run, student)}: ${caution}` : caution)),
  )
  return (
    cautions.length > 0 &&
    html`<ul class="notes">
      ${[...new Set(cautions)].map((caution) => html`<li>${said(view.words, caution)}</li>`)}
    </ul>`
  )
}
