/** Cells of a run, and the stages of their loads. */
import { z } from 'zod'
import type { CellRecord, StageRecord } from '../../../types.ts'
import { amount, ArrivalKind, FailureSchema, KeySchema, maybe, number, observed, PhaseSchema, text } from './common.ts'
import { MemorySchema, ModelCardSchema, RuntimeSchema, StepsSchema } from './model.ts'

const ShapeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('concurrency'), streams: number }),
  z.object({ kind: z.literal('rate'), perSecond: number, arrivals: ArrivalKind, rampSeconds: number }),
  z.object({ kind: z.literal('trace'), file: text, speed: number }),
])
const SpreadSchema = z.object({ p50: amount, p99: amount })
export const StageSchema = z.object({
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

const cell = { id: text, key: KeySchema, items: z.array(text) }
export const CellSchema = z.discriminatedUnion('state', [
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
