/** Suite (after validation and defaults; what a user writes is `SuiteInput` in suite/schema.ts). */
import type { Claim, Fact } from './facts.ts'
import type { GatePolicy } from './gate.ts'
import type { JudgeSaid, JudgeSpec } from './judge.ts'
import type { Arrivals, Slo, Timing } from './load.ts'
import type { MeterSpec } from './meter.ts'
import type { Given, Likelihood, StatedCard, StatedDevice } from './model.ts'
import type { Site } from './site.ts'

export type Role = 'teacher' | 'student' | 'control'

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
  /** Meter ids, `auto`, and meters that the suite describes. */
  meters: readonly (string | MeterSpec)[]
  /** Non-inferiority margin of accuracy, as a ratio: 0.02 is two points. */
  margin: number
  /** Ask in random order and stop once it is clear; without, everything is asked. */
  untilDecided?: UntilDecided
  /** Comparison with the teacher token by token, when everything is asked; absent: 100 items of each workload. */
  fidelity?: { items: number; off: boolean }
  /** Who compares answers with the teacher's; absent: nobody. */
  judge?: JudgeSpec
  /** What `--quick` changes. */
  quick: { items: number; blocks: number }
  /** Absent: nothing is said of carbon. */
  site?: Site
  facts: readonly Fact[]
  claims: readonly Claim[]
  /** Rules of the gate; absent: the default ones. */
  gate?: GatePolicy
}

/** When asking ends before all items are asked: every student is decided, or a limit is reached. Limits are looked at between cells. */
export interface UntilDecided {
  /** Items of each workload between two looks at the results. */
  lookEvery: number
  /** Most items of each workload. */
  maxItems?: number
  /** Of the run's clock, opening and warming up of models included. */
  maxMinutes?: number
  /** US dollars at the prices of the suite, over all models. */
  maxCostUsd?: number
}

export interface ModelSpec {
  id: string
  name: string
  role: Role
  adapter: string
  /** Adapter options; paths in them are absolute after loading. */
  options: Readonly<Record<string, unknown>>
  price?: Price
  card?: StatedCard
  device?: StatedDevice
}

/**
 * What using a model costs. Hourly: rented hardware; owned: bought, by its life and power; token: an API list price.
 * `utilisation` is the share of paid hours in which it works (default 1), `overheadShare` what housing and staff add to the purchase,
 * `watts` the mean power at the wall, `batchDiscount` the share by which batches are cheaper.
 */
export type Price =
  | { kind: 'hourly'; usdPerHour: number; utilisation?: number; source: string; date: string }
  | { kind: 'owned'; purchaseUsd: number; lifetimeYears: number; watts: number; usdPerKwh: number; pue?: number; overheadShare?: number; utilisation?: number; source: string; date: string }
  | { kind: 'token'; inputPerMtoken: number; outputPerMtoken: number; cachedInputPerMtoken?: number; batchDiscount?: number; source: string; date: string }

export interface WorkloadSpec {
  id: string
  title: string
  /** Produces the items; the same seed gives the same items in the same order. */
  items: (seed: number, context?: ItemsContext) => Iterable<Item> | AsyncIterable<Item>
  grader: Grader
  maxTokens: number
  temperature: number
  stop: readonly string[]
  /** Use the first n items only. */
  limit?: number
  /** What prompts have in common at their beginning, in words; absent: they are asked as they are. */
  prefix?: string
  /** Its questions may be a copy that `--data`, the variable DISTILLBENCH_DATA, names. */
  takesData?: true
}

/** What whoever asks for items wants to know beside them. */
export interface ItemsContext {
  readonly signal?: AbortSignal
  readonly onWarning?: (code: string, message: string) => void
  /** A file that items came from, or the examples before them. */
  readonly onSource?: (source: DataSource) => void
  /** What is being fetched, for people who wait. */
  readonly onProgress?: (message: string) => void
}
/** Where questions came from. `revision` is the commit of a hub dataset; digests and sizes are of the file as it was read. */
export interface DataSource { use: 'questions' | 'examples'; file: string; sha256: string; bytes: number; dataset?: string; config?: string; split?: string; revision?: string }

