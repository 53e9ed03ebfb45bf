import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerTo, knownAnswer, type Question } from '../../scripts/mock/answer.ts'
import { parseBehaviour } from '../../scripts/mock/behaviour.ts'
import { evaluate, findExpression } from '../../scripts/mock/expression.ts'
import { createPrefixCache, PREFIX_BLOCK } from '../../scripts/mock/prefix.ts'
import { ProfileSchema, type ProfileInput } from '../../scripts/mock/profile.ts'
import { randomTokens, randomWideTokens, tokenize } from '../../scripts/mock/text.ts'

const profile = (fields: ProfileInput = {}): ReturnType<typeof ProfileSchema.parse> => ProfileSchema.parse(fields)
const ask = (question: string, fields: Partial<Question> = {}): Question => ({
  prompt: question,
  question,
  seed: 0,
  maxTokens: undefined,
  stop: [],
  ignoreEnd: false,
  wide: false,
  ...fields,
})

describe('expressions', () => {
  test.each([
    ['3+4*5', 23],
    ['(3+4)*5', 35],
    ['-(2 - 10) / 4', 2],
    ['7 × 6', 42],
    ['2--3', 5],
    ['007', 7],
    ['0*(2-3)', 0],
  ])('%s is %d', (text, value) => expect(evaluate(text)).toBe(value))

  test.each(['', '3+', '(3', '3)', '1/3', '1/0', '99999999999999999999', '9007199254740991+1', '3 4', '2**3', 'process.exit()', '('.repeat(5000) + '1'])(
    '%s has no value',
    (text) => expect(evaluate(text)).toBeUndefined(),
  )

  type Tree = number | readonly [Tree, '+' | '-' | '*', Tree]
  const tree = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small' }, fc.nat(99), fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*'), tie('tree'))),
  })).tree
  const write = (t: Tree): string => (typeof t === 'number' ? String(t) : `(${write(t[0])}${t[1]}${write(t[2])})`)
  const value = (t: Tree): number => {
    if (typeof t === 'number') return t
    const [a, b] = [value(t[0]), value(t[2])]
    return t[1] === '+' ? a + b : t[1] === '-' ? a - b : a * b
  }
  const isSafe = (t: Tree): boolean => Number.isSafeInteger(value(t)) && (typeof t === 'number' || (isSafe(t[0]) && isSafe(t[2])))
  test('agree with a tree that was written with brackets', () => {
    fc.assert(
      fc.property(tree, (t) => {
        fc.pre(isSafe(t))
        expect(evaluate(write(t))).toBe(value(t) + 0)
      }),
    )
  })
  test('any text is read without an exception', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...Array.from('0123456789+-*/() x')) }), (text) => void [evaluate(text), findExpression(text)]))
  })
  test.each([
    ['What is 3 + 4?', '3 + 4', 7],
    ['In 2024 there were 12 pears. 12*3=', '12*3', 36],
    ['1+1=2 and 2*(3+4)=', '2*(3+4)', 14],
  ])('are found in "%s"', (text, expression, result) => expect(findExpression(text)).toEqual({ expression, value: result }))
  test.each(['What is your name?', 'call 555 1234', ''])('are not found in "%s"', (text) => expect(findExpression(text)).toBeUndefined())
})

describe('tokens', () => {
  test('are pieces that make up the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(tokenize(text).join('')).toBe(text)
      }),
    )
  })
  test('of a random text are as many as were asked for, also when it is read again', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (n, seed) => {
        expect(tokenize(randomTokens(n, seed).join('')).length).toBe(n)
      }),
    )
  })
  test('of a wide text hold letters of several bytes', () => {
    for (const token of randomWideTokens(50, 1)) expect(Buffer.byteLength(token)).toBeGreaterThan(1)
  })
})

