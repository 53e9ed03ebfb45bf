/** Measures of times, tokens, throughput, energy and cost for two groups. */
import type { Origin } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import type { Components } from '../components.ts'
import type { GroupData } from '../data.ts'
import { SUM_METRICS, sumsOf, type SumMetric } from '../metrics/sums.ts'
import { absent, counted } from '../observed.ts'
import { weightedQuantile, weightedRatio, type ClusteredValues } from '../stats/bootstrap.ts'
import type { ClusterSums } from '../stats/paired.ts'
import { leastForQuantile, quantile } from '../stats/quantiles.ts'
import { QUANTILE_METRICS, VALUES, type Collected } from '../values.ts'
import { NO_PAIRS, type Attempt, type Measure, type Pair } from './measure.ts'

/** Everything that the requests of a batch share: compared over units of work. */
export function timeMeasures(model: GroupData, teacher: GroupData, components: Components): Attempt[] {
  return [
    ...QUANTILE_METRICS.map((metric) => quantileMeasure(metric, model, teacher, components)),
    ...SUM_METRICS.map((metric) => sumMeasure(metric, model, teacher, components)),
  ]
}

/** Mean output tokens of an answer: compared over items. */
export function tokensMeasure(model: GroupData, teacher: GroupData, components: Components): Attempt {
  const sums = both(model, teacher, ({ group }) => {
    const entry = emptySums(components.count)
    for (const sample of group.graded) {
      const component = sample.finish === 'error' ? undefined : components.of.get(sample)
      if (component === undefined) continue
      entry.top[component]! += sample.outputTokens
      entry.bottom[component]!++
    }
    return entry
  })
  const origin = weakestOrigin(model.ledger.tokens, teacher.ledger.tokens)
  return ratioMeasure(
    { metric: 'output-tokens', slice: '', unit: 'token', origin, ratioOrigin: origin, what: 'means' },
    sums,
    components.count,
    VALUES['output-tokens'].none,
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
  const statistic =
    ({ top, bottom }: ClusterSums) =>
    (weights: Int32Array): number =>
      weightedRatio(weights, top, bottom)
  const statistics = { model: statistic(sums.model), teacher: statistic(sums.teacher) }
  const values = { model: statistics.model(all), teacher: statistics.teacher(all) }
  if (!Number.isFinite(values.model) || !Number.isFinite(values.teacher))
    return { metric: head.metric, slice: head.slice, missing: absent(count === 0 ? NO_PAIRS : none) }
  return { ...head, values, statistics, sums, work: count }
}

export function emptySums(count: number): ClusterSums {
  return { top: new Float64Array(count), bottom: new Float64Array(count) }
}

export function both<T>(model: GroupData, teacher: GroupData, of: (data: GroupData) => T): Pair<T> {
  return { model: of(model), teacher: of(teacher) }
}

// --- internal ---

function sumMeasure(metric: SumMetric, model: GroupData, teacher: GroupData, components: Components): Attempt {
  const origins: Origin[] = []
  for (const { ledger } of [model, teacher]) {
    const account = metric.account(ledger)
    if (account.state !== 'ok') return { metric: metric.id, slice: '', missing: account }
    origins.push(account.value.origin)
  }
  const maps = both(model, teacher, ({ ledger }) => sumsOf(metric, ledger, components))
  const sums: Pair<ClusterSums> = { model: emptySums(components.count), teacher: emptySums(components.count) }
  for (const [component, own] of maps.model) {
    const base = maps.teacher.get(component)
    if (base === undefined) continue // energy is known on one side only
    sums.model.top[component] = own.top
    sums.model.bottom[component] = own.bottom
    sums.teacher.top[component] = base.top
    sums.teacher.bottom[component] = base.bottom
  }
  const origin = weakestOrigin(...origins)
  const ratioOrigin = sharePrice(metric, model, teacher) ? weakestOrigin(model.ledger.tokens, teacher.ledger.tokens) : origin
  return ratioMeasure({ metric: metric.id, slice: '', unit: metric.unit, origin, ratioOrigin, what: 'window totals' }, sums, components.count, metric.none)
}

/** One and the same hourly price cancels: the ratio of the costs is then a ratio of measured times. */
function sharePrice({ id }: SumMetric, model: GroupData, teacher: GroupData): boolean {
  const [own, base] = [model.group.model.price, teacher.group.model.price]
  return id.startsWith('cost') && own?.kind === 'hourly' && base?.kind === 'hourly' && own.usdPerHour === base.usdPerHour
}

function quantileMeasure({ id, of, p }: (typeof QUANTILE_METRICS)[number], model: GroupData, teacher: GroupData, components: Components): Attempt {
  const values = both(model, teacher, (data) => valuesWithin(data, data.values(of), components))
  const missing = (why: string): Attempt => ({ metric: id, slice: '', missing: absent(why) })
  if (components.count === 0) return missing(NO_PAIRS)
  if (values.model.sorted.length === 0 || values.teacher.sorted.length === 0) return missing(VALUES[of].none)
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
    values: { model: quantile(values.model.sorted, p), teacher: quantile(values.teacher.sorted, p) },
    statistics: { model: (weights) => weightedQuantile(weights, values.model, p), teacher: (weights) => weightedQuantile(weights, values.teacher, p) },
    work: values.model.sorted.length + values.teacher.sorted.length,
  }
}

/** The values of the samples in the components, still sorted. */
function valuesWithin({ group }: GroupData, { sorted, source }: Collected, { of, count }: Components): ClusteredValues {
  const all = Int32Array.from(source, (index) => of.get(group.samples[index]!) ?? -1)
  const clusters = all.filter((one) => one >= 0)
  const sizes = new Int32Array(count)
  for (const cluster of clusters) sizes[cluster]!++
  return { sorted: sorted.filter((_, i) => all[i]! >= 0), clusters, sizes }
}
