/**
 * The vocabulary: what a suite is, what a run recorded, what an analysis says. Imports only its two sisters.
 * Times are milliseconds on the run clock (zero at the start of the run) unless a name says otherwise.
 */
import type { Failure } from './errors.ts'
import type { Origin, Unit } from './units.ts'
export type { Failure, FailureCode } from './errors.ts'
export type { Origin, Unit } from './units.ts'

export type Role = 'teacher' | 'student' | 'control'

/** A value that may honestly be missing. Never NaN, never 'NA', never 0. */
export type Observed<T> = { state: 'ok'; value: T } | { state: 'absent'; why: string } | { state: 'failed'; error: Failure }

// ---- suite (after validation and defaults; what a user writes is `SuiteInput` in suite/schema.ts)

export interface Suite {
  name: string
  title: string
  description: string
  seed: number
  models: readonly ModelSpec[]
  workloads: readonly WorkloadSpec[]
  loads: readonly LoadSpec[]
  /** Items of a workload are cut into this many blocks; contestants take turns block by block. */
  blocks: number
  repeats: number
  warmup: { requests: number }
  /** A cell that has not ended after this long is killed and recorded as failed. */
  timeoutMs: number
  meters: readonly string[] // meter ids, or ['auto']
  /** Non-inferiority margin of accuracy, as a ratio: 0.02 is two points. */
  margin: number
  /** What `--quick` changes. */
  quick: { items: number; blocks: number }
  facts: readonly Fact[]
  claims: readonly Claim[]
}

export interface ModelSpec {
  id: string
  name: string
  role: Role
  adapter: string
  /** Adapter options; paths in them are absolute after loading. */
  options: Readonly<Record<string, unknown>>
  price?: Price
}

/** What using a model costs. Hourly: rented or owned hardware; token: an API list price. */
export type Price =
  | { kind: 'hourly'; usdPerHour: number; source: string; date: string }
  | { kind: 'token'; inputPerMtoken: number; outputPerMtoken: number; cachedInputPerMtoken?: number; source: string; date: string }

export interface WorkloadSpec {
  id: string
  title: string
  /** Produces the items; the same seed gives the same items in the same order. */
  items: (seed: number) => Iterable<Item> | AsyncIterable<Item>
  grader: Grader
  maxTokens: number
  temperature: number
  stop: readonly string[]
  /** Use the first n items only. */
  limit?: number
}

export interface Grader { id: string; version: string; grade(item: Item, text: string): Grade }
/** `score` is between 0 and 1; a binary grader gives 0 or 1. Never throws, whatever the text. */
export interface Grade { score: number; grader: string; answer?: string; detail?: string }

export interface Item { id: string; hash: string; prompt: string | readonly Message[]; target?: string; slice?: string; cluster?: string }
export interface Message { role: 'system' | 'user' | 'assistant'; content: string }

/** How requests arrive. `items` caps the items asked under this load (the first ones of the workload). */
export type LoadSpec = { id: string; items?: number } & (
  | { kind: 'sequential' }
  | { kind: 'batch'; size: number }
  | { kind: 'concurrency'; streams: number }
)

// ---- models

export interface ModelAdapter {
  readonly id: string
  readonly summary: string
  /** `child`: runs in a process of its own, it blocks its thread. `none`: nothing to run (published figures). */
  readonly runsIn: 'child' | 'parent' | 'none'
  open(spec: ModelSpec, context: OpenContext): Promise<Model>
}
export interface OpenContext {
  /** Requested backend for in-process models: `auto`, `tensorflow`, `webgpu`, `wasm`, `cpu`. */
  backend: string
  signal: AbortSignal
}
export interface Model {
  readonly card: ModelCard
  /** What the model runs on: backend chosen, device, and why the others were not chosen. */
  readonly runtime: RuntimeFacts
  /**
   * Answers all requests together, as one batch. `onToken` is called as each token is known to the host, with the
   * index of its request. Resolves once the device is idle, so that the caller may stop its clock.
   */
  generate(requests: readonly Request[], onToken: (index: number, token: TokenEvent) => void, signal: AbortSignal): Promise<readonly Completion[]>
  /** Log-probabilities (nats) of continuations of one context. */
  score?(context: string, continuations: readonly string[], signal: AbortSignal): Promise<readonly Score[]>
  /** Times prefill and decode steps in isolation (tinybench); milliseconds per call. */
  timeSteps?(signal: AbortSignal): Promise<readonly StepTiming[]>
  /** Bytes held now (weights and caches on the device, and the process). */
  memory(): { deviceBytes: Observed<number>; processBytes: number }
  close(): Promise<void>
}
export interface Request { prompt: string | readonly Message[]; maxTokens: number; seed: number; temperature: number; stop: readonly string[] }
/** `text` may be empty; `tokens` is how many tokens arrived together. The receiver stamps the time. */
export interface TokenEvent { tokens: number; text: string; channel: 'answer' | 'reasoning' }
export interface Completion { finish: 'stop' | 'length'; text: string; promptTokens: number; outputTokens: number; countedBy: TokenCount }
export type TokenCount = 'server' | 'tokenizer' | 'estimate'
export interface Score { logProb: number; tokens: number; bytes: number; isGreedy: boolean }
export interface StepTiming { step: 'prefill' | 'decode'; batch: number; tokens: number; ms: number; lowMs: number; highMs: number; samples: number }

