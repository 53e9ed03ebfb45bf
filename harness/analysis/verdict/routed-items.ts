/** What routing knows of each item: both scores, what both answers cost, and how unsure the student seemed. */
import { fnv1a } from '../../random.ts'
import type { Origin, RoutingRule, SampleTable } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { clusterOf, indicesWhere, isAnswered, isGiven, Numbering, pickInts, pickNumbers, gradedItems, scoreOf, tells, type ItemRows } from '../table/rows.ts'

/** Columns; clusters are names of the table. */
export interface RoutedItems {
  readonly length: number
  cluster: Int32Array
  student: Float64Array
  teacher: Float64Array
  studentCost: Float64Array
  teacherCost: Float64Array
  /** At least 0, more is less sure; infinite for a request that failed, which nobody takes for an answer. */
  doubt: Float64Array
}

/** Prices where both have one, else the seconds of work that an answer was charged with. */
export interface CostBasis {
  unit: 'USD' | 's'
  origin: Origin
}

/** Answers and costs of both by item: gathered once, read by every rule. */
export interface Gathered {
  basis: CostBasis
  table: SampleTable
  own: ItemRows
  base: ItemRows
  /** Where an item is in `base`. */
  baseAt: Numbering
  /** By item; all that was spent on it, failed attempts in it. */
  ownCosts: Float64Array
  baseCosts: Float64Array
}

export function gather(student: GroupData, teacher: GroupData): Gathered {
  const priced = [student, teacher].every(({ ledger }) => ledger.cost.state === 'ok')
  const [own, base] = [byItem(student), byItem(teacher)]
  const { table } = student.group
  const baseAt = new Numbering(table.names.length, base.count)
  for (const item of base.items) baseAt.add(item)
  const basis: CostBasis = { unit: priced ? 'USD' : 's', origin: priced ? 'estimated' : 'measured' }
  return { basis, table, own, base, baseAt, ownCosts: itemCosts(student, priced), baseCosts: itemCosts(teacher, priced) }
}

/** Items that both answered and that were graded. Undefined where the samples lack what the rule reads. */
export function routedItems({ table, own, base, baseAt, ownCosts, baseCosts }: Gathered, rule: RoutingRule): RoutedItems | undefined {
  const column = (): Float64Array => new Float64Array(own.count)
  const items = { cluster: new Int32Array(own.count), student: column(), teacher: column(), studentCost: column(), teacherCost: column(), doubt: column() }
  const read = READERS[rule]
  let n = 0
  for (let i = 0; i < own.count; i++) {
    const item = own.items[i]!
    const at = baseAt.find(item)
    if (at < 0) continue
    const [from, to] = [own.from[i]!, own.from[i + 1]!]
    const first = own.rows[from]!
    if (isGiven(table, first) !== isGiven(table, base.rows[base.from[at]!]!)) continue
    const given = read(table, own.rows, from, to)
    if (given === undefined) return undefined
    const others = base.from[at + 1]! - base.from[at]!
    let score = 0
    for (let other = base.from[at]!; other < base.from[at + 1]!; other++) score += scoreOf(table, base.rows[other]!)
    items.cluster[n] = clusterOf(table, first)
    items.student[n] = given.score
    items.teacher[n] = score / others
    items.studentCost[n] = ownCosts[item]! * (given.used / (to - from))
    items.teacherCost[n] = baseCosts[item]! / others
    items.doubt[n++] = given.doubt
  }
  return n === own.count ? { length: n, ...items } : itemsWhere({ length: own.count, ...items }, (i) => i < n)
}

export function itemsWhere(columns: RoutedItems, keep: (index: number) => boolean): RoutedItems {
  const kept = indicesWhere(columns.length, keep)
  return {
    length: kept.length,
    cluster: pickInts(columns.cluster, kept),
    student: pickNumbers(columns.student, kept),
    teacher: pickNumbers(columns.teacher, kept),
    studentCost: pickNumbers(columns.studentCost, kept),
    teacherCost: pickNumbers(columns.teacherCost, kept),
    doubt: pickNumbers(columns.doubt, kept),
  }
}

