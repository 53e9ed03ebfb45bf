/** The items on which a model and its teacher differ: question, both answers, grades, and where they differ. Regressions come first. */
import type { Excerpt, Fidelity, Flip, FlipKind, FlipSide } from '../../../harness/types.ts'
import { differences, type Part } from '../../differences.ts'
import { formatCount, formatNumber } from '../../format.ts'
import { oneLine } from '../../text.ts'
import type { View } from '../../view.ts'
import { html, type Content, type Html } from '../markup.ts'
import type { Section } from '../parts.ts'

export function itemsSection(view: View): Section | undefined {
  const compared = view.analysis.fidelity.filter(({ flips }) => flips.listed.length > 0)
  if (compared.length === 0) return undefined
  const slices = [...new Set(compared.flatMap(({ flips }) => flips.listed.flatMap(({ slice }) => (slice === undefined ? [] : [slice]))))]
  const room = MOST_CHARACTERS / compared.length
  const body = html`<p>${TEXT.about}</p>
    ${filters(slices)} ${compared.map((row) => oneModel(view, row, slices, room))}`
  return { id: 'items', title: TEXT.title, body }
}

// --- internal ---

/** Characters of questions and answers on one page; a page that is sent around should stay small. */
const MOST_CHARACTERS = 80_000
const LEAST_ITEMS = 3
const HEAD = 90

const KINDS: Record<FlipKind, string> = { lost: 'Lost', won: 'Gained', 'both-wrong': 'Both wrong' }

const TEXT = {
  title: 'Item by item',
  about:
    'Questions that a model and its teacher did not answer equally well, regressions first: the teacher’s answer scores more there. Then gains, then questions that both got wrong in different ways. Words that only one of the two wrote are marked.',
  listed: (shown: number, lost: number, won: number, bothWrong: number): string =>
    `${formatCount(lost, 'regression')}, ${formatCount(won, 'gain')}, ${bothWrong} both wrong with different answers. ${shown === lost + won + bothWrong ? 'All of them are here.' : `${shown} of them are here; the record of the run has all of them.`}`,
  everything: (run: string): string => `samples.csv beside the record of ${run} has every answer; so has distillbench query.`,
  question: 'Question',
  target: 'Right answer',
  side: (score: number, taken: string | undefined): string =>
    taken === undefined ? `score ${formatNumber(score)}` : `score ${formatNumber(score)}, graded as “${taken}”`,
  unknown: 'What it wrote is not in the record.',
  empty: 'It wrote nothing.',
  from: (from: number): string => `The first ${formatCount(from, 'character')} are the same.`,
  length: (length: number): string => `It goes on; ${formatCount(length, 'character')} in all.`,
  filter: 'Show',
  everySlice: 'all slices',
  everyKind: 'all kinds',
  slice: 'Slice',
  kind: 'Kind',
  count: '{shown} of {all} shown',
} as const

/** Hidden until the script, which makes it work, shows it. */
function filters(slices: readonly string[]): Html {
  return html`<form class="filter" data-filters="item" aria-label="${TEXT.filter}" hidden>
    <label
      >${TEXT.kind}
      <select name="kind">
        <option value="">${TEXT.everyKind}</option>
        ${Object.entries(KINDS).map(([kind, word]) => html`<option value="${kind}">${word}</option>`)}
      </select></label
    >
    ${
      slices.length > 1 &&
      html`<label
        >${TEXT.slice}
        <select name="slice">
          <option value="">${TEXT.everySlice}</option>
          ${slices.map((slice, i) => html`<option value="${i}">${slice}</option>`)}
        </select></label
      >`
    }
    <output data-text="${TEXT.count}"></output>
  </form>`
}

function oneModel(view: View, row: Fidelity, slices: readonly string[], room: number): Html {
  const { lost, won, bothWrong, listed } = row.flips
  const shown = fitting(listed, room)
  const name = view.labelOf(row.run, row.model)
  return html`<h3>${view.workloads.length > 1 ? `${name}, ${row.workload}` : name}</h3>
    <p>${TEXT.listed(shown.length, lost, won, bothWrong)}${shown.length < lost + won + bothWrong && ` ${TEXT.everything(row.run)}`}</p>
    ${shown.map((flip) => oneItem(flip, slices, view.labelOf(row.run, row.teacher), name))}`
}

/** The first items whose texts have room; a few in any case. */
function fitting(listed: readonly Flip[], room: number): readonly Flip[] {
  let used = 0
  const end = listed.findIndex(({ prompt, teacher, model }, index) => {
    used += [prompt, teacher.text, model.text].reduce((sum, one) => sum + (one?.text.length ?? 0), 0)
    return index >= LEAST_ITEMS && used > room
  })
  return end < 0 ? listed : listed.slice(0, end)
}

function oneItem(flip: Flip, slices: readonly string[], teacherName: string, modelName: string): Html {
  const { kind, item, repeat, slice, prompt, target, teacher, model } = flip
  const parts = teacher.text === undefined || model.text === undefined ? undefined : differences(teacher.text.text, model.text.text)
  const where = [item, ...(slice === undefined ? [] : [slice]), ...(repeat > 0 ? [`repeat ${repeat}`] : [])].join(', ')
  return html`<details class="item ${kind}" data-kind="${kind}" ${slice !== undefined && html` data-slice="${slices.indexOf(slice)}"`}>
    <summary><span class="flip">${KINDS[kind]}</span> <bdi>${head(prompt)}</bdi> <bdi class="role">${where}</bdi></summary>
    <dl>
      <dt>${TEXT.question}</dt>
      <dd>${said(prompt)}</dd>
      ${
        target !== undefined &&
        html`<dt>${TEXT.target}</dt>
          <dd><bdi class="said">${target}</bdi></dd>`
      }
      ${answer(teacherName, teacher, parts?.a)} ${answer(modelName, model, parts?.b)}
    </dl>
  </details>`
}

function head(prompt: Excerpt): string {
  const line = oneLine(prompt.text)
  return line.length <= HEAD ? line : `${line.slice(0, HEAD).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function answer(name: string, { answer: taken, score, text }: FlipSide, parts: readonly Part[] | undefined): Html {
  const graded = text !== undefined && taken.trim() === text.text.trim() ? undefined : taken
  return html`<dt>${name} <bdi class="role">${TEXT.side(score, graded)}</bdi></dt>
    <dd>${text === undefined ? TEXT.unknown : text.length === 0 ? TEXT.empty : said(text, parts)}</dd>`
}

/** What somebody wrote, with what was left out at either end. */
function said({ text, from, length }: Excerpt, parts: readonly Part[] = [{ text, only: false }]): Html {
  const words = parts.map((part): Content => (part.only ? html`<mark>${part.text}</mark>` : part.text))
  return html`${from > 0 && html`<span class="role">${TEXT.from(from)}</span>`}<bdi class="said">${words}</bdi
    >${from + text.length < length && html`<span class="role">${TEXT.length(length)}</span>`}`
}
