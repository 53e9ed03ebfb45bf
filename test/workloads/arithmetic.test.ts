import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTokenizer } from '../../harness/models/tfjs/tokenizer.ts'
import { createRandom } from '../../harness/random.ts'
import type { Item } from '../../harness/types.ts'
import {
  ARITHMETIC_ALPHABET,
  ARITHMETIC_SLICES,
  arithmeticGrader,
  arithmeticItems,
  arithmeticQuestion,
  arithmeticSplit,
} from '../../harness/workloads/arithmetic.ts'

const anyQuestion = fc.tuple(fc.integer(), fc.constantFrom(...ARITHMETIC_SLICES), fc.constantFrom('train' as const, 'test' as const))

test('the target is what the question asks for, and the working is right at every step', () => {
  fc.assert(
    fc.property(anyQuestion, ([seed, slice, split]) => {
      const { prompt, working, target } = arithmeticQuestion(createRandom(seed), slice, split)
      expect(prompt).toMatch(/^[0-9+\-*()]+=$/)
      expect(Number(target)).toBe(evaluate(prompt.slice(0, -1)))
      const [steps, answer] = working.split('>')
      expect(answer).toBe(target)
      for (const step of steps!.split(';')) {
        const [left, right] = step.split('=') as [string, string]
        expect(number(right)).toBe(evaluate(left.replaceAll(/\d+/g, (digits) => String(number(digits)))))
      }
      expect(number(steps!.split('=').at(-1)!)).toBe(Number(target))
      expect(Number(target)).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 2000 },
  )
})

test('training and test questions are disjoint: the text of a question decides its split', () => {
  const prompts = (split: 'train' | 'test'): string[] => {
    const random = createRandom('disjoint', split)
    return ARITHMETIC_SLICES.flatMap((slice) => Array.from({ length: 2000 }, () => arithmeticQuestion(random, slice, split).prompt))
  }
  const training = new Set(prompts('train'))
  const held = prompts('test')
  expect(held.filter((prompt) => training.has(prompt))).toEqual([])
  expect(held.every((prompt) => arithmeticSplit(prompt) === 'test')).toBe(true)
  expect([...training].every((prompt) => arithmeticSplit(prompt) === 'train')).toBe(true)
})

test('about one question in ten belongs to the test split', () => {
  let held = 0
  for (let a = 0; a < 100; a++) for (let b = 0; b < 100; b++) if (arithmeticSplit(`${a}+${b}=`) === 'test') held++
  expect(held / 10_000).toBeGreaterThan(0.08)
  expect(held / 10_000).toBeLessThan(0.12)
})

test('items are different, balanced over the slices, and the same for the same seed', () => {
  const items = [...arithmeticItems(7, { perSlice: 200 })]
  expect(new Set(items.map((item) => item.prompt)).size).toBe(800)
  expect(new Set(items.map((item) => item.id)).size).toBe(800)
  for (const slice of ARITHMETIC_SLICES) expect(items.slice(0, 80).filter((item) => item.slice === slice)).toHaveLength(20)
  expect([...arithmeticItems(7, { perSlice: 200 })]).toEqual(items)
  expect([...arithmeticItems(8, { perSlice: 200 })]).not.toEqual(items)
})

test('every question and answer fits the tokenizer, and comes back from it', () => {
  const tokenizer = createTokenizer({ kind: 'characters', alphabet: ARITHMETIC_ALPHABET })
  fc.assert(
    fc.property(anyQuestion, ([seed, slice, split]) => {
      const { prompt, working } = arithmeticQuestion(createRandom(seed), slice, split)
      const ids = tokenizer.encode(prompt + working)
      expect(tokenizer.decode(ids)).toBe(prompt + working)
      expect(ids.length).toBeLessThan(64)
    }),
  )
})

const item: Item = { id: 'a', hash: '', prompt: '347+285=', target: '632' }

test.each([
  ['236>632', 1],
  ['>632', 1],
  ['9>1>632', 1],
  ['236>633', 0],
  ['236>0632', 0],
  ['632', 0],
  ['', 0],
  ['236>', 0],
])('the answer %j scores %d', (text, score) => {
  expect(arithmeticGrader.grade(item, text).score).toBe(score)
})

test('the grader never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect([0, 1]).toContain(arithmeticGrader.grade(item, text).score)
    }),
  )
})

/** A number written from its last digit. */
function number(column: string): number {
  return Number(Array.from(column).toReversed().join(''))
}

/** Recursive descent over + - * and brackets: an independent reading of the question. */
function evaluate(text: string): number {
  let at = 0
  const factor = (): number => {
    if (text[at] === '(') {
      at++
      const value = sum()
      at++
      return value
    }
    const digits = /^\d+/.exec(text.slice(at))![0]
    at += digits.length
    return Number(digits)
  }
  const product = (): number => {
    let value = factor()
    while (text[at] === '*') {
      at++
      value *= factor()
    }
    return value
  }
  const sum = (): number => {
    let value = product()
    while (text[at] === '+' || text[at] === '-') value += text[at++] === '+' ? product() : -product()
    return value
  }
  return sum()
}
