/** Throughput, power, energy and cost: each is one sum over the units of work divided by another. */
import type { Estimate, Observed, Origin, Site, Unit } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import type { Membership } from '../components.ts'
import type { Cell, GroupData } from '../data.ts'
import type { Group } from '../groups.ts'
import { sloOf } from '../stages.ts'
import { absent, counted, estimate, point } from '../observed.ts'
import { indicesWhere, pickNumbers } from '../table/rows.ts'
import type { Interval } from '../stats/interval.ts'
import { tInterval, type SumColumns } from '../stats/means.ts'
import type { Ledger, Tallies } from '../tally.ts'
import type { MetricId } from './table.ts'

export interface SumMetric {
  id: MetricId
  unit: Unit
  /** Columns of the tallies. */
  top: (tallies: Tallies) => Float64Array
  bottom: (tallies: Tallies) => Float64Array
  /** Why a group cannot have it, or where it comes from. */
  account: (ledger: Ledger) => Observed<{ origin: Origin; method: string }>
  none: string
}

/** By component; `known` is 0 where nothing is in it, or a quantity is missing. */
export interface ComponentSums extends SumColumns {
  known: Uint8Array
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

/** The metrics that a group can have: those of served models where requests overlap, goodput where there is an objective, the cache where it is told. */
export function sumMetricsOf(group: Group): readonly SumMetric[] {
  const { sliced, spec, table, samples, site } = group
  if (site !== undefined) {
    const { site: _site, ...rest } = group
    return [...sumMetricsOf(rest), ...carbonMetrics(site)]
  }
  if (!sliced) return samples.some((row) => !Number.isNaN(table.cachedTokens[row]!)) ? [...SUM_METRICS, CACHED_SHARE] : SUM_METRICS
  return [...SUM_METRICS, ...LOAD_METRICS, CACHED_SHARE, ...(sloOf(spec) === undefined ? [] : GOODPUT_METRICS)]
}

const SUM_METRICS: readonly SumMetric[] = [
  {
    id: 'throughput',
    unit: 'token/s',
    top: ({ tokens }) => tokens,
    bottom: seconds,
    account: ({ tokens, window, counts }) => firstMissing(window, counts) ?? fine(tokens, 'output tokens ÷ measured window'),
    none: 'the measured window has no length',
  },
  {
    id: 'request-rate',
    unit: 'request/s',
    top: ({ answered }) => answered,
    bottom: seconds,
    account: ({ window }) => firstMissing(window) ?? fine('measured', 'answered requests ÷ measured window'),
    none: 'the measured window has no length',
  },
  { id: 'power', unit: 'W', top: ({ joules }) => joules, bottom: seconds, account: ({ energy }) => energy, none: 'the measured window has no length' },
  {
    id: 'energy-per-token',
    unit: 'J/token',
    top: ({ joules }) => joules,
    bottom: ({ tokens }) => tokens,
    account: (ledger) => firstMissing(ledger.counts) ?? both(ledger.energy, ledger.tokens),
    none: 'no output tokens',
  },
  {
    id: 'net-energy-per-token',
    unit: 'J/token',
    top: ({ netJoules }) => netJoules,
    bottom: ({ tokens }) => tokens,
    account: (ledger) => firstMissing(ledger.counts) ?? netAccount(ledger),
    none: 'no output tokens',
  },
  {
    id: 'energy-per-request',
    unit: 'J/answer',
    top: ({ joules }) => joules,
    bottom: ({ requests }) => requests,
    account: ({ energy }) => energy,
    none: 'no requests',
  },
  {
    id: 'energy-per-correct',
    unit: 'J/answer',
    top: ({ joules }) => joules,
    bottom: ({ score }) => score,
    account: (ledger) => (ledger.score.state === 'ok' ? ledger.energy : ledger.score),
    none: 'no correct answer',
  },
  {
    id: 'cost-per-mtoken',
    unit: 'USD/Mtoken',
    top: ({ usd }) => millionfold(usd),
    bottom: ({ tokens }) => tokens,
    account: (ledger) => firstMissing(ledger.counts) ?? costAccount(ledger),
    none: 'no output tokens',
  },
  {
    id: 'cost-per-correct',
    unit: 'USD/answer',
    top: ({ usd }) => usd,
    bottom: ({ score }) => score,
    account: (ledger) => (ledger.score.state === 'ok' ? costAccount(ledger) : ledger.score),
    none: 'no correct answer',
  },
  {
    id: 'cost-per-request',
    unit: 'USD/answer',
    top: ({ usd }) => usd,
    bottom: ({ requests }) => requests,
    account: costAccount,
    none: 'no requests',
  },
]

const LOAD_METRICS: readonly SumMetric[] = [
  {
    id: 'input-throughput',
    unit: 'token/s',
    top: ({ promptTokens }) => promptTokens,
    bottom: seconds,
    account: ({ window, tokens }) => firstMissing(window) ?? fine(tokens, 'prompt tokens of answered requests ÷ measured window'),
    none: 'the measured window has no length',
  },
  {
    id: 'text-throughput',
    unit: 'byte/s',
    top: ({ bytes }) => bytes,
    bottom: seconds,
    account: ({ window }) => firstMissing(window) ?? fine('measured', 'UTF-8 bytes of answers and reasoning ÷ measured window'),
    none: 'the measured window has no length',
  },
]

/** Grams of CO2: joules as the meter saw them × PUE × grams per kilowatt-hour. Quoted factors make an estimate. */
function carbonMetrics({ gramsPerKwh, pue, source, date }: Site): readonly SumMetric[] {
  const perJoule = (gramsPerKwh * pue) / 3.6e6
  const top = ({ joules }: Tallies): Float64Array => joules.map((one) => one * perJoule)
  const account = ({ energy }: Ledger): Observed<{ origin: Origin; method: string }> =>
    energy.state === 'ok' ? fine('estimated', `${energy.value.method}; × PUE ${pue} × ${gramsPerKwh} g per kWh (${source}, ${date})`) : energy
  return [
    { id: 'carbon-per-request', unit: 'gCO2/answer', top, bottom: ({ requests }) => requests, account, none: 'no requests' },
    {
      id: 'carbon-per-correct',
      unit: 'gCO2/answer',
      top,
      bottom: ({ score }) => score,
      account: (ledger) => (ledger.score.state === 'ok' ? account(ledger) : ledger.score),
      none: 'no correct answer',
    },
  ]
}

const CACHED_SHARE: SumMetric = {
  id: 'cached-share',
  unit: 'ratio',
  top: ({ cachedTokens }) => cachedTokens,
  bottom: ({ cacheTold }) => cacheTold,
  account: () => fine('measured', 'cached prompt tokens ÷ prompt tokens of the answers that tell both'),
  none: 'no answer tells how many prompt tokens were cached',
}

const GOODPUT_METRICS: readonly SumMetric[] = [
  {
    id: 'goodput',
    unit: 'request/s',
    top: ({ good }) => good,
    bottom: seconds,
    account: ({ window }) => firstMissing(window) ?? fine('measured', 'answered requests that met every limit ÷ measured window'),
    none: 'the measured window has no length',
  },
  {
    id: 'goodput-share',
    unit: 'ratio',
    top: ({ good }) => good,
    bottom: ({ requests }) => requests,
    account: ({ window }) => firstMissing(window) ?? fine('measured', 'answered requests that met every limit ÷ requests'),
    none: 'no requests',
  },
]

export function sumCells(data: GroupData): Cell[] {
  return [
    ...sumMetricsOf(data.group).map((metric): Cell => ({ metric: metric.id, slice: '', estimate: sumEstimate(metric, data) })),
    { metric: 'cost-total', slice: '', estimate: totalCost(data) },
    { metric: 'power-idle', slice: '', estimate: idlePower(data) },
  ]
}

// --- internal ---

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
  let sums: Float64Array | undefined
  if (!column.some(Number.isNaN)) {
    sums = new Float64Array(count)
    for (let i = 0; i < column.length; i++) {
      const component = units[i] ?? -1
      if (component >= 0) sums[component]! += column[i]!
    }
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

const inMillions = new WeakMap<Float64Array, Float64Array>()

function seconds(tallies: Tallies): Float64Array {
  return tallies.seconds
}

function millionfold(usd: Float64Array): Float64Array {
  let made = inMillions.get(usd)
  if (made === undefined) inMillions.set(usd, (made = usd.map((one) => one * 1e6)))
  return made
}

/** The first of what is not known. */
function firstMissing(...needs: readonly Observed<true>[]): Observed<never> | undefined {
  return needs.find((need): need is Exclude<Observed<true>, { state: 'ok' }> => need.state !== 'ok')
}

function fine(origin: Origin, method: string): Observed<{ origin: Origin; method: string }> {
  return { state: 'ok', value: { origin, method } }
}

function both(energy: Ledger['energy'], tokens: Origin): Observed<{ origin: Origin; method: string }> {
  return energy.state === 'ok' ? fine(weakestOrigin(energy.value.origin, tokens), energy.value.method) : energy
}

/** A price that somebody quotes times a quantity that was measured is neither quoted nor measured: it is an estimate. */
function costAccount({ cost }: Ledger): Observed<{ origin: Origin; method: string }> {
  return cost.state === 'ok' ? fine('estimated', cost.value.method) : cost
}

function sumEstimate(metric: SumMetric, data: GroupData): Observed<Estimate> {
  const account = metric.account(data.ledger)
  if (account.state !== 'ok') return account
  const { members, count: components } = data.components('unit')
  const clusters = knownOnly(sumsOf(metric, data.ledger, members[0]!, components))
  const count = clusters.top.length
  if (count === 0) return absent('no measured window')
  if (!(clusters.bottom.reduce((sum, bottom) => sum + bottom, 0) > 0)) return absent(metric.none)
  const alone = count === data.group.samples.length
  const method = `${account.value.method}; t interval over ${counted(count, alone ? 'request' : 'group of requests', alone ? 'requests' : 'groups of requests')}`
  return estimate(sensed(metric, data, tInterval(clusters)), { n: count, unit: metric.unit, origin: account.value.origin, method })
}

/** The sum of what was billed: no interval, for nothing is inferred. */
function totalCost({ ledger, group }: GroupData): Observed<Estimate> {
  const account = costAccount(ledger)
  if (account.state !== 'ok') return account
  const sum = ledger.tallies.usd.reduce((usd, one) => usd + one, 0)
  return estimate(point(sum), { n: group.samples.length, unit: 'USD', ...account.value })
}

function knownOnly({ top, bottom, known }: ComponentSums): SumColumns {
  if (!known.includes(0)) return { top, bottom }
  const kept = indicesWhere(known.length, (c) => known[c] === 1)
  return { top: pickNumbers(top, kept), bottom: pickNumbers(bottom, kept) }
}

const OF_ENERGY: ReadonlySet<string> = new Set([
  'power',
  'energy-per-token',
  'energy-per-request',
  'energy-per-correct',
  'carbon-per-request',
  'carbon-per-correct',
])

/** Widened by what the sensor may be wrong by, its scale included; independent of the spread of the requests, so squares add (of logarithms). */
function sensed({ id }: SumMetric, { ledger }: GroupData, interval: Interval): Interval {
  const { energy } = ledger
  if (id === 'net-energy-per-token') return sensedNet(ledger, interval)
  if (!OF_ENERGY.has(id) || energy.state !== 'ok' || interval.level === 0) return interval
  const { value, low, high, level } = interval
  const half = 1.96 * Math.hypot(energy.value.u, energy.value.gain)
  if (!(low > 0)) return interval
  return { value, low: value * Math.exp(-Math.hypot(Math.log(value / low), half)), high: value * Math.exp(Math.hypot(Math.log(high / value), half)), level }
}

/** A difference: its parts may be far larger than it is, so squares of joules add, not of logarithms. */
function sensedNet({ tallies, energy, idle }: Ledger, { value, low, high, level }: Interval): Interval {
  if (energy.state !== 'ok' || idle.state !== 'ok' || level === 0) return { value, low, high, level }
  const sum = (column: Float64Array): number => column.reduce((total, one, unit) => (Number.isNaN(tallies.joules[unit]!) ? total : total + one), 0)
  const tokens = sum(tallies.tokens)
  const gross = sum(tallies.joules) / tokens
  const half = 1.96 * Math.hypot(energy.value.u * gross, energy.value.gain * value, (idle.value.u * sum(tallies.seconds)) / tokens)
  return { value, low: value - Math.hypot(value - low, half), high: value + Math.hypot(high - value, half), level }
}

function netAccount({ energy, idle, tokens }: Ledger): Observed<{ origin: Origin; method: string }> {
  if (idle.state !== 'ok') return idle
  const account = both(energy, tokens)
  if (account.state !== 'ok') return account
  const { watts, phases } = idle.value
  const method = `${account.value.method.replace(', gross;', ', net;')}; less ${Number(watts.toPrecision(3))} W × time, the mean of ${counted(phases, 'idle phase')}`
  return fine(account.value.origin, method)
}

function idlePower({ group, power }: GroupData): Observed<Estimate> {
  if (power.state !== 'ok') return power
  const watts = power.value.idle(group.cells.map(({ id }) => id))
  if (watts.length === 0) return absent(`${power.value.meter} gave no reading in an idle phase`)
  const mean = watts.reduce((sum, one) => sum + one, 0) / watts.length
  const interval = watts.length < 2 ? point(mean) : tInterval(watts.map((top) => ({ top, bottom: 1 })))
  return estimate(interval, {
    n: watts.length,
    unit: 'W',
    origin: power.value.origin,
    method: `${power.value.meter}, mean of ${counted(watts.length, 'idle phase')}; t interval`,
  })
}
