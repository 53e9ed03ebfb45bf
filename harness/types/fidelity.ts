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
  calibration: { model: Observed<Calibration>; teacher: Observed<Calibration> }
  /** Characters, model ÷ teacher. */
  answerLength: Observed<Estimate>
  reasoningLength: Observed<Estimate>
}
/** `observed`: share of equal answers; `chance`: what two models that answer independently, each as often as seen, would share. */
export interface Agreement { observed: number; chance: number; kappa: Observed<Estimate> }
/** `lost`: scored less than the teacher; `won`: more. `listed`: losses first, at most 200 of all. */
export interface Flips { lost: number; won: number; listed: readonly Flip[] }
export interface Flip { item: string; repeat: number; slice?: string; prompt: string; teacher: FlipSide; model: FlipSide }
export interface FlipSide { answer: string; score: number }
/** Slices from the worst on. `adjusted` is the one-sided p-value of "not worse than the teacher here", corrected for all slices. */
export interface SliceTest { slices: readonly { slice: string; items: number; difference: number; adjusted: number }[]; sentence: string; method: string }
/** Of right-or-wrong answers; the confidence is the probability that the model gave to its whole answer. */
export interface Calibration { answers: number; ece: number; brier: number; nll: number; bins: readonly CalibrationBin[] }
/** `low` to `high` in confidence, the upper end in it; empty bins are left out. */
export interface CalibrationBin { low: number; high: number; answers: number; confidence: number; accuracy: number }
