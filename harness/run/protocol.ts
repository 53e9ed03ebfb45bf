/**
 * What a cell's two sides say to each other. The harness sends `job`, then `go` twice; the side of the model answers:
 *
 *   job ─▶  opened          go ─▶  warmed          go ─▶  asked, answered … measured          (then) steps, closed
 *
 * `failed` may come instead of any answer, and ends the cell. All times are on the run clock.
 */
import { z } from 'zod'
import type { Failure, ModelSpec, Request, RuntimeFacts, ModelCard, StepTiming, CellRecord, Completion, Observed, Sample } from '../types.ts'
import {
  ArrivalsSchema,
  CompletionSchema,
  FailureSchema,
  MemorySchema,
  ModelCardSchema,
  PhaseSchema,
  RuntimeSchema,
  StepsSchema,
} from './store/schema/index.ts'

/** Everything that the side of the model needs to know. `dir` is the folder that the path of an adapter starts from. */
export interface Job {
  spec: ModelSpec
  dir: string
  backend: string
  originNs: string
  warmup: readonly (readonly Request[])[]
  batches: readonly (readonly Request[])[]
  /** Batches in flight at a time. */
  streams: number
  /** Time the steps in isolation at the end. */
  timeSteps: boolean
}

/** What a server tells of the times of an answer, as in Sample. */
export type Arrivals = Pick<Sample, 'timing' | 'headersMs' | 'firstReasoningMs' | 'firstAnswerMs' | 'attempts'>

/** How one request went. `tokenMs` and `text` are as far as they came. */
export type Answer = { tokenMs: number[] } & Arrivals & ({ ok: true; completion: Completion } | { ok: false; text: string; error: Failure })

type Done = Extract<CellRecord, { state: 'done' }>
type Phase = Done['phases']['open']
export type FromModel =
  | { type: 'ready' }
  | { type: 'opened'; phase: Phase; card: ModelCard; runtime: RuntimeFacts }
  | { type: 'warmed'; phase: Phase; failed: number; error?: Failure }
  | { type: 'asked'; batch: number; startMs: number }
  | { type: 'answered'; batch: number; startMs: number; endMs: number; answers: Answer[] }
  | { type: 'measured'; phase: Phase; memory: Done['memory'] }
  | { type: 'steps'; steps: Observed<StepTiming[]> }
  | { type: 'closed' }
  | { type: 'failed'; error: Failure }

export type ToModel = { type: 'job'; job: Job } | { type: 'go' }

const MessageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
const RequestSchema = z.object({
  prompt: z.union([z.string(), z.array(MessageSchema)]),
  maxTokens: z.number(),
  seed: z.number(),
  temperature: z.number(),
  stop: z.array(z.string()),
  ignoreEos: z.boolean().exactOptional(),
  given: z.object({ context: z.string(), texts: z.array(z.string()), required: z.boolean().exactOptional() }).exactOptional(),
}) satisfies z.ZodType<Request>

const batches = z.array(z.array(RequestSchema))
const JobSchema = z.object({
  spec: z.object({
    id: z.string(),
    name: z.string(),
    role: z.enum(['teacher', 'student', 'control']),
    adapter: z.string(),
    options: z.record(z.string(), z.unknown()),
  }),
  dir: z.string(),
  backend: z.string(),
  originNs: z.string().regex(/^-?\d+$/),
  warmup: batches,
  batches,
  streams: z.int().min(1),
  timeSteps: z.boolean(),
}) satisfies z.ZodType<Job>

export const ToModelSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: JobSchema }),
  z.object({ type: z.literal('go') }),
]) satisfies z.ZodType<ToModel>

const index = z.int().min(0)
const times = { tokenMs: z.array(z.number()), ...ArrivalsSchema.shape }
const AnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), ...times, completion: CompletionSchema }),
  z.object({ ok: z.literal(false), ...times, text: z.string(), error: FailureSchema }),
]) satisfies z.ZodType<Answer>

const StepsResult = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ok'), value: StepsSchema }),
  z.object({ state: z.literal('absent'), why: z.string() }),
  z.object({ state: z.literal('failed'), error: FailureSchema }),
]) satisfies z.ZodType<Observed<StepTiming[]>>

export const FromModelSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('opened'), phase: PhaseSchema, card: ModelCardSchema, runtime: RuntimeSchema }),
  z.object({ type: z.literal('warmed'), phase: PhaseSchema, failed: index, error: z.exactOptional(FailureSchema) }),
  z.object({ type: z.literal('asked'), batch: index, startMs: z.number() }),
  z.object({ type: z.literal('answered'), batch: index, startMs: z.number(), endMs: z.number(), answers: z.array(AnswerSchema) }),
  z.object({ type: z.literal('measured'), phase: PhaseSchema, memory: MemorySchema }),
  z.object({ type: z.literal('steps'), steps: StepsResult }),
  z.object({ type: z.literal('closed') }),
  z.object({ type: z.literal('failed'), error: FailureSchema }),
]) satisfies z.ZodType<FromModel>
