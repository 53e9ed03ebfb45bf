/**
 * The latency of a served model as a function of what arrives when: a queue, prefill, and decoding in a batch that
 * requests join and leave at any time. It owns no clock: times are milliseconds that the caller gives, and the schedule
 * depends on the arrivals alone, however often `advance` is called.
 *
 *     arrive ──▶ queue ──(a place in the batch)──▶ prefill ──▶ token 1 ─▶ token 2 ─▶ … ──▶ leave
 *
 * prefill = prefillMs + prefillMsPerToken × tokens that are not cached        (the first token comes with its end)
 * step    = decodeMs + decodeMsPerStream × (streams decoding or in prefill − 1)
 * Both are multiplied by a log-normal factor of mean 1 whose coefficient of variation is `jitter`.
 */
import { createRandom, type Random } from '../../harness/random.ts'
import { createHeap, type Heap } from './heap.ts'
import type { Profile } from './profile.ts'

export type Latency = Pick<Profile, 'prefillMsPerToken' | 'prefillMs' | 'prefillLanes' | 'decodeMs' | 'decodeMsPerStream' | 'maxBatch' | 'jitter' | 'pacing'>

export interface Engine {
  /** `id` counts up. `prefillTokens` are those that are not cached; `outputTokens` is 1 or more. */
  arrive(id: number, prefillTokens: number, outputTokens: number, atMs: number): void
  /** The client is gone: its place in queue or batch is free from now on. */
  cancel(id: number, atMs: number): void
  /** When something happens next; undefined when nothing will. */
  next(): number | undefined
  /** Tells what happens until `toMs`, in order of time, but for the step of a batch no more than `most` of it. Times never go back. */
  advance(toMs: number, most?: number): void
  readonly waiting: number
  readonly running: number
}
export interface EngineEvents {
  /** Left the queue. */
  start?(id: number, atMs: number): void
  /** `left` tokens come after this one. */
  token(id: number, left: number, atMs: number): void
}

export function createEngine(latency: Latency, seed: number, events: EngineEvents): Engine {
  const state: State = {
    latency,
    seed,
    events,
    streams: new Map(),
    queue: [],
    running: 0,
    laneQueue: [],
    prefilling: 0,
    decoding: [],
    stepMembers: 0,
    stepping: false,
    stepRandom: createRandom('steps', seed),
    heap: createHeap(),
    nowMs: -Infinity,
    busy: false,
  }
  return {
    arrive(id, prefillTokens, outputTokens, atMs) {
      advance(state, atMs)
      const random = latency.jitter > 0 ? createRandom('engine', seed, id) : undefined
      state.streams.set(id, { id, phase: 'queue', prefillTokens, left: outputTokens, random })
      state.queue.push(id)
      admit(state, state.nowMs)
    },
    cancel(id, atMs) {
      if (!state.busy) advance(state, atMs)
      const stream = state.streams.get(id)
      if (!stream) return
      leave(state, stream)
      admit(state, state.nowMs)
    },
    next: () => state.heap.peek(),
    advance: (toMs, most) => advance(state, toMs, most),
    get waiting() {
      return state.queue.length
    },
    get running() {
      return state.running
    },
  }
}

// --- internal ---

interface Stream {
  id: number
  phase: 'queue' | 'lane' | 'prefill' | 'decode'
  prefillTokens: number
  /** Tokens still to come. */
  left: number
  random: Random | undefined
}
interface State {
  latency: Latency
  seed: number
  events: EngineEvents
  streams: Map<number, Stream>
  /** First come, first served. */
  queue: number[]
  /** Streams in the batch. */
  running: number
  /** In the batch, waiting for a prefill lane. */
  laneQueue: Stream[]
  prefilling: number
  /** Where steps are shared: first the members of the one under way, then those that joined since. */
  decoding: Stream[]
  stepMembers: number
  /** A shared step is under way. */
  stepping: boolean
  stepRandom: Random
  heap: Heap
  nowMs: number
  /** Inside `advance`: a listener may cancel, and time must not go on meanwhile. */
  busy: boolean
}

