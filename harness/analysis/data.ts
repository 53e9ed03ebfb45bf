/** A group with everything that is computed from it once and read by several metrics. */
import type { Estimate, MetricRow, Observed, StoredRun } from '../types.ts'
import { componentsOf, type Components, type Grain } from './components.ts'
import type { PowerSource } from './energy.ts'
import { groupsOf, type Group } from './groups.ts'
import type { MetricId } from './metrics/table.ts'
import { ledgerOf, type Ledger } from './tally.ts'
import { collect, type Collected, type ValueName } from './values.ts'

export interface GroupData {
  group: Group
  ledger: Ledger
  power: Observed<PowerSource>
  values(name: ValueName): Collected
  components(grain: Grain): Components
}

/** One row in the making: which metric and slice, and its value. */
export interface Cell {
  metric: MetricId
  slice: string
  estimate: Observed<Estimate>
}

export function dataOf(run: StoredRun, power: Observed<PowerSource>): GroupData[] {
  return groupsOf(run).map((group) => {
    const values = new Map<ValueName, Collected>()
    const components = new Map<Grain, Components>()
    return {
      group,
      power,
      ledger: ledgerOf(group, power),
      values: (name) => remember(values, name, () => collect(group.samples, name)),
      components: (grain) => remember(components, grain, () => componentsOf(group, grain)),
    }
  })
}

export function toRow(group: Group, { metric, slice, estimate }: Cell): MetricRow {
  const { run, model, workload, load } = group
  return { run, model: model.id, role: model.role, workload, load, slice, metric, estimate }
}

// --- internal ---

function remember<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}
