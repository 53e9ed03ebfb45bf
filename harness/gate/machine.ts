/** Which metrics depend on the machine that the model ran on. */
import type { GatePolicy, ModelSpec, Price } from '../types.ts'

const ANYWHERE: ReadonlySet<string> = new Set(['accuracy', 'failed', 'truncated', 'output-tokens', 'verdict', 'parameters'])

/** Costs do where hardware is paid by the hour; at a price per token they follow from the answers. */
export function dependsOnMachine(metric: string, price: Price | undefined): boolean {
  if (metric.startsWith('cost-')) return price?.kind !== 'token'
  return !ANYWHERE.has(metric)
}

/** Whether any rule of the policy would compare speed or energy of runs that were made apart. */
export function comparesMachines({ rules }: GatePolicy, models: readonly ModelSpec[]): boolean {
  return rules.some(({ metric, limit, level, levelApart }) => {
    if (limit.kind !== 'regression' || (level === 'error' && levelApart === 'off')) return false
    return models.length === 0 ? dependsOnMachine(metric, undefined) : models.some(({ price }) => dependsOnMachine(metric, price))
  })
}
