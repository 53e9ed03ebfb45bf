/** From a checked suite as written to the suite that is run: defaults filled in, paths absolute, workloads built. */
import { resolve } from 'node:path'
import type { Fact, JudgeSpec, ModelSpec, Suite } from '../types.ts'
import { createWorkload, DEFAULT_CRITERIA } from '../workloads/index.ts'
import { resolveCard } from './card.ts'
import { resolveGate } from './gate.ts'
import { defined, resolveLoad } from './loads.ts'
import { resolveMeter } from './meters.ts'
import { lastingFor } from './precision.ts'
import { inUsd } from './money.ts'
import type { ParsedSuite } from './schema.ts'

/** `dir` is the folder that relative paths start from. */
export function resolveSuite(input: ParsedSuite, facts: readonly Fact[], dir: string): Suite {
  const { name, title, description, seed, blocks, repeats, warmup, timeoutMs, meters, margin, untilDecided, quick, claims } = input
  return {
    name,
    title: title ?? name,
    description: description ?? '',
    seed,
    models: Object.entries(input.models).map(([id, model]) => resolveModel(id, model, input, dir)),
    workloads: input.workloads.map((workload) => createWorkload(workload, dir)),
    loads: (input.loads ?? (input.workloads.length === 0 ? [] : [{ kind: 'sequential' as const }])).map((load) =>
      lastingFor(resolveLoad(load, dir), input.precision),
    ),
    blocks,
    repeats,
    warmup,
    timeoutMs,
    meters: meters.map((meter) => resolveMeter(meter, dir)),
    margin,
    ...(untilDecided === undefined ? {} : { untilDecided: defined(untilDecided) }),
    ...(input.fidelity === undefined ? {} : { fidelity: input.fidelity }),
    ...(input.judge === undefined ? {} : { judge: resolveJudge(input.judge, input.currencies, dir) }),
    quick,
    ...(input.site === undefined ? {} : { site: input.site }),
    facts,
    claims: claims.map((claim) => defined(claim)),
    ...(input.gate === undefined ? {} : { gate: resolveGate(input.gate, margin) }),
  }
}

// --- internal ---

function resolveModel(
  id: string,
  model: ParsedSuite['models'][string],
  { price: fallback, currencies }: Pick<ParsedSuite, 'price' | 'currencies'>,
  dir: string,
): ModelSpec {
  const price = model.price ?? fallback
  return {
    id,
    name: model.name ?? id,
    role: model.role,
    adapter: absolute(model.adapter, dir) as string,
    options: absolute(model.options ?? {}, dir) as ModelSpec['options'],
    ...(price === undefined ? {} : { price: inUsd(defined(price), currencies) }),
    ...(model.card === undefined ? {} : { card: resolveCard(model.card) }),
    ...(model.device === undefined ? {} : { device: model.device }),
  }
}

function resolveJudge(
  { endpoint, criteria, price, maxTokens, ...rest }: NonNullable<ParsedSuite['judge']>,
  currencies: ParsedSuite['currencies'],
  dir: string,
): JudgeSpec {
  const options = absolute(endpoint, dir) as JudgeSpec['options']
  return {
    ...defined(rest),
    options,
    criteria: criteria ?? DEFAULT_CRITERIA,
    maxTokens,
    ...(price === undefined ? {} : { price: inUsd(defined(price), currencies) }),
  }
}

/** Texts that begin with ./ or ../ become absolute paths, at any depth of lists and maps. */
function absolute(value: unknown, dir: string): unknown {
  if (typeof value === 'string') return /^\.\.?\//.test(value) ? resolve(dir, value) : value
  if (Array.isArray(value)) return value.map((entry) => absolute(entry, dir))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, absolute(entry, dir)]))
}
