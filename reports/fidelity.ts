/** Fidelity as rows and sentences: Markdown, CSV, the page and the terminal say the same. */
import type { Estimate, Fidelity, Observed, Unit } from '../harness/types.ts'
import type { ChartTable } from './charts/chart.ts'
import { formatInterval, formatP, formatPoints, formatValue } from './format.ts'
import type { Messages } from './messages/index.ts'
import { clip, oneLine, visible } from './text.ts'
import { valueOf, type View } from './view.ts'
import { whyMissing } from './words.ts'

/** Nats and kappa have no scale of their own to be shown in: three digits that count. */
export function plainText({ basics }: Messages, observed: Observed<Estimate>): string {
  const estimate = valueOf(observed)
  if (estimate === undefined) return whyMissing(observed)
  const { value, low, high } = estimate
  return `${digits(value)} (${basics.range(digits(low), digits(high))})`
}

export function shareText({ basics }: Messages, observed: Observed<Estimate>): string {
  const estimate = valueOf(observed)
  return estimate === undefined ? whyMissing(observed) : `${formatValue(estimate.value, 'ratio')} (${formatInterval(estimate, basics.units)})`
}

/** Token by token; one row that says why where nothing was compared. */
export function tokenRows(words: Messages, { tokens }: Fidelity): [title: string, text: string][] {
  const told = valueOf(tokens)
  const { fidelity } = words.tables
  if (told === undefined) return [[fidelity.byToken, whyMissing(tokens)]]
  return [
    [fidelity.byToken, fidelity.byTokenOf(told.items, told.tokens)],
    [fidelity.kl, plainText(words, told.kl)],
    [fidelity.top1, shareText(words, told.top1)],
    [fidelity.nll, plainText(words, told.nllPerByte)],
  ]
}

/** The slice that is furthest below the teacher, if items name any. */
export function worstSlice({ slices }: Fidelity): { slice: string; difference: number; adjusted: number } | undefined {
  return valueOf(slices)?.slices[0]
}

export function kappaOf({ agreement }: Fidelity): Observed<Estimate> {
  return agreement.state === 'ok' ? agreement.value.kappa : agreement
}

/** A row for each model and workload. */
export function fidelityTable(view: View): ChartTable | undefined {
  const { fidelity } = view.analysis
  const { words } = view
  if (fidelity.length === 0) return undefined
  const several = view.workloads.length > 1
  return {
    columns: words.tables.fidelity.columns,
    rows: fidelity.map((row) => {
      const tokens = valueOf(row.tokens)
      const none = tokens === undefined ? whyMissing(row.tokens) : ''
      return [
        `${view.labelOf(row.run, row.model)}${several ? `, ${row.workload}` : ''}`,
        plainText(words, kappaOf(row)),
        words.tables.fidelity.flips(row.flips.lost, row.flips.won),
        sliceText(words, row),
        tokens === undefined ? none : plainText(words, tokens.kl),
        tokens === undefined ? '–' : shareText(words, tokens.top1),
        tokens === undefined ? '–' : plainText(words, tokens.nllPerByte),
      ]
    }),
  }
}

/** Two sentences for each model and workload: how often both answer alike, and where they do not. */
export function fidelityLines(view: View): string[] {
  return view.analysis.fidelity.flatMap((row) => {
    const name = `${view.labelOf(row.run, row.model)}${view.workloads.length > 1 ? `, ${row.workload}` : ''}`
    const agreement = valueOf(row.agreement)
    const alike =
      agreement === undefined
        ? whyMissing(row.agreement)
        : `same answer ${formatValue(agreement.observed, 'ratio')}, kappa ${plainText(view.words, agreement.kappa)}`
    return [`${name}: ${alike}.`, `${name}: ${row.flips.lost} flips lost, ${row.flips.won} won; worst slice: ${sliceText(view.words, row)}.`].map((line) =>
      visible(oneLine(clip(line, 400))),
    )
  })
}

/** Cells of the tidy CSV: metric, slice, and what is known of it. */
export function fidelityCells(row: Fidelity): { metric: string; slice: string; unit: Unit; estimate: Observed<Estimate> | number }[] {
  const tokens = (pick: 'kl' | 'top1' | 'nllPerByte'): Observed<Estimate> => (row.tokens.state === 'ok' ? row.tokens.value[pick] : row.tokens)
  const worst = worstSlice(row)
  return [
    { metric: 'kappa', slice: '', unit: 'ratio', estimate: kappaOf(row) },
    { metric: 'flips-lost', slice: '', unit: 'count', estimate: row.flips.lost },
    { metric: 'flips-won', slice: '', unit: 'count', estimate: row.flips.won },
    ...(worst === undefined ? [] : [{ metric: 'worst-slice', slice: worst.slice, unit: 'ratio' as const, estimate: worst.difference }]),
    { metric: 'token-kl', slice: '', unit: 'nat', estimate: tokens('kl') },
    { metric: 'token-top1', slice: '', unit: 'ratio', estimate: tokens('top1') },
    { metric: 'nll-per-byte', slice: '', unit: 'nat', estimate: tokens('nllPerByte') },
  ]
}

// --- internal ---

function sliceText({ tables }: Messages, row: Fidelity): string {
  const worst = worstSlice(row)
  return worst === undefined ? whyMissing(row.slices) : tables.fidelity.slice(worst.slice, formatPoints(worst.difference), formatP(worst.adjusted))
}

function digits(value: number): string {
  if (value === 0) return '0'
  return Math.abs(value) < 0.001 ? value.toExponential(1).replace('-', '−') : value.toPrecision(3)
}
