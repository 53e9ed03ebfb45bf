/** Lines of samples.jsonl, and the answers that they are made of. */
import { z } from 'zod'
import type { Completion, Grade, Likelihood, Sample } from '../../../types.ts'
import { amount, FailureSchema, KeySchema, maybe, number, text, TokenCountSchema } from './common.ts'

export const ToolCallsSchema = z.array(z.object({ name: text, arguments: text }))
const LikelihoodsSchema = z.array(z.object({ logProb: number, tokens: amount, bytes: amount, straddles: maybe(z.boolean()) })) satisfies z.ZodType<Likelihood[]>
export const CompletionSchema = z.object({
  finish: z.enum(['stop', 'length', 'tool-calls', 'content-filter']),
  text,
  promptTokens: amount,
  outputTokens: amount,
  countedBy: TokenCountSchema,
  reasoning: maybe(text),
  reasoningTokens: maybe(amount),
  cachedTokens: maybe(amount),
  toolCalls: maybe(ToolCallsSchema),
  logProb: maybe(number),
  logProbTokens: maybe(amount),
  likelihoods: maybe(LikelihoodsSchema),
  noLikelihoods: maybe(text),
}) satisfies z.ZodType<Completion>

/** When the parts of an answer from a server came; times are on the run clock. */
export const ArrivalsSchema = z.object({
  timing: maybe(z.enum(['token', 'event'])),
  headersMs: maybe(number),
  firstReasoningMs: maybe(number),
  firstAnswerMs: maybe(number),
  attempts: maybe(z.array(z.object({ startMs: number, endMs: number, error: FailureSchema }))),
})

const share = z.number().min(0).max(1)
const GradeSchema = z.object({
  score: share,
  grader: text,
  answer: maybe(text),
  detail: maybe(text),
  by: maybe(z.object({ raw: share, bytes: share, characters: share })),
}) satisfies z.ZodType<Grade>

export const SampleSchema = z.object({
  cell: text,
  key: KeySchema,
  item: text,
  itemHash: text,
  slice: maybe(text),
  cluster: maybe(text),
  prompt: text,
  target: maybe(text),
  startMs: number,
  endMs: number,
  tokenMs: z.array(number),
  promptTokens: amount,
  outputTokens: amount,
  countedBy: TokenCountSchema,
  finish: z.enum(['stop', 'length', 'tool-calls', 'content-filter', 'error']),
  text,
  grade: maybe(GradeSchema),
  ungraded: maybe(text),
  grading: maybe(z.object({ requests: amount, promptTokens: amount, outputTokens: amount, ms: maybe(amount), costUsd: maybe(amount) })),
  logProb: maybe(number),
  logProbTokens: maybe(amount),
  likelihoods: maybe(LikelihoodsSchema),
  noLikelihoods: maybe(text),
  error: maybe(FailureSchema),
  ...ArrivalsSchema.shape,
  intendedMs: maybe(number),
  stage: maybe(amount),
  toolCalls: maybe(ToolCallsSchema),
  reasoning: maybe(text),
  reasoningTokens: maybe(amount),
  cachedTokens: maybe(amount),
  givenScore: maybe(z.number().min(0).max(1)),
  costUsd: maybe(amount),
  unknown: maybe(z.array(z.enum(['times', 'promptTokens', 'outputTokens', 'finish', 'text']))),
}) satisfies z.ZodType<Sample>
