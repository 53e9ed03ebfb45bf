/** Lines of series.jsonl and of scores.jsonl. */
import { z } from 'zod'
import type { SeriesRecord, TokenScore } from '../../../types.ts'
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
