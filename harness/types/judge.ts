/** A model that judges answers: which of two is better, asked in both orders. */
import type { Failure } from '../errors.ts'
import type { Estimate } from './analysis.ts'
import type { Observed } from './observed.ts'
import type { Price } from './suite.ts'

/** As the suite sets it. `options` are those of the adapter `openai`. */
export interface JudgeSpec {
  options: Readonly<Record<string, unknown>>
  /** What makes an answer better, in words. */
  criteria: string
  /** Workloads whose answers are judged; absent: all that models answer in writing. */
  workloads?: readonly string[]
  /** Items of each workload; absent: all. */
  items?: number
  /** Most tokens of a verdict. */
  maxTokens: number
  price?: Price
}
/** What a judge said, or how it failed; and what that took, attempts that were retried included. */
export interface JudgeSaid { text?: string; error?: Failure; requests: number; promptTokens: number; outputTokens: number; ms: number; usd?: number }
/** In the record: who judged, and how it was asked. */
export interface JudgeRecord { model: string; host: string; prompt: string; criteria: string; temperature: number; items?: number }

export type Vote = 'model' | 'teacher' | 'tie'
/** One answer of a model beside its teacher's; written to judgements.jsonl after the requests. Of several to one pair the last counts. */
export interface Judgement {
  model: string; workload: string; item: string; repeat: number; cluster?: string
  /** Who was better when the model's answer stood first, and when the teacher's did. Both or none. */
  votes?: { modelFirst: Vote; teacherFirst: Vote }
  /** Why there are no votes. */
  why?: string
  /** What asking took; nothing where both answers are the same text. */
  requests: number; promptTokens: number; outputTokens: number; ms: number; usd?: number
}

/** What grading the answers of a model took, where another model was asked; in no figure of the model. */
export interface GradingCost { run: string; model: string; workload: string; answers: number; requests: number; promptTokens: number; outputTokens: number; seconds: number; usd: Observed<number> }
/** One model against the teacher of its run on one workload, as the judge sees it. */
export interface Judged {
  run: string; model: string; teacher: string; workload: string
  judge: JudgeRecord
  /** Pairs with votes; a pair whose two orders name different winners counts half for each. */
  pairs: number
  won: number; lost: number; tied: number
  /** (won + ½ tied) ÷ pairs; 0.5: as good as the teacher. */
  winRate: Observed<Estimate>
  /** Pairs whose winner changed with the order ÷ pairs: what the place of an answer does to the judge. */
  disagreement: Observed<Estimate>
  /** Votes for the answer that stood first ÷ votes for either; 0.5: no bias. */
  firstShare: Observed<Estimate>
  /** Pairs without votes, by reason; neither won nor lost. */
  unjudged: readonly { why: string; pairs: number }[]
  /** Of the judge alone, failed attempts included; in no figure of the models. */
  bill: { requests: number; promptTokens: number; outputTokens: number; seconds: number; usd: Observed<number> }
}