export interface RuntimeFacts { backend: string; device: string; versions: Record<string, string>; rejected: readonly { backend: string; why: string }[] }

export interface ModelCard {
  name: string
  parametersTotal: number
  parametersActive: number
  dtype: string
  tokenizer: string
  architecture?: string
  /** How it came to be. Energy and cost carry their origin. */
  training?: {
    method: string
    teacher?: string
    examples?: number
    steps?: number
    seed?: number
    backend?: string
    seconds?: number
    energyJ?: { value: number; origin: Origin; how: string }
    costUsd?: { value: number; origin: Origin; how: string }
    recipe?: string
    finalLoss?: number
  }
  source?: string
}

// ---- meters: raw series only, no arithmetic

export interface Meter {
  readonly id: string
  readonly summary: string
  readonly unit: Unit
  readonly origin: Origin
  /** How it would measure here, or why it cannot; never throws. */
  probe(signal: AbortSignal): Promise<Observed<string>>
  /** `clock` gives milliseconds on the run clock. */
  start(clock: () => number, context: MeterContext): Promise<MeterSession>
}
export interface MeterContext { intervalMs: number; pid?: number; signal: AbortSignal }
export interface MeterSession { stop(): Promise<Series> }
export interface Series { meter: string; unit: Unit; origin: Origin; how: string; t: readonly number[]; v: readonly number[] }

// ---- the record: what happened, with nothing derived

export const RUN_SCHEMA = 'run/1'

export interface RunRecord {
  schema: typeof RUN_SCHEMA
  id: string
  createdAt: string // ISO 8601, the only wall-clock time
  tool: { name: string; version: string }
  command: string
  /** Backend that was asked for; what each model got is in its cells. Absent where nothing was asked for (imported runs). */
  backend?: string
  seed: number
  quick: boolean
  suite: SuiteRecord
  environment: Environment
  plan: readonly CellKey[]
  cells: readonly CellRecord[]
  meters: readonly { id: string; probe: Observed<string>; origin: Origin; unit: Unit }[]
  warnings: readonly Warning[]
  state: 'running' | 'done' | 'failed' | 'interrupted'
}
/** The suite without its functions, and a hash of what must be equal for two runs to be comparable. */
export interface SuiteRecord {
  name: string; title: string; description: string; file: string; hash: string; margin: number
  models: readonly ModelSpec[]
  workloads: readonly { id: string; title: string; grader: string; graderVersion: string; maxTokens: number; temperature: number; items: number; itemsHash: string }[]
  loads: readonly LoadSpec[]
  facts: readonly Fact[]
  claims: readonly Claim[]
}
export interface Environment { host: Record<string, string | number>; node: string; tool: string }
export interface Warning { code: string; message: string; cell?: string; model?: string }

export interface CellKey { model: string; workload: string; load: string; repeat: number; block: number }
/** `id` is `model/workload/load/r<repeat>/b<block>`; `items` are the item ids of the block, in order. */
export type CellRecord = { id: string; key: CellKey; items: readonly string[] } & (
  | { state: 'planned' }
  | { state: 'done'; phases: Record<'open' | 'warmup' | 'measure', Phase>; card: ModelCard; runtime: RuntimeFacts; memory: { deviceBytes: Observed<number>; processBytes: number }; steps: readonly StepTiming[] }
  | { state: 'failed'; error: Failure }
  | { state: 'skipped'; why: string })
export interface Phase { startMs: number; endMs: number }

/** One request. Written to samples.jsonl as it ends; failed ones too. */
export interface Sample {
  cell: string
  key: CellKey
  item: string
  itemHash: string
  slice?: string
  cluster?: string
  prompt: string
  target?: string
  startMs: number
  endMs: number
  /** When each token was known, in order; several tokens of one event share a time. Empty when none came. */
  tokenMs: readonly number[]
  promptTokens: number
  outputTokens: number
  countedBy: TokenCount
  finish: 'stop' | 'length' | 'error'
  text: string
  grade?: Grade
  error?: Failure
}

// ---- published figures

/**
 * A quoted figure. Two facts about the same model, workload and metric that differ are a conflict and shown side by
 * side, unless `until` says that the one had ended when the other began (a price that was cut).
 */
export interface Fact {
  id?: string; model: string
  /** The benchmark that the figure is about (`aime-2024`); absent for prices, sizes and the like. */
  workload?: string
  metric: string; value: number; unit: Unit; low?: number; high?: number; n?: number
  source: string; url?: string; date: string; protocol?: string; note?: string
  /** ISO date from which the figure no longer held. */
  until?: string
  /** Of several conflicting facts, the one used in tables. */
  preferred?: boolean
}
/** A comparison quoted or derived from two facts, by fact id. `says` is what the source says; the ratio is computed. */
export interface Claim { id: string; title: string; numerator: string; denominator: string; says?: string; explanation: string }

