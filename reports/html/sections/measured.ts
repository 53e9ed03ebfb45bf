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
  const several = new Set(gap.map(({ workload }) => workload)).size > 1
  const rows = gap.map(({ run, student, control, workload, recovered }) => {
    const estimate = valueOf(recovered)
    const share =
      estimate === undefined
        ? `unknown: ${whyMissing(recovered)}`
        : `${formatValue(estimate.value, 'ratio')} (${formatInterval({ ...estimate, unit: 'ratio' })})`
    return [view.labelOf(run, student), share, view.labelOf(run, control), ...(several ? [workload] : [])]
  })
  const body = html`<p>
      How much of what the teacher knows beyond the control came over by distillation: (student − control) ÷ (teacher − control). 100% is as good as the
      teacher, 0% no better than the same kind of model trained without it.
    </p>
    ${textTable({ columns: ['Student', 'Recovered', 'Over the control', ...(several ? ['Workload'] : [])], rows }, 'Share of the gap recovered', { sortable: true })}`
  return { id: 'gap', title: 'Gap recovered', body }
}

export async function qualitySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'quality', title: 'Quality against cost, speed and energy', body: html`${legendFor(view, charts.quality)}${await figures(charts.quality)}` }
}

export async function latencySection(view: View, charts: Charts): Promise<Section> {
  return { id: 'latency', title: 'Latency', body: html`${legendFor(view, charts.latency)}${await figures(charts.latency)}` }
}

/** Loads that ran for a time; the certificate of the client is beside the numbers that it vouches for. */
export async function loadSection(view: View, charts: Charts): Promise<Section | undefined> {
  const table = stageTable(view)
  if (table.rows.length === 0) return undefined
  const findings = clientFindings(view)
  const trust =
    findings.length === 0
      ? html`<p>The client kept up in every stage: what is measured is the server.</p>`
      : html`<p>The client did not keep up everywhere, and times of those stages are marked:</p>
          <ul>
            ${findings.map((finding) => html`<li>${finding}</li>`)}
          </ul>`
  const body = html`${legendFor(view, charts.load)}${await figures(charts.load)} ${trust} ${clientTrust(view).map((sentence) => html`<p>${sentence}</p>`)}
  ${textTable(table, 'Stages of the loads', { sortable: true })}`
  return { id: 'load', title: 'Under load', body }
}

/** What was drawn while the models were idle, warmed up and were measured; or why that is not known. */
export async function powerSection(view: View, charts: Charts): Promise<Section | undefined> {
  if (charts.power.length === 0) return undefined
  return { id: 'power', title: 'Power over time', body: html`${legendFor(view, charts.power)}${await figures(charts.power)}` }
}

/** Distillation and what every request saves afterwards. */
export async function lifecycleSection(view: View, charts: Charts): Promise<Section | undefined> {
  const table = lifecycleTable(view)
  if (table.rows.length === 0) return undefined
  const body = html`${await figures(charts.lifecycle)} ${textTable(table, 'What the distillation took, and when it is paid back', { sortable: true })}`
  return { id: 'lifecycle', title: 'Distillation and its return', body }
}

/** What a measured speed is of the peaks of the device: an explanation, not a merit. */
export function rooflineSection(view: View): Section | undefined {
  const table = rooflineTable(view)
  const missing = rooflineMissing(view)
  if (table.rows.length === 0 && missing.length === 0) return undefined
  const body = html`${
    table.rows.length > 0 &&
    html`<p>
        What the model's parameters ask of the device, as a share of what its maker says that it can do. It explains a speed and is no merit: a small model that
        keeps its device busy may still be slower than one that does not. Lower bounds, worked out and not measured.
      </p>
      ${textTable(table, 'Shares of the peaks of the device', { sortable: true })}`
  }${missing.map((sentence) => html`<p class="missing">Not known of ${sentence}.</p>`)}`
  return { id: 'roofline', title: 'What limits the speed', body }
}

export async function slicesSection(view: View, charts: Charts): Promise<Section> {
  return { id: 'slices', title: 'Accuracy per slice', body: html`${legendFor(view, charts.slices)}${await figures(charts.slices)}` }
}

// --- internal ---

/** A legend only where something is drawn. */
function legendFor(view: View, charts: readonly MaybeChart[]): Html | false {
  return charts.some(({ state }) => state === 'drawn') && legend(view.measured)
}
