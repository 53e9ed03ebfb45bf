/** Fidelity: does a student answer as its teacher does? */
import type { Calibration, Fidelity } from '../../../harness/types.ts'
import { formatInterval, formatNumber, formatPoints, formatValue } from '../../format.ts'
import { valueOf, type View } from '../../view.ts'
import { whyMissing } from '../../words.ts'
import { html, type Html } from '../markup.ts'
import type { MaybeChart } from '../../charts/chart.ts'
import { tokenRows } from '../../fidelity.ts'
import { figures, textTable, type Section } from '../parts.ts'

export async function fidelitySection(view: View, reliability: readonly MaybeChart[]): Promise<Section | undefined> {
  const { fidelity } = view.analysis
  if (fidelity.length === 0) return undefined
  const body = html`<p>
      Models that are right equally often can be right on different items. Kappa is agreement beyond chance: 1 is always the same answer, 0 no more often the
      same than two models would be that answer independently. KL divergence is how far a model's expectation of the next token is from the teacher's, where the
      teacher wrote its own answers: 0 is the same. A flip is an item that one of the two scores and the other does not; losses come first.
    </p>
    ${fidelity.map((row) => oneModel(view, row))} ${await figures(reliability)}`
  return { id: 'fidelity', title: 'Fidelity', body }
}

// --- internal ---

/** Flips shown in a table; the analysis lists more. */
const MOST_SHOWN = 20

function oneModel(view: View, row: Fidelity): Html {
  const name = view.labelOf(row.run, row.model)
  const of = `${name} on ${row.workload}`
  const test = valueOf(row.slices)
  const shown = row.flips.listed.slice(0, MOST_SHOWN)
  const all = row.flips.lost + row.flips.won
  return html`<h3>${of}</h3>
    ${textTable({ columns: ['What', 'Value'], rows: figuresOf(row) }, `Fidelity of ${of}`)}
    <p>${test === undefined ? `Slices: ${whyMissing(row.slices)}.` : test.sentence}</p>
    ${
      test !== undefined &&
      textTable(
        {
          columns: ['Slice', 'Answers', 'Difference, points', 'p, corrected'],
          rows: test.slices.map(({ slice, items, difference, adjusted }) => [slice, String(items), formatPoints(difference), adjusted.toFixed(3)]),
        },
        `Slices of ${of}, the worst first`,
      )
    }
    ${
      all === 0
        ? html`<p>No flips.</p>`
        : html`<details>
            <summary>${shown.length < all ? `${shown.length} of ${all} flips` : `${all} ${all === 1 ? 'flip' : 'flips'}`}</summary>
            ${textTable(
              {
                columns: ['Item', 'Flip', 'Question', 'Teacher', 'Score', 'Model', 'Score'],
                rows: shown.map(({ item, prompt, teacher, model }) => [
                  item,
                  model.score < teacher.score ? 'lost' : 'won',
                  prompt,
                  teacher.answer,
                  formatNumber(teacher.score),
                  model.answer,
                  formatNumber(model.score),
                ]),
              },
              `Flips of ${of}`,
            )}
          </details>`
    }`
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
