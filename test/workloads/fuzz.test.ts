/** The short form; `npm run fuzz:graders` is the long one, with 180,000. */
import { expect, test } from 'vitest'
import { getGrader } from '../../harness/workloads/index.ts'
import { fuzzGrader, FUZZED } from '../../scripts/fuzz/graders.ts'

const STRINGS = 3000

test(`no grader throws on any of ${STRINGS} strings, nor leaves one without score or reason`, async () => {
  for (const id of FUZZED) {
    const { broken, strings, ungraded } = await fuzzGrader(id, { strings: STRINGS, seed: 1, hostile: false, settle: 15 })
    expect({ id, broken, strings }).toEqual({ id, broken: [], strings: STRINGS })
    if (id === 'code') expect(ungraded).toBe(15)
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
