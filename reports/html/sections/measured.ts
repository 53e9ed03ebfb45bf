/** Sections that need measurements: the gap recovered, and the charts. */
import type { MaybeChart } from '../../charts/chart.ts'
import type { Charts } from '../../charts/index.ts'
import { formatInterval, formatValue } from '../../format.ts'
import { clientFindings, clientTrust, stageTable } from '../../load.ts'
import { lifecycleTable } from '../../lifecycle.ts'
import { rooflineMissing, rooflineTable } from '../../roofline.ts'
import { valueOf, type View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html, type Html } from '../markup.ts'
import { figures, legend, textTable, type Section } from '../parts.ts'

export function gapSection(view: View): Section | undefined {
  const { gap } = view.analysis
  if (gap.length === 0) return undefined
  const { gap: texts } = view.words.sections
  const several = new Set(gap.map(({ workload }) => workload)).size > 1
  const rows = gap.map(({ run, student, control, workload, recovered }) => {
    const estimate = valueOf(recovered)
    const share =
      estimate === undefined
        ? view.words.basics.unknownWhy(whyMissing(recovered))
        : `${formatValue(estimate.value, 'ratio')} (${formatInterval({ ...estimate, unit: 'ratio' }, view.words.basics.units)})`
    return [view.labelOf(run, student), share, view.labelOf(run, control), ...(several ? [workload] : [])]
  })
  const body = html`<p>${texts.about}</p>
    ${textTable({ columns: texts.columns(several), rows }, texts.caption, { sortable: true })}`
  return { id: 'gap', title: texts.title, body }
}

export async function qualitySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'quality', title: view.words.sections.quality, body: html`${legendFor(view, charts.quality)}${await figures(view, charts.quality)}` }
}

export async function latencySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'latency', title: view.words.sections.latency, body: html`${legendFor(view, charts.latency)}${await figures(view, charts.latency)}` }
}

/** Loads that ran for a time; the certificate of the client is beside the numbers that it vouches for. */
export async function loadSection(view: View, charts: Charts): Promise<Section | undefined> {
  const table = stageTable(view)
  if (table.rows.length === 0) return undefined
  const { load: texts } = view.words.tables
  const findings = clientFindings(view)
  const trust =
    findings.length === 0
      ? html`<p>${texts.keptUp}</p>`
      : html`<p>${texts.fellBehind}</p>
          <ul>
            ${findings.map((finding) => html`<li>${finding}</li>`)}
          </ul>`
  const body = html`${legendFor(view, charts.load)}${await figures(view, charts.load)} ${trust} ${clientTrust(view).map((sentence) => html`<p>${sentence}</p>`)}
  ${textTable(table, texts.caption, { sortable: true })}`
  return { id: 'load', title: texts.title, body }
}

/** What was drawn while the models were idle, warmed up and were measured; or why that is not known. */
export async function powerSection(view: View, charts: Charts): Promise<Section | undefined> {
  if (charts.power.length === 0) return undefined
  return { id: 'power', title: view.words.sections.power, body: html`${legendFor(view, charts.power)}${await figures(view, charts.power)}` }
}

/** Distillation and what every request saves afterwards. */
export async function lifecycleSection(view: View, charts: Charts): Promise<Section | undefined> {
  const table = lifecycleTable(view)
  if (table.rows.length === 0) return undefined
  const body = html`${await figures(view, charts.lifecycle)} ${textTable(table, view.words.tables.lifecycle.caption, { sortable: true })}`
  return { id: 'lifecycle', title: view.words.tables.lifecycle.title, body }
}

/** What a measured speed is of the peaks of the device: an explanation, not a merit. */
export function rooflineSection(view: View): Section | undefined {
  const table = rooflineTable(view)
  const missing = rooflineMissing(view)
  const { roofline: texts } = view.words.tables
  if (table.rows.length === 0 && missing.length === 0) return undefined
  const body = html`${
    table.rows.length > 0 &&
    html`<p>${texts.about}</p>
      ${textTable(table, texts.caption, { sortable: true })}`
  }${missing.map((sentence) => html`<p class="missing">${texts.missing(sentence)}</p>`)}`
  return { id: 'roofline', title: texts.title, body }
}

export async function slicesSection(view: View, charts: Charts): Promise<Section> {
  return { id: 'slices', title: view.words.sections.slices, body: html`${legendFor(view, charts.slices)}${await figures(view, charts.slices)}` }
}

// --- internal ---

/** A legend only where something is drawn. */
function legendFor(view: View, charts: readonly MaybeChart[]): Html | false {
  return charts.some(({ state }) => state === 'drawn') && legend(view)
}