// ---- analysis: pure functions of records

/**
 * `level` is the confidence level of `low` to `high` (0.95 as a rule). Level 0: the two are no confidence interval, but
 * the range that was seen (peaks), or the value itself where one observation or a quoted figure allows none.
 * `n` counts what `method` names: items, requests, batches.
 */
export interface Estimate { value: number; low: number; high: number; n: number; unit: Unit; origin: Origin; method: string; level: number }

/** One metric's declaration; the table of all of them is analysis/metrics. `neither`: a description, not a merit. */
export interface Metric { id: string; title: string; unit: Unit; better: 'higher' | 'lower' | 'neither'; definition: string; misleads: string }
/**
 * One row per fact: the tidy form that every renderer starts from. `workload` and `load` are empty where they do not
 * apply (a price, a size); isolated steps have the load `isolated` and the slice `batch 8, 64 tokens`.
 */
export interface MetricRow {
  run: string; model: string; role: Role; workload: string; load: string; slice: string; metric: string; estimate: Observed<Estimate>
  /** What spoils this number (a busy client, too few items); empty is never written. */
  cautions?: readonly string[]
}
/**
 * model ÷ teacher, paired by item. `ratio` is > 1 when the model has more of it; `difference` is model − teacher.
 * `pairs` counts the items that both answered; 0 for quoted figures, which cannot be paired.
 */
export interface RatioRow { run: string; model: string; workload: string; load: string; slice: string; metric: string; ratio: Observed<Estimate>; difference: Observed<Estimate>; pairs: number }

/** One contestant of one run; the same model in two runs is two of these. */
export interface ModelSummary { run: string; id: string; name: string; role: Role; adapter: string; card?: ModelCard; runtime?: RuntimeFacts; price?: Price; measured: boolean }
export interface Analysis {
  schema: 'analysis/1'
  runs: readonly { id: string; createdAt: string; suite: string; title: string; description: string; command: string; seed: number; quick: boolean; state: string; suiteHash: string; environment: Environment }[]
  models: readonly ModelSummary[]
  metrics: readonly Metric[]
  rows: readonly MetricRow[]
  ratios: readonly RatioRow[]
  /** Distillation gap recovered per student: (student − control)/(teacher − control). */
  gap: readonly { run: string; student: string; control: string; workload: string; recovered: Observed<Estimate> }[]
  distributions: readonly Distribution[]
  facts: readonly Fact[]
  /** Facts that disagree about one figure, the one used in the rows first. */
  conflicts: readonly { model: string; workload: string; metric: string; facts: readonly Fact[] }[]
  claims: readonly ClaimResult[]
  /** `planned` requests were meant to be asked, `requests` were; a run that was cut short has fewer. */
  counts: readonly { run: string; model: string; workload: string; load: string; planned: number; requests: number; failed: number; truncated: number }[]
  failures: readonly { run: string; cell: string; error: Failure }[]
  warnings: readonly Warning[]
}
/** Sorted values of one metric over the samples of one model × workload × load, thinned to at most 200 quantiles. */
export interface Distribution { run: string; model: string; workload: string; load: string; metric: string; unit: Unit; n: number; quantiles: readonly number[] }
export interface ClaimResult { id: string; title: string; numerator: Fact; denominator: Fact; ratio: number; share: number; says?: string; explanation: string }

// ---- seams between the parts

/** A suite with the place it came from. `file` is what a message names; paths in the suite are relative to `dir`. */
export interface LoadedSuite { suite: Suite; file: string; dir: string }

/** Everything that will run, in order. Deterministic from suite and seed. */
export interface Plan {
  /** `skip`: why the cell will not be run; its requests are not counted. */
  cells: readonly { id: string; key: CellKey; items: readonly Item[]; skip?: string }[]
  workloads: readonly { id: string; items: readonly Item[]; itemsHash: string }[]
  /** Requests over all cells, warm-up left out; output tokens at most. */
  requests: number
  maxOutputTokens: number
}

export type SeriesRecord = Series & { cell: string; phase: 'idle' | 'measure' }
/** A run as read back from disk. */
export interface StoredRun { record: RunRecord; samples: readonly Sample[]; series: readonly SeriesRecord[]; dir: string }

/** What the runner tells; reporters decide how it looks. `requestsDone` counts over the whole run. */
export type RunEvent =
  | { type: 'run-start'; id: string; dir: string; cells: number; cellsDone: number; requests: number; requestsDone: number }
  | { type: 'cell-start'; cell: string; key: CellKey; requests: number }
  | { type: 'cell-phase'; cell: string; phase: 'open' | 'idle' | 'warmup' | 'measure' }
  | { type: 'sample'; cell: string; key: CellKey; outputTokens: number; ms: number; correct?: number; failed: boolean; requestsDone: number }
  | { type: 'cell-end'; cell: string; key: CellKey; state: 'done' | 'failed' | 'skipped'; error?: Failure; cellsDone: number }
  | { type: 'warning'; warning: Warning }
  | { type: 'run-end'; state: RunRecord['state']; cellsFailed: number }
