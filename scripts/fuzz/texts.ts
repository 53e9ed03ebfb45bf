/** Texts that a grader must survive: made of what graders look for, and of what breaks programs. */
import type { Random } from '../../harness/random.ts'

/** What graders look for, what regular expressions choke on, and what strings should not hold. */
const PIECES = ['\\boxed{', '\\frac', '\\sqrt[', '{', '}', '(', ')', '[', ']', '^', '_', '\\\\', '&', '\\begin{pmatrix}', '\\end{pmatrix}', '\\text{', '\\pm', '\\cup', '$', '$$', '####', 'answer is ', 'Answer:', '답은 ', '정답: ', '천', '백', '만', '열둘', '개입니다', '1', '23', '1,234', '.5', '-', '\u2212', '/', '%', 'e', 'E+', '=', '<', '\\le', '{"a":', '[1,', 'null', '"', '```', '<think>', '</think>', 'A', '(B)', '③', 'x', 'sin', '\\log_', '!', ' ', '\n', '\t', '\u0000', '\uD800', '\uDFFF', '\u0301', '\u202E', '\uFEFF', 'aaaaaaaaaa!', '*', '#'] // prettier-ignore

/** Up to fourteen pieces. */
export const randomText = (random: Random): string => Array.from({ length: 1 + random.int(14) }, () => PIECES[random.int(PIECES.length)]).join('')

/** An answer that can be read as mathematics, more often than not: for graders that settle what is left open. */
export function randomFormula(random: Random, depth = 0): string {
  const pick = <T>(list: readonly T[]): T => list[random.int(list.length)]!
  if (depth > 3 || random.next() < 0.3) return pick(['1', '2', '7', '0.5', 'x', 'y', 'n', '\\pi', 'e', 'i', '\\infty', '10^{99}'])
  const part = (): string => randomFormula(random, depth + 1)
  const form = pick<() => string>([
    () => `${part()}+${part()}`,
    () => `(${part()})(${part()})`,
    () => `\\frac{${part()}}{${part()}}`,
    () => `(${part()})^{${part()}}`,
    () => `\\sqrt{${part()}}`,
    () => `-${part()}`,
    () => `|${part()}|`,
    () => `(${part()})!`,
    () => `\\lfloor ${part()} \\rfloor`,
    () => `\\sin ${part()}`,
    () => `\\ln(${part()})`,
    () => `${part()} \\pm ${part()}`,
    () => `\\{${part()}, ${part()}\\}`,
    () => `${part()} = ${part()}`,
  ])
  return form()
}

/** A megabyte each, or as many repetitions as it takes. */
export const HOSTILE: Readonly<Record<string, string>> = {
  'a million open brackets': '('.repeat(1e6),
  'a million digits': '9'.repeat(1e6),
  'a million zeros and a one': `0.${'0'.repeat(1e6)}1`,
  'groups of thousands without end': '1,111'.repeat(2e5),
  'groups that end wrongly': `1${',111'.repeat(2.5e5)}1`,
  'commas and dots': '1,.'.repeat(3e5),
  exponents: '1e'.repeat(5e5),
  'minus signs': '-'.repeat(1e6),
  'spaces between words': `${' '.repeat(1e6)}x${' '.repeat(1e6)}`,
  'answer and spaces': `answer is${' '.repeat(1e6)}`,
  'many answers': 'answer : '.repeat(1e5),
  boxes: '\\boxed{\\text{'.repeat(7e4),
  stars: '*'.repeat(1e6),
  'marks in the wrong order': `a${'\u0301\u0323'.repeat(5e5)}`,
  'lone surrogates': '\uD800'.repeat(1e6),
  'NUL characters': '\0'.repeat(1e6),
  punctuation: '.,;'.repeat(3e5),
}