/** Stands for the shared step in the heap. */
const STEP = -1

function advance(state: State, toMs: number, most = Infinity): void {
  state.busy = true
  let told = 0
  let due = state.heap.peek()
  for (; due !== undefined && due <= toMs && told < most; due = state.heap.peek()) {
    told += 1
    const id = state.heap.pop()!
    state.nowMs = Math.max(state.nowMs, due)
    const stream = state.streams.get(id)
    if (id === STEP) endStep(state, due)
    else if (stream) happen(state, stream, due)
  }
  if (due === undefined || due > toMs) state.nowMs = Math.max(state.nowMs, toMs)
  state.busy = false
}

/** The prefill of a stream ends, or its own step. */
function happen(state: State, stream: Stream, atMs: number): void {
  if (stream.phase === 'prefill') {
    stream.phase = 'decode'
    state.prefilling -= 1
  }
  if (!giveToken(state, stream, atMs)) return admit(state, atMs)
  if (state.latency.pacing === 'streams') state.heap.push(atMs + stepMs(state, stream.random), stream.id)
  else {
    state.decoding.push(stream)
    if (!state.stepping) startStep(state, atMs)
  }
  fillLanes(state, atMs)
}

/** One token of every stream that was in the step; those that joined meanwhile are in the next. */
function endStep(state: State, atMs: number): void {
  const members = state.decoding.splice(0, state.stepMembers)
  const stay = members.filter((stream) => state.streams.has(stream.id) && giveToken(state, stream, atMs))
  state.decoding.unshift(...stay)
  state.stepping = false
  admit(state, atMs)
  startStep(state, atMs)
}

function startStep(state: State, atMs: number): void {
  state.decoding = state.decoding.filter(({ id }) => state.streams.has(id))
  state.stepMembers = state.decoding.length
  state.stepping = state.stepMembers > 0
  if (state.stepping) state.heap.push(atMs + stepMs(state, state.latency.jitter > 0 ? state.stepRandom : undefined), STEP)
}

/** Whether the stream goes on. */
function giveToken(state: State, stream: Stream, atMs: number): boolean {
  stream.left -= 1
  state.events.token(stream.id, stream.left, atMs)
  if (!state.streams.has(stream.id)) return false // the listener cancelled it
  if (stream.left > 0) return true
  leave(state, stream)
  return false
}

function leave(state: State, stream: Stream): void {
  state.streams.delete(stream.id)
  if (stream.phase === 'prefill') state.prefilling -= 1
  if (stream.phase === 'queue') state.queue.splice(state.queue.indexOf(stream.id), 1)
  else state.running -= 1
}

/** Fills the free places of the batch, then the free lanes. */
function admit(state: State, atMs: number): void {
  while (state.queue.length > 0 && state.running < state.latency.maxBatch) {
    const stream = state.streams.get(state.queue.shift()!)!
    stream.phase = 'lane'
    state.running += 1
    state.laneQueue.push(stream)
    state.events.start?.(stream.id, atMs)
  }
  fillLanes(state, atMs)
}

function fillLanes(state: State, atMs: number): void {
  const { latency, laneQueue } = state
  while (laneQueue.length > 0 && state.prefilling < (latency.prefillLanes ?? Infinity)) {
    const stream = laneQueue.shift()!
    if (!state.streams.has(stream.id)) continue
    stream.phase = 'prefill'
    state.prefilling += 1
    state.heap.push(atMs + (latency.prefillMs + latency.prefillMsPerToken * stream.prefillTokens) * factor(latency.jitter, stream.random), stream.id)
  }
}

function stepMs({ latency, running }: State, random: Random | undefined): number {
  return (latency.decodeMs + latency.decodeMsPerStream * (running - 1)) * factor(latency.jitter, random)
}

/** Log-normal with mean 1: σ² = ln(1 + cv²). */
function factor(jitter: number, random: Random | undefined): number {
  if (random === undefined) return 1
  const variance = Math.log(1 + jitter ** 2)
  return Math.exp(Math.sqrt(variance) * random.normal() - variance / 2)
}
