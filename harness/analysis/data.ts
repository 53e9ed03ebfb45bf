/** A group with everything that is computed from it once and read by several metrics. */
import type { CellRecord, Estimate, MetricRow, Observed, StoredRun, TableRun } from '../types.ts'
import { componentsOf, type Components, type Grain } from './components.ts'
import type { PowerChoice, PowerSource } from './energy.ts'
import { groupsOf, type Group } from './groups.ts'
import type { MetricId } from './metrics/table.ts'
import { ledgerOf, type Ledger } from './tally.ts'
import { collect, type Collected, type ValueName } from './values.ts'

export interface GroupData {
  group: Group
  ledger: Ledger
  power: Observed<PowerSource>
  /** Largest resident size that a meter saw in the measured window of a cell, bytes. */
  processPeak(cell: string): number | undefined
  values(name: ValueName): Collected
  components(grain: Grain): Components
}

/** One row in the making: which metric and slice, and its value. */
export interface Cell {
  metric: MetricId
  slice: string
  estimate: Observed<Estimate>
}

export function dataOf(run: TableRun, choosePower: PowerChoice): GroupData[] {
  const peaks = processPeaks(run)
  return groupsOf(run).map((group) => {
    const power = choosePower(group.cells.find((cell): cell is DoneCell => cell.state === 'done')?.runtime, group.model.id)
    const values = new Map<ValueName, Collected>()
    const components = new Map<Grain, Components>()
    return {
      group,
      power,
      processPeak: (cell) => peaks.get(cell),
      ledger: ledgerOf(group, power),
      values: (name) => remember(values, name, () => collect(group.table, group.samples, name)),
      components: (grain) => remember(components, grain, () => componentsOf(group, grain)),
    }
  })
}

export function toRow(group: Group, { metric, slice, estimate }: Cell): MetricRow {
  const { run, model, workload, load } = group
  return { run, model: model.id, role: model.role, workload, load, slice, metric, estimate }
}

// --- internal ---

type DoneCell = Extract<CellRecord, { state: 'done' }>

function processPeaks({ series }: Pick<StoredRun, 'series'>): Map<string, number> {
  const peaks = new Map<string, number>()
  for (const { meter, phase, cell, v } of series) {
    if (meter !== 'process-memory' || phase !== 'measure') continue
    for (const bytes of v) peaks.set(cell, Math.max(bytes, peaks.get(cell) ?? 0))
  }
  return peaks
}

function remember<K, V>(cache: Map<K, V>, key: K, make: () => V): V {
  const known = cache.get(key)
  if (known !== undefined) return known
  const made = make()
  cache.set(key, made)
  return made
}
