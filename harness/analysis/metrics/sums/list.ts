/** The metrics that are one sum over the units of work divided by another: what is above the line, what below, and why a group may lack it. */
import type { Observed, Origin, Site, Unit } from '../../../types.ts'
import { weakestOrigin } from '../../../units.ts'
import type { Group } from '../../groups.ts'
import { counted } from '../../observed.ts'
import { sloOf } from '../../stages.ts'
import type { Ledger, Tallies } from '../../tally.ts'
import type { MetricId } from '../table.ts'

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

/** The metrics that a group can have: those of served models where requests overlap, goodput where there is an objective, the cache where it is told, carbon where the suite names its site. */
export function sumMetricsOf({ sliced, spec, table, samples, site }: Group): readonly SumMetric[] {
  const told = sliced || samples.some((row) => !Number.isNaN(table.cachedTokens[row]!))
  return [
    ...SUM_METRICS,
    ...(sliced ? LOAD_METRICS : []),
    ...(told ? [CACHED_SHARE] : []),
    ...(sliced && sloOf(spec) !== undefined ? GOODPUT_METRICS : []),
    ...(site === undefined ? [] : carbonMetrics(site)),
  ]
}

/** A price that somebody quotes times a quantity that was measured is neither quoted nor measured: it is an estimate. */
export function costAccount({ cost }: Ledger): Observed<{ origin: Origin; method: string }> {
  return cost.state === 'ok' ? fine('estimated', cost.value.method) : cost
}

// --- internal ---

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

function netAccount({ energy, idle, tokens }: Ledger): Observed<{ origin: Origin; method: string }> {
  if (idle.state !== 'ok') return idle
  const account = both(energy, tokens)
  if (account.state !== 'ok') return account
  const { watts, phases } = idle.value
  const method = `${account.value.method.replace(', gross;', ', net;')}; less ${Number(watts.toPrecision(3))} W × time, the mean of ${counted(phases, 'idle phase')}`
  return fine(account.value.origin, method)
}
