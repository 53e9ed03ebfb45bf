/** Quoted figures: which of several is used, which disagree, and the rows, ratios and claims that they give. Nothing here is measured. */
import type { Analysis, Claim, ClaimResult, Estimate, Fact, MetricRow, Observed, RatioRow, Role, StoredRun, Warning } from '../types.ts'
import { absent, estimate, point } from './observed.ts'
import { normalQuantile } from './stats/distributions.ts'
import { LEVEL, type Interval } from './stats/interval.ts'
import { wilson } from './stats/wilson.ts'

export type Conflict = Analysis['conflicts'][number]

/** Rows for the models of the run that facts are about; of conflicting facts the one that is used. */
export function factRows({ record }: Pick<StoredRun, 'record'>): MetricRow[] {
  const roles = new Map<string, Role>(record.suite.models.map(({ id, role }) => [id, role]))
  return [...grouped(record.suite.facts).values()].flatMap((facts): MetricRow[] => {
    const fact = usedOf(facts)
    const role = roles.get(fact.model)
    if (role === undefined) return []
    return [{ run: record.id, model: fact.model, role, workload: fact.workload ?? '', load: '', slice: '', metric: fact.metric, estimate: quoted(fact) }]
  })
}

/** Facts about one figure whose values differ although they claim to hold at the same time; the one that is used comes first. */
export function conflictsOf(facts: readonly Fact[]): Conflict[] {
  return [...grouped(facts).values()].flatMap((all): Conflict[] => {
    const used = usedOf(all)
    const rivals = all.filter((fact) => fact !== used && (fact.value !== used.value || fact.unit !== used.unit) && overlap(fact, used))
    if (rivals.length === 0) return []
    return [{ model: used.model, workload: used.workload ?? '', metric: used.metric, facts: [used, ...rivals] }]
  })
}

/** A conflict that the suite leaves open gets a warning: the newest figure is used. */
export function conflictWarnings(conflicts: readonly Conflict[]): Warning[] {
  return conflicts.flatMap(({ model, workload, metric, facts }): Warning[] => {
    if (facts.some(({ preferred }) => preferred === true)) return []
    const about = workload === '' ? metric : `${metric} on ${workload}`
    return [{ code: 'fact-conflict', model, message: `Sources disagree about ${about} of ${model} and the suite prefers none; the newest is used.` }]
  })
}

/**
 * model ÷ teacher from quoted figures. Two shares of items get the interval of two independent samples (Katz), because the
 * sources do not publish single answers; other figures get none.
 */
export function factRatios(rows: readonly MetricRow[]): RatioRow[] {
  const quotedRows = rows.filter(({ estimate: one }) => one.state === 'ok' && one.value.origin === 'published')
  const teachers = new Map(quotedRows.filter(({ role }) => role === 'teacher').map((row) => [`${row.run} ${row.workload} ${row.metric}`, row]))
  return quotedRows.flatMap((row): RatioRow[] => {
    const other = teachers.get(`${row.run} ${row.workload} ${row.metric}`)
    if (row.role === 'teacher' || other?.estimate.state !== 'ok' || row.estimate.state !== 'ok') return []
    const [own, base] = [row.estimate.value, other.estimate.value]
    if (own.unit !== base.unit) return []
    const { run, model, workload, load, slice, metric } = row
    return [{ run, model, workload, load, slice, metric, ratio: quotedRatio(own, base), difference: quotedDifference(own, base), pairs: 0 }]
  })
}

/** Claims with their two facts and the ratio, which is computed and not quoted; one that cannot be computed becomes a warning. */
export function claimResults(claims: readonly Claim[], facts: readonly Fact[]): { claims: ClaimResult[]; warnings: Warning[] } {
  const byId = new Map(facts.flatMap((fact) => (fact.id === undefined ? [] : [[fact.id, fact] as const])))
  const results: ClaimResult[] = []
  const warnings: Warning[] = []
  for (const claim of claims) {
    const [numerator, denominator] = [byId.get(claim.numerator), byId.get(claim.denominator)]
    const problem = whyNoRatio(claim, numerator, denominator)
    if (numerator === undefined || denominator === undefined || problem !== undefined) {
      warnings.push({ code: 'claim-skipped', message: `The claim "${claim.title}" has no ratio: ${problem}.` })
      continue
    }
    const { id, title, says, explanation } = claim
    const ratio = numerator.value / denominator.value
    results.push({ id, title, numerator, denominator, ratio, share: denominator.value / numerator.value, ...(says === undefined ? {} : { says }), explanation })
  }
  return { claims: results, warnings }
}

