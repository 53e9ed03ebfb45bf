/**
 * Routing: the student answers first, and the teacher is asked when the student seems unsure. Worked out from samples in
 * which both answered every item: the threshold of doubt is chosen on one half of the items, and every figure is of the other.
 */
import type { Estimate, Observed, Routing, RoutingPoint, RoutingRow, RoutingRule, Unit } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { ALPHA, clusteredMarginTest, marginTest } from '../stats/margin.ts'
import { scoreInterval, tInterval, type Sums } from '../stats/means.ts'
import { quantile } from '../stats/quantiles.ts'
import { wilson } from '../stats/wilson.ts'
import { clustersOf } from './clusters.ts'
import { gather, halves, routedItems, type CostBasis, type RoutedItem } from './routed-items.ts'
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
      return [{ ...head, result: routingOf(items, gathered.basis, rule, unit, margin) }]
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
    const others = new Set(teacher.group.graded.map(({ item }) => item))
    const items = new Set(student.group.graded.flatMap(({ item }) => (others.has(item) ? [item] : []))).size
    const key = `${model.id}\u0000${workload}`
    if (items > (best.get(key)?.items ?? -1)) best.set(key, { student, teacher, items })
  }
  return [...best.values()]
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

function routingOf(items: readonly RoutedItem[], basis: CostBasis, rule: RoutingRule, unit: Unit, margin: number): Observed<Routing> {
  const clusters = new Set(items.map(({ cluster }) => cluster)).size
  if (clusters < 2 * LEAST)
    return absent(`${counted(items.length, 'item')} are too few to choose a threshold on one half and report on the other; ${2 * LEAST} are needed`)
  const [first, second] = halves(items)
  const thresholds = thresholdsOf(first)
  if (thresholds.length < 2) return absent(ALIKE[rule])
  const choice = chosenThreshold(first, thresholds, margin)
  const teacher = meansOf(second, () => true)
  const alone = meansOf(second, () => false)
  if (!(teacher.teacherCost > 0)) return absent('the teacher’s answers cost nothing, so nothing can be saved')
  const sides = { student: { accuracy: alone.accuracy, cost: alone.cost }, teacher: { accuracy: teacher.accuracy, cost: teacher.teacherCost } }
  const chosen = chosenOf(second, choice, margin, sides)
  if (chosen.state !== 'ok') return chosen
  const routing: Omit<Routing, 'sentence'> = {
    chosenOn: first.length,
    reportedOn: second.length,
    thresholdUnit: unit,
    costUnit: basis.unit,
    costOrigin: basis.origin,
    ...sides,
    curve: thresholds.map((threshold): RoutingPoint => {
      const { escalated, accuracy, cost, teacherCost } = meansOf(second, ({ doubt }) => doubt > threshold)
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
function thresholdsOf(items: readonly RoutedItem[]): number[] {
  const doubts = items.flatMap(({ doubt }) => (Number.isFinite(doubt) ? [doubt] : [])).sort((a, b) => a - b)
  if (doubts.length === 0 || doubts[0] === doubts.at(-1)) return []
  const steps = Array.from({ length: POINTS - 1 }, (_, i) => quantile(doubts, 1 - i / (POINTS - 2)))
  return [...new Set([...steps, -1])]
}

/** The cheapest threshold with at most half of the margin lost, which leaves the other half of the items room to show it. */
function chosenThreshold(items: readonly RoutedItem[], thresholds: readonly number[], margin: number): number {
  const target = meansOf(items, () => true).accuracy - margin / 2
  const tried = thresholds.map((threshold) => ({ threshold, ...meansOf(items, ({ doubt }) => doubt > threshold) }))
  const good = tried.filter(({ accuracy }) => accuracy >= target - 1e-12)
  return good.reduce((best, one) => (one.cost < best.cost ? one : best), good.at(-1)!).threshold
}

interface Means {
  escalated: number
  accuracy: number
  cost: number
  teacherCost: number
}

function meansOf(items: readonly RoutedItem[], goesOn: (item: RoutedItem) => boolean): Means {
  const sums: Means = { escalated: 0, accuracy: 0, cost: 0, teacherCost: 0 }
  for (const item of items) {
    const on = goesOn(item)
    sums.escalated += on ? 1 : 0
    sums.accuracy += on ? item.teacher : item.student
    sums.cost += item.studentCost + (on ? item.teacherCost : 0)
    sums.teacherCost += item.teacherCost
  }
  const n = items.length
  return { escalated: sums.escalated / n, accuracy: sums.accuracy / n, cost: sums.cost / n, teacherCost: sums.teacherCost / n }
}

function chosenOf(
  items: readonly RoutedItem[],
  threshold: number,
  margin: number,
  { student, teacher }: Pick<Routing, 'student' | 'teacher'>,
): Observed<Routing['chosen']> {
  const on = items.map(({ doubt }) => doubt > threshold)
  const escalated = on.filter(Boolean).length
  const account = { n: items.length, origin: 'measured', unit: 'ratio' } as const
  const pairs = items.map((item, i) => ({ cluster: item.cluster, model: on[i]! ? item.teacher : item.student, teacher: item.teacher }))
  const clusters = clustersOf(pairs)
  const single = clusters.length === items.length && pairs.every(({ model, teacher: base }) => isWhole(model) && isWhole(base))
  const lost = pairs.filter(({ model, teacher: base }) => model < base).length
  const won = pairs.filter(({ model, teacher: base }) => model > base).length
  const test = single ? marginTest(lost, won, items.length, margin) : clusteredMarginTest(clusters, margin)
  const figures = {
    escalated: estimate(wilson(escalated, items.length), { ...account, method: `share of ${counted(items.length, 'item')}; Wilson interval` }),
    accuracy: estimate(scoreInterval(scoreSums(pairs)), { ...account, method: `mean score of ${counted(items.length, 'item')}; Wilson interval` }),
    difference: estimate(test.interval, { ...account, method: `the same ${counted(items.length, 'item')}, ${lost} lost and ${won} won (Tango)` }),
    cost: costRatio(items, on),
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
      byChance: student.accuracy + (escalated / items.length) * (teacher.accuracy - student.accuracy),
      decision: test.nonInferior <= ALPHA ? 'replace' : test.inferior <= ALPHA ? 'keep-teacher' : 'undecided',
    },
  }
}

function isWhole(score: number): boolean {
  return score === 0 || score === 1
}

function scoreSums(pairs: readonly { cluster: string; model: number }[]): { top: number; bottom: number }[] {
  const sums = new Map<string, { top: number; bottom: number }>()
  for (const { cluster, model } of pairs) {
    const known = sums.get(cluster) ?? { top: 0, bottom: 0 }
    sums.set(cluster, { top: known.top + model, bottom: known.bottom + 1 })
  }
  return [...sums.values()]
}

/** The ratio of total costs, each cluster a pair of sums; t on the scale of the logarithm, which asks no resampling of a million items. */
function costRatio(items: readonly RoutedItem[], on: readonly boolean[]): Observed<Estimate> {
  const clusters = new Map<string, Sums>()
  items.forEach((item, i) => {
    const sums = clusters.get(item.cluster) ?? { top: 0, bottom: 0 }
    sums.top += item.studentCost + (on[i]! ? item.teacherCost : 0)
    sums.bottom += item.teacherCost
    clusters.set(item.cluster, sums)
  })
  const method = `ratio of total costs; t interval over ${counted(clusters.size, 'item')}`
  return estimate(tInterval([...clusters.values()]), { n: items.length, unit: 'ratio', origin: items[0]!.costOrigin, method })
}
