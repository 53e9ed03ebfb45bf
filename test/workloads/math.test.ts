import { describe, expect, it } from 'vitest'
import { getGrader, gradeFully } from '../../harness/workloads/index.ts'

const grader = getGrader('math')
const never = new AbortController().signal
const grade = (target: string, text: string) => gradeFully(grader, { id: '1', hash: 'h', prompt: 'p', target }, text, never)

/** Labelled by hand: answer, target. */
const EQUAL: readonly (readonly [string, string])[] = [
  ['5', '5'],
  ['5.0', '5'],
  ['\\frac{1}{2}', '0.5'],
  ['\\dfrac{1}{2}', '\\frac12'],
  ['1/2', '\\frac{1}{2}'],
  ['\\frac{2}{4}', '\\tfrac{1}{2}'],
  ['-\\frac{1}{2}', '\\frac{-1}{2}'],
  ['3\\frac{1}{2}', '\\frac{7}{2}'],
  ['\\dfrac{\\pi}{2}', 'pi/2'],
  ['\\frac{\\pi}{2}', '\\pi/2'],
  ['\\frac12\\pi', '\\pi \\cdot \\frac{1}{2}'],
  ['\\sqrt{8}', '2\\sqrt{2}'],
  ['\\sqrt8', '2\\sqrt2'],
  ['sqrt(2)', '\\sqrt{2}'],
  ['√2', '\\sqrt{2}'],
  ['\\frac{\\sqrt{3}}{3}', '\\frac{1}{\\sqrt{3}}'],
  ['\\sqrt{3+2\\sqrt{2}}', '1+\\sqrt{2}'],
  ['\\sqrt[3]{27}', '3'],
  ['\\sqrt[3]{-8}', '-2'],
  ['2^{1/2}', '\\sqrt{2}'],
  ['2^{100}', '1267650600228229401496703205376'],
  ['10^{-3}', '0.001'],
  ['\\binom{5}{2}', '10'],
  ['5!', '120'],
  ['\\frac{2006!}{2004!}', '2006 \\cdot 2005'],
  ['\\log_2 8', '3'],
  ['\\log 100', '2'],
  ['\\ln e^2', '2'],
  ['e^{i\\pi}', '-1'],
  ['\\tan 45^\\circ', '1'],
  ['\\sin 30^{\\circ}', '\\frac{1}{2}'],
  ['45^\\circ', '45'],
  ['\\cos\\frac{\\pi}{3}', '0.5'],
  ['\\arctan 1', '\\frac{\\pi}{4}'],
  ['\\sin^{-1} 1', '\\frac{\\pi}{2}'],
  ['|{-3}|', '3'],
  ['\\lfloor 2.7 \\rfloor', '2'],
  ['(x+1)^2', 'x^2+2x+1'],
  ['2x+3', '3+2x'],
  ['x(x+1)', 'x^2+x'],
  ['\\frac{x^2-1}{x-1}', 'x+1'],
  ['\\frac{1}{x-1}-\\frac{1}{x+1}', '\\frac{2}{x^2-1}'],
  ['\\sin^2 x+\\cos^2 x', '1'],
  ['\\cos 2x', '2\\cos^2 x - 1'],
  ['a^2-b^2', '(a-b)(a+b)'],
  ['(a+b)^3', 'a^3+3a^2b+3ab^2+b^3'],
  ['\\frac{x}{2}', '0.5x'],
  ['-x+y', 'y-x'],
  ['6 - 5i', '-5i+6'],
  ['(1+i)^2', '2i'],
  ['x_1 + x_2', 'x_{2}+x_{1}'],
  ['3R^2', '3 R^{2}'],
  ['p-q', 'p - q'],
  ['x=5', '5'],
  ['5', 'x = 5'],
  ['y=2x+3', '2x+3'],
  ['y=2x+3', '2x + 3 = y'],
  ['x+y=1', '2x+2y=2'],
  ['y - 2x = 3', 'y=2x+3'],
  ['x>3', '3<x'],
  ['x \\leq 2', '2 \\ge x'],
  ['(1,2)', '( 1 , 2 )'],
  ['\\left(1,\\frac{4}{2}\\right)', '(1,2)'],
  ['(3, \\frac{\\pi}{2})', '\\left( 3, \\pi/2 \\right)'],
  ['(x,y)=(1,2)', '(x, y) = (1, 2)'],
  ['\\{1,2\\}', '\\{2,1\\}'],
  ['\\{1,2,2\\}', '\\{1,2\\}'],
  ['1,2', '2, 1'],
  ['1 \\text{ and } 2', '1,2'],
  ['1, -2', '\\{-2, 1\\}'],
  ['x=1, x=-2', '1,-2'],
  ['\\pm 3', '3,-3'],
  ['1 \\pm \\sqrt{2}', '1+\\sqrt{2}, 1-\\sqrt{2}'],
  ['[0,1)', '[0, 1)'],
  ['x \\in [-2,7]', '[-2,7]'],
  ['(-\\infty, 2) \\cup (3, \\infty)', '(3,\\infty)\\cup(-\\infty,2)'],
  ['(-\\infty,2)∪(3,∞)', '(-\\infty, 2) \\cup (3, \\infty)'],
  ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\begin{pmatrix} 1 & 2 \\\\ 3 & \\frac{8}{2} \\end{pmatrix}'],
  ['\\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}', '\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}'],
  ['10{,}080', '10080'],
  ['10,\\!080', '10,080'],
  ['1,234,567', '1234567'],
  ['1\\,234', '1234'],
  ['\\$18.90', '18.9'],
  ['5.4 \\text{ cents}', '5.4'],
  ['12 \\text{ cm}^2', '12'],
  ['12 cm', '12'],
  ['10\\%', '10'],
  ['10\\%', '0.1'],
  ['\\text{Evelyn}', 'Evelyn'],
  ['\\text{(C)}', 'C'],
  ['\\textbf{B}', '\\text{B}'],
  ['\\text{even}', '\\text{Even}'],
  ['2516_8', '2516_{8}'],
  ['7.', '7'],
  ['.5', '\\frac{1}{2}'],
  ['\\frac{9}{\\sqrt{23}}', '\\frac{9\\sqrt{23}}{23}'],
  ['\\sqrt{x^2}', '|x|'],
  ['-\\frac{3}{4}', '-0.75'],
  ['(x-1)^{12}', 'x^{12}-12x^{11}+66x^{10}-220x^9+495x^8-792x^7+924x^6-792x^5+495x^4-220x^3+66x^2-12x+1'],
  ['(\\sqrt{2}-1)^{10}', '3363-2378\\sqrt{2}'],
  ['\\frac{n!}{(n-1)!}', 'n'],
  ['\\binom{n}{2}', '\\frac{n(n-1)}{2}'],
  ['\\lfloor \\log_2 8 \\rfloor', '3'],
  ['\\cosh x', '\\frac{e^x+e^{-x}}{2}'],
  ['\\frac{1}{1+i}', '\\frac{1-i}{2}'],
  ['x+\\sqrt{2}y=1', '\\sqrt{2}x+2y=\\sqrt{2}'],
]
const UNEQUAL: readonly (readonly [string, string])[] = [
  ['5', '6'],
  ['5', '-5'],
  ['\\frac{1}{2004!}', '\\frac{1}{2006!}'],
  ['2004!', '2006!'],
  ['e^{\\pi\\sqrt{163}}', '262537412640768744'],
  ['0.333', '\\frac{1}{3}'],
  ['3.14', '\\pi'],
  ['3.141592653589793', '\\pi'],
  ['\\frac{22}{7}', '\\pi'],
  ['1.41421356', '\\sqrt{2}'],
  ['2\\sqrt{2}', '\\sqrt{2}'],
  ['2^{100}', '2^{101}'],
  ['1267650600228229401496703205377', '2^{100}'],
  ['1', '2'],
  ['1', '1,2'],
  ['1,2', '1'],
  ['1,2', '1,2,3'],
  ['\\{1,2\\}', '\\{1,2,3\\}'],
  ['\\{1,2,3\\}', '\\{1,2\\}'],
  ['3', '\\pm 3'],
  ['(1,2)', '(2,1)'],
  ['(1,2)', '(1,2,3)'],
  ['(1,2)', '[1,2]'],
  ['[0,1)', '(0,1]'],
  ['[0,1]', '\\{0,1\\}'],
  ['(-\\infty,2)', '(-\\infty, 2) \\cup (3, \\infty)'],
  ['(-\\infty,2)', '(-\\infty,2]'],
  ['\\infty', '-\\infty'],
  ['(x+1)^2', 'x^2+1'],
  ['x', '|x|'],
  ['\\sqrt{x^2}', 'x'],
  ['2x+3', '2x-3'],
  ['x', 'y'],
  ['x', '1'],
  ['ab', 'a+b'],
  ['\\frac{x^2-1}{x-1}', 'x-1'],
  ['\\sin x', '\\cos x'],
  ['\\sin 2x', '2\\sin x'],
  ['x^2', 'x^3'],
  ['\\log_2 8', '\\log_3 8'],
  ['\\ln 100', '\\log 100'],
  ['x>3', 'x<3'],
  ['x>3', 'x\\ge 3'],
  ['x=3', 'x\\ne 3'],
  ['x+y=1', 'x+y=2'],
  ['y=2x+3', 'y=3x+2'],
  ['\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}', '\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}'],
  ['\\begin{pmatrix}1&2\\end{pmatrix}', '\\begin{pmatrix}1\\\\2\\end{pmatrix}'],
  ['\\text{odd}', '\\text{even}'],
  ['\\text{A}', '\\text{B}'],
  ['2516_8', '2516_7'],
  ['6-5i', '6+5i'],
  ['10\\%', '0.01'],
  ['10,080', '10.080'],
  ['1\\frac{1}{2}', '\\frac{1}{2}'],
  ['\\frac{1}{2}', '2'],
  ['\\sqrt[3]{8}', '\\sqrt{8}'],
  ['', '5'],
  ['\\frac{1}{0}', '0'],
  ['\\text{no solution}', '0'],
  ['x+0.00000001', 'x'],
  ['2\\pi', '\\pi^2'],
  ['|x+y|', '|x|+|y|'],
  ['\\sqrt{x^2y^2}', 'xy'],
  ['\\sqrt{(x-10)^2}', '10-x'],
  ['n!', 'n'],
  ['x+y=1', 'x+1.0000000001y=1'],
  ['\\{262537412640768744, e^{\\pi\\sqrt{163}}\\}', '\\{262537412640768744\\}'],
  ['\\sin(10^{-12} x)', '10^{-12} x'],
]