describe('answers', () => {
  test('follow from profile, seed and question', () => {
    const one = answerTo(profile(), 1, ask('tell me a story'))
    expect(answerTo(profile(), 1, ask('tell me a story'))).toEqual(one)
    for (const other of [
      answerTo(profile(), 2, ask('tell me a story')),
      answerTo(profile(), 1, ask('tell me a story', { seed: 1 })),
      answerTo(profile(), 1, ask('tell me a tale')),
    ])
      expect(other.tokens).not.toEqual(one.tokens)
  })
  test('to sums and to listed questions are right', () => {
    const known = profile({ answers: { 'capital of France': 'Paris' }, answerText: 'It is {answer}.' })
    expect(answerTo(known, 0, ask('What is 12*12?')).tokens.join('')).toBe('It is 144.')
    expect(answerTo(known, 0, ask('Name the capital of France')).tokens.join('')).toBe('It is Paris.')
    expect(knownAnswer(known, 'constructor')).toBeUndefined()
  })
  test('are right with the probability of the profile, and the same question fares the same', () => {
    const weak = profile({ accuracy: 0.7 })
    const right = Array.from({ length: 2000 }, (_, i) => answerTo(weak, 0, ask(`${i}+1=`)).tokens.join('') === String(i + 1))
    expect(right.filter(Boolean).length / right.length).toBeGreaterThan(0.66)
    expect(right.filter(Boolean).length / right.length).toBeLessThan(0.74)
    expect(answerTo(weak, 0, ask('5+1=')).tokens).toEqual(answerTo(weak, 0, ask('5+1=', { seed: 9, prompt: 'Sum: 5+1=' })).tokens)
  })
  test('end at max_tokens with the reason length, and reasoning counts', () => {
    expect(answerTo(profile(), 0, ask('hello', { maxTokens: 5 }))).toMatchObject({ finish: 'length', tokens: { length: 5 } })
    const thinking = answerTo(profile({ reasoningTokens: 3 }), 0, ask('hello', { maxTokens: 5 }))
    expect([thinking.reasoning.length, thinking.tokens.length, thinking.finish]).toEqual([3, 2, 'length'])
    const onlyThinking = answerTo(profile({ reasoningTokens: 30 }), 0, ask('hello', { maxTokens: 5 }))
    expect([onlyThinking.reasoning.length, onlyThinking.tokens.length, onlyThinking.finish]).toEqual([5, 0, 'length'])
  })
  test('go on to max_tokens where the end is ignored', () => {
    expect(answerTo(profile(), 0, ask('1+1=', { maxTokens: 300, ignoreEnd: true }))).toMatchObject({ finish: 'length', tokens: { length: 300 } })
  })
  test('stop in front of a stop sequence, also inside a token', () => {
    const known = profile({ answers: { q: 'one, two; three' } })
    expect(answerTo(known, 0, ask('q', { stop: [';', 'zebra'] }))).toMatchObject({ finish: 'stop' })
    expect(answerTo(known, 0, ask('q', { stop: [';'] })).tokens.join('')).toBe('one, two')
    expect(answerTo(known, 0, ask('q', { stop: ['wo'] })).tokens.join('')).toBe('one, t')
    expect(answerTo(known, 0, ask('q', { stop: ['one'] })).tokens).toEqual([])
  })
})

test('a prefix cache knows whole blocks from the beginning, and never the whole prompt', () => {
  const cache = createPrefixCache()
  const tokens = randomTokens(PREFIX_BLOCK * 3, 7)
  expect(cache.use(tokens)).toBe(0)
  expect(cache.use(tokens)).toBe(PREFIX_BLOCK * 3 - 1)
  expect(cache.use([...tokens.slice(0, PREFIX_BLOCK + 3), ...randomTokens(40, 8)])).toBe(PREFIX_BLOCK)
  expect(cache.use(['x', ...tokens])).toBe(0)
  cache.clear()
  expect(cache.use(tokens)).toBe(0)
})

describe('misbehaviours', () => {
  test('are read with and without values, several at once', () => {
    expect(parseBehaviour('stall-mid=7,crlf+no-done')).toMatchObject({ stallAfter: 7, lineEnd: '\r\n', done: false })
    expect(parseBehaviour('429').refuse).toMatchObject({ status: 429, times: Infinity })
  })
  test.each([
    ['stal-mid', /did you mean stall-mid/],
    ['stall-mid=x', /whole number/],
    ['crlf=2', /no value/],
    ['toString', /unknown misbehaviour/],
  ])('%s is refused', (text, message) => expect(() => parseBehaviour(text)).toThrow(message))
})
