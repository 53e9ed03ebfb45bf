/** When a gate that adds pairs looks at what it has, and whether it goes on. */
import type { Shares } from '../../analysis/index.ts'
import type { GateReport } from '../../types.ts'

/** Pairs of blocks at which it looks. */
export const LOOKS = [6, 10, 15, 20, 30] as const

/**
 * Shares of alpha by look (they add up to 1: Bonferroni), so that looking often costs nothing in false alarms. Most goes to ten
 * pairs and the plain mean: on a quiet machine that is where a change by the limit can first be told (docs/gate.md).
 */
export const SHARES: readonly Shares[] = [
  { plain: 0.03, trimmed: 0.02 },
  { plain: 0.77, trimmed: 0.03 },
  { plain: 0, trimmed: 0.05 },
  { plain: 0, trimmed: 0.05 },
  { plain: 0, trimmed: 0.05 },
]

/** Blocks of one pass over the items: the first look has them all. */
export const FIRST_BLOCKS = LOOKS[0]

/** The look that so many pairs allow, counted from 0; undefined between looks. */
export function lookAt(pairs: number): number | undefined {
  const index = (LOOKS as readonly number[]).indexOf(pairs)
  return index < 0 ? undefined : index
}

export interface Pace {
  pairs: number
  elapsedMs: number
  budgetMs: number
}

/** Why to stop after a look, or undefined to add pairs. The next look must fit into the budget at the pace so far. */
export function stopAfter(report: GateReport, { pairs, elapsedMs, budgetMs }: Pace): string | undefined {
  if (report.outcome !== 'undecided') return `the gate was decided after ${pairs} pairs of blocks: ${report.outcome}`
  const next = (LOOKS as readonly number[]).find((look) => look > pairs)
  if (next === undefined) return `still undecided after ${pairs} pairs of blocks, the most that are asked`
  const needMs = (elapsedMs / pairs) * next
  return needMs > budgetMs ? `undecided after ${pairs} pairs of blocks; ${next} would not have fit into the budget` : undefined
}

/** `90s`, `10m`, `1h` in milliseconds; undefined for anything else. */
export function parseBudget(text: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text) ?? []
  if (amount === undefined) return undefined
  const ms = Number(amount) * { s: 1000, m: 60_000, h: 3_600_000 }[unit as 's' | 'm' | 'h']
  return ms > 0 ? ms : undefined
}
