/** What is compared: a statistic of both models over the same clusters of items, and how its interval is found. */
import { createRandom } from '../../random.ts'
import type { Estimate, Observed, Origin, Unit } from '../../types.ts'
import type { Components } from '../components.ts'
import type { MetricId } from '../metrics/table.ts'
import { absent, counted, estimate, point } from '../observed.ts'
import { bootstrap, groupClusters, GROUPS, percentileInterval, percentileRatio, REPLICATES, type Statistic } from '../stats/bootstrap.ts'
import { pairedT, type ClusterSums } from '../stats/paired.ts'

/** A comparison before run, model and load are put beside it. */
export interface Comparison {
  metric: MetricId
  slice: string
  ratio: Observed<Estimate>
  difference: Observed<Estimate>
  pairs: number
}

export interface Measure {
  metric: MetricId
  slice: string
  unit: Unit
  origin: Origin
  /** The origin of the ratio, where what both share cancels in it. */
  ratioOrigin: Origin
  /** What is divided and subtracted: "medians". */
  what: string
  values: Pair<number>
  /** The statistic of each side over resamples of the clusters, or of groups of them. */
  statistics: (groups: Int32Array | undefined) => Pair<Statistic>
  /** Where both statistics are ratios of sums: those of the clusters. */
  sums?: Pair<ClusterSums>
  /** Relative standard uncertainties of a sensor that both values carry, each its own; what is common to both is not in them. */
  sensor?: Pair<number> & { scale: 'common' | 'own' }
}

export interface Pair<T> {
  model: T
  teacher: T
}

/** A measure, or why there is none. */
export type Attempt = Measure | { metric: MetricId; slice: string; missing: Observed<never> }

export const NO_PAIRS = 'the two have no item in common'
export const UNLIKE = 'the one was scored by log-likelihood and the other by written answers: these are different measurements, and are not compared'

/** Compares all measures over the same resamples; `seed` names the comparison, so that its numbers depend on nothing else. */
export function compareMeasures(attempts: readonly Attempt[], { count, items }: Pick<Components, 'count' | 'items'>, seed: readonly string[]): Comparison[] {
  const usable = attempts.filter((attempt): attempt is Measure => 'statistics' in attempt)
  const grouping = groupClusters(count, createRandom('groups', ...seed))
  const drawn = grouping === undefined ? count : GROUPS
  const statistics = usable.flatMap((measure) => {
    const { model, teacher } = measure.statistics(grouping)
    return [model, teacher]
  })
  const draws = count < 2 ? [] : bootstrap(drawn, REPLICATES, createRandom('bootstrap', ...seed), statistics)
  const units = count === items ? counted(items, 'item') : `${counted(count, 'group')} of ${counted(items, 'item')}`
  const groups = grouping === undefined ? units : `${units} put into ${GROUPS} groups by lot`
  return attempts.map((attempt): Comparison => {
    const { metric, slice } = attempt
    if (!('statistics' in attempt)) return { metric, slice, ratio: attempt.missing, difference: attempt.missing, pairs: items }
    const index = 2 * usable.indexOf(attempt)
    return { metric, slice, pairs: items, ...sensed(attempt, conclude(attempt, { own: draws[index], base: draws[index + 1], count: drawn, items, groups })) }
  })
}

// --- internal ---

/** Below this many clusters ratios of sums get a t interval: resamples of a few clusters are too much alike. */
const FEW_CLUSTERS = 10

interface Draws {
  own: Float64Array | undefined
  base: Float64Array | undefined
  count: number
  items: number
  groups: string
}

type Conclusion = Pick<Comparison, 'ratio' | 'difference'>

function conclude(measure: Measure, draws: Draws): Conclusion {
  const { model, teacher } = measure.values
  if (draws.own === undefined || draws.base === undefined) return withoutInterval(measure, draws)
  if (measure.sums !== undefined && draws.count < FEW_CLUSTERS && model > 0 && teacher > 0) return byT(measure, measure.sums, draws)
  return byBootstrap(measure, draws.own, draws.base, draws)
}

/** Widened by the sensor: squares of logarithms add in the ratio, squares in the difference. */
function sensed({ sensor, values }: Measure, { ratio, difference }: Conclusion): Conclusion {
  if (sensor === undefined || !(sensor.model > 0 || sensor.teacher > 0)) return { ratio, difference }
  const relative = Z * Math.hypot(sensor.model, sensor.teacher)
  const absolute = Z * Math.hypot(sensor.model * values.model, sensor.teacher * values.teacher)
  const note =
    sensor.scale === 'common'
      ? '; with the uncertainty of the sensor, without its scale, which is common to both'
      : '; with the uncertainty of two sensors, the scale of each included, since it does not cancel'
  const widen = (observed: Observed<Estimate>, by: (end: number, value: number, side: 1 | -1) => number): Observed<Estimate> => {
    if (observed.state !== 'ok' || observed.value.level === 0) return observed
    const { value, low, high, method } = observed.value
    return { state: 'ok', value: { ...observed.value, low: by(low, value, -1), high: by(high, value, 1), method: method + note } }
  }
  return {
    ratio: widen(ratio, (end, value, side) => (end > 0 && value > 0 ? value * Math.exp(side * Math.hypot(Math.log(end / value), relative)) : end)),
    difference: widen(difference, (end, value, side) => value + side * Math.hypot(end - value, absolute)),
  }
}

/** Of a 95% interval of a normal error. */
const Z = 1.96

function withoutInterval({ values: { model, teacher }, unit, origin, ratioOrigin, what }: Measure, { items }: Draws): Conclusion {
  const account = { n: items, method: `of ${what}; one group of requests allows no interval` }
  return {
    ratio: teacher === 0 ? NO_RATIO : estimate(point(model / teacher), { ...account, method: `ratio ${account.method}`, unit: 'ratio', origin: ratioOrigin }),
    difference: estimate(point(model - teacher), { ...account, method: `difference ${account.method}`, unit, origin }),
  }
}

function byT({ unit, origin, ratioOrigin, what }: Measure, sums: Pair<ClusterSums>, { items, groups }: Draws): Conclusion {
  const { ratio, difference } = pairedT(sums.model, sums.teacher)
  const account = { n: items, method: `of ${what}; paired t interval over ${groups}` }
  return {
    ratio: estimate(ratio, { ...account, method: `ratio ${account.method}`, unit: 'ratio', origin: ratioOrigin }),
    difference: estimate(difference, { ...account, method: `difference ${account.method}`, unit, origin }),
  }
}

function byBootstrap(
  { values: { model, teacher }, unit, origin, ratioOrigin, what }: Measure,
  own: Float64Array,
  base: Float64Array,
  { count, items, groups }: Draws,
): Conclusion {
  const account = { n: items, method: `of ${what}; paired bootstrap over ${groups}, ${REPLICATES} resamples` }
  const ratio = percentileRatio(
    model / teacher,
    own.map((one, i) => one / base[i]!),
    count,
  )
  const difference = percentileInterval(
    model - teacher,
    own.map((one, i) => one - base[i]!),
    count,
  )
  return {
    ratio:
      teacher === 0
        ? NO_RATIO
        : ratio === undefined
          ? TOO_FEW
          : estimate(ratio, { ...account, method: `ratio ${account.method}`, unit: 'ratio', origin: ratioOrigin }),
    difference: difference === undefined ? TOO_FEW : estimate(difference, { ...account, method: `difference ${account.method}`, unit, origin }),
  }
}

const NO_RATIO = absent('the teacher’s value is 0')
const TOO_FEW = absent('too many resamples have no value: too few items')
