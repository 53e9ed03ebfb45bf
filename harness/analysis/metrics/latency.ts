/** Times of requests and tokens: quantiles over requests, with intervals that know which requests hang together. */
import type { Distribution, Estimate, Observed } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { sizesOf, type RankedClusters } from '../stats/clustered.ts'
import { clusteredInterval, effectiveSize, leastForQuantile, orderInterval, quantile, thin } from '../stats/quantiles.ts'
import { tInterval } from '../stats/means.ts'
import { indicesWhere, isAnswered, isGiven, pickNumbers, tells } from '../table/rows.ts'
import { QUANTILE_METRICS, VALUES, whyNone, type Collected, type ValueName } from '../values.ts'

export function latencyCells(data: GroupData): Cell[] {
  return QUANTILE_METRICS.filter(({ overlapping }) => overlapping === undefined || data.group.sliced).map(({ id, of, p }) => ({
    metric: id,
    slice: '',
    estimate: quantileOf(data, of, p),
  }))
}

/** Mean output tokens of an answer; items are the unit. */
export function outputTokensCell(data: GroupData): Cell {
  const { table, graded } = data.group
  const { members, count } = data.components('item')
  const [top, bottom] = [new Float64Array(count), new Float64Array(count)]
  let answered = 0
  const { requests } = members[0]!
  for (let i = 0; i < graded.length; i++) {
    const row = graded[i]!
    if (!isAnswered(table, row) || isGiven(table, row) || !tells(table, row, NEEDED)) continue
    answered++
    const component = requests[i]!
    if (component < 0) continue
    top[component]! += table.outputTokens[row]!
    bottom[component]!++
  }
  if (answered === 0) return { metric: 'output-tokens', slice: '', estimate: absent(whyNone('output-tokens', table, graded)) }
  const used = indicesWhere(count, (c) => bottom[c]! > 0)
  const clusters = { top: pickNumbers(top, used), bottom: pickNumbers(bottom, used) }
  const n = clusters.top.length
  const account = {
    n,
    unit: 'token',
    origin: data.ledger.tokens,
    method: `mean over ${counted(answered, 'answer')}; t interval over ${counted(n, 'item')}`,
  } as const
  return { metric: 'output-tokens', slice: '', estimate: estimate(tInterval(clusters), account) }
}

export function distributionsOf(data: GroupData): Distribution[] {
  const { run, model, workload, load } = data.group
  return (Object.keys(VALUES) as ValueName[]).flatMap((metric) => {
    const { ranks } = data.values(metric)
    if (ranks.length === 0) return []
    return [{ run, model: model.id, workload, load, metric, unit: VALUES[metric].unit, n: ranks.length, quantiles: thin(ranks).map(sixDigits) }]
  })
}

// --- internal ---

const NEEDED = ['outputTokens'] as const

/** A picture of 340 points has no use for more, and digits of noise are most of the size of an analysis. */
function sixDigits(value: number): number {
  return Number(value.toPrecision(6))
}

function quantileOf(data: GroupData, name: ValueName, p: number): Observed<Estimate> {
  const collected = data.values(name)
  const { ranks } = collected
  if (ranks.length === 0) return absent(whyNone(name, data.group.table, data.group.samples))
  const { of, sizes } = compact(data, collected)
  const count = sizes.length
  const independent = count === ranks.length
  const effective = independent || count < 2 ? count : effectiveSize({ ranks, of, sizes }, quantile(ranks, p), p)
  const worth = independent || count < 2 ? count : Math.min(ranks.length, effective)
  const least = leastForQuantile(p)
  if (p > 0.5 && worth < least)
    return absent(`too few for this percentile: ${counted(ranks.length, 'value')} worth ${Math.floor(worth)} independent ones, ${least} are needed`)
  const interval = independent ? orderInterval(ranks, p) : clusteredInterval(ranks, count, p, effective)
  const over = name === 'itl' ? counted(ranks.length, 'gap') : counted(ranks.length, 'request')
  const how = independent
    ? 'exact interval from order statistics'
    : count < 2
      ? 'one group of requests allows no interval'
      : `interval over ${data.components('unit').count === data.group.samples.length ? counted(count, 'request') : counted(count, 'group of requests', 'groups of requests')}`
  const method = `${p === 0.5 ? 'median' : `quantile ${p}`} of ${over}; ${how}`
  return estimate(interval, { n: ranks.length, unit: VALUES[name].unit, origin: VALUES[name].usesTokenCount ? data.ledger.tokens : 'measured', method })
}

type Compact = Pick<RankedClusters, 'of' | 'sizes'>

/** Several quantiles are of the same values. */
const compacted = new WeakMap<Collected, Compact>()

/** The component of each request, numbered as they come, without the components that have none. */
function compact(data: GroupData, collected: Collected): Compact {
  const known = compacted.get(collected)
  if (known !== undefined) return known
  const made = compactOf(data, collected)
  compacted.set(collected, made)
  return made
}

function compactOf(data: GroupData, { counts }: Collected): Compact {
  const { members, count: all } = data.components('unit')
  const { requests } = members[0]!
  const numbers = new Int32Array(all).fill(-1)
  const of = new Int32Array(requests.length).fill(-1)
  let count = 0
  for (let i = 0; i < of.length; i++) {
    const component = requests[i]!
    if (component < 0 || counts[i] === 0) continue
    if (numbers[component]! < 0) numbers[component] = count++
    of[i] = numbers[component]!
  }
  return { of, sizes: sizesOf(counts, of, count) }
}
