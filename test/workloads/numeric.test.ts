import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getGrader } from '../../harness/workloads/index.ts'
import { numberOf } from '../../harness/workloads/graders/numeric.ts'

const score = (target: string, text: string, options: object = {}): number =>
  getGrader('numeric', options).grade({ id: '1', hash: 'h', prompt: 'p', target }, text).score

describe('the number that an answer gives, labelled by hand', () => {
  it.each([
    // nothing there
    ['', undefined],
    ['no number, none.', undefined],
    ['seven', undefined],
    // plain, and where it stands
    ['7', '7'],
    ['so 3 + 4 = 7', '7'],
    ['4.', '4'],
    ['It takes 5 days, at 3 a day.', '3'],
    ['The answer is 18 dollars a day (9 eggs at 2 dollars).', '18'],
    ['The answer is not 5 but 6', '6'],
    ['The answer is 5 + 3 = 8.', '8'],
    ['Answer: Let us see. 3 + 4 = 7. So 7 in total', '7'],
    ['**Answer:** 42\n\nChecked with 6 and 7.', '42'],
    ['Final answer: $1,200. That is 100 more than 1,100.', '1200'],
    ['The answer is 12 apples. They cost 3 each', '12'],
    // marks of data sets
    ['She has 16 - 3 = <<16-3=13>>13 eggs.\n#### 13', '13'],
    ['#### 1,042 and then 7', '1042'],
    ['first #### 1\nlater #### 2', '2'],
    ['####', undefined],
    ['\\boxed{42} was found in 3 steps', '42'],
    ['\\boxed{-1{,}000}', '-1000'],
    ['\\boxed{\\frac{3}{4}}', '0.75'],
    ['\\boxed{x} then 5', '5'],
    // separators and decimals
    ['It costs $1,234,567.50.', '1234567.5'],
    ['1\\,234', '1234'],
    ['10,\\!080', '10080'],
    ['12,345', '12345'],
    ['1,2', '2'],
    ['1,2345', '2345'],
    ['1\u202F234', '1234'],
    ['1_000_000', '1000000'],
    ["1'000", '1000'],
    ['1.234.567', '1234567'],
    ['0.5 or .25', '0.25'],
    ['007', '7'],
    ['２０', '20'],
    // signs
    ['10-3', '3'],
    ['10 - 3', '3'],
    ['pages 10\u201315', '15'],
    ['x = -3', '-3'],
    ['x = \u22123', '-3'],
    ['(5)-2', '2'],
    ['+8', '8'],
    ['-$5', '-5'],
    ['$-5', '-5'],
    ['a loss of \\$-12.50', '-12.5'],
    ['5-year plan', '5'],
    // exponents
    ['1e-3', '0.001'],
    ['2.5e3', '2500'],
    ['6.02 \\times 10^{23}', '602000000000000000000000'],
    ['3×10^8', '300000000'],
    ['3 x 10^-2', '0.03'],
    // fractions
    ['3/4', '0.75'],
    ['1/3', '1/3'],
    ['2 1/2', '2.5'],
    ['2½ hours', '2.5'],
    ['\\dfrac{7}{2}', '3.5'],
    ['-\\frac{1}{2}', '-0.5'],
    ['2\\frac{1}{2}', '2.5'],
    ['\\frac12', '0.5'],
    ['3/4/2020', '2020'],
    ['5/0', '0'],
    // units and scales
    ['25%', '25'],
    ['3.5 percent', '3.5'],
    ['€1.5 million', '1500000'],
    ['2 hundred', '200'],
    ['5th', '5'],
    ['v2', '2'],
    ['12kg', '12'],
    ['7:30', '30'],
    // Korean
    ['답은 12개입니다', '12'],
    ['정답: 3천 5백원', '3500'],
    ['총 1만 2천 500원입니다.', '12500'],
    ['2억 5천만 원', '250000000'],
    ['1.5만 명', '15000'],
    ['50,000원', '50000'],
    ['5천만', '50000000'],
    ['삼천오백 원', '3500'],
    ['답은 열두 개입니다.', '12'],
    ['사과는 스물다섯 개다', '25'],
    ['정답은 칠입니다', '7'],
    ['이 문제의 답은 8입니다. 이것은 쉽다', '8'],
    ['만약 10명이 일한다면', '10'],
    ['하루에 30분씩 5일', '5'],
    ['백만 원', '1000000'],
    ['12.5퍼센트', '12.5'],
  ])('of %j is %j', (text, expected) => expect(numberOf(text)).toBe(expected))
})

describe('the grade', () => {
  it.each([
    ['18', 'She makes 9 * 2 = $18.00', {}, 1],
    ['0.5', '.50', {}, 1],
    ['0', '-0.0', {}, 1],
    ['1000', '1e3', {}, 1],
    ['3', '-3', {}, 0],
    ['0.75', '3/4', {}, 1],
    ['0.33', '1/3', {}, 0],
    ['25', '25%', {}, 1],
    ['0.25', '25%', {}, 1],
    ['25%', '0.25', {}, 1],
    ['25%', '2.5', {}, 0],
    ['1500000', '$1.5 million', {}, 1],
    ['9007199254740993', '9007199254740992', {}, 0], // equal as doubles
    ['9007199254740993', '9,007,199,254,740,993', {}, 1],
    ['100', '101', { tolerance: 0.01 }, 1],
    ['100', '102', { tolerance: 0.01 }, 0],
    ['0.001', '0.002', { tolerance: 0.01 }, 1],
    ['1e999', '2e999', {}, 0], // both infinite as doubles
    ['7', 'seven', {}, 0],
    ['seven', '7', {}, 0],
    ['#### 3,500', '답은 3천 5백원입니다', {}, 1],
  ])('target %j, answer %j, options %j: %j', (target, text, options, expected) => expect(score(target, text, options)).toBe(expected))

  it('any decimal equals itself, with or without separators, and differs from its successor', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), (n) => {
        expect(score(String(n), `The answer is ${n.toLocaleString('en-US')}.`)).toBe(1)
        expect(score(String(n), `The answer is ${n + 1n}.`)).toBe(0)
      }),
    )
  })
})
