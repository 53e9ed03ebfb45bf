import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../harness/types.ts'
import { getGrader, GRADER_IDS, type GraderId } from '../../harness/workloads/index.ts'
import { HOSTILE } from '../../scripts/fuzz/texts.ts'

const item = (target?: string): Item => ({ id: '1', hash: 'h', prompt: 'p', ...(target === undefined ? {} : { target }) })
const score = (grader: GraderId, target: string, text: string, options: object = {}): number => getGrader(grader, options).grade(item(target), text).score

describe('exact', () => {
  it.each([
    ['Paris', ' Paris\n', {}, 1],
    ['Paris', 'paris', {}, 0],
    ['Paris', 'PARIS.', { ignoreCase: true, ignorePunctuation: true }, 1],
    ['a b', 'a \t\n b', {}, 1],
    ['caf\u00E9', 'cafe\u0301', {}, 1],
    ['한국어', '한국어'.normalize('NFD'), {}, 1],
    ['각', '가\u11A8', {}, 1],
    ['ㄱ', '\u1100', {}, 0],
    ['Paris', 'It is Paris', {}, 0],
    ['', '', {}, 1],
    ['\u{11099}\u{110BA}x', '\u{1109A}x', {}, 1], // a mark beyond the basic plane
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
    ['B', '정답은 B입니다.', 1],
    ['B', '답: (B)', 1],
    ['B', 'The correct answer is: **(B)** since A is not', 1],
    ['B', "the answer is B's twin", 0],
  ])('target %j, answer %j: %j', (target, text, expected) => expect(score('choice', target, text)).toBe(expected))

  it.each([
    ['3', '정답은 ③', 1],
    ['3', '3번', 1],
    ['3', '그러므로 3번입니다', 1],
    ['3', '13번', 0],
    ['3', 'The answer is 3.5', 0],
  ])('of digits: target %j, answer %j: %j', (target, text, expected) => expect(score('choice', target, text, { letters: '1234' })).toBe(expected))

  it('knows the answers of the question, which may be written out', () => {
    const grader = getGrader('choice')
    const question = { ...item('B'), choices: ['Rome', 'Paris'] }
    expect(['paris.', 'Rome', 'B', 'C'].map((text) => grader.grade(question, text).score)).toEqual([1, 0, 1, 0])
  })

  it('says in its id that the answer was written, which is not to be compared with log-likelihoods', () => {
    expect(getGrader('choice').id).toBe('choice:generative')
  })

  it('takes only the letters it was told', () => {
    expect(score('choice', 'D', 'D', { letters: 'ABC' })).toBe(0)
  })
})

/** The dearest ones. */
const OPTIONS: Partial<Record<GraderId, object>> = {
  exact: { ignoreCase: true, ignorePunctuation: true },
  includes: { ignoreCase: true, ignorePunctuation: true },
  json: { schema: { type: 'array', items: { type: 'string', pattern: '(a+)+$' } } },
  code: { language: 'python' },
  judge: { endpoint: { url: 'http://judge.invalid/v1', model: 'm' } },
  'tool-calls': { tools: [{ name: 'f', parameters: { type: 'object', required: ['x'] } }] },
}

describe('any text gets a grade', () => {
  it.each(GRADER_IDS)(
    '%s grades megabytes of nonsense, as answer and as target',
    (id) => {
      const grader = getGrader(id, OPTIONS[id])
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
    const grader = getGrader(id, ['tool-calls', 'code', 'judge'].includes(id) ? OPTIONS[id] : {})
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: fc.constantFrom('1', ',', '.', '-', 'e', '(', 'A', ' answer is ', '\uD800', '\0', '\u0301') }),
    )
    fc.assert(
      fc.property(text, fc.option(text, { nil: undefined }), (answer, target) => {
        const grade = grader.grade(item(target), answer)
        expect([0, 1]).toContain(grade.score)
        expect(grade.grader.split(/[:(]/)[0]).toBe(id)
        expect(grader.grade(item(target), answer)).toEqual(grade)
      }),
      { numRuns: 300 },
    )
  })
})

describe('json', () => {
  const schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer' }, b: { type: 'string', pattern: '^x+$' } },
    additionalProperties: false,
  }
  it.each([
    [{}, undefined, '{"a":1}', 1],
    [{}, undefined, 'Sure: ```json\n{"a":1}\n``` as you asked', 1],
    [{}, undefined, 'Sure: [1, 2] it is', 1],
    [{ strict: true }, undefined, 'Sure: [1, 2] it is', 0],
    [{}, undefined, '{a:1}', 0],
    [{}, '{"b":[2],"a":1}', '{"a":1,"b":[2]}', 1],
    [{}, '{"a":1}', '{"a":"1"}', 0],
    [{ schema }, undefined, '{"a":1,"b":"xx"}', 1],
    [{ schema }, undefined, '{"a":1.5}', 0],
    [{ schema }, undefined, '{"a":1,"b":"y"}', 0],
    [{ schema }, undefined, '{"a":1,"c":2}', 0],
    [{}, undefined, '['.repeat(1e5), 0],
  ])('options %j, target %j, answer %.40s: %j', (options, target, text, expected) =>
    expect(getGrader('json', options).grade(item(target), text).score).toBe(expected),
  )

  it('says what is wrong, and refuses what is no schema', () => {
    expect(getGrader('json', { schema }).grade(item(), '{"a":"x"}').detail).toBe('answer/a must be integer')
    expect(() => getGrader('json', { schema: { type: 'strange' } })).toThrow('is no JSON Schema')
  })
})

