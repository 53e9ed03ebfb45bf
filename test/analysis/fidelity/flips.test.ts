import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { excerpt, excerptsOfTwo, LONGEST } from '../../../harness/analysis/fidelity/excerpts.ts'
import { analyse } from '../../../harness/analysis/index.ts'
import type { Fidelity, Sample, StoredRun } from '../../../harness/types.ts'
import { scriptedRun } from '../scripted-run.ts'

/** Texts by model and item; an answer is right where it says so. */
function run(items: number, textOf: (model: string, n: number) => string, more: (sample: Sample, n: number) => Partial<Sample> = () => ({})): StoredRun {
  const answer = () => ({ firstMs: 10, stepMs: 1, tokens: 3, score: 1 })
  const scripted = scriptedRun({
    items,
    models: [
      { id: 'teacher', role: 'teacher', answer },
      { id: 'student', role: 'student', answer },
    ],
  })
  const counts = new Map<string, number>()
  const samples = scripted.samples.map((sample) => {
    const n = counts.get(sample.key.model) ?? 0
    counts.set(sample.key.model, n + 1)
    const text = textOf(sample.key.model, n)
    const own = { ...sample, prompt: `question ${n}`, text, target: 'right', grade: { score: text.includes('right') ? 1 : 0, grader: 'includes' } }
    return { ...own, ...more(own, n) }
  })
  return { ...scripted, samples }
}

function flipsOf(stored: StoredRun): Fidelity['flips'] {
  return analyse([stored]).fidelity[0]!.flips
}

describe('items on which a model and its teacher differ', () => {
  it('are regressions first, then gains, then different wrong answers; equal wrong answers are not among them', () => {
    const texts = [
      ['right', 'right'],
      ['wrong', 'right'],
      ['right', 'wrong'],
      ['wrong', 'wrong'],
      ['wrong', 'false'],
    ] as const
    const { listed, ...counts } = flipsOf(run(texts.length, (model, n) => texts[n]![model === 'teacher' ? 0 : 1]))
    expect(counts).toEqual({ lost: 1, won: 1, bothWrong: 1 })
    expect(listed.map(({ kind, prompt, target, teacher, model }) => [kind, prompt.text, target, teacher.text?.text, model.text?.text])).toEqual([
      ['lost', 'question 2', 'right', 'right', 'wrong'],
      ['won', 'question 1', 'right', 'wrong', 'right'],
      ['both-wrong', 'question 4', 'right', 'wrong', 'false'],
    ])
  })

  it('are counted all and listed up to 50, 20 and 20, the largest loss first', () => {
    const kinds = ['right/wrong', 'wrong/right', 'wrong/false'].map((pair) => pair.split('/'))
    const half = (sample: Sample, n: number): Partial<Sample> =>
      sample.key.model === 'student' && n < 30 && n % 3 === 0 ? { grade: { score: 0.5, grader: 'includes' } } : {}
    const { listed, ...counts } = flipsOf(run(300, (model, n) => kinds[n % 3]![model === 'teacher' ? 0 : 1]!, half))
    expect(counts).toEqual({ lost: 100, won: 100, bothWrong: 100 })
    const of = (kind: string) => listed.filter((one) => one.kind === kind)
    expect(['lost', 'won', 'both-wrong'].map((kind) => of(kind).length)).toEqual([50, 20, 20])
    expect(of('lost').every(({ model }) => model.score === 0)).toBe(true)
  })

  it('have no text where the file of answers holds none', () => {
    const untold = (sample: Sample): Partial<Sample> =>
      sample.key.model === 'student' ? { text: '', unknown: ['text'], grade: { score: 0, grader: 'given' } } : {}
    const { listed, bothWrong } = flipsOf(run(3, () => 'right', untold))
    expect(bothWrong).toBe(0)
    expect(listed[0]).toMatchObject({ kind: 'lost', teacher: { text: { text: 'right' } } })
    expect(listed[0]!.model).not.toHaveProperty('text')
  })
})

describe('excerpts', () => {
  it('of two long texts begin a little before the first difference, with a whole word', () => {
    const common = 'the same words over and over '.repeat(100)
    const [a, b] = excerptsOfTwo(`${common}and then ten`, `${common}and then eleven`)
    expect(a.from).toBe(b.from)
    expect(common[a.from - 1]).toBe(' ')
    expect(a.from).toBeGreaterThan(common.length - 130)
    expect([a.text.endsWith('and then ten'), b.text.endsWith('and then eleven')]).toEqual([true, true])
  })

  it('are parts of the texts, no longer than asked, from one place, and cut no character in two', () => {
    const text = fc.array(fc.constantFrom('a', ' ', '😀', '한', '\n', 'Wort'), { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 1, max: 40 }), (common, left, right, longest) => {
        const [a, b] = [common + left, common + right]
        const parts = excerptsOfTwo(a, b, longest)
        expect(parts[0].from).toBe(parts[1].from)
        for (const [i, part] of parts.entries()) {
          const own = [a, b][i]!
          expect(own.slice(part.from, part.from + part.text.length)).toBe(part.text)
          expect(part.length).toBe(own.length)
          expect(part.text.length).toBeLessThanOrEqual(longest)
          expect(Buffer.from(part.text).toString()).toBe(part.text)
          expect(part.from).toBeLessThanOrEqual(common.length + Math.min(left.length, right.length))
        }
      }),
    )
    expect(excerpt('x'.repeat(1_000_000))).toEqual({ text: 'x'.repeat(LONGEST), from: 0, length: 1_000_000 })
  })
})
