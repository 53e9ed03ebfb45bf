/** Fidelity: does a model answer as its teacher does, beyond being right as often? */
import type { Estimate } from './analysis.ts'
import type { Observed } from './observed.ts'

/** One model against the teacher of its run on one workload. Answers are paired by item and repeat under one load, the first with pairs. */
export interface Fidelity {
  run: string; model: string; teacher: string; workload: string
  load: string
  /** Pairs of graded answers; pairs in which a request failed are not among them. */
  answers: number
  items: number
  agreement: Observed<Agreement>
  /** Share of the teacher's wrong answers for which the model gives the same answer. */
  onTeacherErrors: Observed<Estimate>
  flips: Flips
  slices: Observed<SliceTest>
  /** On the teacher's own answers, each token given what the teacher wrote before it. */
  tokens: Observed<TokenFidelity>
  calibration: { model: Observed<Calibration>; teacher: Observed<Calibration> }
  /** Characters, model ÷ teacher. */
  answerLength: Observed<Estimate>
  reasoningLength: Observed<Estimate>
}
/** `observed`: share of equal answers; `chance`: what two models that answer independently, each as often as seen, would share. */
export interface Agreement { observed: number; chance: number; kappa: Observed<Estimate> }
/**
 * `lost`: scored less than the teacher; `won`: more; `bothWrong`: the same score, not the full one, for different answers.
 * `listed`: losses first, then gains, then those; at most 50, 20 and 20 of them, the largest changes of the score first.
 */
export interface Flips { lost: number; won: number; bothWrong: number; listed: readonly Flip[] }
export interface Flip { kind: FlipKind; item: string; repeat: number; slice?: string; prompt: Excerpt; target?: string; teacher: FlipSide; model: FlipSide }
export type FlipKind = 'lost' | 'won' | 'both-wrong'
/** `answer`: what the grader took, else the text. `text`: what the model wrote; absent where it is not known, or not read yet. */
export interface FlipSide { answer: string; score: number; text?: Excerpt }
/** A part of a text: what stands from character `from` on; all of it has `length` UTF-16 units. */
export interface Excerpt { text: string; from: number; length: number }
/** Slices from the worst on. `adjusted` is the one-sided p-value of "not worse than the teacher here", corrected for all slices. */
export interface SliceTest { slices: readonly { slice: string; items: number; difference: number; adjusted: number }[]; sentence: string; method: string }
/** Of right-or-wrong answers; the confidence is the probability that the model gave to its whole answer. */
export interface Calibration { answers: number; ece: number; brier: number; nll: number; bins: readonly CalibrationBin[] }
/** `low` to `high` in confidence, the upper end in it; empty bins are left out. */
export interface CalibrationBin { low: number; high: number; answers: number; confidence: number; accuracy: number }
/** One answer of the teacher, read by another model; written to scores.jsonl after the requests. Sums over its tokens, in nats. */
export interface TokenScore {
  model: string; workload: string; item: string; cluster?: string
  /** The end mark included, where the teacher ended by itself. */
  tokens: number
  /** −ln of what the model gives the text, and the text's bytes in UTF-8; marks left out. */
  nll: number; bytes: number
  /** Where both have one vocabulary. `kl`: Σ KL(teacher‖model); `agreed`: tokens at which both hold the same one likeliest. */
  same?: { kl: number; agreed: number }
}
/** `kl` in nats per token, `top1` as a share of tokens, `nllPerByte` in nats; `n` of each counts items or clusters. */
export interface TokenFidelity { items: number; tokens: number; kl: Observed<Estimate>; top1: Observed<Estimate>; nllPerByte: Observed<Estimate> }
