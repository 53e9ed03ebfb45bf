/** Numbers in text as people and models write them. Time is linear in the text, whatever it is. */
import { KOREAN_UNITS, koreanAt } from './korean.ts'
import { add, divide, fromDecimal, multiply, negate, rational, type Rational } from './rational.ts'

export interface FoundNumber {
  readonly at: number
  readonly end: number
  readonly value: Rational
  /** A percent sign follows; it is not in the value. */
  readonly percent: boolean
}

/** LaTeX and wide characters as plain text, in which `findNumbers` looks. */
export function plainNumbers(text: string): string {
  return text
    .replace(/[\uFF10-\uFF19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0))
    .replaceAll('{,}', ',')
    .replace(/\\[,!;: ]/g, '')
    .replace(/\\([$%])/g, '$1')
    .replace(
      /(\d?)\\[dtc]?frac\s{0,4}(?:\{\s{0,4}(-?\d{1,60})\s{0,4}\}|(\d))\s{0,4}(?:\{\s{0,4}(\d{1,60})\s{0,4}\}|(\d))/g,
      (_, before: string, a, b, c, d) => `${before}${before === '' ? '' : ' '}${a ?? b}/${c ?? d}`,
    ) // prettier-ignore
    .replace(
      /(?<=\d)(?:\u00D7|\\times|\\cdot)\s{0,4}10\s{0,4}\^\s{0,4}\{?\s{0,4}([-\u2212]?\d{1,6})\}?/g,
      (_, power: string) => `e${power.replace('\u2212', '-')}`,
    ) // prettier-ignore
    .replace(
      /(?<=\d)\s{1,2}(?:\u00D7|\\times|\\cdot|x|\*)\s{0,4}10\s{0,4}\^\s{0,4}\{?\s{0,4}([-\u2212]?\d{1,6})\}?/g,
      (_, power: string) => `e${power.replace('\u2212', '-')}`,
    ) // prettier-ignore
    .replace(/\\(?:text|textbf|mathrm|mathbf|mbox|boxed|fbox)\s{0,4}\{/g, ' {')
}

/** All numbers of a text that `plainNumbers` made, in order. `loose`: Korean numerals without a counter behind them are numbers too. */
export function* findNumbers(text: string, { from = 0, to = text.length, loose = false } = {}): Generator<FoundNumber> {
  START.lastIndex = from
  for (let match = START.exec(text); match !== null && match.index < to; match = START.exec(text)) {
    const found = /\d/.test(match[0].at(-1)!) ? digitsAt(text, match) : hangulAt(text, match.index, loose)
    if (typeof found === 'object') yield found
    START.lastIndex = typeof found === 'number' ? found : Math.max(found?.end ?? 0, match.index + 1)
  }
}

// --- internal ---

const CURRENCY = '$\u20AC\u00A3\u20A9\uFFE6\u00A5'
/** A minus after a letter, a digit or a closing bracket is a dash or a subtraction, not a sign; so is one with space after it, but for `x = - 3`. */
const START = new RegExp(`(?:(?<![\\w)\\]}])[-+\\u2212]|(?<=(?:^|[=:(])\\s?)[-\\u2212]\\s)?(?:[${CURRENCY}]\\s?[-\\u2212]?)?\\.?\\d|[영공일이삼사오육칠팔구십백천만억조열스서마쉰예아한두세네하둘셋넷다여]`, 'g') // prettier-ignore
const NUMBER =
  /(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:\.\d{3}){2,}(?![\d.])|\d{1,3}(?:[\u00A0\u202F\u2009'_]\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,6}(?!\d))?|\.\d+(?:[eE][-+]?\d{1,6}(?!\d))?/y
const FRACTION = /\s{0,2}[/\u2044\u2215]\s{0,2}(\d{1,60})(?!\d|[.,]\d|[/\u2044\u2215])/y
const MIXED = /\s(\d{1,20})[/\u2044\u2215](\d{1,20})(?![\d/])/y
const VULGAR = /\s?([\u00BC-\u00BE\u2150-\u215E])/y
const VULGARS: Readonly<Record<string, readonly [bigint, bigint]>> = { '\u00BC': [1n, 4n], '\u00BD': [1n, 2n], '\u00BE': [3n, 4n], '\u2150': [1n, 7n], '\u2151': [1n, 9n], '\u2152': [1n, 10n], '\u2153': [1n, 3n], '\u2154': [2n, 3n], '\u2155': [1n, 5n], '\u2156': [2n, 5n], '\u2157': [3n, 5n], '\u2158': [4n, 5n], '\u2159': [1n, 6n], '\u215A': [5n, 6n], '\u215B': [1n, 8n], '\u215C': [3n, 8n], '\u215D': [5n, 8n], '\u215E': [7n, 8n] } // prettier-ignore
const SCALE = /\s{1,2}(hundred|thousand|million|billion|trillion)\b/iy
const SCALES: Readonly<Record<string, bigint>> = { hundred: 100n, thousand: 1000n, million: 1_000_000n, billion: 1_000_000_000n, trillion: 1_000_000_000_000n }
const PERCENT = /\s?(?:%|\uFF05|percent\b|per cent\b|\uD37C\uC13C\uD2B8|\uD504\uB85C)/iy
/** What stands behind a Korean numeral that counts something, or ends the sentence. */
const COUNTER =
  /\s?(?:원|개|명|마리|살|세|시간|시|분|초|점|권|장|병|대|송이|그루|자루|킬로|미터|센티|그램|리터|번|회|배|층|쪽|페이지|일|주|달|년|인분|달러|퍼센트|%|입니다|이다|이에요|예요|$|[.,!)\]])/y

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** The number, or where to look on: one with thousands of digits is none. */
function digitsAt(text: string, { index, 0: begin }: RegExpExecArray): FoundNumber | number {
  const at = index + begin.length - (begin.at(-2) === '.' ? 2 : 1)
  const match = sticky(NUMBER, text, at)
  if (match === null) return at + 1
  const plain = (/^\d{1,3}(?:\.\d{3}){2,}$/.test(match[0]) ? match[0].replaceAll('.', '') : match[0]).replace(/[,\u00A0\u202F\u2009'_]/g, '')
  let value = fromDecimal(plain)
  if (value === undefined) return at + match[0].length
  let end = at + match[0].length
  if (!'/\u2044\u2215'.includes(text[index - 1] ?? ' '))
    [value, end] = fraction(text, end, value) // 3/4/2020 is a date
  ;[value, end] = scaled(text, end, value)
  const percent = sticky(PERCENT, text, end)
  const negative = /[-\u2212]/.test(begin)
  return { at: index, end: end + (percent?.[0].length ?? 0), value: negative ? negate(value) : value, percent: percent !== null }
}

/** `3/4`, `2 1/2`, `2½`. */
function fraction(text: string, end: number, value: Rational): [Rational, number] {
  const whole = value.d === 1n
  const mixed = whole ? sticky(MIXED, text, end) : null
  if (mixed !== null) {
    const part = rational(BigInt(mixed[1]!), BigInt(mixed[2]!))
    if (part !== undefined && part.n < part.d) return [add(value, part), end + mixed[0].length]
  }
  const vulgar = whole ? sticky(VULGAR, text, end) : null
  if (vulgar !== null) {
    const [n, d] = VULGARS[vulgar[1]!] ?? [0n, 1n]
    return [add(value, rational(n, d)!), end + vulgar[0].length]
  }
  const over = sticky(FRACTION, text, end)
  const quotient = over === null ? undefined : divide(value, { n: BigInt(over[1]!), d: 1n })
  return quotient === undefined ? [value, end] : [quotient, end + over![0].length]
}

/** `3 million`; `2억 5천만`, `3천 5백`. */
function scaled(text: string, end: number, value: Rational): [Rational, number] {
  const word = sticky(SCALE, text, end)
  if (word !== null) return [multiply(value, { n: SCALES[word[1]!.toLowerCase()]!, d: 1n }), end + word[0].length]
  return korean(text, end, value)
}

const PART = /\s?(\d{1,3}(?:,\d{3})+(?!\d)|\d{1,20}(?:\.\d{1,20})?)?([십백천만억조])/y

function korean(text: string, from: number, first: Rational): [Rational, number] {
  const ZERO = { n: 0n, d: 1n }
  let [total, section, digit, end]: [Rational, Rational, Rational | undefined, number] = [ZERO, ZERO, first, from]
  for (let i = 0; i < MOST_PARTS; i++) {
    const match = sticky(PART, text, end)
    if (match === null || (digit !== undefined) === (match[1] !== undefined)) break
    const part = digit ?? fromDecimal(match[1]!.replaceAll(',', ''))
    const unit = { n: KOREAN_UNITS[match[2]!]!, d: 1n }
    if (part === undefined) break
    if (unit.n < 10_000n) section = add(section, multiply(part, unit))
    else {
      total = add(total, multiply(add(section, part), unit))
      section = ZERO
    }
    digit = undefined
    end += match[0].length
    // 천만: a section of thousands that 만 multiplies
    const large = /[만억조]/y
    large.lastIndex = end
    const big = unit.n < 10_000n ? large.exec(text) : null
    if (big !== null) {
      total = add(total, multiply(section, { n: KOREAN_UNITS[big[0]]!, d: 1n }))
      section = ZERO
      end += 1
    }
  }
  if (end === from) return [first, from]
  const rest = sticky(/\s?(\d{1,4})(?![\d.,]*\d)/y, text, end) // 1만 2천 500
  if (rest !== null && digit === undefined) return [add(add(total, section), { n: BigInt(rest[1]!), d: 1n }), end + rest[0].length]
  return [add(total, section), end]
}

const MOST_PARTS = 12

function hangulAt(text: string, at: number, loose: boolean): FoundNumber | undefined {
  if (at > 0 && /[가-힣]/.test(text[at - 1]!)) return undefined // inside of a word
  const found = koreanAt(text, at)
  if (found === undefined) return undefined
  const end = at + found.length
  if (!(found.sure || loose) || sticky(COUNTER, text, end) === null) return undefined
  return { at, end, value: { n: found.value, d: 1n }, percent: sticky(PERCENT, text, end) !== null }
}
