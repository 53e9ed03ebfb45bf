/**
 * What the harness and a client process say to each other. Each side of a stage speaks when it wants:
 *
 *   job ─▶ opened    stage ─▶ batch, batch … ended    stop ─▶ (nothing more is sent)    close ─▶ closed
 *
 * All times are on the run clock. Typed arrays travel as they are, so the channel must be of the advanced kind.
 */
import { z } from 'zod'
import type { Completion, Failure, ModelCard, ModelSpec, Opening, Phase, Request, RuntimeFacts, Sent, Turn } from '../../types.ts'
import { FailureSchema, ModelCardSchema, PhaseSchema, RuntimeSchema } from '../store/schema/index.ts'

export interface ClientJob {
  spec: ModelSpec
  /** Folder that the path of an adapter starts from. */
  dir: string
  originNs: string
  requests: readonly Request[]
  warmup: readonly Request[]
  /** Parts of the measured requests that are written anew each time, by their places; and what they follow from besides the number. */
  openings: readonly (Opening | undefined)[]
  salt: string
  /** Where the requests are turns of sessions: one for each of them. */
  turns?: readonly Turn[]
}

/** What one process does in a stage. Its requests have the numbers first, first + step, first + 2 step … */
export type StageOrder = {
  index: number
  requests: 'measured' | 'warmup'
  first: number
  step: number
  startMs: number
  /** How long to wait for answers once nothing more is sent; the rest is given up. */
  drainMs: number
} & (
  | /** Due times, rising; stops when `maxInFlight` requests are out and the next is due. */ {
      kind: 'open'
      dueMs: Float64Array
      maxInFlight: number
      /** Sessions: the times are those of their first turns, and no turn is sent after this. */ endMs?: number
    }
  | /** So many at a time, each sent when another one has ended; none after `endMs`, nor more than `most`. */ {
      kind: 'closed'
      streams: number
      endMs: number
      most: number
    }
)

export interface StageEnd {
  index: number
  sent: number
  /** When the last request was sent, and when it was due; the start where there was none. */
  lastSentMs: number
  lastDueMs: number
  /** Sending ended. */
  endMs: number
  mostInFlight: number
  saturated: boolean
  /** CPU-seconds per second, from the start to the end of the sending. */
  cpuShare: number
  loopDelayP99Ms: number
  processBytes: number
}

/** Requests that began and ended since the last batch, packed: see pack.ts. */
export interface Batch {
  index: number
  /** Number and start of each request that was sent, in turn. */
  asked: Float64Array
  /** `COLUMNS` values per request that ended. */
  table: Float64Array
  /** Recorded events, one request after the other. */
  times: Float64Array
  marks: Uint16Array
  texts: string[]
  /** What few requests have: row, and the rest. */
  rare: [row: number, Rare][]
}
export interface Rare extends Partial<Pick<Completion, 'reasoning' | 'toolCalls' | 'logProb' | 'logProbTokens' | 'likelihoods' | 'noLikelihoods'>> {
  attempts?: Sent['attempts']
  error?: Failure
}

export type ToClient = { type: 'job'; job: ClientJob } | { type: 'stage'; order: StageOrder } | { type: 'stop' } | { type: 'close' }
export type FromClient =
  | { type: 'ready' }
  | { type: 'opened'; phase: Phase; card: ModelCard; runtime: RuntimeFacts }
  | { type: 'batch'; batch: Batch }
  | { type: 'ended'; end: StageEnd }
  | { type: 'closed' }
  | { type: 'failed'; error: Failure }

const amount = z.number().min(0)
const index = z.int()
const doubles = z.instanceof(Float64Array)
const EndSchema = z.object({
  index,
  sent: amount,
  lastSentMs: z.number(),
  lastDueMs: z.number(),
  endMs: z.number(),
  mostInFlight: amount,
  saturated: z.boolean(),
  cpuShare: amount,
  loopDelayP99Ms: amount,
  processBytes: amount,
}) satisfies z.ZodType<StageEnd>
/** The arrays only: what is in them is checked row by row, when a sample is made of it. */
const BatchSchema = z.object({
  index,
  asked: doubles,
  table: doubles,
  times: doubles,
  marks: z.instanceof(Uint16Array),
  texts: z.array(z.string()),
  rare: z.array(z.tuple([index, z.custom<Rare>((value) => typeof value === 'object' && value !== null)])),
}) satisfies z.ZodType<Batch>

export const FromClientSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('opened'), phase: PhaseSchema, card: ModelCardSchema, runtime: RuntimeSchema }),
  z.object({ type: z.literal('batch'), batch: BatchSchema }),
  z.object({ type: z.literal('ended'), end: EndSchema }),
  z.object({ type: z.literal('closed') }),
  z.object({ type: z.literal('failed'), error: FailureSchema }),
]) satisfies z.ZodType<FromClient>

const isObject = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'object' && value !== null)
/** From our own parent, which has checked the suite. */
export const ToClientSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('job'), job: isObject<ClientJob>() }),
  z.object({ type: z.literal('stage'), order: isObject<StageOrder>() }),
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('close') }),
]) satisfies z.ZodType<ToClient>
