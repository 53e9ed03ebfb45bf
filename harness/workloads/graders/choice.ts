import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { normalise } from '../text.ts'

export interface ChoiceOptions {
  /** The letters, or digits, that may be chosen; default: those of the item's choices, else `ABCDEFGHIJ`. */
  readonly letters?: string
}

/**
 * The letter that a written answer chooses; not to be compared with multiple choice by log-likelihood, which asks for nothing to be
 * written. Rules, the first that finds one decides: the last `\boxed{B}`; the last "answer is B", "answer: (B)", "정답은 B" or
 * "답: B"; a text that is one letter or starts with one as in `B.` or `(B) Paris`; the whole text is one of the choices; the
 * last `(B)`, or `3번`. A letter loose in prose is not taken: "A" is also a word.
 */
export const choice = graderKind<ChoiceOptions>({
  summary: 'the letter that a written answer to a multiple-choice question names equals the target',
  version: '2',
  label: 'generative',
  shape: {
    letters: z
      .string()
      .regex(/^(?:[A-Z]+|[1-9]+)$/, 'must be capital letters, or digits from 1 to 9')
      .optional()
      .describe('The letters, or digits, that may be chosen; default: those of the choices, else ABCDEFGHIJ'),
  },
  unreadable: ({ letters }) => {
    const rulesOf = rulesKept()
    return (target, { choices }) => {
      const which = lettersOf(letters, choices)
      return chosen(target, rulesOf(which), undefined, which) === undefined ? `the target names none of the letters ${which}` : undefined
    }
  },
  judge: ({ letters }) => {
    const rulesOf = rulesKept()
    return (text, target, { item: { choices } }) => {
      const which = lettersOf(letters, choices)
      const rules = rulesOf(which)
      const wanted = chosen(target, rules, undefined, which)
      const tail = text.length > LONGEST ? text.slice(-LONGEST) : text
      const answer = chosen(tail, rules, choices, which)
      return answer === undefined ? { correct: false, detail: 'no chosen letter in the answer' } : { correct: answer === wanted, answer }
    }
  },
})

// --- internal ---

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DEFAULT = 'ABCDEFGHIJ'
const LONGEST = 262_144

const lettersOf = (letters: string | undefined, choices: readonly string[] | undefined): string =>
  letters ?? (choices === undefined ? DEFAULT : ALPHABET.slice(0, choices.length))

/** Patterns are built once for each set of letters. */
function rulesKept(): (which: string) => Rules {
  const known = new Map<string, Rules>()
  return (which) => known.get(which) ?? known.set(which, rulesFor(which)).get(which)!
}

interface Rules {
  readonly first: readonly RegExp[]
  readonly last: readonly RegExp[]
}

/** All repetition is bounded, so that no text makes the search slower than linear. */
function rulesFor(letters: string): Rules {
  const digits = /^\d/.test(letters)
  const letter = `([${letters}])`
  const end = digits ? String.raw`(?![\d.,]\d|\d)` : String.raw`(?![A-Za-z0-9_'])`
  const open = String.raw`[\s*"'\x60(\[{$]{0,8}(?:\\(?:text|mathrm|textbf)\{)?\(?`
  return {
    first: [
      new RegExp(String.raw`\\(?:boxed|fbox)\{\s{0,4}(?:\\(?:text|textbf|mathrm)\{)?\(?${letter}\)?[.}]`, 'g'),
      new RegExp(String.raw`\b[Aa](?:nswer|NSWER)\b(?:\s{1,4}is)?(?:\s{1,4}(?:option|choice))?\s{0,4}[:=]?\s{0,4}${open}${letter}${end}`, 'g'),
      new RegExp(String.raw`(?:정답|답)(?:은|이)?\s{0,4}[:=]?\s{0,4}${open}${letter}${end}`, 'g'),
      new RegExp(String.raw`^\s{0,16}\*{0,2}[(\[]?${letter}(?:\*{0,2}[).:\]]|\*{0,2}\s{0,16}$|\s?번)`, 'g'),
    ],
    last: [new RegExp(String.raw`\(${letter}\)`, 'g'), ...(digits ? [new RegExp(String.raw`(?<!\d)${letter}\s?번`, 'g')] : [])],
  }
}

function chosen(text: string, { first, last }: Rules, choices: readonly string[] | undefined, letters: string): string | undefined {
  return byRules(circled(text), first) ?? byText(text, choices, letters) ?? byRules(circled(text), last)
}

function byRules(text: string, rules: readonly RegExp[]): string | undefined {
  for (const rule of rules) {
    let last: string | undefined
    for (const match of text.matchAll(rule)) last = match[1]
    if (last !== undefined) return last
  }
  return undefined
}

function byText(text: string, choices: readonly string[] | undefined, letters: string): string | undefined {
  if (choices === undefined || text.length > 2000) return undefined
  const same = { ignoreCase: true, ignorePunctuation: true }
  const said = normalise(text, same)
  const found = choices.flatMap((one, i) => (normalise(one, same) === said && said !== '' ? [i] : []))
  return found.length === 1 ? letters[found[0]!] : undefined
}

/** ③ as 3. */
function circled(text: string): string {
  return /[\u2460-\u2468]/.test(text) ? text.replace(/[\u2460-\u2468]/g, (c) => `(${c.charCodeAt(0) - 0x245f})`) : text
}
