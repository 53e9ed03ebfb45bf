/** The suite as the record of a run keeps it. */
import { z } from 'zod'
import type { DataSource, JudgeRecord, LoadSpec, StatedCard } from '../../../types.ts'
import { amount, ArrivalKind, maybe, number, RoleSchema, text, UnitSchema } from './common.ts'
import { GatePolicySchema } from './gate.ts'
import { ModelCardSchema } from './model.ts'

const sourced = { source: text, date: text }
export const PriceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hourly'), usdPerHour: number, utilisation: maybe(number), ...sourced }),
  z.object({
    kind: z.literal('owned'),
    purchaseUsd: number,
    lifetimeYears: number,
    watts: number,
    usdPerKwh: number,
    pue: maybe(number),
    overheadShare: maybe(number),
    utilisation: maybe(number),
    ...sourced,
  }),
  z.object({
    kind: z.literal('token'),
    inputPerMtoken: number,
    outputPerMtoken: number,
    cachedInputPerMtoken: maybe(number),
    batchDiscount: maybe(number),
    ...sourced,
  }),
])

const { name: _name, tokenizer: _tokenizer, dtype, ...stated } = ModelCardSchema.shape
const StatedCardSchema = z.object({ ...stated, dtype: maybe(dtype) }) satisfies z.ZodType<StatedCard>

const load = { id: text, items: maybe(number) }
const limits = { requests: maybe(number), maxUsd: maybe(number) }
const timing = { seconds: number, warmupSeconds: number, maxErrorShare: number, maxInFlight: number, ...limits }
const partialTiming = { seconds: maybe(number), warmupSeconds: maybe(number), maxErrorShare: maybe(number), maxInFlight: maybe(number), ...limits }
const Slo = z.object({ ttftMs: maybe(number), tpotMs: maybe(number), e2eMs: maybe(number) })
const LoadSchema = z.discriminatedUnion('kind', [
  z.object({ ...load, kind: z.literal('sequential') }),
  z.object({ ...load, kind: z.literal('recorded') }),
  z.object({ ...load, kind: z.literal('batch'), size: number }),
  z.object({ ...load, ...partialTiming, kind: z.literal('concurrency'), streams: number }),
  z.object({ ...load, ...timing, kind: z.literal('rate'), perSecond: number, arrivals: ArrivalKind, rampSeconds: number, slo: maybe(Slo) }),
  z.object({ ...load, ...timing, kind: z.literal('sweep'), points: number, arrivals: ArrivalKind, slo: maybe(Slo) }),
  z.object({ ...load, ...timing, kind: z.literal('search'), points: number, arrivals: ArrivalKind, slo: Slo }),
  z.object({ ...load, ...timing, kind: z.literal('trace'), file: text, format: text, fromSeconds: maybe(number), speed: number, slo: maybe(Slo) }),
]) satisfies z.ZodType<LoadSpec>

export const FactSchema = z.object({
  id: maybe(text),
  model: text,
  workload: maybe(text),
  metric: text,
  value: number,
  unit: UnitSchema,
  low: maybe(number),
  high: maybe(number),
  n: maybe(number),
  ...sourced,
  url: maybe(text),
  protocol: maybe(text),
  note: maybe(text),
  until: maybe(text),
  preferred: maybe(z.boolean()),
})

const DataSourceSchema = z.object({
  use: z.enum(['questions', 'examples']),
  file: text,
  sha256: text,
  bytes: amount,
  dataset: maybe(text),
  config: maybe(text),
  split: maybe(text),
  revision: maybe(text),
}) satisfies z.ZodType<DataSource>

export const JudgeRecordSchema = z.object({
  model: text,
  host: text,
  prompt: text,
  criteria: text,
  temperature: number,
  items: maybe(number),
}) satisfies z.ZodType<JudgeRecord>

export const SuiteRecordSchema = z.object({
  name: text,
  title: text,
  description: text,
  file: text,
  hash: text,
  margin: number,
  models: z.array(
    z.object({
      id: text,
      name: text,
      role: RoleSchema,
      adapter: text,
      options: z.record(text, z.unknown()),
      price: maybe(PriceSchema),
      card: maybe(StatedCardSchema),
      device: maybe(z.object({ name: text, count: amount })),
    }),
  ),
  workloads: z.array(
    z.object({
      id: text,
      title: text,
      grader: text,
      graderVersion: text,
      maxTokens: maybe(number),
      temperature: maybe(number),
      items: number,
      itemsHash: text,
      sources: maybe(z.array(DataSourceSchema)),
      prefix: maybe(text),
    }),
  ),
  loads: z.array(LoadSchema),
  facts: z.array(FactSchema),
  claims: z.array(z.object({ id: text, title: text, numerator: text, denominator: text, says: maybe(text), explanation: text })),
  gate: maybe(GatePolicySchema),
  judge: maybe(JudgeRecordSchema),
  site: maybe(z.object({ gramsPerKwh: amount, pue: amount, ...sourced })),
})