// --- internal ---

function grouped(facts: readonly Fact[]): Map<string, Fact[]> {
  const groups = new Map<string, Fact[]>()
  for (const fact of facts) {
    const key = [fact.model, fact.workload ?? '', fact.metric].join('\u0000')
    groups.set(key, [...(groups.get(key) ?? []), fact])
  }
  return groups
}

/** The preferred one, else the newest that still holds, else the newest. */
function usedOf(facts: readonly Fact[]): Fact {
  const newest = (some: readonly Fact[]): Fact | undefined => [...some].sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0))[0]
  return facts.find(({ preferred }) => preferred === true) ?? newest(facts.filter(({ until }) => until === undefined)) ?? newest(facts)!
}

function overlap(a: Fact, b: Fact): boolean {
  const ended = (one: Fact, other: Fact): boolean => one.until !== undefined && one.until <= other.date
  return !ended(a, b) && !ended(b, a)
}

function quoted(fact: Fact): Observed<Estimate> {
  const says = `quoted: ${fact.source}, ${fact.date}${fact.protocol === undefined ? '' : `; ${fact.protocol}`}`
  const account = { n: fact.n ?? 1, unit: fact.unit, origin: 'published' } as const
  if (fact.low !== undefined && fact.high !== undefined)
    return estimate({ value: fact.value, low: fact.low, high: fact.high, level: LEVEL }, { ...account, method: `${says}; interval as quoted` })
  if (fact.unit === 'ratio' && fact.n !== undefined && fact.value >= 0 && fact.value <= 1) {
    return estimate(wilson(fact.value * fact.n, fact.n), { ...account, method: `${says}; the interval is ours, from the number of items (Wilson)` })
  }
  return estimate(point(fact.value), { ...account, method: `${says}; no interval given` })
}

function quotedRatio(own: Estimate, base: Estimate): Observed<Estimate> {
  if (base.value === 0) return absent('the quoted figure of the teacher is 0')
  const value = own.value / base.value
  const account = { n: Math.min(own.n, base.n), unit: 'ratio', origin: 'published' } as const
  if (!bothShares(own, base) || own.value === 0) return estimate(point(value), { ...account, method: 'two quoted figures; no interval' })
  const half = normalQuantile((1 + LEVEL) / 2) * Math.sqrt((1 - own.value) / (own.n * own.value) + (1 - base.value) / (base.n * base.value))
  const interval: Interval = { value, low: value * Math.exp(-half), high: value * Math.exp(half), level: LEVEL }
  return estimate(interval, { ...account, method: 'two quoted figures as independent samples of items (not paired: single answers are not published)' })
}

function quotedDifference(own: Estimate, base: Estimate): Observed<Estimate> {
  const value = own.value - base.value
  const account = { n: Math.min(own.n, base.n), unit: own.unit, origin: 'published' } as const
  if (!bothShares(own, base)) return estimate(point(value), { ...account, method: 'two quoted figures; no interval' })
  // Newcombe's hybrid of two Wilson intervals
  const low = value - Math.hypot(own.value - own.low, base.high - base.value)
  const high = value + Math.hypot(own.high - own.value, base.value - base.low)
  return estimate({ value, low, high, level: LEVEL }, { ...account, method: 'two quoted figures as independent samples of items (Newcombe)' })
}

/** Shares of a known number of items, so that each has an interval of its own. */
function bothShares(own: Estimate, base: Estimate): boolean {
  return [own, base].every(({ unit, level, value }) => unit === 'ratio' && level > 0 && value >= 0 && value <= 1)
}

function whyNoRatio(claim: Claim, numerator: Fact | undefined, denominator: Fact | undefined): string | undefined {
  if (numerator === undefined) return `there is no fact ${claim.numerator}`
  if (denominator === undefined) return `there is no fact ${claim.denominator}`
  if (denominator.value === 0 || numerator.value === 0) return 'one of its figures is 0'
  if (denominator.unit !== numerator.unit) return `one figure is in ${numerator.unit}, the other in ${denominator.unit}`
  return undefined
}
