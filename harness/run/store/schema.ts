/** The shapes on disk, as zod schemas; harness/types.ts says what they mean. */
import { z } from 'zod'
import { FAILURE_CODES } from '../../errors.ts'
import {
  type DataSource,
  RUN_SCHEMA,
  type CellRecord,
  type Completion,
  type Failure,
  type Grade,
  type LoadSpec,
  type MeterSpec,
  type ModelCard,
  type Observed,
  type RunRecord,
  type RuntimeFacts,
  type Sample,
  type SequentialRecord,
  type SeriesRecord,
  type StageRecord,
  type StatedCard,
  type StepTiming,
  type TokenScore,
  type Warning,
} from '../../types.ts'
import { UNITS } from '../../units.ts'
import { GatePolicySchema } from './gate-schema.ts'

const text = z.string()
const number = z.number() // finite: JSON has no other
const amount = z.number().min(0)
const maybe = z.exactOptional

export const OriginSchema = z.enum(['measured', 'estimated', 'published'])
const UnitSchema = z.enum(UNITS)
const RoleSchema = z.enum(['teacher', 'student', 'control'])
const TokenCountSchema = z.enum(['server', 'tokenizer', 'estimate'])

export const FailureSchema = z.object({ code: z.enum(FAILURE_CODES), message: text, hint: maybe(text), kind: maybe(text) }) satisfies z.ZodType<Failure>

function observed<T>(value: z.ZodType<T>): z.ZodType<Observed<T>> {
  return z.discriminatedUnion('state', [
    z.object({ state: z.literal('ok'), value }),
    z.object({ state: z.literal('absent'), why: text }),
    z.object({ state: z.literal('failed'), error: FailureSchema }),
  ])
}

const sum = { value: number, origin: OriginSchema, how: text }
export const ModelCardSchema = z.object({
  name: text,
  parametersTotal: maybe(amount),
  parametersActive: maybe(amount),
  cacheBytesPerToken: maybe(amount),
  experts: maybe(z.object({ count: amount, perToken: amount })),
  dtype: text,
  tokenizer: text,
  architecture: maybe(text),
  training: maybe(
    z.object({
      method: text,
      teacher: maybe(text),
      examples: maybe(number),
      steps: maybe(number),
      seed: maybe(number),
      backend: maybe(text),
      seconds: maybe(number),
      energyJ: maybe(z.object(sum)),
      costUsd: maybe(z.object(sum)),
      gpuHours: maybe(z.object({ ...sum, usdPerHour: maybe(amount), watts: maybe(amount) })),
      recipe: maybe(text),
      finalLoss: maybe(number),
    }),
  ),
  source: maybe(text),
}) satisfies z.ZodType<ModelCard>

export const RuntimeSchema = z.object({
  backend: text,
  device: text,
  versions: z.record(text, text),
  rejected: z.array(z.object({ backend: text, why: text })),
}) satisfies z.ZodType<RuntimeFacts>

export const MemorySchema = z.object({ deviceBytes: observed(amount), processBytes: amount })

export const StepsSchema = z.array(
  z.object({ step: z.enum(['prefill', 'decode']), batch: amount, tokens: amount, ms: amount, lowMs: amount, highMs: amount, samples: amount }),
) satisfies z.ZodType<StepTiming[]>

export const ToolCallsSchema = z.array(z.object({ name: text, arguments: text }))
export const CompletionSchema = z.object({
  finish: z.enum(['stop', 'length', 'tool-calls', 'content-filter']),
  text,
  promptTokens: amount,
  outputTokens: amount,
  countedBy: TokenCountSchema,
  reasoning: maybe(text),
  reasoningTokens: maybe(amount),
  cachedTokens: maybe(amount),
  toolCalls: maybe(ToolCallsSchema),
  logProb: maybe(number),
  logProbTokens: maybe(amount),
}) satisfies z.ZodType<Completion>

/** When the parts of an answer from a server came; times are on the run clock. */
export const ArrivalsSchema = z.object({
  timing: maybe(z.enum(['token', 'event'])),
  headersMs: maybe(number),
  firstReasoningMs: maybe(number),
  firstAnswerMs: maybe(number),
  attempts: maybe(z.array(z.object({ startMs: number, endMs: number, error: FailureSchema }))),
})

export const PhaseSchema = z.object({ startMs: number, endMs: number })

const ArrivalKind = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('constant') }),
  z.object({ kind: z.literal('poisson') }),
  z.object({ kind: z.literal('gamma'), shape: number }),
])
const ShapeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('concurrency'), streams: number }),
  z.object({ kind: z.literal('rate'), perSecond: number, arrivals: ArrivalKind, rampSeconds: number }),
  z.object({ kind: z.literal('trace'), file: text, speed: number }),
])
const SpreadSchema = z.object({ p50: amount, p99: amount })
const StageSchema = z.object({
  index: amount,
  label: text,
  shape: ShapeSchema,
  startMs: number,
  endMs: number,
  steady: observed(PhaseSchema),
  sent: amount,
  answered: amount,
  failed: amount,
  stoppedBy: maybe(z.enum(['errors', 'saturated', 'cost', 'requests'])),
  client: z.object({
    verdict: z.enum(['valid', 'degraded', 'invalid']),
    reasons: z.array(text),
    workers: amount,
    cpuShare: amount,
    loopDelayP99Ms: amount,
    sendLagP50Ms: observed(number),
    sendLagP99Ms: observed(number),
    trustedStreams: observed(amount),
    calibrated: maybe(z.object({ at: text, streams: amount, ttftErrorMs: SpreadSchema, tokenErrorMs: SpreadSchema })),
    offeredPerSecond: amount,
    achievedPerSecond: amount,
  }),
}) satisfies z.ZodType<StageRecord>

