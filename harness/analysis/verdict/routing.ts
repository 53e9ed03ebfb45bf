/**
 * Routing: the student answers first, and the teacher is asked when the student seems unsure. Worked out from samples in
 * which both answered every item: the threshold of doubt is chosen on one half of the items, and every figure is of the other.
 */
import type { Estimate, Observed, Origin, Routing, RoutingPoint, RoutingRow, RoutingRule, Unit } from '../../types.ts'
import type { GroupData } from '../data.ts'
import type { Group } from '../groups.ts'
import { absent, counted, estimate } from '../observed.ts'
import { ALPHA, clusteredMarginTest, marginTest } from '../stats/margin.ts'
import { changesOf, lostAndWon } from '../compare/pairs.ts'
import { scoreInterval, tInterval, type SumColumns } from '../stats/means.ts'
import { quantile } from '../stats/quantiles.ts'
import { wilson } from '../stats/wilson.ts'
import { Numbering } from '../table/rows.ts'
import { firstHalf, gather, itemsWhere, routedItems, type Gathered, type RoutedItems } from './routed-items.ts'
import { routingSentence } from './words.ts'

/** One row for each student, workload and rule, under the load under which both were asked most items; of several the first. */
export function routingRows(groups: readonly GroupData[], run: string, margin: number): RoutingRow[] {
  return pairsOf(groups).flatMap(({ student, teacher }): RoutingRow[] => {
    const { model, workload, load } = student.group
    const gathered = gather(student, teacher)
    return RULES.flatMap(({ rule, unit }): RoutingRow[] => {
      const items = routedItems(gathered, rule)
      if (items === undefined) return [] // the samples have nothing that this rule reads
      const head = { run, student: model.id, teacher: teacher.group.model.id, workload, load, rule }
      return [{ ...head, result: routingOf(items, gathered, rule, unit, margin) }]
    })
  })
}

// --- internal ---

interface Pair {
  student: GroupData
  teacher: GroupData
}

function pairsOf(groups: readonly GroupData[]): Pair[] {
  const asked = groups.filter(({ group }) => group.samples.length > 0)
  const best = new Map<string, Pair & { items: number }>()
  for (const student of asked) {
    const { model, workload, load } = student.group
    const teacher = asked.find(({ group }) => group.model.role === 'teacher' && group.workload === workload && group.load === load)
    if (model.role !== 'student' || teacher === undefined) continue
    const items = commonItems(student.group, teacher.group)
    const key = `${model.id}\u0000${workload}`
    if (items > (best.get(key)?.items ?? -1)) best.set(key, { student, teacher, items })
  }
  return [...best.values()]
}

function commonItems(a: Group, b: Group): number {
  const seen = new Uint8Array(a.table.names.length)
  for (const row of b.graded) seen[a.table.item[row]!] = 1
  let count = 0
  for (const row of a.graded) {
    const item = a.table.item[row]!
    if (seen[item] === 1) count++
    seen[item] = 0
  }
  return count
}

const RULES: readonly { rule: RoutingRule; unit: Unit }[] = [
  { rule: 'answer-length', unit: 'token' },
  { rule: 'agreement', unit: 'ratio' },
  { rule: 'log-probability', unit: 'nat' },
]
/** Clusters of items in each half below which a threshold would be chosen by chance. */
const LEAST = 20
/** Points of the curve, ends included. */
const POINTS = 21

