/** Published figures: claims first, then charts, then every figure with source and date, conflicts side by side. */
import type { Fact } from '../../../harness/types.ts'
import type { Charts } from '../../charts/index.ts'
import { nameOfModel, titleOfFigure } from '../../charts/published.ts'
import { claimFigure } from '../../claims.ts'
import { formatPublished } from '../../format.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { figures, link, type Section } from '../parts.ts'

export async function publishedSection(view: View, charts: Charts): Promise<Section | undefined> {
  const { facts, claims, conflicts } = view.analysis
  if (facts.length === 0 && claims.length === 0) return undefined
  const body = html`<p>Everything in this section is quoted from its source, with its date. None of it was measured here.</p>
    ${claims.map(
      (claim) =>
        html`<div class="claim">
          <h3>${claim.title}</h3>
          <p class="figure">${claimFigure(claim)}</p>
          ${claim.says !== undefined && html`<p>The source says: “${claim.says}”.</p>`}
          <p>${claim.explanation}</p>
          <dl>
            ${[claim.numerator, claim.denominator].map(
              (fact) =>
                html`<dt>${nameOfModel(view, fact.model)}</dt>
                  <dd>${formatPublished(fact.value, fact.unit)} – ${sourceOf(fact)}</dd>`,
            )}
          </dl>
        </div>`,
    )}
    ${await figures(charts.published, 'small')}
    ${
      conflicts.length > 0 &&
      html`<h3>Sources that do not agree</h3>
        ${factTable(
          view,
          conflicts.flatMap((conflict) => conflict.facts.map((fact, index) => ({ fact, used: index === 0 }))),
          'Figures about the same thing that differ; “used” marks the one in the charts above.',
          false,
        )}`
    }
    ${
      facts.length > 0 &&
      html`<details${facts.length <= 30 && html` open`}><summary>All ${facts.length} published figures</summary>${factTable(
        view,
        facts.map((fact) => ({ fact, used: false })),
        'Published figures',
        true,
      )}</details>`
    }`
  return { id: 'published', title: 'Published figures', body }
}

// --- internal ---

function sourceOf(fact: Fact): Html {
  const ended = fact.until === undefined ? '' : ` until ${fact.until}`
  return html`${link(fact.url, fact.source)},
  ${fact.date}${ended}${fact.protocol !== undefined && `; ${fact.protocol}`}${fact.note !== undefined && `; ${fact.note}`}`
}

function factTable(view: View, rows: readonly { fact: Fact; used: boolean }[], caption: string, sortable: boolean): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table class="facts" ${sortable && html` data-sortable`}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          <th scope="col">Figure</th>
          <th scope="col" class="number">Value</th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ fact, used }) =>
            html`<tr>
              <th scope="row">${nameOfModel(view, fact.model)}</th>
              <td>${titleOfFigure(view, fact.workload ?? '', fact.metric)}</td>
              <td class="number" data-sort="${String(fact.value)}">
                ${formatPublished(fact.value, fact.unit)}${used && html` <span class="badge">used</span>`}
              </td>
              <td>${sourceOf(fact)}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`
}
