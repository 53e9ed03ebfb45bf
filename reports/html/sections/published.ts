/** Published figures: claims first, then what students kept, charts, conflicts side by side, and every figure with its source. */
import type { Fact } from '../../../harness/types.ts'
import type { Charts } from '../../charts/index.ts'
import { nameOfModel, titleOfFigure } from '../../charts/published.ts'
import { PALETTE, INK } from '../../charts/theme.ts'
import { claimFigure } from '../../claims.ts'
import { formatPublished } from '../../format.ts'
import { keptTable } from '../../kept.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { figures, link, textTable, type Section } from '../parts.ts'

export async function publishedSection(view: View, charts: Charts): Promise<Section | undefined> {
  const { facts, claims } = view.analysis
  if (facts.length === 0 && claims.length === 0) return undefined
  const kept = keptTable(view)
  const { published: texts } = view.words.sections
  const body = html`<p>${texts.about}</p>
    ${claims.map((claim) => claimCard(view, claim))}
    ${
      kept !== undefined &&
      html`<h3>${texts.kept}</h3>
        <p>${texts.keptAbout}</p>
        ${textTable(kept, texts.keptCaption, { sortable: true })}`
    }
    ${charts.published.length > 0 && html`${roleLegend(view)}${await figures(view, charts.published, 'small')}`} ${conflictTable(view)} ${factTable(view)}`
  return { id: 'published', title: texts.title, body }
}

// --- internal ---

function claimCard(view: View, claim: View['analysis']['claims'][number]): Html {
  return html`<div class="claim">
    <h3>${claim.title}</h3>
    <p class="figure">${claimFigure(view, claim)}</p>
    ${claim.says !== undefined && html`<p>${view.words.sections.published.says(claim.says)}</p>`}
    <p>${claim.explanation}</p>
    <dl>
      ${[claim.numerator, claim.denominator].map(
        (fact) =>
          html`<dt>${nameOfModel(view, fact.model)}</dt>
            <dd>${formatPublished(fact.value, fact.unit, 0, view.words.basics.units)}: ${sourceOf(view, fact)}</dd>`,
      )}
    </dl>
  </div>`
}

/** The colours of the bars; only the roles that there are. */
function roleLegend(view: View): Html {
  const { basics, sections } = view.words
  const roles = new Set(view.analysis.models.map(({ role }) => role))
  const marks = [
    { color: '#000000', text: basics.roles.teacher, shown: roles.has('teacher') },
    { color: PALETTE[0], text: basics.roles.student, shown: roles.has('student') },
    { color: INK.axis, text: sections.published.other, shown: roles.has('control') || roles.size === 0 },
  ]
  return html`<ul class="legend" aria-label="${sections.published.legend}">
    ${marks
      .filter(({ shown }) => shown)
      .map(
        ({ color, text }) =>
          html`<li>
            <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M1 4h14v8h-14Z" fill="${color}" /></svg> ${text}
          </li>`,
      )}
  </ul>`
}

function sourceOf({ words: { sections } }: View, fact: Fact): Html {
  const ended = fact.until === undefined ? '' : sections.published.until(fact.until)
  return html`${link(fact.url, fact.source)},
  ${fact.date}${ended}${fact.protocol !== undefined && `; ${fact.protocol}`}${fact.note !== undefined && `; ${fact.note}`}`
}

/** One row per disagreement: the figure that is used, and beside it the others. */
function conflictTable(view: View): Html | false {
  const { conflicts } = view.analysis
  const { basics, sections } = view.words
  const { published: texts } = sections
  const quoted = (fact: Fact): Html =>
    html`<strong>${formatPublished(fact.value, fact.unit, 0, basics.units)}</strong> <span class="source">${sourceOf(view, fact)}</span>`
  return (
    conflicts.length > 0 &&
    html`<h3>${texts.conflicts}</h3>
      <div class="scroll" role="region" aria-label="${texts.conflicts}" tabindex="0">
        <table class="conflicts">
          <caption>
            ${texts.conflictCaption}
          </caption>
          <thead>
            <tr>
              ${texts.conflictColumns.map((column) => html`<th scope="col">${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${conflicts.map(
              ({ model, workload, metric, facts: [used, ...others] }) =>
                html`<tr>
                  <th scope="row">${nameOfModel(view, model)}, ${titleOfFigure(view, workload, metric)}</th>
                  <td>${used !== undefined && quoted(used)}</td>
                  <td>${others.map((fact) => html`<div>${quoted(fact)}</div>`)}</td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>`
  )
}

function factTable(view: View): Html | false {
  const { facts } = view.analysis
  const { basics, sections } = view.words
  const { published: texts } = sections
  return (
    facts.length > 0 &&
    html`<details${facts.length <= 30 && html` open`}>
      <summary>${texts.all(facts.length)}</summary>
      <div class="scroll" role="region" aria-label="${texts.title}" tabindex="0">
        <table data-sortable>
          <caption>
            ${texts.title}
          </caption>
          <thead>
            <tr>
              ${texts.columns.map((column, i) => html`<th scope="col" ${i === 2 && html` class="number"`}>${column}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${facts.map(
              (fact) =>
                html`<tr>
                  <th scope="row">${nameOfModel(view, fact.model)}</th>
                  <td>${titleOfFigure(view, fact.workload ?? '', fact.metric)}</td>
                  <td class="number" data-sort="${String(fact.value)}">${formatPublished(fact.value, fact.unit, 0, basics.units)}</td>
                  <td>${sourceOf(view, fact)}</td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>
    </details>`
  )
}
