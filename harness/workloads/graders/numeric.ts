import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { answerNumber } from '../numbers/answer.ts'
import type { FoundNumber } from '../numbers/find.ts'
import { equal, multiply, textOf, toNumber, type Rational } from '../numbers/rational.ts'
import { clip } from '../text.ts'

export interface NumericOptions {
  /** Largest difference that still counts, relative to the target (absolute below 1); default 0: equal in value. */
  readonly tolerance?: number
}

/**
 * The number that the answer gives equals that of the target (`#### 1,042` works as a target) in value: 3/4 is 0.75, and 1.5 million
 * is 1500000. Which number is meant: see numbers/answer.ts. A percent sign may be a unit or a hundredth: 25% equals both 25 and 0.25.
 * Thousands separators are commas, the decimal point is a point.
 */
export const numeric = graderKind<NumericOptions>({
  summary: 'the number that the answer gives equals the target in value',
  version: '2',
  shape: { tolerance: z.number().min(0).optional().describe('Largest difference that counts as equal, relative to the target; default 0') },
  unreadable: () => (target) => (answerNumber(target) === undefined ? 'the target holds no number' : undefined),
  judge:
    ({ tolerance = 0 }) =>
    (text, target) => {
      const [answer, wanted] = [answerNumber(text), answerNumber(target)]
      if (answer === undefined || wanted === undefined) return { correct: false, detail: 'no number in the answer' }
      return { correct: sameNumber(answer, wanted, tolerance), answer: clip(textOf(answer.value)) }
    },
})

/** The answer of a text as a decimal, or a fraction that does not end: `-1234.5`, `1/3`. */
export function numberOf(text: string): string | undefined {
  const found = answerNumber(text)
  return found === undefined ? undefined : textOf(found.value)
}

// --- internal ---

const HUNDREDTH: Rational = { n: 1n, d: 100n }

function sameNumber(a: FoundNumber, b: FoundNumber, tolerance: number): boolean {
  const close = (x: Rational, y: Rational): boolean => {
    if (equal(x, y)) return true
    if (tolerance === 0) return false
    const [left, right] = [toNumber(x), toNumber(y)]
    return Number.isFinite(left) && Number.isFinite(right) && Math.abs(left - right) <= tolerance * Math.max(1, Math.abs(right))
  }
  if (close(a.value, b.value)) return true
  if (a.percent === b.percent) return false
  return a.percent ? close(multiply(a.value, HUNDREDTH), b.value) : close(a.value, multiply(b.value, HUNDREDTH))
}
