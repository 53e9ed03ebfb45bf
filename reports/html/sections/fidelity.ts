/** Fidelity: does a student answer as its teacher does? */
import type { Calibration, Fidelity } from '../../../harness/types.ts'
import { formatInterval, formatP, formatPoints, formatValue } from '../../format.ts'
import { valueOf, type View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import type { Messages } from '../../messages/index.ts'
import { html, type Html } from '../markup.ts'
import type { ChartTable, MaybeChart } from '../../charts/chart.ts'
import { tokenRows } from '../../fidelity.ts'
import { figures, textTable, type Section } from '../parts.ts'

export async function fidelitySection(view: View, reliability: readonly MaybeChart[]): Promise<Section | undefined> {
  const { fidelity } = view.analysis
  if (fidelity.length === 0) return undefined
  const workloads = [...new Set(fidelity.map(({ workload }) => workload))]
  const body = html`<p>${view.words.sections.fidelity.about}</p>
    ${workloads.map((workload) => oneWorkload(view, workload))} ${await figures(view, reliability)}`
  return { id: 'fidelity', title: view.words.sections.fidelity.title, body }
}

// --- internal ---

/** Columns that a page has room for. */
const MOST_BESIDE = 5

/** All models of a workload beside each other; whom it concerns is a detail of each. */
function oneWorkload(view: View, workload: string): Html {
  const rows = view.analysis.fidelity.filter((row) => row.workload === workload)
  const several = new Set(view.analysis.fidelity.map((row) => row.workload)).size > 1
  return html`${several && html`<h3>${workload}</h3>`}
  ${chunks(rows, MOST_BESIDE).map((some) => textTable(besides(view, some), view.words.sections.fidelity.caption(several ? workload : undefined)))}
  ${rows.map((row) => slicesOf(view, row))}`
}

/** A column for each model; what none of them has is one sentence, not a row of the same one. */
function besides(view: View, rows: readonly Fidelity[]): ChartTable {
  const columns = rows.map((row) => figuresOf(view.words, row))
  const titles = [...new Set(columns.flatMap((column) => column.map(([title]) => title!)))]
  return {
    columns: [view.words.sections.fidelity.what, ...rows.map(({ run, model }) => view.labelOf(run, model))],
    rows: titles.map((title) => [title, ...columns.map((column) => column.find(([own]) => own === title)?.[1] ?? '–')]),
  }
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size))
}

function slicesOf(view: View, row: Fidelity): Html {
  const { fidelity: texts } = view.words.sections
  const name = view.labelOf(row.run, row.model)
  const of = new Set(view.analysis.fidelity.map(({ workload }) => workload)).size > 1 ? texts.on(name, row.workload) : name
  const test = valueOf(row.slices)
  const all = row.flips.lost + row.flips.won
  const flips = all === 0 ? texts.noFlips : texts.flips(all)
  if (test === undefined) return html`<p class="missing">${texts.slicesMissing(of, flips, whyMissing(row.slices))}</p>`
  return html`<details>
    <summary>${of}: ${flips}; ${lowered(test.sentence)}</summary>
    ${textTable(
      {
        columns: texts.sliceColumns,
        rows: test.slices.map(({ slice, items, difference, adjusted }) => [slice, String(items), formatPoints(difference), formatP(adjusted)]),
      },
      texts.sliceCaption(of),
    )}
  </details>`
}

/** A sentence as the second part of one. */
function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`
}

function figuresOf(words: Messages, row: Fidelity): string[][] {
  const { basics, tables } = words
  const { fidelity: texts } = words.sections
  const agreement = valueOf(row.agreement)
  const kappa = valueOf(agreement?.kappa)
  const errors = valueOf(row.onTeacherErrors)
  const lengths = [
    [texts.answerLength, row.answerLength],
    [texts.reasoningLength, row.reasoningLength],
  ] as const
  const calibrations = [
    [texts.calibration, row.calibration.model],
    [texts.teacherCalibration, row.calibration.teacher],
  ] as const
  return [
    [texts.compared, texts.comparedOf(row.answers, row.items)],
    [
      texts.same,
      agreement === undefined ? whyMissing(row.agreement) : texts.sameOf(formatValue(agreement.observed, 'ratio'), formatValue(agreement.chance, 'ratio')),
    ],
    [
      tables.kappa,
      kappa === undefined
        ? whyMissing(agreement?.kappa ?? row.agreement)
        : `${kappa.value.toFixed(3)} (${basics.range(kappa.low.toFixed(3), kappa.high.toFixed(3))})`,
    ],
    [
      texts.sameWhereWrong,
      errors === undefined ? whyMissing(row.onTeacherErrors) : `${formatValue(errors.value, 'ratio')} (${formatInterval(errors, basics.units)})`,
    ],
    ...tokenRows(words, row),
    [texts.flipsRow, tables.fidelity.flips(row.flips.lost, row.flips.won)],
    ...lengths.map(([title, length]) => {
      const ratio = valueOf(length)
      return [title, ratio === undefined ? whyMissing(length) : `${ratio.value.toFixed(2)} (${basics.range(ratio.low.toFixed(2), ratio.high.toFixed(2))})`]
    }),
    ...calibrations.map(([title, observed]) => {
      const calibration = valueOf(observed)
      return [title, calibration === undefined ? whyMissing(observed) : calibrationText(words, calibration)]
    }),
  ]
}

function calibrationText({ sections }: Messages, { answers, ece, brier, nll }: Calibration): string {
  return sections.fidelity.calibrationOf(ece.toFixed(3), brier.toFixed(3), nll.toFixed(3), answers)
}
