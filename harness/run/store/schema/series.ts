/** Lines of series.jsonl, scores.jsonl and judgements.jsonl. */
import { z } from 'zod'
import type { Judgement, SeriesRecord, TokenScore, Vote } from '../../../types.ts'
import { amount, maybe, number, OriginSchema, text, UnitSchema } from './common.ts'

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

const VoteSchema = z.enum(['model', 'teacher', 'tie']) satisfies z.ZodType<Vote>
export const JudgementSchema = z.object({
  model: text,
  workload: text,
  item: text,
  repeat: number,
  cluster: maybe(text),
  votes: maybe(z.object({ modelFirst: VoteSchema, teacherFirst: VoteSchema })),
  why: maybe(text),
  requests: amount,
  promptTokens: amount,
  outputTokens: amount,
  ms: amount,
  usd: maybe(amount),
}) satisfies z.ZodType<Judgement>
