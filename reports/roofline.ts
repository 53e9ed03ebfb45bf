/** The roofline as text: what each measured speed is of the peaks of its device, or why that is not known. For all renderers. */
import type { Estimate, Observed, RooflineRow } from '../harness/types.ts'
import { formatInterval, formatValue } from './format.ts'
import { hasInterval } from './comparison.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

/** A row for each model, workload and load whose device is known. */
export function rooflineTable(view: View): { columns: readonly string[]; rows: readonly (readonly string[])[] } {
  const known = view.analysis.roofline.flatMap((row) => (row.roofline.state === 'ok' ? [{ row, roofline: row.roofline.value }] : []))
  return {
    columns: view.words.tables.roofline.columns,
    rows: known.map(({ row, roofline: { bandwidthUtilisation, flopUtilisation, device, sentence } }) => [
      view.labelOf(row.run, row.model),
      whereOf(view, row),
      speedOf(view, row),
      share(view.words, bandwidthUtilisation),
      share(view.words, flopUtilisation),
      `${device.count === 1 ? '' : `${device.count} × `}${device.name} (${device.source}, ${device.date})`,
      sentence,
    ]),
  }
}

/** Why there is none, with the models of which that holds. */
export function rooflineMissing(view: View): string[] {
  const reasons = new Map<string, string[]>()
  for (const { run, model, roofline } of view.analysis.roofline) {
    if (roofline.state === 'ok') continue
    const why = whyMissing(roofline)
    const name = view.labelOf(run, model)
    reasons.set(why, [...new Set([...(reasons.get(why) ?? []), name])])
  }
  return [...reasons].map(([why, names]) => `${names.join(', ')}: ${why}`)
}

/** One line for each, for the terminal: beside the speeds of one workload. */
export function rooflineLines(view: View, workload: string): string[] {
  return view.analysis.roofline
    .filter((row) => row.workload === workload)
    .flatMap((row) => {
      const roofline = valueOf(row.roofline)
      return roofline === undefined ? [] : [`${view.labelOf(row.run, row.model)}, ${row.load}, ${speedOf(view, row)}: ${roofline.sentence}.`]
    })
}

// --- internal ---

function whereOf(view: View, { workload, load }: RooflineRow): string {
  return view.workloads.length > 1 ? `${workload}, ${load}` : load
}

function speedOf(view: View, { run, model, workload, load }: RooflineRow): string {
  const contestant = view.contestants.find((one) => one.run === run && one.model === model)
  const speed = contestant === undefined ? undefined : valueOf(view.row(contestant, workload, load, 'throughput'))
  return speed === undefined ? '–' : formatValue(speed.value, speed.unit, view.words.basics.units)
}

function share({ basics }: Messages, observed: Observed<Estimate>): string {
  const estimate = valueOf(observed)
  if (estimate === undefined) return whyMissing(observed)
  return `${formatValue(estimate.value, 'ratio')}${hasInterval(estimate) ? ` (${formatInterval(estimate, basics.units)})` : ''}`
}