function routingOf(items: RoutedItems, { basis, table }: Gathered, rule: RoutingRule, unit: Unit, margin: number): Observed<Routing> {
  const numbers = new Numbering(table.names.length, items.length)
  const at = items.cluster.map((cluster) => numbers.add(cluster))
  if (numbers.count < 2 * LEAST)
    return absent(`${counted(items.length, 'item')} are too few to choose a threshold on one half and report on the other; ${2 * LEAST} are needed`)
  const isFirst = firstHalf(Array.from(numbers.keys.subarray(0, numbers.count), (name) => table.names[name]!))
  const first = itemsWhere(items, (i) => isFirst[at[i]!] === 1)
  const second = itemsWhere(items, (i) => isFirst[at[i]!] === 0)
  const thresholds = thresholdsOf(first)
  if (thresholds.length < 2) return absent(ALIKE[rule])
  const choice = chosenThreshold(first, thresholds, margin)
  const [teacher, alone, ...points] = meansOf(second, [-1, Infinity, ...thresholds]) as [Means, Means, ...Means[]]
  if (!(teacher.teacherCost > 0)) return absent('the teacher’s answers cost nothing, so nothing can be saved')
  const sides = { student: { accuracy: alone.accuracy, cost: alone.cost }, teacher: { accuracy: teacher.accuracy, cost: teacher.teacherCost } }
  const chosen = chosenOf(second, { threshold: choice, margin, limit: table.names.length, costOrigin: basis.origin }, sides)
  if (chosen.state !== 'ok') return chosen
  const routing: Omit<Routing, 'sentence'> = {
    chosenOn: first.length,
    reportedOn: second.length,
    thresholdUnit: unit,
    costUnit: basis.unit,
    costOrigin: basis.origin,
    ...sides,
    curve: thresholds.map((threshold, i): RoutingPoint => {
      const { escalated, accuracy, cost, teacherCost } = points[i]!
      return { threshold, escalated, accuracy, cost: cost / teacherCost }
    }),
    chosen: chosen.value,
  }
  return { state: 'ok', value: { ...routing, sentence: routingSentence(rule, routing) } }
}

const ALIKE: Record<RoutingRule, string> = {
  'answer-length': 'all answers of the student are of one length, so it tells nothing',
  agreement: 'the student’s answers to an item always agree (at temperature 0 they are the same), so they tell nothing',
  'log-probability': 'all answers of the student have one log-probability, so it tells nothing',
}

/** From "nobody goes on" (but failed requests) down to −1, "everybody does": doubts are 0 or more. */
function thresholdsOf({ doubt }: RoutedItems): number[] {
  const doubts = doubt.filter(Number.isFinite).sort()
  if (doubts.length === 0 || doubts[0] === doubts.at(-1)) return []
  const steps = Array.from({ length: POINTS - 1 }, (_, i) => quantile(doubts, 1 - i / (POINTS - 2)))
  return [...new Set([...steps, -1])]
}

/** The cheapest threshold with at most half of the margin lost, which leaves the other half of the items room to show it. */
function chosenThreshold(items: RoutedItems, thresholds: readonly number[], margin: number): number {
  const [all, ...points] = meansOf(items, [-1, ...thresholds]) as [Means, ...Means[]]
  const target = all.accuracy - margin / 2
  const tried = thresholds.map((threshold, i) => ({ threshold, ...points[i]! }))
  const good = tried.filter(({ accuracy }) => accuracy >= target - 1e-12)
  return good.reduce((best, one) => (one.cost < best.cost ? one : best), good.at(-1)!).threshold
}

interface Means {
  escalated: number
  accuracy: number
  cost: number
  teacherCost: number
}

/**
 * By threshold: where items with more doubt than it go on. Doubt is at least 0, so below that all do; that of a failed request is
 * infinite. Once through the items: each is counted between the thresholds that it lies between, and sums go on from one to the next.
 */
function meansOf({ length: n, doubt, student, teacher, studentCost, teacherCost }: RoutedItems, thresholds: readonly number[]): Means[] {
  const steps = Float64Array.from(new Set(thresholds)).sort()
  // Between steps[k − 1] and steps[k]: how many, their scores and costs on either way.
  const column = (): Float64Array => new Float64Array(steps.length + 1)
  const [items, own, others, added] = [column(), column(), column(), column()]
  let [ownCost, allCost] = [0, 0]
  for (let i = 0; i < n; i++) {
    let [low, high] = [0, steps.length] // the first step that is not below the doubt
    while (low < high) {
      const middle = (low + high) >>> 1
      if (doubt[i]! > steps[middle]!) low = middle + 1
      else high = middle
    }
    items[low]!++
    own[low]! += student[i]!
    others[low]! += teacher[i]!
    added[low]! += teacherCost[i]!
    ownCost += studentCost[i]!
    allCost += teacherCost[i]!
  }
  const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0)
  return thresholds.map((threshold) => {
    const place = steps.indexOf(threshold) + 1
    const accuracy = sum(own.subarray(0, place)) + sum(others.subarray(place))
    return { escalated: sum(items.subarray(place)) / n, accuracy: accuracy / n, cost: (ownCost + sum(added.subarray(place))) / n, teacherCost: allCost / n }
  })
}