/** `settle` takes its time where `grade` says that it could not tell at once (`unsettled`); it does not throw either, but for an abort. */
export interface Grader { id: string; version: string; /** Items need no right answer. */ targetless?: true; /** Ids of ways to grade that are not comparable with one another: each grade names its own. */ ways?: readonly string[]; grade(item: Item, text: string, said?: Said): Grade; settle?(item: Item, text: string, signal: AbortSignal, said?: Said, leave?: Leave): Promise<Grade>; /** Why answers would get no grade here; undefined: nothing stands in the way. */ ready?(leave: Leave): Promise<string | undefined>; /** Why no answer to this item can be graded: its target is not what the grader reads. */ unreadable?(item: Item): string | undefined }
/** What the user has allowed a grader that takes its time. */
export interface Leave { /** Run code that a model wrote. */ readonly code?: boolean; /** Asks a model that the suite names as judge; rejects only when aborted. */ readonly ask?: (judge: JudgeSpec, messages: readonly Message[], signal: AbortSignal) => Promise<JudgeSaid> }
/** What grading an answer took, where another model was asked. */
export interface GradingBill { requests: number; promptTokens: number; outputTokens: number; ms?: number; costUsd?: number }
/** What a model said beside its answer; the answer is without its reasoning. */
export interface Said { readonly toolCalls?: readonly { name: string; arguments: string }[]; readonly truncated?: boolean; /** Of the item's given texts. */ readonly likelihoods?: readonly Likelihood[] }
/** `score` is between 0 and 1; a binary grader gives 0 or 1. Never throws, whatever the text. */
export interface Grade { score: number; grader: string; answer?: string; detail?: string; /** Never stored. */ unsettled?: true; /** Where the likeliest text was chosen: the scores as they are without, with bytes and with characters for the length. */ by?: { raw: number; bytes: number; characters: number }; /** No grade at all; the reason is the detail. */ ungraded?: true; bill?: GradingBill }

export interface Item { id: string; hash: string; prompt: string | readonly Message[]; target?: string; slice?: string; cluster?: string; /** Answers to choose from, in the order of their letters. */ choices?: readonly string[]; /** In place of a written answer. */ given?: Given; /** Which of the given texts is right, and what each is called and measured by. */ right?: { index: number; names: readonly string[]; plain: readonly string[] }; length?: ItemLength; opening?: Opening; turn?: Turn }
/** Made-up prompts: tokens asked for, and who counted those of the prompt. `ignoreEos`: the server is asked to go on to the full length. */
export interface ItemLength { inputTokens: number; outputTokens: number; countedBy: 'tokenizer' | 'estimate'; ignoreEos: boolean }
/** The part of a prompt, from character `at` to `end`, that is written anew for each request: `count` of the words, so that no prefix cache knows it. */
export interface Opening { at: number; end: number; count: number; words: readonly string[] }
/** A turn of a session. Turns stand together, `index` from 0; asked `thinkMs` after the answer before it, with the answers of the model or the recorded ones of the prompt. */
export interface Turn { session: string; index: number; thinkMs: number; answers: 'model' | 'recorded' }
export interface Message { role: 'system' | 'user' | 'assistant'; content: string }

/** How requests arrive. `items` caps the items asked under this load (the first ones of the workload). */
export type LoadSpec = { id: string; items?: number } & (
  | { kind: 'sequential' }
  /** Answers that were read from a file: nobody knows how their requests arrived. */
  | { kind: 'recorded' }
  | { kind: 'batch'; size: number }
  | ({ kind: 'concurrency'; streams: number; slo?: Slo } & Partial<Timing>)
  | ({ kind: 'rate'; perSecond: number; arrivals: Arrivals; rampSeconds: number; slo?: Slo } & Timing)
  /** From one stream to saturation; the points are chosen on the way. */
  | ({ kind: 'sweep'; points: number; arrivals: Arrivals; slo?: Slo } & Timing)
  /** The highest rate that meets the objective. */
  | ({ kind: 'search'; arrivals: Arrivals; slo: Slo; points: number } & Timing)
  | ({ kind: 'trace'; file: string; format: string; fromSeconds?: number; speed: number; slo?: Slo } & Timing)
)
