import { expect, test } from 'vitest'
import { createRandom } from '../../harness/random.ts'
import { getGrader, GRADER_IDS, splitReasoning, type GraderId } from '../../harness/workloads/index.ts'

/** What graders look for, what regular expressions choke on, and what strings should not hold. */
const PIECES = ['\\boxed{', '\\frac', '\\sqrt[', '{', '}', '(', ')', '[', ']', '^', '_', '\\\\', '&', '\\begin{pmatrix}', '\\end{pmatrix}', '\\text{', '\\pm', '\\cup', '$', '$$', '####', 'answer is ', 'Answer:', '답은 ', '정답: ', '천', '백', '만', '열둘', '개입니다', '1', '23', '1,234', '.5', '-', '\u2212', '/', '%', 'e', 'E+', '=', '<', '\\le', '{"a":', '[1,', 'null', '"', '```', '<think>', '</think>', 'A', '(B)', '③', 'x', 'sin', '\\log_', '!', ' ', '\n', '\t', '\u0000', '\uD800', '\uDFFF', '\u0301', '\u202E', '\uFEFF', 'aaaaaaaaaa!', '*', '#'] // prettier-ignore
const OPTIONS: Partial<Record<GraderId, object>> = {
  exact: { extract: [{ pattern: '(a+)+b|\\d+', optional: true }], ignoreCase: true, ignorePunctuation: true },
  'tool-calls': { tools: [{ name: 'f' }] },
}
const PER_GRADER = 15_000

test(`no grader throws on any of ${PER_GRADER} strings, and no score is out of range`, () => {
  const graders = GRADER_IDS.map((id) => getGrader(id, OPTIONS[id]))
  expect(graders.length * PER_GRADER).toBeGreaterThanOrEqual(100_000)
  const random = createRandom('fuzz of graders')
  const text = (): string => Array.from({ length: 1 + random.int(14) }, () => PIECES[random.int(PIECES.length)]).join('')
  const targets = ['42', '\\frac{1}{2}', 'B', '[1,2]', '#### 1,234', '(1,2)', text(), text()]
  for (let n = 0; n < PER_GRADER; n++) {
    const [answer, target] = [splitReasoning(text()).answer, targets[n % targets.length]!]
    for (const grader of graders) {
      const { score, detail = '' } = grader.grade({ id: '1', hash: 'h', prompt: 'p', target }, answer)
      if (!(score >= 0 && score <= 1) || detail.startsWith('the grader failed')) expect({ grader: grader.id, answer, target, score, detail }).toBe('a grade')
    }
  }
})

test('deep and long LaTeX is refused in a moment', () => {
  const grader = getGrader('math')
  for (const piece of [
    '\\frac{',
    '\\sqrt{',
    '(',
    '{',
    '\\text{',
    '-',
    '1+',
    'x^',
    '2^{',
    '\\sin ',
    '!',
    '\\pm ',
    '(1,',
    '\\{',
    '|',
    '\\begin{pmatrix}',
    '9',
    'x!',
    '((1)',
    '^2',
  ])
    // prettier-ignore
    for (const times of [60, 600, 100_000]) {
      const { score } = grader.grade({ id: '1', hash: 'h', prompt: 'p', target: '5' }, `\\boxed{${piece.repeat(times)}`)
      expect(score).toBe(0)
      grader.grade({ id: '1', hash: 'h', prompt: 'p', target: piece.repeat(times) }, `\\boxed{1${piece.repeat(times)}}`)
    }
  for (const tower of ['9^{9^{9^{9}}}', '(99999999!)!', '10^{100000}', '2^{-99999}', '\\binom{99999}{50000}', '(x+1)^{1000}', '9!!!!!']) grader.grade({ id: '1', hash: 'h', prompt: 'p', target: '1' }, `\\boxed{${tower}}`) // prettier-ignore
})
