import { z } from 'zod'
import type { GradingBill, JudgeSaid, Price } from '../../types.ts'
import { graderKind, type Verdict } from '../grader.ts'
import { readScore, SCORE_CRITERIA, SCORE_PROMPT, scoreMessages } from '../judge/score.ts'

export interface JudgeOptions {
  /** Options of the adapter `openai`. */
  readonly endpoint: { readonly url: string; readonly model: string; readonly [option: string]: unknown }
  /** What makes an answer good, in words. */
  readonly criteria?: string
  /** Most tokens of a verdict, reasoning included; default 1024. */
  readonly maxTokens?: number
  readonly price?: Extract<Price, { kind: 'token' }>
}

const money = z.number().min(0)

/**
 * A model scores the answer against the target, 0 to 10. Where it fails, or says no score, the answer has no grade: it is neither wrong nor
 * right. What it took is in `grading` of the sample, apart from what the model took.
 */
export const judge = graderKind<JudgeOptions>({
  summary: 'a model at an endpoint of its own scores the answer against the target',
  version: SCORE_PROMPT,
  shape: {
    endpoint: z.looseObject({ url: z.string().min(1), model: z.string().min(1) }).describe('Options of the adapter openai: url, model, apiKeyEnv …'),
    criteria: z.string().min(1).optional().describe('What makes an answer good, in words; default: agreement with the target'),
    maxTokens: z.int().min(1).optional().describe('Most tokens of a verdict, reasoning included; default 1024'),
    price: z
      .strictObject({
        kind: z.literal('token'),
        inputPerMtoken: money,
        outputPerMtoken: money,
        cachedInputPerMtoken: money.optional(),
        batchDiscount: z.number().min(0).max(1).optional(),
        source: z.string().min(1),
        date: z.string().min(1),
      })
      .optional()
      .describe('What it costs, in US dollars per million tokens') as z.ZodType<unknown, JudgeOptions['price'] | undefined>,
  },
  named: ({ endpoint: { url, model } }) => `model=${model},at=${hostOf(url)}`,
  unnamed: ['endpoint', 'price', 'maxTokens'],
  judge: () => (text) => (text.trim() === '' ? { correct: false, detail: 'the answer is empty' } : { correct: false, unsettled: true }),
  settle:
    ({ endpoint, criteria = SCORE_CRITERIA, maxTokens = 1024, price }) =>
    async (text, target, { item }, signal, leave) => {
      if (leave.ask === undefined) return { correct: false, ungraded: true, detail: 'no judge can be asked here' }
      const question = typeof item.prompt === 'string' ? item.prompt : item.prompt.map(({ role, content }) => `${role}: ${content}`).join('\n\n')
      const spec = { options: endpoint, criteria, maxTokens, ...(price === undefined ? {} : { price }) }
      return verdictOf(await leave.ask(spec, scoreMessages({ question, reference: target, answer: text, criteria }), signal))
    },
})

// --- internal ---

function verdictOf(said: JudgeSaid): Verdict {
  const { requests, promptTokens, outputTokens, ms, usd } = said
  const bill: GradingBill = { requests, promptTokens, outputTokens, ms, ...(usd === undefined ? {} : { costUsd: usd }) }
  if (said.text === undefined) return { correct: false, ungraded: true, detail: `the judge failed: ${said.error?.message ?? 'it said nothing'}`, bill }
  const score = readScore(said.text)
  if (score === undefined) return { correct: false, ungraded: true, detail: 'the judge gave no score in the form that was asked for', bill }
  return { correct: score === 1, score, detail: `scored by a model`, bill }
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
