/** What a served mock model is like: its latency, its answers, its limits. */
import { z } from 'zod'

const count = z.number().int().positive()
const ms = z.number().nonnegative().finite()
const Range = z.strictObject({ min: count, max: count }).refine(({ min, max }) => min <= max, 'min is above max')

export const ProfileSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[^+]+$/, 'a model name may not be empty nor contain "+"')
    .default('mock')
    .describe('Name in /v1/models'),
  seed: z.number().int().optional().describe("Seed of texts and of jitter; the server's own where absent"),
  prefillMsPerToken: ms.default(0.1).describe('Milliseconds of prefill per prompt token that is not cached'),
  prefillMs: ms.default(5).describe('Milliseconds that every prefill takes besides'),
  prefillLanes: count.optional().describe('Prefills at a time; absent: as many as come'),
  decodeMs: ms.default(10).describe('Milliseconds per token of a stream that is alone'),
  decodeMsPerStream: ms.default(0).describe('Milliseconds that each further stream adds to a step'),
  maxBatch: count.default(256).describe('Streams at a time; others wait'),
  maxQueue: z.number().int().nonnegative().optional().describe('Waiting requests; more are answered 503. Absent: no limit'),
  jitter: z.number().min(0).max(2).default(0).describe('Coefficient of variation of prefill and steps (log-normal)'),
  pacing: z.enum(['streams', 'steps']).default('streams').describe('Each stream keeps its own time, or all of a batch share the steps'),
  prefixCache: z.boolean().default(false).describe('Whole blocks of 16 tokens that an earlier prompt began with cost no prefill'),
  maxLength: count.default(32_768).describe('Most tokens of prompt and answer together'),
  outputTokens: Range.default({ min: 20, max: 60 }).describe('Length of an answer that is not known'),
  reasoningTokens: z.number().int().nonnegative().default(0).describe('Tokens of reasoning in front of the answer'),
  accuracy: z.number().min(0).max(1).default(1).describe('Share of the known questions that is answered right'),
  answers: z.record(z.string(), z.string()).default({}).describe('Question → right answer; integer expressions need no entry'),
  answerText: z
    .string()
    .refine((text) => text.includes('{answer}'), 'holds no {answer}')
    .default('{answer}')
    .describe('Text around an answer; {answer} is the place, {expression} the question'),
})
export type Profile = z.output<typeof ProfileSchema>
export type ProfileInput = z.input<typeof ProfileSchema>

export const MockOptionsSchema = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(0),
  seed: z.number().int().default(0),
  models: z
    .array(ProfileSchema)
    .min(1)
    .default(() => [ProfileSchema.parse({})]),
  /** Environment variable that holds the key; requests without it are refused. */
  apiKeyEnv: z.string().optional(),
  /** Requests that /truth remembers. */
  remember: count.default(4096),
})
export type MockOptions = z.output<typeof MockOptionsSchema>
export type MockOptionsInput = z.input<typeof MockOptionsSchema>