interface Choice {
  threshold: number
  margin: number
  /** Above every cluster. */
  limit: number
  costOrigin: Origin
}

function chosenOf(
  items: RoutedItems,
  { threshold, margin, limit, costOrigin }: Choice,
  { student, teacher }: Pick<Routing, 'student' | 'teacher'>,
): Observed<Routing['chosen']> {
  const { length, cluster } = items
  const on = new Uint8Array(length)
  for (let i = 0; i < length; i++) on[i] = items.doubt[i]! > threshold ? 1 : 0
  const escalated = on.reduce((sum, one) => sum + one, 0)
  const account = { n: length, origin: 'measured', unit: 'ratio' } as const
  const pairs = { length, cluster, model: items.student.map((own, i) => (on[i] === 1 ? items.teacher[i]! : own)), teacher: items.teacher }
  const clusters = changesOf(pairs, limit)
  const single = clusters.items.length === length && pairs.model.every(isWhole) && pairs.teacher.every(isWhole)
  const { lost, won } = lostAndWon(pairs)
  const test = single ? marginTest(lost, won, length, margin) : clusteredMarginTest(clusters, margin)
  const costs = {
    top: items.studentCost.map((own, i) => own + (on[i] === 1 ? items.teacherCost[i]! : 0)),
    bottom: items.teacherCost,
  }
  const figures = {
    escalated: estimate(wilson(escalated, length), { ...account, method: `share of ${counted(length, 'item')}; Wilson interval` }),
    accuracy: estimate(scoreInterval(byCluster(cluster, { top: pairs.model, bottom: new Float64Array(length).fill(1) }, limit)), {
      ...account,
      method: `mean score of ${counted(length, 'item')}; Wilson interval`,
    }),
    difference: estimate(test.interval, { ...account, method: `the same ${counted(length, 'item')}, ${lost} lost and ${won} won (Tango)` }),
    cost: costRatio(byCluster(cluster, costs, limit), length, costOrigin),
  }
  for (const one of Object.values(figures)) if (one.state !== 'ok') return one
  const value = (one: Observed<Estimate>): Estimate => (one as { value: Estimate }).value
  return {
    state: 'ok',
    value: {
      threshold,
      escalated: value(figures.escalated),
      accuracy: value(figures.accuracy),
      difference: value(figures.difference),
      cost: value(figures.cost),
      byChance: student.accuracy + (escalated / length) * (teacher.accuracy - student.accuracy),
      decision: test.nonInferior <= ALPHA ? 'replace' : test.inferior <= ALPHA ? 'keep-teacher' : 'undecided',
    },
  }
}

function isWhole(score: number): boolean {
  return score === 0 || score === 1
}

function byCluster(cluster: Int32Array, { top, bottom }: SumColumns, limit: number): SumColumns {
  const numbers = new Numbering(limit, cluster.length)
  const sums = { top: new Float64Array(cluster.length), bottom: new Float64Array(cluster.length) }
  for (let i = 0; i < cluster.length; i++) {
    const at = numbers.add(cluster[i]!)
    sums.top[at]! += top[i]!
    sums.bottom[at]! += bottom[i]!
  }
  return { top: sums.top.subarray(0, numbers.count), bottom: sums.bottom.subarray(0, numbers.count) }
}

/** The ratio of total costs, each cluster a pair of sums; t on the scale of the logarithm, which asks no resampling of a million items. */
function costRatio(clusters: SumColumns, items: number, origin: Origin): Observed<Estimate> {
  const method = `ratio of total costs; t interval over ${counted(clusters.top.length, 'item')}`
  return estimate(tInterval(clusters), { n: items, unit: 'ratio', origin, method })
}