/** Neither proved nor refuted. */
const UNDECIDED: readonly (readonly [string, string])[] = [
  ['\\pi!', '7'],
  ['e^{e^{e^{10}}}+1', 'e^{e^{e^{10}}}'],
]

describe('mathematics', () => {
  it(`there are at least 120 pairs`, () => expect(EQUAL.length + UNEQUAL.length).toBeGreaterThanOrEqual(120))
  it.each(EQUAL)('%s is %s, both ways round', async (a, b) => {
    expect(await grade(b, `so \\boxed{${a}}`)).toMatchObject({ score: 1 })
    expect(await grade(a, `\\boxed{${b}}`)).toMatchObject({ score: 1 })
  })
  it.each(UNEQUAL)('%s is not %s, both ways round', async (a, b) => {
    expect(await grade(b, `so \\boxed{${a}}`)).toMatchObject({ score: 0 })
    expect(await grade(a, `\\boxed{${b}}`)).toMatchObject({ score: 0 })
  })

  it.each([
    ['42', 'First \\boxed{41}, no: \\boxed{42}.'],
    ['\\frac{1}{2}', 'The final answer is $\\frac{1}{2}$. I hope it is correct.'],
    ['42', 'The answer is 42.'],
    ['3.5', 'The answer is 3.5.'],
    ['42', '**Answer:** 42\n\nDone.'],
    ['x+1', 'We get $x^2$, and so $$x+1$$'],
    ['12', '따라서 답은 12입니다.'],
    ['7', 'So\n\n7'],
    ['\\frac{1}{\\sqrt{2}}', '\\boxed{\\frac{1}{\\sqrt{2}}'],
    ['\\frac{3}{4}', '\\boxed{\\text{The value is }\\frac{3}{4}} hm, in short \\(\\frac{3}{4}\\) \\boxed{\\frac34}'],
  ])('%s is found in %j', async (target, text) => expect(await grade(target, text)).toMatchObject({ score: 1 }))

  it('is never right before it is proved', () => {
    for (const [a, b] of EQUAL) {
      const { score, unsettled } = grader.grade({ id: '1', hash: 'h', prompt: 'p', target: b }, `\\boxed{${a}}`)
      if (unsettled) expect({ a, b, score }).toEqual({ a, b, score: 0 })
    }
  })

  it('says what it could not read, and what it could not prove', async () => {
    expect(await grade('5', '\\boxed{\\sum_{k} \\oint}')).toMatchObject({ score: 0, detail: 'the answer could not be read as mathematics' })
    for (const [a, b] of UNDECIDED)
      expect(await grade(b, `\\boxed{${a}}`)).toMatchObject({ score: 0, detail: expect.stringMatching(/^undecided, so not right/) as unknown })
    expect(await grade('262537412640768744', '\\boxed{e^{\\pi\\sqrt{163}}}')).toMatchObject({ score: 0, detail: 'equal to fifteen digits, but not to sixty' })
  })

  it('an abort ends the wait for a proof', async () => {
    const controller = new AbortController()
    controller.abort()
    await expect(gradeFully(grader, { id: '1', hash: 'h', prompt: 'p', target: 'x+1' }, '\\boxed{1+x}', controller.signal)).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})
