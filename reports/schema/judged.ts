/** What a judge made of answers, in the JSON form of a report. */
import { z } from 'zod'
import { amount, number, observed, text } from '../../harness/run/store/schema/common.ts'
import { JudgeRecordSchema } from '../../harness/run/store/schema/suite.ts'
import type { GradingCost, Judged } from '../../harness/types.ts'
import { estimate } from './parts.ts'

/** What asking a model that judges or grades took. */
const bill = { requests: amount, promptTokens: amount, outputTokens: amount, seconds: amount, usd: observed(number) }

export const GradingCostSchema = z.object({ run: text, model: text, workload: text, answers: amount, ...bill }) satisfies z.ZodType<GradingCost>

export const JudgedSchema = z.object({
  run: text,
  model: text,
  teacher: text,
  workload: text,
  judge: JudgeRecordSchema,
  pairs: amount,
  won: amount,
  lost: amount,
  tied: amount,
  winRate: estimate,
  disagreement: estimate,
  firstShare: estimate,
  unjudged: z.array(z.object({ why: text, pairs: amount })),
  bill: z.object(bill),
}) satisfies z.ZodType<Judged>