describe('tool-calls', () => {
  const grader = getGrader('tool-calls', {
    tools: [{ name: 'add', parameters: { type: 'object', required: ['x'], properties: { x: { type: 'number' } } } }, { name: 'now' }],
  })
  const call = (name: string, args: string) => ({ name, arguments: args })
  const target = '[{"name":"now","arguments":{}},{"name":"add","arguments":{"x":1}}]'
  it.each([
    [undefined, [call('add', '{"x":1}')], 1],
    [undefined, [call('add', '{"x":"1"}')], 0],
    [undefined, [call('add', '{x')], 0],
    [undefined, [call('sub', '{}')], 0],
    [undefined, [call('now', '')], 1],
    [undefined, [], 0],
    [target, [call('add', '{"x":1}'), call('now', '{}')], 1],
    [target, [call('add', '{"x":2}'), call('now', '{}')], 0],
    [target, [call('now', '{}')], 0],
  ])('target %j, calls %j: %j', (wanted, calls, expected) => expect(grader.grade(item(wanted), '', { toolCalls: calls }).score).toBe(expected))

  it('reads calls that stand in the answer where the server told none', () => {
    expect(grader.grade(item(), '```json\n{"name":"add","arguments":{"x":2}}\n```').score).toBe(1)
  })
})

describe('extract', () => {
  const graded = (extract: object[], target: string, text: string) => getGrader('exact', { extract }).grade(item(target), text)
  it.each([
    [[{ after: '####' }], '7', 'so #### 3 and #### 7 ', 1],
    [[{ after: 'Answer:' }, { before: '.' }], 'Paris', 'Answer: Paris. Or so.', 1],
    [[{ pattern: '(\\d+) apples' }], '7', '3 apples and 7 apples', 1],
    [[{ pattern: '(\\d+) apples', take: 'first' }], '3', '3 apples and 7 apples', 1],
    [[{ pattern: 'ANSWER', ignoreCase: true }], 'answer', 'the answer', 1],
    [[{ line: 'last' }], 'b', 'a\n\n b \n\n', 1],
    [[{ boxed: true }, { pattern: '\\w+' }], 'x', '\\boxed{\\{x\\}}', 1],
    [[{ pattern: 'nothing', optional: true }], 'a', 'a', 1],
  ])('%j', (extract, target, text, expected) => expect(graded(extract, target, text).score).toBe(expected))

  it('says which step found nothing', () => {
    expect(graded([{ line: 'first' }, { after: '##' }], '1', 'a')).toMatchObject({ score: 0, detail: 'step 2 of extract found nothing' })
  })

  it('takes linear time where the expression and the text are bait', () => {
    for (const pattern of ['(a+)+$', '(a|a)*b', '(x+x+)+y', '(.*)*c', 'a(?:.*b)?']) graded([{ pattern }], 'x', 'a'.repeat(1e6))
  })

  it('refuses what RE2 cannot do', () => {
    expect(() => getGrader('exact', { extract: [{ pattern: '(?=a)' }] })).toThrow('RE2')
    expect(() => getGrader('exact', { extract: [{ patern: 'a' }] })).toThrow('must be a step')
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

describe('a target that the grader cannot read', () => {
  it.each([
    ['numeric', 'many', 'the target holds no number'],
    ['choice', 'Paris', 'the target names none of the letters ABCDEFGHIJ'],
    ['json', '{"a":', 'the target is not JSON'],
    ['tool-calls', '[{"name":1}]', 'the target is no list of calls'],
    ['instructions', 'be brief', 'the target is not { "ids": […], "kwargs": […] }'],
  ] as const)('of %s gives no grade, whatever the answer: the fault is not the model’s', (id, target, why) => {
    const grader = getGrader(id, id === 'tool-calls' ? { tools: [{ name: 'f' }] } : {})
    expect(grader.unreadable?.(item(target))).toBe(why)
    for (const text of ['', '7', 'B', '{"a": 1}', '[{"name":"f","arguments":{}}]'])
      expect(grader.grade(item(target), text)).toMatchObject({ ungraded: true, score: 0, detail: why })
  })
})
