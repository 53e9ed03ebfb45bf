/** Throughput, power, energy and cost: each is one sum over the units of work divided by another. */
import type { Estimate, Observed } from '../../types.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate, point } from '../observed.ts'
import { tInterval, type SumColumns } from '../stats/means.ts'
import { indicesWhere, pickNumbers } from '../table/rows.ts'
import { sumsInAnyOrder, type ComponentSums } from './sums/columns.ts'
import { costAccount, sumMetricsOf, type SumMetric } from './sums/list.ts'
import { sensed } from './sums/sensor.ts'

export function sumCells(data: GroupData): Cell[] {
  return [
    ...sumMetricsOf(data.group).map((metric): Cell => ({ metric: metric.id, slice: '', estimate: sumEstimate(metric, data) })),
    { metric: 'cost-total', slice: '', estimate: totalCost(data) },
    { metric: 'power-idle', slice: '', estimate: idlePower(data) },
  ]
}

// --- internal ---

function sumEstimate(metric: SumMetric, data: GroupData): Observed<Estimate> {
  const account = metric.account(data.ledger)
  if (account.state !== 'ok') return account
  const { members, count: components } = data.components('unit')
  const clusters = knownOnly(sumsInAnyOrder(metric, data.ledger, members[0]!, components))
  const count = clusters.top.length
  if (count === 0) return absent('no measured window')
  if (!(clusters.bottom.reduce((sum, bottom) => sum + bottom, 0) > 0)) return absent(metric.none)
  const alone = count === data.group.samples.length
  const method = `${account.value.method}; t interval over ${counted(count, alone ? 'request' : 'group of requests', alone ? 'requests' : 'groups of requests')}`
  return estimate(sensed(metric, data.ledger, tInterval(clusters)), { n: count, unit: metric.unit, origin: account.value.origin, method })
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
