/** The record: what happened, with nothing derived. */
import type { Failure } from '../errors.ts'
import type { Origin, Unit } from '../units.ts'
import type { Claim, Fact } from './facts.ts'
import type { StageRecord } from './load.ts'
import type { Attempt, Completion, Likelihood, ModelCard, RuntimeFacts, StepTiming, TokenCount } from './model.ts'
import type { GatePolicy } from './gate.ts'
import type { JudgeRecord } from './judge.ts'
import type { MeterSpec } from './meter.ts'
import type { Observed } from './observed.ts'
import type { DataSource, Grade, GradingBill, LoadSpec, ModelSpec, UntilDecided } from './suite.ts'
import type { Site } from './site.ts'
import type { Decision } from './verdict.ts'

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
  meters: readonly MeterRecord[]
  warnings: readonly Warning[]
  state: 'running' | 'done' | 'failed' | 'interrupted'
  /** Models that were not compared with the teacher token by token, and why. */
  notScored?: readonly { model: string; why: string }[]
  /** Answers that were graded once more when the run had ended, in order. The grades that they came with are in the samples, the later ones in `grades-<number>.jsonl`. */
  gradings?: readonly GradingRecord[]
  /** Where the run asked until it was clear: its verdicts use bounds that hold however often one looked. */
  sequential?: SequentialRecord
  /** Models of different runs put together (`compare`; never stored): how those asked whose own run asked until it was clear. */
  sequentialOf?: Readonly<Record<string, SequentialRecord>>
}
/** A later grading: by which graders, with what leave. `changed`: answers whose score is another than before. */
export interface GradingRecord {
  number: number
  at: string // ISO 8601
  tool: { name: string; version: string }
  command: string
  allowCode: boolean
  workloads: readonly { id: string; grader: string; graderVersion: string; answers: number; ungraded: number; changed: number }[]
  /** Where the scores differ from those before. */
  warnings?: readonly Warning[]
  /** Why it no longer counts. */
  replaced?: string
}
/** `spec`: as the suite describes it, where it does. */
export interface MeterRecord { id: string; probe: Observed<string>; origin: Origin; unit: Unit; spec?: MeterSpec }
/** How a run that asked until it was clear has gone. */
export interface SequentialRecord {
  rule: UntilDecided
  /** How often the results were looked at. */
  looks: number
  /** As of the last look, in the order of the suite. */
  students: readonly StudentLook[]
  /** Why asking ended; absent while it goes on, or where it was cut short from outside. */
  stopped?: SequentialStop
}
/** `decided`: every student is; `items`: all were asked; `minutes` and `cost`: the limits of the rule; `failed`: whoever was still needed kept failing. */
export type SequentialStop = 'decided' | 'items' | 'minutes' | 'cost' | 'failed'
/** `items` are those that the student and the teacher both answered, over all workloads. */
export interface StudentLook { model: string; decision: Decision; items: number; workloads: readonly { id: string; items: number; /** Shown to be good enough there: no more is asked of it. */ settled: boolean }[]; /** Why it is no longer asked although it is undecided: its cells kept failing. */ failing?: string }
/** The suite without its functions, and a hash of what must be equal for two runs to be comparable. */
export interface SuiteRecord {
  name: string; title: string; description: string; file: string; hash: string; margin: number
  models: readonly ModelSpec[]
  /** `maxTokens` and `temperature` are absent where they are not known: answers that were recorded elsewhere. */
  workloads: readonly { id: string; title: string; grader: string; graderVersion: string; maxTokens?: number; temperature?: number; items: number; itemsHash: string; /** Files that they came from. */ sources?: readonly DataSource[]; /** Prefix policy of made-up prompts. */ prefix?: string }[]
  loads: readonly LoadSpec[]
  facts: readonly Fact[]
  claims: readonly Claim[]
  site?: Site
  /** Rules that the suite sets, fixed before the run. */
  gate?: GatePolicy
  judge?: JudgeRecord
}
export interface Environment { host: Record<string, string | number>; node: string; tool: string }
export interface Warning { code: string; message: string; cell?: string; model?: string }

export interface CellKey { model: string; workload: string; load: string; repeat: number; block: number }
/** `id` is `model/workload/load/r<repeat>/b<block>`; `items` are the item ids of the block, in order. */
export type CellRecord = { id: string; key: CellKey; items: readonly string[] } & (
  | { state: 'planned' }
  | { state: 'done'; phases: Record<'open' | 'warmup' | 'measure', Phase>; card: ModelCard; runtime: RuntimeFacts; memory: { deviceBytes: Observed<number>; processBytes: number }; steps: readonly StepTiming[]; stages?: readonly StageRecord[] }
  | { state: 'failed'; error: Failure }
  | { state: 'skipped'; why: string }
  /** Nothing was run: the answers were read from a file. */
  | { state: 'recorded'; source: RecordedSource })
/** `sha256` is of the file's bytes; `format` is the id of the reader. */
export interface RecordedSource { file: string; format: string; sha256: string; bytes: number; answers: number }
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
  finish: Completion['finish'] | 'error'
  text: string
  grade?: Grade
  /** Why an answer that came has no grade, where its grader told. */
  ungraded?: string
  /** Apart from what the model took. */
  grading?: GradingBill
  error?: Failure
  /** What a time in `tokenMs` is: a token (the default), or an event whose number of tokens is not known. */
  timing?: 'token' | 'event'
  /** Under an open load: when it was due. Latency counts from here. */
  intendedMs?: number
  headersMs?: number
  /** First content of each kind, where there was reasoning. */
  firstReasoningMs?: number
  firstAnswerMs?: number
  reasoning?: string
  reasoningTokens?: number
  cachedTokens?: number
  toolCalls?: readonly { name: string; arguments: string }[]
  /** Sum of the log-probabilities of the tokens of the answer, or of the text that was given, nats; where the model tells. */
  logProb?: number
  /** How many tokens that sum is over; absent: all output tokens. */
  logProbTokens?: number
  /** Of texts that were given in place of a question to answer; see Completion. */
  likelihoods?: readonly Likelihood[]
  noLikelihoods?: string
  /** Attempts before the last one. */
  attempts?: readonly Attempt[]
  /** Stage of a load that has several. */
  stage?: number
  /** Recorded answers: the score that came with the answer, 0 to 1; `grade` is ours. */
  givenScore?: number
  /** Recorded answers: what the file says that the request cost, US dollars. */
  costUsd?: number
  /** Recorded answers: what the file does not tell. The fields about it mean nothing then, and no metric reads them. */
  unknown?: readonly Unknown[]
}
/** `times` are startMs and endMs; `tokenMs` is empty where it is not known. `text`: what was answered is not in the file, its score may be. */
export type Unknown = 'times' | 'promptTokens' | 'outputTokens' | 'finish' | 'text'
