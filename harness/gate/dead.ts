/** Rules that could never do their work: the smallest change that they can show is above their own limit. */
import { leastLoss } from '../analysis/index.ts'
import { HarnessError } from '../errors.ts'
import type { GatePolicy, GateReport, GateRule, RunRecord } from '../types.ts'
import { percent } from './evidence.ts'
import { dependsOnMachine } from './machine.ts'
import { points } from './words.ts'

/** Normal quantiles of a one-sided level of 1% and of a power of 90%. */
const [Z99, Z90] = [2.326348, 1.281552]

export interface DeadRule {
  rule: string
  /** Why, and how many pairs or items would do. */
  why: string
}

/**
 * Of the rules that somebody wrote and that decide: those that cannot show a change as large as their limit. Accuracy: the
 * items are so few that even losses alone, without a single win, are no proof. Speed and energy against a stored baseline:
 * sessions differ by more than that.
 */
export function deadRules({ rules, alpha, sessionNoise }: GatePolicy, record: Pick<RunRecord, 'suite'>, ran: GateReport['ran']): DeadRule[] {
  return rules.flatMap((rule): DeadRule[] => {
    if (rule.byDefault === true || rule.level !== 'error' || rule.limit.kind !== 'regression') return []
    const { most, tolerated } = rule.limit
    if (rule.metric === 'accuracy' && rule.slice === undefined) return fewItems(rule, record, most, alpha)
    if (ran !== 'apart' || rule.levelApart !== 'error' || !dependsOnMachine(rule.metric, undefined)) return []
    const least = Math.expm1(Math.log1p(tolerated) + (Z99 + Z90) * Math.SQRT2 * sessionNoise)
    if (least <= most) return []
    const why = `sessions apart scatter by ${percent(sessionNoise)}, so that less than ${percent(least)} cannot be shown, and the limit is ${percent(most)}; no number of pairs changes that, --rerun-baseline does`
    return [{ rule: rule.id, why }]
  })
}

/** Throws HarnessError `usage` that names every dead rule. */
export function refuseDeadRules(...args: Parameters<typeof deadRules>): void {
  refuse(deadRules(...args))
}

export function refuse(dead: readonly DeadRule[], hint = 'widen the limit, ask more, or set level: warn'): void {
  if (dead.length > 0)
    throw new HarnessError('usage', dead.map(({ rule, why }) => `the gate's rule ${rule} could never find what it is for: ${why}`).join('\n'), { hint })
}

// --- internal ---

function fewItems({ id, workloads }: GateRule, { suite }: Pick<RunRecord, 'suite'>, most: number, alpha: number): DeadRule[] {
  return suite.workloads.flatMap(({ id: workload, items }): DeadRule[] => {
    if (workloads !== undefined && !workloads.includes(workload)) return []
    const least = leastLoss(items, alpha)
    if (items === 0 || least <= most) return []
    const need = Math.ceil((least * items) / most)
    return [
      {
        rule: id,
        why: `with the ${items} items of ${workload} a loss below ${points(least)} cannot be shown, and the limit is ${points(most)}; ${need} items would do`,
      },
    ]
  })
}
