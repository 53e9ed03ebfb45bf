/** What an engineer audits: models, machine, method, every number, and the command that makes them again. */
import { hourlyUsd } from '../../../harness/price.ts'
import type { ModelSummary, Price } from '../../../harness/types.ts'
import { formatPublished, formatTime, formatValue } from '../../format.ts'
import type { Messages } from '../../messages/index.ts'
import type { Contestant, View } from '../../view.ts'
import { html, type Content, type Html } from '../markup.ts'
import { link, originBadge, type Section } from '../parts.ts'

export function modelsSection(view: View): Section | undefined {
  if (view.contestants.length === 0) return undefined
  const { models: texts } = view.words.sections
  const cards = html`<div class="cards">${view.contestants.map((contestant) => modelCard(view, contestant))}</div>`
  const body =
    view.contestants.length <= 6
      ? cards
      : html`<details>
          <summary>${texts.all(view.contestants.length)}</summary>
          ${cards}
        </details>`
  return { id: 'models', title: texts.title, body }
}

export function environmentSection(view: View): Section | undefined {
  const { runs } = view.analysis
  if (runs.length === 0) return undefined
  const { environment: texts } = view.words.sections
  const body = html`<div class="cards">
    ${runs.map(
      (run) =>
        html`<div class="card">
          <h3>${texts.run(run.id)}</h3>
          ${terms([
            [texts.started, formatTime(run.createdAt)],
            [texts.state, texts.states[run.state] ?? run.state],
            [texts.suite, `${run.suite} (${run.suiteHash.slice(0, 12)})`],
            [texts.seed, String(run.seed)],
            [texts.tool, run.environment.tool],
            [texts.node, run.environment.node],
            ...Object.entries(run.environment.host).map(([name, value]): [string, Content] => [name, String(value)]),
          ])}
        </div>`,
    )}
  </div>`
  return { id: 'environment', title: texts.title, body }
}

export function definitionsSection(view: View): Section | undefined {
  const used = new Set([...view.analysis.rows, ...view.analysis.facts].map(({ metric }) => metric))
  const metrics = view.analysis.metrics.filter(({ id }) => used.has(id))
  if (metrics.length === 0) return undefined
  const { definitions: texts } = view.words.sections
  const body = html`<p>${texts.about}</p>
    <dl class="terms">
      ${metrics.map(
        ({ title, unit, better, definition, misleads }) =>
          html`<dt>${title} <span class="role">${unit}${better !== 'neither' && `, ${texts.better[better]}`}</span></dt>
            <dd>${definition}${misleads !== '' && html` <em>${texts.misleads}</em> ${misleads}`}</dd>`,
      )}
    </dl>`
  return { id: 'definitions', title: texts.title, body }
}

export function reproduceSection(view: View): Section | undefined {
  const { runs } = view.analysis
  if (runs.length === 0) return undefined
  const { reproduce: texts } = view.words.sections
  const body = html`${runs.map(({ command }) => html`<pre><code>${command}</code></pre>`)}
    <p>
      ${texts.before}<code>#analysis</code>${texts.after}
      <button type="button" class="download" id="save-analysis" hidden>${texts.save}</button>
    </p>`
  return { id: 'reproduce', title: texts.title, body }
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

function modelCard({ words }: View, { label, role, summary }: Contestant): Html {
  const { models: texts } = words.sections
  const { card, runtime } = summary
  return html`<div class="card">
    <h3>${label} <span class="role">${words.basics.roles[role]}</span></h3>
    ${terms([
      [texts.adapter, summary.adapter],
      [
        texts.parameters,
        card?.parametersTotal === undefined ? undefined : parameters(words, card.parametersTotal, card.parametersActive ?? card.parametersTotal),
      ],
      [texts.dtype, card?.dtype],
      [texts.tokenizer, card?.tokenizer],
      [texts.architecture, card?.architecture],
      [texts.source, card?.source],
      ...training(words, summary),
      [texts.backend, runtime === undefined ? undefined : texts.on(runtime.backend, runtime.device)],
      [
        texts.versions,
        runtime === undefined
          ? undefined
          : Object.entries(runtime.versions)
              .map(([name, version]) => `${name} ${version}`)
              .join(', '),
      ],
      [texts.notChosen, runtime === undefined ? undefined : runtime.rejected.map(({ backend, why }) => `${backend}: ${why}`).join('; ')],
      [texts.price, summary.price === undefined ? undefined : priceText(words, summary.price)],
    ])}
  </div>`
}

function parameters({ basics, sections }: Messages, total: number, active: number): string {
  const show = (count: number): string => formatPublished(count, 'parameter', 0, basics.units)
  return total === active ? show(total) : sections.models.active(show(total), show(active))
}

function training(words: Messages, { card }: ModelSummary): [string, Content][] {
  const { models: texts } = words.sections
  const made = card?.training
  if (made === undefined) return []
  const facts = [
    made.examples === undefined ? '' : texts.examples(made.examples),
    made.steps === undefined ? '' : texts.steps(made.steps),
    made.seed === undefined ? '' : texts.seed(made.seed),
    made.finalLoss === undefined ? '' : texts.finalLoss(Number(made.finalLoss.toPrecision(3))),
  ].filter((part) => part !== '')
  return [
    [texts.training, [made.method, made.teacher === undefined ? '' : texts.teacher(made.teacher), ...facts].filter((part) => part !== '').join(', ')],
    [
      texts.trainingTime,
      made.seconds === undefined
        ? undefined
        : made.backend === undefined
          ? formatValue(made.seconds, 's')
          : texts.on(formatValue(made.seconds, 's'), made.backend),
    ],
    [
      texts.trainingEnergy,
      made.energyJ === undefined ? undefined : html`${formatValue(made.energyJ.value, 'J')}${originBadge(words, made.energyJ.origin)} (${made.energyJ.how})`,
    ],
    [
      texts.trainingCost,
      made.costUsd === undefined
        ? undefined
        : html`${formatValue(made.costUsd.value, 'USD', words.basics.units)}${originBadge(words, made.costUsd.origin)} (${made.costUsd.how})`,
    ],
    [texts.recipe, made.recipe],
  ]
}

function priceText({ basics, sections: { models: texts } }: Messages, price: Price): Html {
  const amount =
    price.kind !== 'token'
      ? texts.hourly(
          formatPublished(price.kind === 'hourly' ? price.usdPerHour : hourlyUsd(price), 'USD/h', 0, basics.units),
          price.kind === 'owned',
          price.utilisation === undefined ? undefined : formatValue(price.utilisation, 'ratio'),
        )
      : texts.byToken(formatPublished(price.inputPerMtoken, 'USD'), formatPublished(price.outputPerMtoken, 'USD'))
  return html`${amount} (${link(/^https?:/.test(price.source) ? price.source : undefined, price.source)}, ${price.date})`
}