/** Two halves of the clusters, by a hash of their names: not by what was answered. */
export function halves<T extends { cluster: string }>(items: readonly T[]): [T[], T[]] {
  const names = [...new Set(items.map(({ cluster }) => cluster))]
  const isFirst = firstHalf(names)
  const first = new Set(names.filter((_, i) => isFirst[i] === 1))
  return [items.filter(({ cluster }) => first.has(cluster)), items.filter(({ cluster }) => !first.has(cluster))]
}

/** 1 for the names of the first half. */
export function firstHalf(names: readonly string[]): Uint8Array {
  const begun = fnv1a('half\u0000')
  const hashes = new Uint32Array(names.length)
  for (let i = 0; i < hashes.length; i++) hashes[i] = fnv1a(names[i]!, begun)
  const half = Math.floor(names.length / 2)
  const limit = hashes.slice().sort()[half] ?? 0
  const isFirst = new Uint8Array(names.length)
  const even: number[] = []
  let below = 0
  hashes.forEach((hash, i) => {
    if (hash === limit) even.push(i)
    if (hash < limit) below += isFirst[i] = 1
  })
  even.sort((a, b) => (names[a]! < names[b]! ? -1 : 1))
  for (const i of even.slice(0, half - below)) isFirst[i] = 1
  return isFirst
}

// --- internal ---

/** The answer that counts, how unsure it is, and how many of the student's answers it took. */
interface Given {
  score: number
  doubt: number
  used: number
}

/** The rows `from` up to before `to` are the student's answers to one item, at least one. */
const READERS: Record<RoutingRule, (table: SampleTable, rows: Int32Array, from: number, to: number) => Given | undefined> = {
  'answer-length': (table, rows, from) => {
    const first = rows[from]!
    if (isGiven(table, first)) return undefined // nothing was written
    return { score: scoreOf(table, first), doubt: isAnswered(table, first) ? table.outputTokens[first]! : Infinity, used: 1 }
  },
  agreement(table, rows, from, to) {
    if (to - from < 2) return undefined
    const answers = rows.subarray(from, to)
    return answers.some((row) => !tells(table, row, ['text'])) ? undefined : majority(table, answers)
  },
  'log-probability': (table, rows, from) => {
    const first = rows[from]!
    if (!isAnswered(table, first)) return { score: scoreOf(table, first), doubt: Infinity, used: 1 }
    const logProb = table.logProb[first]!
    if (Number.isNaN(logProb)) return undefined
    const tokens = Number.isNaN(table.logProbTokens[first]!) ? table.outputTokens[first]! : table.logProbTokens[first]!
    return { score: scoreOf(table, first), doubt: Math.max(0, -logProb / Math.max(1, tokens)), used: 1 }
  },
}

/** The answer given most often, of several the first; doubt is the share of the others. */
function majority(table: SampleTable, answers: Int32Array): Given {
  const votes = new Map<number, { count: number; score: number }>()
  for (const row of answers) {
    if (!isAnswered(table, row)) continue
    const known = votes.get(table.answer[row]!)
    if (known === undefined) votes.set(table.answer[row]!, { count: 1, score: scoreOf(table, row) })
    else known.count++
  }
  const best = [...votes.values()].reduce<{ count: number; score: number } | undefined>(
    (most, one) => (most === undefined || one.count > most.count ? one : most),
    undefined,
  )
  if (best === undefined) return { score: 0, doubt: Infinity, used: answers.length }
  return { score: best.score, doubt: 1 - best.count / answers.length, used: answers.length }
}

function byItem({ group: { table, graded } }: GroupData): ItemRows {
  return gradedItems(table, graded)
}

/** Each request costs its share of the unit of work that it was in. */
function itemCosts({ group: { table, samples, units }, ledger: { tallies } }: GroupData, priced: boolean): Float64Array {
  const costs = new Float64Array(table.names.length)
  for (let unit = 0; unit < units.length; unit++) {
    const cost = (priced ? tallies.usd : tallies.seconds)[unit]!
    const share = Number.isNaN(cost) ? 0 : cost / (units.from[unit + 1]! - units.from[unit]!)
    for (let at = units.from[unit]!; at < units.from[unit + 1]!; at++) costs[table.item[samples[units.members[at]!]!]!]! += share
  }
  return costs
}
