/** Measures of times, tokens, throughput, energy and cost for two groups. */
import { hourlyUsd } from '../../price.ts'
import type { Observed, Origin } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import type { Components } from '../components.ts'
import type { GroupData } from '../data.ts'
import { sumsOf } from '../metrics/sums/columns.ts'
import { sumMetricsOf, type SumMetric } from '../metrics/sums/list.ts'
import { absent, counted } from '../observed.ts'
import { foldSums, foldValues, weightedQuantile, weightedRatio, type Statistic } from '../stats/bootstrap.ts'
import { sizesOf, type RankedClusters } from '../stats/clustered.ts'
import type { ClusterSums } from '../stats/paired.ts'
import { leastForQuantile, quantile } from '../stats/quantiles.ts'
import { isAnswered, isGiven, tells } from '../table/rows.ts'
import { collectedWhere, QUANTILE_METRICS, VALUES, whyNone, type Collected, type ValueName } from '../values.ts'
import { NO_PAIRS, type Attempt, type Measure, type Pair } from './measure.ts'

/** Everything that the requests of a batch share: compared over units of work. */
export function timeMeasures(model: GroupData, teacher: GroupData, components: Components): Attempt[] {
  const sliced = model.group.sliced && teacher.group.sliced
  const quantiles = QUANTILE_METRICS.filter(({ overlapping }) => overlapping === undefined || sliced)
  // Net energy is a small difference that may be negative: a ratio of two of them says little and may say nonsense.
  const sums = sumMetricsOf(model.group).filter((metric) => metric.id !== 'net-energy-per-token' && sumMetricsOf(teacher.group).includes(metric))
  const names = new Set(quantiles.map(({ of }) => of))
  const values = new Map([...names].map((name) => [name, both(model, teacher, (data, side) => valuesWithin(data.values(name), components, side))]))
  return [
    ...quantiles.map((metric) => quantileMeasure(metric, model, teacher, components, values.get(metric.of)!)),
    ...sums.map((metric) => sumMeasure(metric, model, teacher, components)),
  ]
}

/** Mean output tokens of an answer: compared over items. */
export function tokensMeasure(model: GroupData, teacher: GroupData, components: Components): Attempt {
  const sums = both(model, teacher, ({ group: { table, graded } }, side) => {
    const entry = emptySums(components.count)
    const { requests } = components.members[side]!
    for (let i = 0; i < graded.length; i++) {
      const [row, component] = [graded[i]!, requests[i]!]
      if (component < 0 || !isAnswered(table, row) || isGiven(table, row) || !tells(table, row, NEEDED)) continue
      entry.top[component]! += table.outputTokens[row]!
      entry.bottom[component]!++
    }
    return entry
  })
  const origin = weakestOrigin(model.ledger.tokens, teacher.ledger.tokens)
  return ratioMeasure(
    { metric: 'output-tokens', slice: '', unit: 'token', origin, ratioOrigin: origin, what: 'means' },
    sums,
    components.count,
    whyNoneOf('output-tokens', model, teacher),
  )
}

/** A measure whose two statistics are ratios of sums over `count` clusters. */
export function ratioMeasure(
  head: Pick<Measure, 'metric' | 'slice' | 'unit' | 'origin' | 'ratioOrigin' | 'what'>,
  sums: Pair<ClusterSums>,
  count: number,
  none: string,
): Attempt {
  const all = new Int32Array(count).fill(1)
  const values = { model: weightedRatio(all, sums.model.top, sums.model.bottom), teacher: weightedRatio(all, sums.teacher.top, sums.teacher.bottom) }
  if (!Number.isFinite(values.model) || !Number.isFinite(values.teacher))
    return { metric: head.metric, slice: head.slice, missing: absent(count === 0 ? NO_PAIRS : none) }
  const statistic = ({ top, bottom }: ClusterSums, groups: Int32Array | undefined): Statistic => {
    const [above, below] = groups === undefined ? [top, bottom] : [foldSums(top, groups), foldSums(bottom, groups)]
    return (weights) => weightedRatio(weights, above, below)
  }
  return { ...head, values, statistics: (groups) => ({ model: statistic(sums.model, groups), teacher: statistic(sums.teacher, groups) }), sums }
}

export function emptySums(count: number): ClusterSums {
  return { top: new Float64Array(count), bottom: new Float64Array(count) }
}

export function both<T>(model: GroupData, teacher: GroupData, of: (data: GroupData, side: 0 | 1) => T): Pair<T> {
  return { model: of(model, 0), teacher: of(teacher, 1) }
}

// --- internal ---

const NEEDED = ['outputTokens'] as const

const POWER_METRICS: ReadonlySet<string> = new Set(['power', 'energy-per-token', 'energy-per-request', 'energy-per-correct'])

