/** What must be equal for two runs to be comparable, as hashes and as words. */
import { createHash } from 'node:crypto'
import { sep } from 'node:path'
import type { Item, JudgeRecord, JudgeSpec, LoadedSuite, ModelSpec, Plan, SuiteRecord } from '../types.ts'
import { PAIR_PROMPT } from '../workloads/judge/pair.ts'

/** SHA-256 over ids and hashes of the items in order, first 16 hex digits. */
export function hashItems(items: readonly Item[]): string {
  return digest(items.map(({ id, hash }) => [id, hash]))
}

/**
 * The suite without its functions. `models` are those that take part. The hash covers what the numbers depend on: every
 * model of the suite (adapter and options), workloads with grader versions, limits and items, loads, and the margin.
 * It leaves out names, descriptions, prices, facts, meters, blocks and repeats: cost can be worked out again from the
 * samples, and pairing is by item. Paths below the suite's folder count relative to it, so that two checkouts agree.
 */
export function describeSuite({ suite, file, dir }: LoadedSuite, plan: Plan, models: readonly ModelSpec[]): SuiteRecord {
  const hashes = new Map(plan.workloads.map((workload) => [workload.id, workload]))
  const itemsHash = (id: string): string => hashes.get(id)?.itemsHash ?? ''
  const { name, title, description, margin, loads, facts, claims } = suite
  const hash = digest({
    margin,
    loads: relativeTo(dir, loads),
    models: suite.models.map(({ id, role, adapter, options }) => relativeTo(dir, { id, role, adapter, options })),
    ...(suite.judge === undefined
      ? {}
      : {
          judge: {
            options: suite.judge.options,
            prompt: PAIR_PROMPT,
            criteria: suite.judge.criteria,
            workloads: suite.judge.workloads,
            items: suite.judge.items,
          },
        }),
    workloads: suite.workloads.map(({ id, grader, maxTokens, temperature, stop, prefix }) => ({
      id,
      grader: grader.id,
      version: grader.version,
      maxTokens,
      temperature,
      stop,
      items: itemsHash(id),
      ...(prefix === undefined ? {} : { prefix }),
    })),
  })
  return {
    name,
    title,
    description,
    file,
    hash,
    margin,
    models,
    loads,
    facts,
    claims,
    ...(suite.gate === undefined ? {} : { gate: suite.gate }),
    ...(suite.site === undefined ? {} : { site: suite.site }),
    ...(suite.judge === undefined ? {} : { judge: judgeRecord(suite.judge) }),
    workloads: suite.workloads.map(({ id, title: heading, grader, maxTokens, temperature, prefix }) => ({
      id,
      title: heading,
      grader: grader.id,
      graderVersion: grader.version,
      maxTokens,
      temperature,
      items: hashes.get(id)?.items.length ?? 0,
      itemsHash: itemsHash(id),
      ...sourcesOf(hashes.get(id)),
      ...(prefix === undefined ? {} : { prefix }),
    })),
  }
}

/** In words, where two suites with different hashes differ; the first few places. */
export function describeDifference(before: SuiteRecord, now: SuiteRecord): string {
  const differences = [
    ...(before.name === now.name ? [] : [`the suite was "${before.name}"`]),
    ...(before.margin === now.margin ? [] : [`the margin was ${before.margin}`]),
    ...listDifference('model', before.models, now.models, ['role', 'adapter', 'options']),
    ...listDifference('workload', before.workloads, now.workloads, ['grader', 'graderVersion', 'maxTokens', 'temperature', 'itemsHash', 'prefix']),
    ...listDifference('load', before.loads, now.loads, LOAD_KEYS),
  ]
  if (differences.length === 0) return 'texts that end an answer, or models that take no part'
  return differences.slice(0, 3).join('; ') + (differences.length > 3 ? `; and ${differences.length - 3} more` : '')
}

// --- internal ---

/** Names as the suite gives them: what the environment puts in for a variable is in no record. */
function judgeRecord({ options, criteria, items }: JudgeSpec): JudgeRecord {
  const url = String(options['url'] ?? '')
  const host = URL.canParse(url) ? new URL(url).host : url
  return { model: String(options['model'] ?? ''), host, prompt: PAIR_PROMPT, criteria, temperature: 0, ...(items === undefined ? {} : { items }) }
}

const sourcesOf = (workload: Plan['workloads'][number] | undefined) => (workload?.sources === undefined ? {} : { sources: workload.sources })

const LOAD_KEYS =
  'kind items size streams perSecond arrivals rampSeconds points slo file format fromSeconds speed seconds requests warmupSeconds maxErrorShare maxInFlight maxUsd'.split(
    ' ',
  )

const NAMES: Record<string, string> = { itemsHash: 'items', graderVersion: 'version of the grader' }

function listDifference<T extends { id: string }>(what: string, before: readonly T[], now: readonly T[], keys: readonly string[]): string[] {
  const then = new Map(before.map((entry) => [entry.id, entry as Record<string, unknown>]))
  const ids = now.map(({ id }) => id)
  const changed = now.flatMap((entry) => {
    const old = then.get(entry.id)
    if (old === undefined) return [`${what} ${entry.id} is new`]
    const different = keys.filter((key) => canonical(old[key]) !== canonical((entry as Record<string, unknown>)[key]))
    return different.length === 0 ? [] : [`${what} ${entry.id} has other ${different.map((key) => NAMES[key] ?? key).join(', ')}`]
  })
  return [...changed, ...before.filter(({ id }) => !ids.includes(id)).map(({ id }) => `${what} ${id} is gone`)]
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16)
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, entry: unknown) =>
      typeof entry === 'object' && entry !== null && !Array.isArray(entry)
        ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
        : entry,
    ) ?? 'undefined'
  )
}

function relativeTo(dir: string, value: unknown): unknown {
  if (typeof value === 'string') return value.startsWith(dir + sep) ? `.${value.slice(dir.length).replaceAll(sep, '/')}` : value
  if (Array.isArray(value)) return value.map((entry) => relativeTo(dir, entry))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, relativeTo(dir, entry)]))
}
