/** What a judge made of the answers, in a table: for the page, Markdown and the terminal. */
import type { Estimate, Judged, Observed } from '../harness/types.ts'
import type { ChartTable } from './charts/chart.ts'
import { shareText } from './fidelity.ts'
import { formatNumber, formatValue } from './format.ts'
import type { Messages } from './messages/index.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

/** A row for each model and workload; undefined where nothing was judged. */
export function judgedTable(view: View): ChartTable | undefined {
  const { judged } = view.analysis
  if (judged.length === 0) return undefined
  const several = view.workloads.length > 1
  const { words } = view
  return {
    columns: words.tables.judged.columns,
    rows: judged.map((row) => [
      `${view.labelOf(row.run, row.model)}${several ? `, ${row.workload}` : ''}`,
      shareText(words, row.winRate),
      `${row.won}, ${row.lost}, ${row.tied}`,
      shareText(words, row.disagreement),
      shareText(words, row.firstShare),
      row.unjudged.length === 0 ? '–' : row.unjudged.map(({ why, pairs }) => `${pairs}: ${why}`).join('; '),
      billText(words, row),
    ]),
  }
}

/** Who judged, and what that means. */
export function judgedSentence(view: View): string {
  const words = view.words.tables.judged
  const judges = [...new Set(view.analysis.judged.map(({ judge }) => words.judge(judge.model, judge.host, judge.prompt, judge.temperature)))]
  return words.sentence(judges)
}

/** A sentence for each model whose answers another model graded. */
export function gradingLines(view: View): string[] {
  return view.analysis.grading.map(({ run, model, workload, answers, ...bill }) =>
    view.words.tables.judged.grading(formatNumber(answers), view.labelOf(run, model), workload, billText(view.words, { bill })),
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

function billText({ basics, tables: { judged } }: Messages, { bill }: Pick<Judged, 'bill'>): string {
  const usd = valueOf(bill.usd)
  const cost = usd === undefined ? judged.costUnknown(whyMissing(bill.usd)) : formatValue(usd, 'USD', basics.units)
  return judged.bill(formatNumber(bill.requests), formatNumber(bill.promptTokens + bill.outputTokens), formatValue(bill.seconds, 's'), cost)
}
