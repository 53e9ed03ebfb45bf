/** Fidelity: does a student answer as its teacher does? */
import type { Calibration, Fidelity } from '../../../harness/types.ts'
import { formatCount, formatInterval, formatP, formatPoints, formatValue } from '../../format.ts'
import { valueOf, type View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html, type Html } from '../markup.ts'
import type { ChartTable, MaybeChart } from '../../charts/chart.ts'
import { tokenRows } from '../../fidelity.ts'
import { figures, textTable, type Section } from '../parts.ts'

export async function fidelitySection(view: View, reliability: readonly MaybeChart[]): Promise<Section | undefined> {
  const { fidelity } = view.analysis
  if (fidelity.length === 0) return undefined
  const workloads = [...new Set(fidelity.map(({ workload }) => workload))]
  const body = html`<p>
      Models that are right equally often can be right on different items. Kappa is agreement beyond chance: 1 is always the same answer, 0 no more often the
      same than two models would be that answer independently. KL divergence is how far a model's expectation of the next token is from the teacher's, where the
      teacher wrote its own answers: 0 is the same. A flip is an item that one of the two scores and the other does not; they stand item by item below.
    </p>
    ${workloads.map((workload) => oneWorkload(view, workload))} ${await figures(reliability)}`
  return { id: 'fidelity', title: 'Fidelity', body }
}

// --- internal ---

/** Columns that a page has room for. */
const MOST_BESIDE = 5

/** All models of a workload beside each other; whom it concerns is a detail of each. */
function oneWorkload(view: View, workload: string): Html {
  const rows = view.analysis.fidelity.filter((row) => row.workload === workload)
  const several = new Set(view.analysis.fidelity.map((row) => row.workload)).size > 1
  return html`${several && html`<h3>${workload}</h3>`}
  ${chunks(rows, MOST_BESIDE).map((some) => textTable(besides(view, some), several ? `Fidelity to the teacher on ${workload}` : 'Fidelity to the teacher'))}
  ${rows.map((row) => slicesOf(view, row))}`
}

/** A column for each model; what none of them has is one sentence, not a row of the same one. */
function besides(view: View, rows: readonly Fidelity[]): ChartTable {
  const columns = rows.map(figuresOf)
  const titles = [...new Set(columns.flatMap((column) => column.map(([title]) => title!)))]
  return {
    columns: ['What', ...rows.map(({ run, model }) => view.labelOf(run, model))],
    rows: titles.map((title) => [title, ...columns.map((column) => column.find(([own]) => own === title)?.[1] ?? '–')]),
  }
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}

function slicesOf(view: View, row: Fidelity): Html {
  const of = `${view.labelOf(row.run, row.model)}${new Set(view.analysis.fidelity.map(({ workload }) => workload)).size > 1 ? ` on ${row.workload}` : ''}`
  const test = valueOf(row.slices)
  const all = row.flips.lost + row.flips.won
  if (test === undefined) return html`<p class="missing">${of}: ${flipCount(all)}; slices: ${whyMissing(row.slices)}.</p>`
  return html`<details>
    <summary>${of}: ${flipCount(all)}; ${lowered(test.sentence)}</summary>
    ${textTable(
      {
        columns: ['Slice', 'Answers', 'Difference, points', 'p, corrected'],
        rows: test.slices.map(({ slice, items, difference, adjusted }) => [slice, String(items), formatPoints(difference), formatP(adjusted)]),
      },
      `Slices of ${of}, the worst first`,
    )}
  </details>`
}

function flipCount(all: number): string {
  return all === 0 ? 'no flips' : formatCount(all, 'flip')
}

/** A sentence as the second part of one. */
function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
}

function figuresOf(row: Fidelity): string[][] {
  const agreement = valueOf(row.agreement)
  const kappa = valueOf(agreement?.kappa)
  const errors = valueOf(row.onTeacherErrors)
  const lengths = [
    ['Answer length ÷ teacher’s', row.answerLength],
    ['Reasoning length ÷ teacher’s', row.reasoningLength],
  ] as const
  const calibrations = [
    ['Calibration', row.calibration.model],
    ['Calibration of the teacher', row.calibration.teacher],
  ] as const
  return [
    ['Answers compared', `${row.answers} (${row.items} items)`],
    [
      'Same answer',
      agreement === undefined ? whyMissing(row.agreement) : `${formatValue(agreement.observed, 'ratio')}; by chance ${formatValue(agreement.chance, 'ratio')}`,
    ],
    [
      'Kappa',
      kappa === undefined ? whyMissing(agreement?.kappa ?? row.agreement) : `${kappa.value.toFixed(3)} (${kappa.low.toFixed(3)} to ${kappa.high.toFixed(3)})`,
    ],
    [
      'Same answer where the teacher is wrong',
      errors === undefined ? whyMissing(row.onTeacherErrors) : `${formatValue(errors.value, 'ratio')} (${formatInterval(errors)})`,
    ],
    ...tokenRows(row),
    ['Flips', `${row.flips.lost} lost, ${row.flips.won} won`],
    ...lengths.map(([title, length]) => {
      const ratio = valueOf(length)
      return [title, ratio === undefined ? whyMissing(length) : `${ratio.value.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`]
    }),
    ...calibrations.map(([title, observed]) => {
      const calibration = valueOf(observed)
      return [title, calibration === undefined ? whyMissing(observed) : calibrationText(calibration)]
    }),
  ]
}

function calibrationText({ answers, ece, brier, nll }: Calibration): string {
  return `ECE ${ece.toFixed(3)} (10 equal bins), Brier ${brier.toFixed(3)}, NLL ${nll.toFixed(3)} nats, ${answers} answers`
}
