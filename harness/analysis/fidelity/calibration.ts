/** Does a model know when it is right? */
import type { Calibration, CalibrationBin } from '../../types.ts'

/** Bins of equal width in confidence. */
export const BINS = 10

/** Confidences, and whether the answer was right (1). */
export interface ConfidenceColumns {
  confidence: Float64Array
  right: Uint8Array
}

/** Confidences are kept this far from 0 and 1 in the logarithm, so that one wrong certainty does not make the mean infinite. */
export const NEAREST = 1e-6

/**
 * Expected calibration error Σ (n_b ÷ n)·|accuracy_b − confidence_b| over BINS bins (low, high], 0 in the first (Naeini 2015,
 * Guo 2017); Brier score, the mean of (confidence − outcome)²; NLL, the mean of −ln of the confidence in what happened, nats.
 * There must be one; confidences are in [0, 1].
 */
export function calibrationOf(answers: readonly { confidence: number; right: boolean }[] | ConfidenceColumns): Calibration {
  const { confidence: confidences, right: rights } = 'confidence' in answers ? answers : columnsOf(answers)
  const sums = Array.from({ length: BINS }, () => ({ answers: 0, confidence: 0, right: 0 }))
  let [brier, nll, n] = [0, 0, 0]
  for (let i = 0; i < confidences.length; i++) {
    const [confidence, right] = [confidences[i]!, rights[i] === 1]
    const bin = sums[Math.max(0, Math.ceil(confidence * BINS) - 1)]!
    n++
    bin.answers++
    bin.confidence += confidence
    bin.right += right ? 1 : 0
    brier += (confidence - (right ? 1 : 0)) ** 2
    const safe = Math.min(1 - NEAREST, Math.max(NEAREST, confidence))
    nll -= Math.log(right ? safe : 1 - safe)
  }
  const bins = sums.flatMap((bin, index): CalibrationBin[] =>
    bin.answers === 0
      ? []
      : [{ low: index / BINS, high: (index + 1) / BINS, answers: bin.answers, confidence: bin.confidence / bin.answers, accuracy: bin.right / bin.answers }],
  )
  const ece = bins.reduce((sum, bin) => sum + (bin.answers / n) * Math.abs(bin.accuracy - bin.confidence), 0)
  return { answers: n, ece, brier: brier / n, nll: nll / n, bins }
}

// --- internal ---

function columnsOf(answers: readonly { confidence: number; right: boolean }[]): ConfidenceColumns {
  return { confidence: Float64Array.from(answers, ({ confidence }) => confidence), right: Uint8Array.from(answers, ({ right }) => (right ? 1 : 0)) }
}
