/** What an engineer audits: models, machine, method, every number, and the command that makes them again. */
import { hourlyUsd } from '../../../harness/price.ts'
import type { ModelSummary, Price } from '../../../harness/types.ts'
import { formatCount, formatPublished, formatTime, formatValue } from '../../format.ts'
import type { Contestant, View } from '../../view.ts'
import { html, type Content, type Html } from '../markup.ts'
import { link, originBadge, type Section } from '../parts.ts'

export function modelsSection(view: View): Section | undefined {
  if (view.contestants.length === 0) return undefined
  const cards = html`<div class="cards">${view.contestants.map(modelCard)}</div>`
  const body =
    view.contestants.length <= 6
      ? cards
      : html`<details>
          <summary>All ${view.contestants.length} models</summary>
          ${cards}
        </details>`
  return { id: 'models', title: 'Models', body }
}

export function environmentSection(view: View): Section | undefined {
  const { runs } = view.analysis
  if (runs.length === 0) return undefined
  const body = html`<div class="cards">
    ${runs.map(
      (run) =>
        html`<div class="card">
          <h3>Run ${run.id}</h3>
          ${terms([
            ['Started', formatTime(run.createdAt)],
            ['State', run.state],
            ['Suite', `${run.suite} (${run.suiteHash.slice(0, 12)})`],
            ['Seed', String(run.seed)],
            ['Tool', run.environment.tool],
            ['Node', run.environment.node],
            ...Object.entries(run.environment.host).map(([name, value]): [string, Content] => [name, String(value)]),
          ])}
        </div>`,
    )}
  </div>`
  return { id: 'environment', title: 'Environment', body }
}

export function definitionsSection(view: View): Section | undefined {
  const used = new Set([...view.analysis.rows, ...view.analysis.facts].map(({ metric }) => metric))
  const metrics = view.analysis.metrics.filter(({ id }) => used.has(id))
  if (metrics.length === 0) return undefined
  const body = html`<p>
      Every comparison with the teacher is paired by item. Intervals hold with 95% confidence where nothing else is said; how each one was made stands in the
      list of all figures.
    </p>
    <dl class="terms">
      ${metrics.map(
        ({ title, unit, better, definition, misleads }) =>
          html`<dt>${title} <span class="role">${unit}${better !== 'neither' && `, ${better} is better`}</span></dt>
            <dd>${definition}${misleads !== '' && html` <em>Where it misleads:</em> ${misleads}`}</dd>`,
      )}
    </dl>`
  return { id: 'definitions', title: 'How the numbers are defined', body }
}

export function reproduceSection(view: View): Section | undefined {
  const { runs } = view.analysis
  if (runs.length === 0) return undefined
  const body = html`${runs.map(({ command }) => html`<pre><code>${command}</code></pre>`)}
    <p>
      Answers and accuracy come out the same with the same seed; times, energy and cost depend on the machine. The analysis behind this page is embedded in it
      as JSON, compressed where it is long (element <code>#analysis</code>).
      <button type="button" class="download" id="save-analysis" hidden>Save analysis.json</button>
    </p>`
  return { id: 'reproduce', title: 'Reproduce', body }
}

// --- internal ---

function terms(entries: readonly (readonly [string, Content])[]): Html {
  return html`<dl>
    ${entries
      .filter(([, value]) => value !== undefined && value !== '' && value !== false)
      .map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
  </dl>`
}

function modelCard({ label, role, summary }: Contestant): Html {
  const { card, runtime } = summary
  return html`<div class="card">
    <h3>${label} <span class="role">${role}</span></h3>
    ${terms([
      ['Adapter', summary.adapter],
      ['Parameters', card?.parametersTotal === undefined ? undefined : parameters(card.parametersTotal, card.parametersActive ?? card.parametersTotal)],
      ['Data type', card?.dtype],
      ['Tokenizer', card?.tokenizer],
      ['Architecture', card?.architecture],
      ['Source', card?.source],
      ...training(summary),
      ['Backend', runtime === undefined ? undefined : `${runtime.backend} on ${runtime.device}`],
      [
        'Versions',
        runtime === undefined
          ? undefined
          : Object.entries(runtime.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
      ],
      ['Not chosen', runtime === undefined ? undefined : runtime.rejected.map(({ backend, why }) => `${backend}: ${why}`).join('; ')],
      ['Price', summary.price === undefined ? undefined : priceText(summary.price)],
    ])}
  </div>`
}

function parameters(total: number, active: number): string {
  return total === active
    ? formatPublished(total, 'parameter')
    : `${formatPublished(total, 'parameter')}, ${formatPublished(active, 'parameter')} active per token`
}

function training({ card }: ModelSummary): [string, Content][] {
  const made = card?.training
  if (made === undefined) return []
  const facts = [
    made.examples === undefined ? '' : formatCount(made.examples, 'example'),
    made.steps === undefined ? '' : formatCount(made.steps, 'step'),
    made.seed === undefined ? '' : `seed ${made.seed}`,
    made.finalLoss === undefined ? '' : `final loss ${Number(made.finalLoss.toPrecision(3))}`,
  ].filter((part) => part !== '')
  return [
    ['Training', [made.method, made.teacher === undefined ? '' : `teacher ${made.teacher}`, ...facts].filter((part) => part !== '').join(', ')],
    ['Training time', made.seconds === undefined ? undefined : `${formatValue(made.seconds, 's')}${made.backend === undefined ? '' : ` on ${made.backend}`}`],
    [
      'Training energy',
      made.energyJ === undefined ? undefined : html`${formatValue(made.energyJ.value, 'J')}${originBadge(made.energyJ.origin)} (${made.energyJ.how})`,
    ],
    [
      'Training cost',
      made.costUsd === undefined ? undefined : html`${formatValue(made.costUsd.value, 'USD')}${originBadge(made.costUsd.origin)} (${made.costUsd.how})`,
    ],
    ['Recipe', made.recipe],
  ]
}

function priceText(price: Price): Html {
  const amount =
    price.kind !== 'token'
      ? `${formatPublished(price.kind === 'hourly' ? price.usdPerHour : hourlyUsd(price), 'USD/h')} for the machine${price.kind === 'owned' ? ', owned' : ''}${price.utilisation === undefined ? '' : ` at ${formatValue(price.utilisation, 'ratio')} utilisation`}`
      : `${formatPublished(price.inputPerMtoken, 'USD')} in, ${formatPublished(price.outputPerMtoken, 'USD')} out per million tokens`
  return html`${amount} (${link(/^https?:/.test(price.source) ? price.source : undefined, price.source)}, ${price.date})`
}
