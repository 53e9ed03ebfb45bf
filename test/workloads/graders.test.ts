import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../harness/types.ts'
import { getGrader, GRADER_IDS, type GraderId } from '../../harness/workloads/index.ts'
import { lastNumber } from '../../harness/workloads/graders/numeric.ts'

const item = (target?: string): Item => ({ id: '1', hash: 'h', prompt: 'p', ...(target === undefined ? {} : { target }) })
const score = (grader: GraderId, target: string, text: string, options: object = {}): number => getGrader(grader, options).grade(item(target), text).score

describe('exact', () => {
  it.each([
    ['Paris', ' Paris\n', {}, 1],
    ['Paris', 'paris', {}, 0],
    ['Paris', 'PARIS.', { ignoreCase: true, ignorePunctuation: true }, 1],
    ['a b', 'a \t\n b', {}, 1],
    ['caf\u00E9', 'cafe\u0301', {}, 1],
    ['Paris', 'It is Paris', {}, 0],
    ['', '', {}, 1],
  ])('target %j, answer %j, options %j: %j', (target, text, options, expected) => expect(score('exact', target, text, options)).toBe(expected))
})

describe('includes', () => {
  it.each([
    ['Paris', 'It is Paris, of course', {}, 1],
    ['paris', 'It is Paris', {}, 0],
    ['paris', 'It is Paris', { ignoreCase: true }, 1],
    ['', 'anything', {}, 0],
  ])('target %j, answer %j, options %j: %j', (target, text, options, expected) => expect(score('includes', target, text, options)).toBe(expected))
})

describe('numeric', () => {
  it.each([
    ['', undefined],
    ['no number, none.', undefined],
    ['7', '7'],
    ['It costs $1,234,567.50.', '1234567.50'],
    ['so 3 + 4 = 7', '7'],
    ['10-3', '3'],
    ['10 - 3', '3'],
    ['x = -3', '-3'],
    ['x = \u22123', '-3'],
    ['(5)-2', '2'],
    ['+8', '8'],
    ['#### 42', '42'],
    ['\\boxed{-1{,}000}', '-1000'],
    ['1\\,234', '1234'],
    ['0.5 or .25', '.25'],
    ['1e-3', '1e-3'],
    ['4.', '4'],
    ['1,2', '2'],
    ['1,2345', '2345'],
    ['12,345', '12345'],
  ])('the last number of %j is %j', (text, expected) => expect(lastNumber(text)).toBe(expected))

  it.each([
    ['18', 'She makes 9 * 2 = $18.00', {}, 1],
    ['0.5', '.50', {}, 1],
    ['0', '-0.0', {}, 1],
    ['1000', '1e3', {}, 1],
    ['3', '-3', {}, 0],
    ['9007199254740993', '9007199254740992', {}, 0], // equal as doubles
    ['9007199254740993', '9,007,199,254,740,993', {}, 1],
    ['100', '101', { tolerance: 0.01 }, 1],
    ['100', '102', { tolerance: 0.01 }, 0],
    ['0.001', '0.002', { tolerance: 0.01 }, 1],
    ['1e999', '2e999', {}, 0], // both infinite as doubles
    ['7', 'seven', {}, 0],
    ['seven', '7', {}, 0],
  ])('target %j, answer %j, options %j: %j', (target, text, options, expected) => expect(score('numeric', target, text, options)).toBe(expected))

  it('any decimal equals itself, with or without separators, and differs from its successor', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (n) => {
        expect(score('numeric', String(n), `The answer is ${n.toLocaleString('en-US')}.`)).toBe(1)
        expect(score('numeric', String(n), `The answer is ${n + 1n}.`)).toBe(0)
      }),
    )
  })
})

describe('choice', () => {
  it.each([
    ['B', 'B', 1],
    ['B', ' (B)\n', 1],
    ['B', 'B. Paris', 1],
    ['B', '**B**', 1],
    ['B', '(B) Paris', 1],
    ['B', 'A is wrong, so the answer is B', 1],
    ['B', 'Answer: (A)? No. Answer: (B)', 1],
    ['B', 'The final answer is **B**.', 1],
    ['B', 'ANSWER: B', 1],
    ['B', 'so \\boxed{B}', 1],
    ['B', '\\boxed{\\text{B}}', 1],
    ['B', 'Of (A) and (B), the latter', 1],
    ['B', 'the answer is not B', 0],
    ['A', 'A city in France', 0],
    ['B', 'answer is Bordeaux', 0],
    ['B', 'b', 0],
    ['B', '', 0],
  ])('target %j, answer %j: %j', (target, text, expected) => expect(score('choice', target, text)).toBe(expected))

  it('takes only the letters it was told', () => {
    expect(score('choice', 'D', 'D', { letters: 'ABC' })).toBe(0)
  })
})

const HOSTILE: Record<string, string> = {
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

describe('any text gets a grade', () => {
  it.each(GRADER_IDS)(
    '%s grades megabytes of nonsense, as answer and as target',
    (id) => {
      const grader = getGrader(id, id === 'exact' || id === 'includes' ? { ignoreCase: true, ignorePunctuation: true } : {})
      for (const text of Object.values(HOSTILE)) {
        const grade = grader.grade(item('42'), text)
        expect(grade.score).toBe(0)
        expect((grade.answer ?? '').length).toBeLessThanOrEqual(200)
        expect([0, 1]).toContain(grader.grade(item(text), text).score)
      }
    },
    20_000,
  )

  it.each(GRADER_IDS)('%s never throws, and scores 0 or 1, the same each time', (id) => {
    const grader = getGrader(id)
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: fc.constantFrom('1', ',', '.', '-', 'e', '(', 'A', ' answer is ', '\uD800', '\0', '\u0301') }),
    )
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (answer, target) => {
        const grade = grader.grade(item(target), answer)
        expect([0, 1]).toContain(grade.score)
        expect(grade.grader).toBe(id)
        expect(grader.grade(item(target), answer)).toEqual(grade)
      }),
      { numRuns: 300 },
    )
  })
})

describe('a grader', () => {
  it('carries the options that were set in its id', () => {
    expect(getGrader('numeric', { tolerance: 0.1 }).id).toBe('numeric(tolerance=0.1)')
    expect(getGrader('exact', { ignoreCase: true, ignorePunctuation: false }).id).toBe('exact(ignoreCase)')
  })

  it('that is unknown, or has a wrong option, is refused by name', () => {
    expect(() => getGrader('numerik')).toThrow('there is no grader "numerik"; did you mean numeric?')
    expect(() => getGrader('exact', { tolerance: 1 })).toThrow('grader exact')
    expect(() => getGrader('toString')).toThrow('there is no grader')
  })
})
