import { z } from 'zod'
import { graderKind } from '../grader.ts'

export interface ChoiceOptions {
  /** The letters that may be chosen; default `ABCDEFGHIJ`. */
  readonly letters?: string
}

/**
 * The letter that the answer chooses. Rules, the first that finds one decides: the last `\boxed{B}`; the last
 * "answer is B" or "answer: (B)"; a text that is one letter or starts with one as in `B.` or `(B) Paris`; the last `(B)`.
 * A letter loose in prose is not taken: "A" is also a word.
 */
export const choice = graderKind<ChoiceOptions>({
  summary: 'the letter of a multiple-choice answer equals the target',
  version: '1',
  shape: {
    letters: z
      .string()
      .regex(/^[A-Z]+$/, 'must be capital letters')
      .optional()
      .describe('The letters that may be chosen; default ABCDEFGHIJ'),
  },
  judge: ({ letters = 'ABCDEFGHIJ' }) => {
    const rules = rulesFor(letters)
    return (text, target) => {
      const [answer, wanted] = [chosen(text, rules), chosen(target, rules)]
      if (wanted === undefined) return { correct: false, detail: `the target names none of the letters ${letters}` }
      return answer === undefined ? { correct: false, detail: 'no chosen letter in the answer' } : { correct: answer === wanted, answer }
    }
  },
})

// --- internal ---

/** All repetition is bounded, so that no text makes the search slower than linear. */
function rulesFor(letters: string): readonly RegExp[] {
  const letter = `([${letters}])`
  return [
    new RegExp(String.raw`\\boxed\{\s{0,4}(?:\\text\{)?\(?${letter}\)?\}`, 'g'),
    new RegExp(String.raw`\b[Aa](?:nswer|NSWER)\b(?: is)?(?: option| choice)?\s{0,4}[:=]?\s{0,4}\*{0,3}\s?\(?${letter}\b`, 'g'),
    new RegExp(String.raw`^\s{0,16}\*{0,2}\(?${letter}(?:\*{0,2}[).:]|\*{0,2}\s{0,16}$)`, 'g'),
    new RegExp(String.raw`\(${letter}\)`, 'g'),
  ]
}

function chosen(text: string, rules: readonly RegExp[]): string | undefined {
  for (const rule of rules) {
    let last: string | undefined
    for (const match of text.matchAll(rule)) last = match[1]
    if (last !== undefined) return last
  }
  return undefined
}
