import { describe, expect, it } from 'vitest'
import { analyse } from '../../harness/analysis/index.ts'
import type { Sample, StoredRun } from '../../harness/types.ts'
import { valueOf, whyOf, rowOf } from './find.ts'
import { scriptedRun } from './scripted-run.ts'

/** Ten items asked three times: right 3, 2, 1 or 0 times by their number; the answers tell wrong ones apart or not. */
function run(answer: (right: boolean, repeat: number) => string, repeats = 3): StoredRun {
  const base = scriptedRun({
    items: 40,
    repeats,
    models: [{ id: 'teacher', role: 'teacher', answer: () => ({ firstMs: 1, stepMs: 1, tokens: 2, score: 1 }) }],
  })
  return {
    ...base,
    samples: base.samples.map((sample): Sample => {
      const right = sample.key.repeat < 3 - (Number(sample.item.slice(5)) % 4)
      return { ...sample, grade: { score: right ? 1 : 0, grader: 'exact', answer: answer(right, sample.key.repeat) } }
    }),
  }
}

describe('items that were asked three times', () => {
  const analysis = analyse([run((right) => (right ? 'yes' : 'no'))])

  it('are right at least once in 75%, every time in 25%, on average in half', () => {
    expect(valueOf(analysis, 'any-of-k')).toMatchObject({ value: 0.75, n: 40, method: expect.stringContaining('pass@3') })
    expect(valueOf(analysis, 'all-of-k')).toMatchObject({ value: 0.25, n: 40 })
    expect(valueOf(analysis, 'accuracy').value).toBeCloseTo(0.5, 12)
  })

  it('are right by majority where two of three agree on it, in half', () => {
    expect(valueOf(analysis, 'consensus').value).toBeCloseTo(0.5, 12)
  })

  it('have pass@k for smaller k too, over all choices of k answers', () => {
    expect(valueOf(analysis, 'any-of-k', { slice: 'k = 2' })).toMatchObject({
      value: expect.closeTo((1 + 1 + 2 / 3) / 4, 12),
      method: expect.stringContaining('pass@2'),
    })
    expect(valueOf(analysis, 'all-of-k', { slice: 'k = 2' }).value).toBeCloseTo((1 + 1 / 3) / 4, 12)
    expect(() => valueOf(analysis, 'any-of-k', { slice: 'k = 5' })).toThrow('no row')
  })

  it('gain by a majority whose wrong answers differ: one right of three is a tie', () => {
    const scattered = analyse([run((right, repeat) => (right ? 'yes' : `no ${repeat}`))])
    expect(valueOf(scattered, 'consensus').value).toBeCloseTo(0.5 + 0.25 / 3, 12)
  })

  it('have none of these when they were asked once, nor pass@k of scores in between', () => {
    for (const metric of ['any-of-k', 'all-of-k', 'consensus']) expect(whyOf(rowOf(analyse([run(() => 'yes', 1)]), metric))).toContain('asked once')
    const graded = run((right) => (right ? 'yes' : 'no'))
    const halves = graded.samples.map((sample) => ({ ...sample, grade: { ...sample.grade!, score: 0.5 } }))
    const analysed = analyse([{ ...graded, samples: halves }])
    expect(whyOf(rowOf(analysed, 'any-of-k'))).toContain('not right or wrong')
    expect(valueOf(analysed, 'consensus').value).toBeCloseTo(0.5, 12)
  })
})
