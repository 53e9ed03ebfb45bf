/** Columns of the tallies, summed by component. */
import type { Membership } from '../../components.ts'
import type { SumColumns } from '../../stats/means.ts'
import type { Ledger } from '../../tally.ts'
import type { SumMetric } from './list.ts'

/** By component; `known` is 0 where nothing is in it, or a quantity is missing. */
export interface ComponentSums extends SumColumns {
  known: Uint8Array
}

/** As `sumsOf`, in any order: where each unit is a component of its own, and there are as many, the columns are the sums. */
export function sumsInAnyOrder(metric: SumMetric, ledger: Ledger, { requests, units }: Membership, count: number): ComponentSums {
  const [top, bottom] = [metric.top(ledger.tallies), metric.bottom(ledger.tallies)]
  if (count !== ledger.tallies.length || touched(units, count).includes(0) || !isKnown(top) || !isKnown(bottom))
    return sumsOf(metric, ledger, { requests, units }, count)
  return { top, bottom, known: touched(units, count) }
}

/** Sums of the tallies, which are aligned with the units, by component. They are shared: not to be changed. */
export function sumsOf(metric: SumMetric, { tallies }: Ledger, { units }: Membership, count: number): ComponentSums {
  const whole = { top: wholeSums(metric.top(tallies), units, count), bottom: wholeSums(metric.bottom(tallies), units, count) }
  if (whole.top !== undefined && whole.bottom !== undefined) return { top: whole.top, bottom: whole.bottom, known: touched(units, count) }
  const sums = { top: new Float64Array(count), bottom: new Float64Array(count), known: new Uint8Array(count) }
  const missing = new Uint8Array(count)
  const [tops, bottoms] = [metric.top(tallies), metric.bottom(tallies)]
  for (let i = 0; i < tallies.length; i++) {
    const component = units[i] ?? -1
    if (component < 0) continue
    const top = tops[i]!
    if (Number.isNaN(top)) {
      missing[component] = 1
      continue
    }
    sums.known[component] = 1
    sums.top[component]! += top
    sums.bottom[component]! += bottoms[i]!
  }
  for (let c = 0; c < count; c++) if (missing[c] === 1) sums.known[c] = 0
  return sums
}

// --- internal ---

const knownColumns = new WeakMap<Float64Array, boolean>()

/** Whether no value is missing. */
function isKnown(column: Float64Array): boolean {
  let known = knownColumns.get(column)
  if (known === undefined) {
    known = true
    for (let i = 0; i < column.length && known; i++) known = !Number.isNaN(column[i]!)
    knownColumns.set(column, known)
  }
  return known
}

interface Kept {
  columns: WeakMap<Float64Array, { sums: Float64Array | undefined }>
  known?: Uint8Array
}

/** Several metrics have a column in common. */
const keptSums = new WeakMap<Int32Array, Kept>()

function keptOf(units: Int32Array): Kept {
  let known = keptSums.get(units)
  if (known === undefined) keptSums.set(units, (known = { columns: new WeakMap() }))
  return known
}

/** Sums of a column by component; undefined where some are not known. */
function wholeSums(column: Float64Array, units: Int32Array, count: number): Float64Array | undefined {
  const { columns } = keptOf(units)
  const known = columns.get(column)
  if (known !== undefined) return known.sums
  let sums: Float64Array | undefined = new Float64Array(count)
  for (let i = 0; i < column.length && sums !== undefined; i++) {
    const [component, own] = [i < units.length ? units[i]! : -1, column[i]!]
    if (Number.isNaN(own)) sums = undefined
    else if (component >= 0) sums[component]! += own
  }
  columns.set(column, { sums })
  return sums
}

/** 1 for components that a unit is of. */
function touched(units: Int32Array, count: number): Uint8Array {
  const own = keptOf(units)
  if (own.known !== undefined) return own.known
  const known = new Uint8Array(count)
  for (const component of units) if (component >= 0) known[component] = 1
  return (own.known = known)
}
