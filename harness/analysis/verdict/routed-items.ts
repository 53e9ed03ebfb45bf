/** What routing knows of each item: both scores, what both answers cost, and how unsure the student seemed. */
import { fnv1a } from '../../random.ts'
import type { Origin, RoutingRule, Sample } from '../../types.ts'
import type { GroupData } from '../data.ts'

export interface RoutedItem {
  item: string
  cluster: string
  student: number
  teacher: number
  studentCost: number
  teacherCost: number
  costOrigin: Origin
  /** At least 0, more is less sure; infinite for a request that failed, which nobody takes for an answer. */
  doubt: number
}

/** Prices where both have one, else the seconds of work that an answer was charged with. */
export interface CostBasis {
  unit: 'USD' | 's'
  origin: Origin
  /** By sample: its share of the unit of work that it was in. */
  student: ReadonlyMap<Sample, number>
  teacher: ReadonlyMap<Sample, number>
}

/** Answers and costs of both by item: gathered once, read by every rule. */
export interface Gathered {
  basis: CostBasis
  own: ReadonlyMap<string, readonly Sample[]>
  base: ReadonlyMap<string, readonly Sample[]>
  ownCosts: ReadonlyMap<string, number>
  baseCosts: ReadonlyMap<string, number>
}

export function gather(student: GroupData, teacher: GroupData): Gathered {
  const basis = costsOf(student, teacher)
  const [own, base] = [byItem(student.group.graded), byItem(teacher.group.graded)]
  return { basis, own, base, ownCosts: itemCosts(student, basis.student), baseCosts: itemCosts(teacher, basis.teacher) }
}

/** Items that both answered and that were graded. Undefined where the samples lack what the rule reads. */
export function routedItems({ basis, own, base, ownCosts, baseCosts }: Gathered, rule: RoutingRule): RoutedItem[] | undefined {
  const items: RoutedItem[] = []
  for (const [item, answers] of own) {
    const others = base.get(item)
    if (others === undefined) continue
    const given = READERS[rule](answers)
    if (given === undefined) return undefined
    items.push({
      item,
      cluster: answers[0]!.cluster ?? item,
      student: given.score,
      teacher: mean(others.map(scoreOf)),
      studentCost: (ownCosts.get(item) ?? 0) * (given.used / answers.length),
      teacherCost: (baseCosts.get(item) ?? 0) / others.length,
      costOrigin: basis.origin,
      doubt: given.doubt,
    })
  }
  return items
}

/** Two halves of the clusters, by a hash of their names: not by what was answered. */
export function halves(items: readonly RoutedItem[]): [RoutedItem[], RoutedItem[]] {
  const clusters = [...new Set(items.map(({ cluster }) => cluster))].map((cluster) => ({ cluster, hash: fnv1a(`half\u0000${cluster}`) }))
  clusters.sort((a, b) => a.hash - b.hash || (a.cluster < b.cluster ? -1 : 1))
  const first = new Set(clusters.slice(0, Math.floor(clusters.length / 2)).map(({ cluster }) => cluster))
  return [items.filter(({ cluster }) => first.has(cluster)), items.filter(({ cluster }) => !first.has(cluster))]
}

// --- internal ---

function costsOf(student: GroupData, teacher: GroupData): CostBasis {
  const priced = [student, teacher].every(({ ledger }) => ledger.cost.state === 'ok')
  const of = ({ ledger }: GroupData): Map<Sample, number> => {
    const costs = new Map<Sample, number>()
    for (const { unit, usd, seconds } of ledger.tallies)
      for (const sample of unit.samples) costs.set(sample, ((priced ? usd : seconds) ?? 0) / unit.samples.length)
    return costs
  }
  return { unit: priced ? 'USD' : 's', origin: priced ? 'estimated' : 'measured', student: of(student), teacher: of(teacher) }
}

/** The answer that counts, how unsure it is, and how many of the student's answers it took. */
interface Given {
  score: number
  doubt: number
  used: number
}

/** `answers` are the student's to one item, at least one. */
const READERS: Record<RoutingRule, (answers: readonly Sample[]) => Given | undefined> = {
  'answer-length': ([first]) => ({ score: scoreOf(first!), doubt: first!.finish === 'error' ? Infinity : first!.outputTokens, used: 1 }),
  agreement: (answers) => (answers.length < 2 ? undefined : majority(answers)),
  'log-probability': ([first]) => {
    if (first!.finish === 'error') return { score: scoreOf(first!), doubt: Infinity, used: 1 }
    if (first!.logProb === undefined) return undefined
    return { score: scoreOf(first!), doubt: Math.max(0, -first!.logProb / Math.max(1, first!.logProbTokens ?? first!.outputTokens)), used: 1 }
  },
}

/** The answer given most often, of several the first; doubt is the share of the others. */
function majority(answers: readonly Sample[]): Given {
  const votes = new Map<string, { count: number; score: number }>()
  for (const answer of answers) {
    if (answer.finish === 'error') continue
    const key = answer.grade?.answer ?? answer.text.trim()
    const known = votes.get(key)
    if (known === undefined) votes.set(key, { count: 1, score: scoreOf(answer) })
    else known.count++
  }
  const best = [...votes.values()].reduce<{ count: number; score: number } | undefined>(
    (most, one) => (most === undefined || one.count > most.count ? one : most),
    undefined,
  )
  if (best === undefined) return { score: 0, doubt: Infinity, used: answers.length }
  return { score: best.score, doubt: 1 - best.count / answers.length, used: answers.length }
}

function byItem(samples: readonly Sample[]): Map<string, Sample[]> {
  const items = new Map<string, Sample[]>()
  for (const sample of samples) {
    if (sample.grade === undefined && sample.finish !== 'error') continue
    const known = items.get(sample.item)
    if (known === undefined) items.set(sample.item, [sample])
    else known.push(sample)
  }
  return items
}

/** All that was spent on an item, failed attempts in it. */
function itemCosts({ group }: GroupData, costs: ReadonlyMap<Sample, number>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const sample of group.samples) sums.set(sample.item, (sums.get(sample.item) ?? 0) + (costs.get(sample) ?? 0))
  return sums
}

function scoreOf({ grade }: Sample): number {
  return grade?.score ?? 0
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length
}
