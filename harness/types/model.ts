/** Models: how a contestant is opened and asked. */
import type { Failure } from '../errors.ts'
import type { Origin } from '../units.ts'
import type { Observed } from './observed.ts'
import type { Message, ModelSpec } from './suite.ts'

export interface ModelAdapter {
  readonly id: string
  readonly summary: string
  /**
   * `child`: computes in a process of its own, since it blocks its thread. `client`: asks a server, from one or more processes
   * of its own that do nothing else. `parent`: waits beside the harness. `none`: nothing to run (published figures).
   */
  readonly runsIn: 'child' | 'client' | 'parent' | 'none'
  /** Its models have `distributions` or `score`, and run in a `child`: they can be compared token by token. */
  readonly scores?: boolean
  /** Why a model with these options cannot say how likely given texts are; undefined where it can, or where only its server knows. */
  whyNoLikelihoods?(options: ModelSpec['options']): string | undefined
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
  /**
   * Models behind a server: sends one request and writes what comes, as it comes, into the recording, which stamps the time.
   * What goes wrong is in the result, with what had come so far; rejects only when the signal is aborted.
   */
  send?(request: Request, recording: Recording, signal: AbortSignal): Promise<Sent>
  /** Log-probabilities (nats) of continuations of one context. */
  score?(context: string, continuations: readonly string[], signal: AbortSignal): Promise<readonly Score[]>
  /** What the model expects at each token of a text that is given to it as its answer. Throws HarnessError `model` for a text that it cannot read. */
  distributions?(text: ForcedText, signal: AbortSignal): Promise<Distributions>
  /** Times prefill and decode steps in isolation (tinybench); milliseconds per call. */
  timeSteps?(signal: AbortSignal): Promise<readonly StepTiming[]>
  /** Bytes held now (weights and caches on the device, and the process). */
  memory(): { deviceBytes: Observed<number>; processBytes: number }
  close(): Promise<void>
}
export interface Request { prompt: string | readonly Message[]; maxTokens: number; seed: number; temperature: number; stop: readonly string[]; /** Go on to `maxTokens`, whatever the model says. */ ignoreEos?: boolean; /** In place of an answer, where the model can tell: how likely texts are. */ given?: Given }
/** Texts that may follow a context. Without a context the first token of a text has nothing before it, and is left out. `required`: fail rather than answer the prompt where the model cannot tell. */
export interface Given { context: string; texts: readonly string[]; required?: boolean }
/**
 * How likely a model finds a given text: log-probability in nats, over the tokens that something stands before, and the UTF-8 bytes of those.
 * `straddles`: its first token began in the context, and counts as a whole.
 */
export interface Likelihood { logProb: number; tokens: number; bytes: number; straddles?: boolean }
/** `text` may be empty; `tokens` is how many tokens arrived together. The receiver stamps the time. */
export interface TokenEvent { tokens: number; text: string; channel: 'answer' | 'reasoning' }
export interface Completion {
  finish: 'stop' | 'length' | 'tool-calls' | 'content-filter'
  text: string
  promptTokens: number
  /** Reasoning included. */
  outputTokens: number
  countedBy: TokenCount
  /** Reasoning that the server sent apart from the answer. */
  reasoning?: string
  reasoningTokens?: number
  /** Tokens of the prompt that the server had in its prefix cache. */
  cachedTokens?: number
  toolCalls?: readonly { name: string; arguments: string }[]
  /** Sum of the log-probabilities of `logProbTokens` tokens of the answer, nats; where the model tells those of all of it. */
  logProb?: number
  logProbTokens?: number
  /** Of the given texts, in their order: nothing was written then, and all prompts that it took are in `promptTokens`. */
  likelihoods?: readonly Likelihood[]
  /** Why an answer was written, though likelihoods of given texts were asked for. */
  noLikelihoods?: string
}
/** How a request to a server went. `attempts` were made before the last one and failed. */
export type Sent = { attempts: readonly Attempt[] } & ({ ok: true; completion: Completion } | { ok: false; text: string; error: Failure })
export interface Attempt { startMs: number; endMs: number; error: Failure }
/** Where a client writes the times of one attempt. Cheap enough for every event of thousands of streams. */
export interface Recording {
  /** Milliseconds on the run clock; for the attempts that fail. */
  now(): number
  /** A new attempt is written to the wire; forgets what an earlier one recorded. */
  sent(): void
  /** Status line and headers came. */
  headers(): void
  /** Data came from the socket: all content until the next call carries this time. */
  stamp(): void
  /** Content came; `tokens` is how many, 0 where the event does not tell. Events without content are not reported. */
  content(tokens: number, channel: 'answer' | 'reasoning'): void
  /** The attempt is over, well or badly. What is done with the answer afterwards is not its time. */
  ended(): void
}
export type TokenCount = 'server' | 'tokenizer' | 'estimate'
export interface Score { logProb: number; tokens: number; bytes: number; isGreedy: boolean; /** Tokens that were read before those. */ contextTokens?: number }
/** `ended`: the answer is whole, so that its end mark is a token too. */
export interface ForcedText { prompt: Request['prompt']; answer: string; ended: boolean }
export interface Distributions {
  /** Names the tokenizer with its vocabulary: models with equal ones are compared token by token. */
  vocabulary: string
  /** Tokens of the answer; `marks` of them, at the end, stand for no text. */
  ids: readonly number[]
  marks: number
  /** Of every token of the vocabulary at every place, [ids.length, vocabulary], nats. */
  logProbs: Float32Array
}
export interface StepTiming { step: 'prefill' | 'decode'; batch: number; tokens: number; ms: number; lowMs: number; highMs: number; samples: number }

export interface RuntimeFacts {
  backend: string; device: string; versions: Record<string, string>; rejected: readonly { backend: string; why: string }[]
  /** What the device reached here in copying and multiplying, where that was measured. */
  limits?: MeasuredLimits
  /** Which GPU it is, as far as the backend tells: for the meters. Absent: not a GPU, or not told. */
  gpu?: GpuIdentity
}
/** Bytes read and written a second, and FLOP a second, at best. */
export interface MeasuredLimits { bytesPerSecond: number; flopPerSecond: number; how: string }
/** `names` are texts one of which is, or holds, the name of the GPU. `cuda`: it is chosen among those that CUDA_VISIBLE_DEVICES leaves. */
export interface GpuIdentity { names: readonly string[]; vendor?: string; uuid?: string; busId?: string; cuda?: boolean }
/** What a model takes at least, bytes: weights, and keys and values for `batch` requests of `tokens` each. */
export interface MemoryNeed { weights: number; cache: number; batch: number; tokens: number }

export interface ModelCard {
  name: string
  /** Absent where a server does not tell. */
  parametersTotal?: number
  parametersActive?: number
  /** Bytes of keys and values that a token of context takes over all layers: 2 × layers × heads of the cache × their size × bytes of a number. */
  cacheBytesPerToken?: number
  /** Of a mixture of experts, the routed ones of a layer; shared experts are among the other weights. */
  experts?: { count: number; perToken: number }
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
    /** Hours of one GPU each; with what an hour costs and the watts of a GPU where that is told. */
    gpuHours?: { value: number; origin: Origin; how: string; usdPerHour?: number; watts?: number }
    recipe?: string
    finalLoss?: number
  }
  source?: string
}

/** What a suite says of a model: of a server that tells little, or of a model that is only quoted. It counts before what the adapter finds. */
export type StatedCard = Partial<Omit<ModelCard, 'name' | 'tokenizer'>>
/** What a model runs on, as drivers name it: `NVIDIA H100 80GB HBM3`. */
export interface StatedDevice { name: string; count: number }