function sumMeasure(metric: SumMetric, model: GroupData, teacher: GroupData, components: Components): Attempt {
  const origins: Origin[] = []
  for (const { ledger } of [model, teacher]) {
    const account = metric.account(ledger)
    if (account.state !== 'ok') return { metric: metric.id, slice: '', missing: account }
    origins.push(account.value.origin)
  }
  const sensors = POWER_METRICS.has(metric.id) ? sensorsOf(model, teacher) : undefined
  if (sensors?.state === 'absent' || sensors?.state === 'failed') return { metric: metric.id, slice: '', missing: sensors }
  const all = both(model, teacher, ({ ledger }, side) => sumsOf(metric, ledger, components.members[side]!, components.count))
  const whole = !all.model.known.includes(0) && !all.teacher.known.includes(0)
  const isKnown = whole ? all.model.known : all.model.known.map((one, c) => one & all.teacher.known[c]!) // energy may be known on one side only
  const sums: Pair<ClusterSums> = whole ? all : { model: masked(all.model, isKnown), teacher: masked(all.teacher, isKnown) }
  const origin = weakestOrigin(...origins)
  const ratioOrigin = sharePrice(metric, model, teacher) ? weakestOrigin(model.ledger.tokens, teacher.ledger.tokens) : origin
  const attempt = ratioMeasure(
    { metric: metric.id, slice: '', unit: metric.unit, origin, ratioOrigin, what: 'window totals' },
    sums,
    components.count,
    metric.none,
  )
  return sensors !== undefined && 'statistics' in attempt ? { ...attempt, sensor: sensors.value } : attempt
}

function masked({ top, bottom }: ClusterSums, mask: Uint8Array): ClusterSums {
  return { top: top.map((one, c) => (mask[c] === 1 ? one : 0)), bottom: bottom.map((one, c) => (mask[c] === 1 ? one : 0)) }
}

/**
 * What the two sensors may be wrong by. The scale of one sensor is common to both and left out; those of two meters that see the same
 * kind of thing, such as GPU boards in two servers, do not cancel. A board and a socket cannot be compared.
 */
function sensorsOf(model: GroupData, teacher: GroupData): Observed<NonNullable<Measure['sensor']>> {
  const [own, base] = [model.power, teacher.power]
  if (own.state !== 'ok') return own
  if (base.state !== 'ok') return base
  const one = own.value.meter === base.value.meter
  if (!one && (own.value.scope === undefined || own.value.scope !== base.value.scope || own.value.origin !== base.value.origin))
    return absent(`the two have different power meters (${own.value.meter} and ${base.value.meter})`)
  const errors = both(model, teacher, ({ ledger: { energy } }) => (energy.state === 'ok' ? Math.hypot(energy.value.u, one ? 0 : energy.value.gain) : 0))
  return { state: 'ok', value: { ...errors, scale: one ? 'common' : 'own' } }
}

/** One and the same hourly price cancels: the ratio of the costs is then a ratio of measured times. */
function sharePrice({ id }: SumMetric, model: GroupData, teacher: GroupData): boolean {
  const [own, base] = [model.group.model.price, teacher.group.model.price]
  return id.startsWith('cost') && own !== undefined && base !== undefined && own.kind !== 'token' && base.kind !== 'token' && hourlyUsd(own) === hourlyUsd(base)
}

function quantileMeasure(
  { id, of, p }: (typeof QUANTILE_METRICS)[number],
  model: GroupData,
  teacher: GroupData,
  components: Components,
  values: Pair<RankedClusters>,
): Attempt {
  const missing = (why: string): Attempt => ({ metric: id, slice: '', missing: absent(why) })
  if (components.count === 0) return missing(NO_PAIRS)
  if (values.model.ranks.length === 0 || values.teacher.ranks.length === 0) return missing(whyNoneOf(of, model, teacher))
  const least = leastForQuantile(p)
  if (p > 0.5 && components.count < least) return missing(`too few for this percentile: ${counted(components.count, 'independent pair')}, ${least} are needed`)
  const origin = VALUES[of].usesTokenCount ? weakestOrigin(model.ledger.tokens, teacher.ledger.tokens) : 'measured'
  return {
    metric: id,
    slice: '',
    unit: VALUES[of].unit,
    origin,
    ratioOrigin: origin,
    what: p === 0.5 ? 'medians' : `quantiles ${p}`,
    values: { model: quantile(values.model.ranks, p), teacher: quantile(values.teacher.ranks, p) },
    statistics: (groups) => {
      const over = (side: RankedClusters): Statistic => weightedQuantile(groups === undefined ? side : foldValues(side, groups), p)
      return { model: over(values.model), teacher: over(values.teacher) }
    },
  }
}

/** The reason of the side that has one beyond the usual. */
function whyNoneOf(name: ValueName, model: GroupData, teacher: GroupData): string {
  const reasons = [model, teacher].map(({ group }) => whyNone(name, group.table, group.samples))
  return reasons.find((reason) => reason !== VALUES[name].none) ?? VALUES[name].none
}

/** The values of the requests in the components. */
function valuesWithin(collected: Collected, { members, count }: Components, side: 0 | 1): RankedClusters {
  const { requests } = members[side]!
  const sizes = sizesOf(collected.counts, requests, count)
  const within = requests.includes(-1) ? collectedWhere(collected, (i) => requests[i]! >= 0) : collected // no copy
  return { ranks: within.ranks, of: requests, sizes }
}
