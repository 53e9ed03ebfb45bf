/** What a judge made of the answers, in a table: for the page, Markdown and the terminal. */
import type { Estimate, Judged, Observed } from '../harness/types.ts'
import type { ChartTable } from './charts/chart.ts'
import { shareText } from './fidelity.ts'
import { formatNumber, formatValue } from './format.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

/** A row for each model and workload; undefined where nothing was judged. */
export function judgedTable(view: View): ChartTable | undefined {
  const { judged } = view.analysis
  if (judged.length === 0) return undefined
  const several = view.workloads.length > 1
  return {
    columns: ['Model', 'Preferred to the teacher', 'Won, lost, tied', 'Order changed the winner', 'First answer preferred', 'Not judged', 'The judge took'],
    rows: judged.map((row) => [
      `${view.labelOf(row.run, row.model)}${several ? `, ${row.workload}` : ''}`,
      shareText(row.winRate),
      `${row.won}, ${row.lost}, ${row.tied}`,
      shareText(row.disagreement),
      shareText(row.firstShare),
      row.unjudged.length === 0 ? '–' : row.unjudged.map(({ why, pairs }) => `${pairs}: ${why}`).join('; '),
      billText(row),
    ]),
  }
}

/** Who judged, and what that means. */
export function judgedSentence(view: View): string {
  const judges = [
    ...new Set(view.analysis.judged.map(({ judge }) => `${judge.model} at ${judge.host} (prompt ${judge.prompt}, temperature ${judge.temperature})`)),
  ]
  return `Judged by ${judges.join(' and ')}, each pair in both orders; 50% is as good as the teacher, a tie counts half, and so does a pair whose winner changes with the order. The judge is a model: it has tastes, may favour its own kind, and may heed instructions in the answers. Its requests are in no figure of the models.`
}

/** A sentence for each model whose answers another model graded. */
export function gradingLines(view: View): string[] {
  return view.analysis.grading.map(
    ({ run, model, workload, answers, ...bill }) =>
      `Grading ${formatNumber(answers)} answers of ${view.labelOf(run, model)} to ${workload} took ${billText({ bill })} of another model; none of it is in the figures of the model.`,
  )
}

/** Cells of the tidy CSV. */
export function judgedCells({ winRate, disagreement, firstShare }: Judged): { metric: string; estimate: Observed<Estimate> }[] {
  return [
    { metric: 'judge-win-rate', estimate: winRate },
    { metric: 'judge-order-changes', estimate: disagreement },
    { metric: 'judge-first-share', estimate: firstShare },
  ]
}

// --- internal ---

function billText({ bill }: Pick<Judged, 'bill'>): string {
  const usd = valueOf(bill.usd)
  const cost = usd === undefined ? `cost unknown (${whyMissing(bill.usd)})` : formatValue(usd, 'USD')
  return `${formatNumber(bill.requests)} requests, ${formatNumber(bill.promptTokens + bill.outputTokens)} tokens, ${formatValue(bill.seconds, 's')}, ${cost}`
}
