/** Checks across the parts of a suite, which a schema cannot express. */
import { nearest } from '../errors.ts'
import type { Fact } from '../types.ts'
import type { Issue } from './issues.ts'
import { loadId } from './loads.ts'
import { checkMeters } from './meters.ts'
import { checkCurrencies } from './money.ts'
import type { ParsedSuite } from './schema.ts'

/** Everything that is wrong, in the order of the file. `facts` are those of the suite or of its file of facts. */
export function checkSuite(suite: ParsedSuite, facts: readonly Fact[]): Issue[] {
  return [
    ...checkModels(suite, facts),
    ...checkWorkloads(suite),
    ...checkLoads(suite),
    ...checkUntilDecided(suite),
    ...checkJudge(suite),
    ...checkMeters(suite.meters, Object.keys(suite.models)),
    ...checkCurrencies(
      [
        { path: ['price'], currency: suite.price?.currency },
        { path: ['judge', 'price'], currency: suite.judge?.price?.currency },
        ...Object.entries(suite.models).map(([id, { price }]) => ({ path: ['models', id, 'price'], currency: price?.currency })),
      ],
      suite.currencies,
    ),
    ...checkClaims(suite, facts),
  ]
}

/** Facts must be about models of the suite. Paths start at the list of facts. */
export function checkFacts(facts: readonly Fact[], models: readonly string[]): Issue[] {
  const issues = facts.flatMap((fact, i) => (models.includes(fact.model) ? [] : [{ path: [i, 'model'], message: unknown('model', fact.model, models) }]))
  return [...issues, ...repeated(facts.map(({ id }, i) => ({ id, path: [i, 'id'] })))]
}

// --- internal ---

function checkModels(suite: ParsedSuite, facts: readonly Fact[]): Issue[] {
  const models = Object.entries(suite.models)
  if (models.length === 0) return [{ path: ['models'], message: 'names no model; give one teacher and its students' }]
  if (suite.workloads.length === 0 && facts.length === 0) return [{ path: [], message: 'has neither workloads nor facts, so there is nothing to compare' }]
  const teachers = models.filter(([, { role }]) => role === 'teacher').map(([id]) => id)
  const issues = repeated(models.map(([id]) => ({ id, path: ['models', id] })))
  if (teachers.length > 1)
    issues.push({
      path: ['models', teachers[1] ?? '', 'role'],
      message: `makes a second teacher beside ${teachers[0]}; everything is compared with exactly one`,
    })
  if (teachers.length === 0 && suite.workloads.length > 0) issues.push({ path: ['models'], message: 'has no teacher; give exactly one model the role teacher' })
  return issues
}

const checkWorkloads = ({ workloads }: ParsedSuite): Issue[] => repeated(workloads.map(({ id }, i) => ({ id, path: ['workloads', i, 'id'] })))

function checkJudge({ judge, workloads }: ParsedSuite): Issue[] {
  const known = workloads.map(({ id }) => id)
  return (judge?.workloads ?? []).flatMap((id, i) => (known.includes(id) ? [] : [{ path: ['judge', 'workloads', i], message: unknown('workload', id, known) }]))
}

function checkLoads({ loads, workloads }: ParsedSuite): Issue[] {
  if (loads === undefined) return []
  if (loads.length === 0 && workloads.length > 0)
    return [{ path: ['loads'], message: 'is empty, so no request would ever be sent; leave it out for one at a time' }]
  return [...loads.flatMap(checkTiming), ...repeated(loads.map((load, i) => ({ id: loadId(load), path: ['loads', i] })))]
}

/** A key that would do nothing is a mistake. */
function checkTiming(load: NonNullable<ParsedSuite['loads']>[number], i: number): Issue[] {
  if (load.kind === 'sequential' || load.kind === 'batch') return []
  const { kind, seconds, warmupSeconds } = load
  const timing = (['requests', 'warmupSeconds', 'maxErrorShare', 'maxInFlight', 'maxUsd'] as const).filter((key) => load[key] !== undefined)
  if (kind === 'concurrency' && seconds === undefined)
    return timing.map((key) => ({ path: ['loads', i, key], message: 'says how a load that runs for a time ends; give it seconds too' }))
  if (seconds === undefined || warmupSeconds === undefined || warmupSeconds < seconds) return []
  return [{ path: ['loads', i, 'warmupSeconds'], message: `leaves nothing of the ${seconds} seconds` }]
}

function checkUntilDecided({ untilDecided, loads = [], models, price }: ParsedSuite): Issue[] {
  if (untilDecided === undefined) return []
  const timed = loads.find((load) => !['sequential', 'batch'].includes(load.kind) && !(load.kind === 'concurrency' && load.seconds === undefined))
  const free = Object.entries(models).find(([, { adapter, price: own }]) => adapter !== 'published' && own === undefined && price === undefined)
  return [
    ...(timed === undefined
      ? []
      : [
          {
            path: ['untilDecided'],
            message: `cannot be kept under ${loadId(timed)}, which runs for a time and not item by item; use sequential, batch or concurrency without seconds`,
          },
        ]),
    ...(untilDecided.maxCostUsd === undefined || free === undefined
      ? []
      : [{ path: ['untilDecided', 'maxCostUsd'], message: `needs a price of every model, and ${free[0]} has none` }]),
  ]
}

function checkClaims({ claims }: ParsedSuite, facts: readonly Fact[]): Issue[] {
  const ids = facts.flatMap(({ id }) => (id === undefined ? [] : [id]))
  const sides = claims.flatMap((claim, i) =>
    (['numerator', 'denominator'] as const).flatMap((side) =>
      ids.includes(claim[side]) ? [] : [{ path: ['claims', i, side], message: unknown('fact', claim[side], ids) }],
    ),
  )
  return [...sides, ...repeated(claims.map(({ id }, i) => ({ id, path: ['claims', i, 'id'] })))]
}

/** Ids are compared without case: some file systems do not tell Teacher from teacher. */
function repeated(entries: readonly { id: string | undefined; path: Issue['path'] }[]): Issue[] {
  const first = new Map<string, string>()
  return entries.flatMap(({ id, path }) => {
    if (id === undefined) return []
    const before = first.get(id.toLowerCase())
    first.set(id.toLowerCase(), before ?? id)
    if (before === undefined) return []
    return [{ path, message: before === id ? `repeats the id "${id}"` : `has the id "${id}", which differs from "${before}" only in case` }]
  })
}

function unknown(what: string, id: string, known: readonly string[]): string {
  const guess = nearest(id, known)
  return `names the ${what} "${id}", which the suite does not have; ${guess === undefined ? `it has ${known.slice(0, 12).join(', ') || 'none with an id'}` : `did you mean ${guess}?`}`
}
