/** What a reader sees first: the title, the verdict with its saving, one sentence per student, and where the numbers come from. */
import { formatTime } from '../../format.ts'
import { openingSentences, runNotes, titleOf } from '../../opening.ts'
import type { View } from '../../view.ts'
import { html, type Html } from '../markup.ts'
import { verdictLead } from './verdict.ts'

export function opening(view: View): Html {
  const { analysis, words } = view
  const verdicts = verdictLead(view)
  const sentences = verdicts === false ? openingSentences(view) : [] // the verdicts say all of that
  return html`<h1>${titleOf(analysis, words)}</h1>
    ${analysis.runs.slice(0, 1).map(({ description }) => description !== '' && html`<p class="about">${description}</p>`)} ${verdicts}
    ${
      sentences.length > 0 &&
      html`<ul class="lead">
        ${sentences.map((sentence) => html`<li>${emphasised(sentence)}</li>`)}
      </ul>`
    }
    ${runNotes(analysis, words).map((note) => html`<p class="banner">${note}</p>`)}
    <p class="about">${analysis.runs.map((run) => words.verdict.run(run.id, formatTime(run.createdAt))).join(' · ')}</p>`
}

// --- internal ---

/** The name before the colon in bold. */
function emphasised(sentence: string): Html {
  const colon = sentence.indexOf(': ')
  return colon < 0 ? html`${sentence}` : html`<strong>${sentence.slice(0, colon)}:</strong> ${sentence.slice(colon + 2)}`
}
