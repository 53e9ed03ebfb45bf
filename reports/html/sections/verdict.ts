/** The verdict with its grounds: the rule, each task's test, the saving, and routing. */
import type { Verdict } from '../../../harness/types.ts'
import type { MaybeChart } from '../../charts/chart.ts'
import { formatNumber } from '../../format.ts'
import { DECISION_WORDS, routingTable, savingTable, taskTable, verdictSentence, verdictTexts } from '../../verdict.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { figures, textTable, type Section } from '../parts.ts'

/** The verdicts of the opening: the first thing that is read. */
export function verdictLead(view: View): Html | false {
  const texts = verdictTexts(view)
  if (texts.length === 0) return false
  const shown = texts.slice(0, MOST_LEADING)
  return html`<ul class="verdicts" aria-label="Verdict">
    ${shown.map(
      (text) =>
        html`<li class="verdict ${text.decision}">
          <p class="decision"><strong>${text.head}:</strong> ${verdictSentence({ head: '', sentence: text.sentence }).slice(2)}</p>
          ${text.details.map((detail) => html`<p class="detail">${detail}</p>`)}
        </li>`,
    )}
    ${texts.length > shown.length && html`<li class="detail">${texts.length - shown.length} more verdicts are below.</li>`}
  </ul>`
}

export async function verdictSection(view: View, charts: readonly MaybeChart[]): Promise<Section | undefined> {
  const verdicts = view.analysis.verdicts.filter(({ tasks }) => tasks.length > 0)
  if (verdicts.length === 0) return undefined
  const margins = [...new Set(verdicts.map(({ margin }) => formatNumber(100 * margin)))].join(' or ')
  const body = html`<p>
      A student may replace its teacher where it is shown, on every task, to lose less than the margin of ${margins} points: the lower end of the 95% interval
      of the paired difference lies above it. The teacher is kept where the upper end lies below it. Anything else is undecided, and then the number of further
      items is given with which four of five such runs would decide.
    </p>
    ${verdicts.map((verdict) => oneVerdict(view, verdict))} ${await figures(charts)}`
  return { id: 'verdict', title: 'Verdict', body }
}

// --- internal ---

const MOST_LEADING = 4

function oneVerdict(view: View, verdict: Verdict): Html {
  const { run, student, decision, cautions } = verdict
  const name = view.labelOf(run, student)
  const rows = view.analysis.routing.filter((row) => row.run === run && row.student === student)
  return html`<h3>${name}: ${DECISION_WORDS[decision]}</h3>
    ${textTable(taskTable(verdict), `${name} against its teacher, by task`)}
    ${verdict.savings.length > 0 && textTable(savingTable(view, verdict), `What ${name} saves`)}
    ${rows.length > 0 && textTable(routingTable(rows), `${name} first, the teacher when it is unsure`)}
    ${
      cautions.length > 0 &&
      html`<ul class="notes">
        ${cautions.map((caution) => html`<li>${caution}</li>`)}
      </ul>`
    }`
}