const KeySchema = z.object({ model: text, workload: text, load: text, repeat: number, block: number })

const cell = { id: text, key: KeySchema, items: z.array(text) }
const CellSchema = z.discriminatedUnion('state', [
  z.object({ ...cell, state: z.literal('planned') }),
  z.object({
    ...cell,
    state: z.literal('done'),
    phases: z.object({ open: PhaseSchema, warmup: PhaseSchema, measure: PhaseSchema }),
    card: ModelCardSchema,
    runtime: RuntimeSchema,
    memory: MemorySchema,
    steps: StepsSchema,
    stages: maybe(z.array(StageSchema)),
  }),
  z.object({ ...cell, state: z.literal('failed'), error: FailureSchema }),
  z.object({ ...cell, state: z.literal('skipped'), why: text }),
  z.object({ ...cell, state: z.literal('recorded'), source: z.object({ file: text, format: text, sha256: text, bytes: amount, answers: amount }) }),
]) satisfies z.ZodType<CellRecord>

const sourced = { source: text, date: text }
const PriceSchema = z.discriminatedUnion('kind', [
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

const FactSchema = z.object({
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

const SuiteRecordSchema = z.object({
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
  site: maybe(z.object({ gramsPerKwh: amount, pue: amount, ...sourced })),
})

const WarningSchema = z.object({ code: text, message: text, cell: maybe(text), model: maybe(text) }) satisfies z.ZodType<Warning>

const SequentialSchema = z.object({
  rule: z.object({ lookEvery: number, maxItems: maybe(number), maxMinutes: maybe(number), maxCostUsd: maybe(number) }),
  looks: amount,
  students: z.array(
    z.object({
      model: text,
      decision: z.enum(['replace', 'keep-teacher', 'undecided']),
      items: amount,
      workloads: z.array(z.object({ id: text, items: amount, settled: z.boolean() })),
      failing: maybe(text),
    }),
  ),
  stopped: maybe(z.enum(['decided', 'items', 'minutes', 'cost', 'failed'])),
}) satisfies z.ZodType<SequentialRecord>

const MeterSpecSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('prometheus'),
    id: text,
    url: text,
    metric: maybe(text),
    unit: maybe(z.enum(['J', 'W'])),
    scale: maybe(number),
    labels: maybe(z.record(text, text)),
    model: maybe(text),
  }),
  z.object({ kind: z.literal('wall'), id: text, file: text, model: maybe(text), clockOffsetMs: maybe(number), zone: maybe(text) }),
]) satisfies z.ZodType<MeterSpec>

export const RunRecordSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  id: text,
  createdAt: z.iso.datetime(),
  tool: z.object({ name: text, version: text }),
  command: text,
  backend: maybe(text),
  seed: number,
  quick: z.boolean(),
  suite: SuiteRecordSchema,
  environment: z.object({ host: z.record(text, z.union([text, number])), node: text, tool: text }),
  plan: z.array(KeySchema),
  cells: z.array(CellSchema),
  meters: z.array(z.object({ id: text, probe: observed(text), origin: OriginSchema, unit: UnitSchema, spec: maybe(MeterSpecSchema) })),
  warnings: z.array(WarningSchema),
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  sequential: maybe(SequentialSchema),
  notScored: maybe(z.array(z.object({ model: text, why: text }))),
}) satisfies z.ZodType<RunRecord>

const GradeSchema = z.object({ score: z.number().min(0).max(1), grader: text, answer: maybe(text), detail: maybe(text) }) satisfies z.ZodType<Grade>

export const SampleSchema = z.object({
  cell: text,
  key: KeySchema,
  item: text,
  itemHash: text,
  slice: maybe(text),
  cluster: maybe(text),
  prompt: text,
  target: maybe(text),
  startMs: number,
  endMs: number,
  tokenMs: z.array(number),
  promptTokens: amount,
  outputTokens: amount,
  countedBy: TokenCountSchema,
  finish: z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'error']),
  text,
  grade: maybe(GradeSchema),
  logProb: maybe(number),
  logProbTokens: maybe(amount),
  error: maybe(FailureSchema),
  ...ArrivalsSchema.shape,
  intendedMs: maybe(number),
  stage: maybe(amount),
  toolCalls: maybe(ToolCallsSchema),
  reasoning: maybe(text),
  reasoningTokens: maybe(amount),
  cachedTokens: maybe(amount),
  givenScore: maybe(z.number().min(0).max(1)),
  costUsd: maybe(amount),
  unknown: maybe(z.array(z.enum(['times', 'promptTokens', 'outputTokens', 'finish', 'text']))),
}) satisfies z.ZodType<Sample>

export const SeriesSchema = z.object({
  cell: text,
  phase: z.enum(['idle', 'measure', 'idle-after']),
  meter: text,
  unit: UnitSchema,
  origin: OriginSchema,
  how: text,
  t: z.array(number),
  v: z.array(number),
  kind: maybe(z.enum(['counter', 'instant', 'average'])),
  scope: maybe(z.enum(['gpu', 'package', 'dram', 'system', 'wall'])),
  device: maybe(text),
  model: maybe(text),
  gaps: maybe(z.array(z.object({ startMs: number, endMs: number, why: text, breaks: maybe(z.literal(true)) }))),
}) satisfies z.ZodType<SeriesRecord>

export const TokenScoreSchema = z.object({
  model: text,
  workload: text,
  item: text,
  cluster: maybe(text),
  tokens: amount,
  nll: number,
  bytes: amount,
  same: maybe(z.object({ kl: number, agreed: amount })),
}) satisfies z.ZodType<TokenScore>
