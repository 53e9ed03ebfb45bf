/** The pages of `distillbench view` around the reports: the list of runs with its filters. No script; forms do all of it. */
import { createHash } from 'node:crypto'
import type { Decision, Metric, Role } from '../../harness/types.ts'
import { formatCount, formatTime } from '../format.ts'
import { DECISION_WORDS } from '../verdict.ts'
import { html, trusted, type Content, type Html } from './markup.ts'
import { STYLE } from './style.ts'

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

export function listPage(lines: readonly RunLine[], wanted: Wanted, folder: string, metrics: readonly Metric[]): string {
  const shown = lines.filter((line) => isWanted(line, wanted))
  return document(
    TEXT.title,
    html`<h1>${TEXT.title}</h1>
      <p class="about">${TEXT.count(shown.length, lines.length, folder)}</p>`,
    lines.length === 0
      ? html`<p>${TEXT.empty}</p>`
      : html`${filterForm(lines, wanted)} ${trendForm(metrics, 'accuracy', wanted)} ${shown.length === 0 ? html`<p>${TEXT.none}</p>` : runTable(shown)}`,
  )
}

export function errorPage(message: string, hint?: string): string {
  return document(
    TEXT.wrong,
    html`<h1>${TEXT.wrong}</h1>`,
    html`<p>${message}</p>
      ${hint !== undefined && html`<p>${hint}</p>`}
      <p><a href="/">${TEXT.back}</a></p>`,
  )
}

/** Another page with a way back to the list, and a form if there is one. Pages forbid forms, so that this one is allowed by name. */
export function withBack(page: string, form?: Html): string {
  const bar = html`<nav class="back" aria-label="distillbench view"><a href="/">${TEXT.back}</a>${form}</nav>`.source
  const open = form === undefined ? page : page.replace("form-action 'none'", "form-action 'self'")
  return open.replace('<body>', () => `<body>${bar}`)
}

/** Chooses a metric whose trend is drawn; what was filtered stays filtered. */
export function trendForm(metrics: readonly Metric[], chosen: string, { suite, model }: Pick<Wanted, 'suite' | 'model'>): Html {
  return html`<form class="filter" method="get" action="/trend" aria-label="${TEXT.trend}">
    ${choice(
      TEXT.metric,
      'metric',
      chosen,
      metrics.map(({ id, title }): [string, string] => [id, title]),
    )}
    ${suite !== '' && html`<input type="hidden" name="suite" value="${suite}" />`}
    ${model !== '' && html`<input type="hidden" name="model" value="${model}" />`}
    <button class="download">${TEXT.trend}</button>
  </form>`
}

// --- internal ---

const TEXT = {
  title: 'Runs',
  count: (shown: number, all: number, folder: string): string =>
    shown === all ? `${formatCount(all, 'run')} in ${folder}` : `${shown} of ${formatCount(all, 'run')} in ${folder}`,
  empty: 'There are no runs in this folder yet. distillbench run SUITE makes one.',
  none: 'No run is like that. Take a filter away.',
  wrong: 'That did not work',
  back: 'All runs',
  filter: 'Show',
  compare: 'Compare the chosen runs',
  trend: 'Draw the trend',
  metric: 'Metric',
  any: 'any',
  suite: 'Suite',
  model: 'Model',
  verdict: 'Verdict',
  from: 'From',
  to: 'To',
  noAnalysis: 'not analysed yet',
  noVerdict: 'none',
  choose: (id: string): string => `Choose ${id}`,
  columns: ['Compare', 'Started', 'Run', 'Suite', 'Models', 'Verdict', 'State'],
} as const

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

function filterForm(lines: readonly RunLine[], wanted: Wanted): Html {
  const options = (values: readonly string[]): [string, string][] => [
    ['', TEXT.any],
    ...[...new Set(values)].sort().map((value): [string, string] => [value, value]),
  ]
  return html`<form class="filter" method="get" action="/" aria-label="${TEXT.filter}">
    ${choice(TEXT.suite, 'suite', wanted.suite, options(lines.map(({ suite }) => suite)))}
    ${choice(TEXT.model, 'model', wanted.model, options(lines.flatMap(({ models }) => models.map(({ id }) => id))))}
    ${choice(TEXT.verdict, 'verdict', wanted.verdict, [['', TEXT.any], ...Object.entries(DECISION_WORDS)])}
    <label>${TEXT.from} <input type="date" name="from" value="${wanted.from}" /></label>
    <label>${TEXT.to} <input type="date" name="to" value="${wanted.to}" /></label>
    <button class="download">${TEXT.filter}</button>
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

function runTable(lines: readonly RunLine[]): Html {
  return html`<form method="get" action="/compare">
    <div class="scroll" role="region" aria-label="${TEXT.title}" tabindex="0">
      <table>
        <caption>
          ${TEXT.title}
        </caption>
        <thead>
          <tr>
            ${TEXT.columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${lines.map(runRow)}
        </tbody>
      </table>
    </div>
    ${lines.length > 1 && html`<button class="download">${TEXT.compare}</button>`}
  </form>`
}

function runRow({ id, suite, createdAt, state, models, verdicts }: RunLine): Html {
  const cells: Content[] = [
    html`<input type="checkbox" name="run" value="${id}" aria-label="${TEXT.choose(id)}" />`,
    formatTime(createdAt),
    html`<a href="/run?run=${encodeURIComponent(id)}">${id}</a>`,
    suite,
    models.length === 0 ? TEXT.noAnalysis : models.map(({ name }) => name).join(', '),
    verdicts.length === 0 ? TEXT.noVerdict : verdicts.map(({ student, decision }) => html`<div>${student}: ${DECISION_WORDS[decision]}</div>`),
    state,
  ]
  return html`<tr>
    ${cells.map((cell) => html`<td>${cell}</td>`)}
  </tr>`
}

function document(title: string, head: Html, body: Html): string {
  const style = createHash('sha256').update(STYLE, 'utf8').digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action 'self'`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} – distillbench</title>
        <link rel="icon" href="data:," />
        ${trusted(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <header>${head}</header>
        <main>${body}</main>
      </body>
    </html> `.source
}
