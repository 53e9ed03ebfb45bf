/** Every measured figure of a whole workload, the models beside each other; slices are in the CSV, quoted figures have a section of their own. */
import type { MetricRow } from '../../../harness/types.ts'
import { hasInterval } from '../../comparison.ts'
import { formatInterval, formatValue, scaleOf } from '../../format.ts'
import type { Contestant, View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html, type Html } from '../markup.ts'
import { textTable, type Section } from '../parts.ts'
import { said } from '../said.ts'

export function everythingSection(view: View): Section | undefined {
  const rows = view.analysis.rows.filter(
    ({ slice, load, estimate }) => (slice === '' || load === ISOLATED) && !(estimate.state === 'ok' && estimate.value.origin === 'published'),
  )
  if (rows.length === 0) return undefined
  const concerned = view.contestants.filter(({ run, model }) => rows.some((row) => row.run === run && row.model === model))
  const shown = concerned.slice(0, MOST_MODELS)
  const { figures: texts } = view.words.sections
  const methods = new Methods()
  const tables = chunks(shown, MOST_BESIDE).map((some) => besides(view, rows, some, methods, concerned.length > MOST_BESIDE))
  const body = html`<details>
    <summary>${texts.summary(rows.length)}</summary>
    ${tables} ${methods.list(texts.methods)} ${missing(view, rows, concerned)}
    ${concerned.length > shown.length && html`<p>${texts.more(concerned.length - shown.length)}</p>`}
  </details>`
  return { id: 'figures', title: texts.title, body }
}

// --- internal ---

/** Load of steps timed outside any request; their slice says which step. */
const ISOLATED = 'isolated'
/** Columns that a page has room for. */
const MOST_BESIDE = 4
const MOST_MODELS = 24

type Keyed = Map<string, MetricRow[]>

function besides(view: View, rows: readonly MetricRow[], contestants: readonly Contestant[], methods: Methods, several: boolean): Html {
  const { basics, sections } = view.words
  const { figures: texts } = sections
  const { workload, load, metric, method } = texts.columns
  const severalWorkloads = new Set(rows.flatMap((row) => (row.workload === '' ? [] : [row.workload]))).size > 1
  const lines = grouped(rows.filter((row) => contestants.some((one) => isOf(row, one)) && row.estimate.state === 'ok'))
  return textTable(
    {
      columns: [metric, ...(severalWorkloads ? [workload] : []), load, ...contestants.map(({ label }) => label), method],
      rows: [...lines.values()].map((line) => {
        const [first] = line as [MetricRow]
        return [
          view.metric(first.metric)?.title ?? first.metric,
          ...(severalWorkloads ? [first.workload] : []),
          first.slice === '' ? first.load : `${first.load}, ${first.slice}`,
          ...contestants.map((one) =>
            figure(
              view,
              line.find((row) => isOf(row, one)),
            ),
          ),
          methods.numbersOf(line),
        ]
      }),
    },
    several ? texts.captionOf(basics.list(contestants.map(({ label }) => label))) : texts.caption,
    { sortable: true },
  )
}

function grouped(rows: readonly MetricRow[]): Keyed {
  const groups: Keyed = new Map()
  for (const row of rows) {
    const key = [row.workload, row.load, row.slice, row.metric].join('\u0000')
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return groups
}

function isOf(row: MetricRow, { run, model }: Contestant): boolean {
  return row.run === run && row.model === model
}

function figure({ words: { basics } }: View, row: MetricRow | undefined): string {
  if (row?.estimate.state !== 'ok') return '–'
  const { value } = row.estimate
  const mark = value.origin === 'measured' ? '' : basics.origins[value.origin]
  if (!hasInterval(value)) return `${formatValue(value.value, value.unit, basics.units)}${mark === '' ? '' : ` (${mark})`}`
  const scale = scaleOf(value.unit, [value.value], basics.units)
  const unit = scale.suffix === '%' ? '' : scale.suffix // a percent sign belongs to each number
  const bare = { ...scale, suffix: scale.suffix.slice(unit.length) }
  return `${formatValue(value.value, value.unit, bare)} (${formatInterval(value, bare)})${unit}${mark === '' ? '' : ` (${mark})`}`
}

/** How the figures were made: each way once, below the tables; a row names them by number. */
class Methods {
  readonly #numbers = new Map<string, number>()

  /** As a rule one for all models; where their numbers of items differ, several. */
  numbersOf(line: readonly MetricRow[]): string {
    const own = line.flatMap(({ estimate }) => (estimate.state === 'ok' ? [this.#numberOf(estimate.value.method)] : []))
    return [...new Set(own)].toSorted((a, b) => a - b).join(', ')
  }

  list(title: string): Html | false {
    return (
      this.#numbers.size > 0 &&
      html`<h3>${title}</h3>
        <ol class="methods">
          ${[...this.#numbers.keys()].map((method) => html`<li>${method}</li>`)}
        </ol>`
    )
  }

  #numberOf(method: string): number {
    const number = this.#numbers.get(method) ?? this.#numbers.size + 1
    this.#numbers.set(method, number)
    return number
  }
}

/** Each reason once, with what it is the reason for. */
function missing(view: View, rows: readonly MetricRow[], concerned: readonly Contestant[]): Html | false {
  const reasons = new Map<string, Map<string, Set<string>>>()
  for (const { run, model, metric, estimate } of rows) {
    if (estimate.state === 'ok') continue
    const why = whyMissing(estimate)
    const metrics = reasons.get(why) ?? new Map<string, Set<string>>()
    reasons.set(why, metrics)
    const title = view.metric(metric)?.title ?? metric
    metrics.set(title, (metrics.get(title) ?? new Set()).add(view.labelOf(run, model)))
  }
  if (reasons.size === 0) return false
  const items = [...reasons].slice(0, MOST_REASONS).map(([why, metrics]) => {
    const titles = [...metrics].map(([title, models]) =>
      models.size === concerned.length || models.size > MOST_BESIDE ? title : `${title} (${[...models].join(', ')})`,
    )
    return html`<li>${titles.join('; ')}: ${said(view.words, why)}</li>`
  })
  return html`<p>${view.words.sections.figures.missing}</p>
    <ul>
      ${items}
    </ul>`
}

const MOST_REASONS = 100

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}
