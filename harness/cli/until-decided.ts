/** Asking until it is clear, on the command line: the options, and what a plan can say about it. */
import { itemsToDecide } from '../analysis/stats/power.ts'
import { ALPHA } from '../analysis/stats/margin.ts'
import { formatCount, formatNumber } from '../../reports/format.ts'
import type { Plan, Suite, UntilDecided } from '../types.ts'

/** What the options ask for. */
export function untilDecidedOf(args: { 'until-decided': boolean; 'max-minutes'?: number | undefined; 'max-cost'?: number | undefined }): {
  on: boolean
  maxMinutes?: number
  maxCostUsd?: number
} {
  const [minutes, cost] = [args['max-minutes'], args['max-cost']]
  return { on: args['until-decided'], ...(minutes === undefined ? {} : { maxMinutes: minutes }), ...(cost === undefined ? {} : { maxCostUsd: cost }) }
}

/** The share of items on which the two are taken to disagree, since nobody knows it before. */
export const DISAGREEMENT = 0.1

export interface ItemsExpected {
  workload: string
  /** If the two are equally good and disagree on `DISAGREEMENT` of the items; absent with no margin. At most `cap`. */
  expected?: number
  /** All that may be asked. */
  cap: number
}

/** By the formula for a fixed number of items at a power of 80%, times what the sequence takes more. */
export function itemsExpected({ cells, workloads }: Plan, { models, margin }: Suite): ItemsExpected[] {
  const students = Math.max(1, models.filter(({ role, adapter }) => role === 'student' && adapter !== 'published').length)
  const fixed = itemsToDecide(DISAGREEMENT, margin, 0, ALPHA / students)
  return workloads.map(({ id }) => {
    const cap = new Set(cells.filter(({ key }) => key.workload === id).flatMap(({ items }) => items.map((item) => item.id))).size
    return { workload: id, cap, ...(fixed === undefined ? {} : { expected: Math.min(cap, Math.ceil(fixed * LONGER)) }) }
  })
}

/** The rule in words, and what it may come to. */
export function untilDecidedText({ lookEvery, maxMinutes, maxCostUsd }: UntilDecided, plan: Plan, suite: Suite): string {
  const limits = [...(maxMinutes === undefined ? [] : [`${formatNumber(maxMinutes)} minutes`]), ...(maxCostUsd === undefined ? [] : [`$${maxCostUsd}`])]
  const ends = limits.length === 0 ? '' : `, or after ${limits.join(' or ')}`
  const each = itemsExpected(plan, suite).map(({ workload, expected, cap }) =>
    expected === undefined
      ? `${workload}: at most ${formatCount(cap, 'item')}`
      : expected < cap
        ? `${workload}: about ${formatCount(expected, 'item')} of at most ${formatNumber(cap)}`
        : `${workload}: all ${formatCount(cap, 'item')}, which may not suffice`,
  )
  return `Asks until every student is decided${ends}, looking every ${formatCount(lookEvery, 'item')}. Expected if teacher and student are equally good and disagree on ${100 * DISAGREEMENT}% of the items: ${each.join('; ')}. The table above is the most that can come.`
}

// --- internal ---

/** Items of the sequence ÷ items of a fixed plan, as `npm run simulate:stats` finds it for equally good models. */
const LONGER = 1.3
