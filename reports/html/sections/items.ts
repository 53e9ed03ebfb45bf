/** The items on which a model and its teacher differ: question, both answers, grades, and where they differ. Regressions come first. */
import type { Excerpt, Fidelity, Flip, FlipSide } from '../../../harness/types.ts'
import { differences, type Part } from '../../differences.ts'
import { oneLine } from '../../text.ts'
import type { View } from '../../view.ts'
import { html, type Content, type Html } from '../markup.ts'
import type { Section } from '../parts.ts'

export function itemsSection(view: View): Section | undefined {
  const compared = view.analysis.fidelity.filter(({ flips }) => flips.listed.length > 0)
  if (compared.length === 0) return undefined
  const { items: texts } = view.words.sections
  const slices = [...new Set(compared.flatMap(({ flips }) => flips.listed.flatMap(({ slice }) => (slice === undefined ? [] : [slice]))))]
  const room = MOST_CHARACTERS / compared.length
  const body = html`<p>${texts.about}</p>
    ${filters(texts, slices)} ${compared.map((row) => oneModel(view, row, slices, room))}`
  return { id: 'items', title: texts.title, body }
}

// --- internal ---

/** Characters of questions and answers on one page; a page that is sent around should stay small. */
const MOST_CHARACTERS = 80_000
const LEAST_ITEMS = 3
const HEAD = 90

type Texts = View['words']['sections']['items']

/** Hidden until the script, which makes it work, shows it. */
function filters(texts: Texts, slices: readonly string[]): Html {
  return html`<form class="filter" data-filters="item" aria-label="${texts.filter}" hidden>
    <label
      >${texts.kind}
      <select name="kind">
        <option value="">${texts.everyKind}</option>
        ${Object.entries(texts.kinds).map(([kind, word]) => html`<option value="${kind}">${word}</option>`)}
      </select></label
    >
    ${
      slices.length > 1 &&
      html`<label
        >${texts.slice}
        <select name="slice">
          <option value="">${texts.everySlice}</option>
          ${slices.map((slice, i) => html`<option value="${i}">${slice}</option>`)}
        </select></label
      >`
    }
    <output data-text="${texts.count}"></output>
  </form>`
}

function oneModel(view: View, row: Fidelity, slices: readonly string[], room: number): Html {
  const { items: texts } = view.words.sections
  const { lost, won, bothWrong, listed } = row.flips
  const shown = fitting(listed, room)
  const name = view.labelOf(row.run, row.model)
  return html`<h3>${view.workloads.length > 1 ? `${name}, ${row.workload}` : name}</h3>
    <p>${texts.listed(shown.length, lost, won, bothWrong)}${shown.length < lost + won + bothWrong && ` ${texts.everything(row.run)}`}</p>
    ${shown.map((flip) => oneItem(texts, flip, slices, view.labelOf(row.run, row.teacher), name))}`
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

function oneItem(texts: Texts, flip: Flip, slices: readonly string[], teacherName: string, modelName: string): Html {
  const { kind, item, repeat, slice, prompt, target, teacher, model } = flip
  const parts = teacher.text === undefined || model.text === undefined ? undefined : differences(teacher.text.text, model.text.text)
  const where = [item, ...(slice === undefined ? [] : [slice]), ...(repeat > 0 ? [texts.repeat(repeat)] : [])].join(', ')
  return html`<details class="item ${kind}" data-kind="${kind}" ${slice !== undefined && html` data-slice="${slices.indexOf(slice)}"`}>
    <summary><span class="flip">${texts.kinds[kind]}</span> <bdi>${head(prompt)}</bdi> <bdi class="role">${where}</bdi></summary>
    <dl>
      <dt>${texts.question}</dt>
      <dd>${said(texts, prompt)}</dd>
      ${
        target !== undefined &&
        html`<dt>${texts.target}</dt>
          <dd><bdi class="said">${target}</bdi></dd>`
      }
      ${answer(texts, teacherName, teacher, parts?.a)} ${answer(texts, modelName, model, parts?.b)}
    </dl>
  </details>`
}

function head(prompt: Excerpt): string {
  const line = oneLine(prompt.text)
  return line.length <= HEAD ? line : `${line.slice(0, HEAD).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function answer(texts: Texts, name: string, { answer: taken, score, text }: FlipSide, parts: readonly Part[] | undefined): Html {
  const graded = text !== undefined && taken.trim() === text.text.trim() ? undefined : taken
  return html`<dt>${name} <bdi class="role">${texts.side(score, graded)}</bdi></dt>
    <dd>${text === undefined ? texts.unknown : text.length === 0 ? texts.empty : said(texts, text, parts)}</dd>`
}

/** What somebody wrote, with what was left out at either end. */
function said(texts: Texts, { text, from, length }: Excerpt, parts: readonly Part[] = [{ text, only: false }]): Html {
  const words = parts.map((part): Content => (part.only ? html`<mark>${part.text}</mark>` : part.text))
  return html`${from > 0 && html`<span class="role">${texts.from(from)}</span>`}<bdi class="said">${words}</bdi
    >${from + text.length < length && html`<span class="role">${texts.length(length)}</span>`}`
}
