/** The pages of `distillbench view` around the reports: the list of runs with its filters. No script; forms do all of it. */
import type { Decision, Metric, Role } from '../../harness/types.ts'
import { formatTime } from '../format.ts'
import { plainDocument } from './document.ts'
import type { Messages } from '../messages/index.ts'
import { html, trusted, type Content, type Html } from './markup.ts'

/** One stored run. `models` and `verdicts` are empty where there is no analysis beside the record. */
export interface RunLine {
  id: string
  dir: string
  suite: string
  createdAt: string
  state: string
  models: readonly { id: string; name: string; role: Role }[]
  verdicts: readonly { student: string; decision: Decision }[]
}

/** What is asked for; empty: anything. Dates are ISO days. */
export interface Wanted {
  suite: string
  model: string
  verdict: string
  from: string
  to: string
}

export function wantedOf(query: URLSearchParams): Wanted {
  const of = (name: string): string => query.get(name) ?? ''
  return { suite: of('suite'), model: of('model'), verdict: of('verdict'), from: of('from'), to: of('to') }
}

export function listPage(lines: readonly RunLine[], wanted: Wanted, folder: string, metrics: readonly Metric[], words: Messages): string {
  const { browse: texts } = words.sections
  const shown = lines.filter((line) => isWanted(line, wanted))
  return pageOf(
    words,
    texts.title,
    html`<h1>${texts.title}</h1>
      <p class="about">${texts.count(shown.length, lines.length, folder)}</p>`,
    lines.length === 0
      ? html`<p>${texts.empty}</p>`
      : html`${filterForm(words, lines, wanted)} ${trendForm(metrics, 'accuracy', wanted, words)}
        ${shown.length === 0 ? html`<p>${texts.none}</p>` : runTable(words, shown)}`,
  )
}

/** What went wrong is said in English, as in the terminal. */
export function errorPage(words: Messages, message: string, hint?: string): string {
  const { browse: texts } = words.sections
  return pageOf(
    words,
    texts.wrong,
    html`<h1>${texts.wrong}</h1>`,
    html`<p lang="en">${message}</p>
      ${hint !== undefined && html`<p lang="en">${hint}</p>`}
      <p><a href="/">${texts.back}</a></p>`,
  )
}

/** Another page with a way back to the list, and a form if there is one. Pages forbid forms, so that this one is allowed by name. */
export function withBack(page: string, words: Messages, form?: Html): string {
  const bar = html`<nav class="back" aria-label="distillbench view"><a href="/">${words.sections.browse.back}</a>${form}</nav>`.source
  const open = form === undefined ? page : page.replace("form-action 'none'", "form-action 'self'")
  return open.replace('<body>', () => `<body>${bar}`)
}

/** Chooses a metric whose trend is drawn; what was filtered stays filtered. */
export function trendForm(metrics: readonly Metric[], chosen: string, { suite, model }: Pick<Wanted, 'suite' | 'model'>, words: Messages): Html {
  const { browse: texts } = words.sections
  return html`<form class="filter" method="get" action="/trend" aria-label="${texts.trend}">
    ${choice(
      texts.metric,
      'metric',
      chosen,
      metrics.map(({ id, title }): [string, string] => [id, title]),
    )}
    ${suite !== '' && html`<input type="hidden" name="suite" value="${suite}" />`}
    ${model !== '' && html`<input type="hidden" name="model" value="${model}" />`}
    <button class="download">${texts.trend}</button>
  </form>`
}

// --- internal ---

function isWanted({ suite, models, verdicts, createdAt }: RunLine, wanted: Wanted): boolean {
  const day = createdAt.slice(0, 10)
  return (
    (wanted.suite === '' || suite === wanted.suite) &&
    (wanted.model === '' || models.some(({ id }) => id === wanted.model)) &&
    (wanted.verdict === '' || verdicts.some(({ decision }) => decision === wanted.verdict)) &&
    (wanted.from === '' || day >= wanted.from) &&
    (wanted.to === '' || day <= wanted.to)
  )
}

function filterForm({ basics, sections: { browse: texts } }: Messages, lines: readonly RunLine[], wanted: Wanted): Html {
  const options = (values: readonly string[]): [string, string][] => [
    ['', texts.any],
    ...[...new Set(values)].sort().map((value): [string, string] => [value, value]),
  ]
  return html`<form class="filter" method="get" action="/" aria-label="${texts.filter}">
    ${choice(texts.suite, 'suite', wanted.suite, options(lines.map(({ suite }) => suite)))}
    ${choice(texts.model, 'model', wanted.model, options(lines.flatMap(({ models }) => models.map(({ id }) => id))))}
    ${choice(texts.verdict, 'verdict', wanted.verdict, [['', texts.any], ...Object.entries(basics.decisions)])}
    <label>${texts.from} <input type="date" name="from" value="${wanted.from}" /></label>
    <label>${texts.to} <input type="date" name="to" value="${wanted.to}" /></label>
    <button class="download">${texts.filter}</button>
  </form>`
}

function choice(label: string, name: string, chosen: string, options: readonly (readonly [string, string])[]): Html {
  return html`<label
    >${label}
    <select name="${name}">
      ${options.map(([value, text]) => html`<option value="${value}" ${value === chosen && trusted(' selected')}>${text}</option>`)}
    </select></label
  >`
}

function runTable(words: Messages, lines: readonly RunLine[]): Html {
  const { browse: texts } = words.sections
  return html`<form method="get" action="/compare">
    <div class="scroll" role="region" aria-label="${texts.title}" tabindex="0">
      <table>
        <caption>
          ${texts.title}
        </caption>
        <thead>
          <tr>
            ${texts.columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${lines.map((line) => runRow(words, line))}
        </tbody>
      </table>
    </div>
    ${lines.length > 1 && html`<button class="download">${texts.compare}</button>`}
  </form>`
}

function runRow({ basics, sections: { browse: texts, environment } }: Messages, { id, suite, createdAt, state, models, verdicts }: RunLine): Html {
  const cells: Content[] = [
    html`<input type="checkbox" name="run" value="${id}" aria-label="${texts.choose(id)}" />`,
    formatTime(createdAt),
    html`<a href="/run?run=${encodeURIComponent(id)}">${id}</a>`,
    suite,
    models.length === 0 ? texts.noAnalysis : models.map(({ name }) => name).join(', '),
    verdicts.length === 0 ? texts.noVerdict : verdicts.map(({ student, decision }) => html`<div>${student}: ${basics.decisions[decision]}</div>`),
    environment.states[state] ?? state,
  ]
  return html`<tr>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`
}

function pageOf({ basics }: Messages, title: string, head: Html, body: Html): string {
  return plainDocument({ lang: basics.lang, title: `${title} – distillbench`, forms: 'self', head, body })
}
