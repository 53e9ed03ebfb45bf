import { z } from 'zod'
import { graderKind } from '../grader.ts'
import { clip } from '../text.ts'

export interface NumericOptions {
  /** Largest difference that still counts, relative to the target (absolute below 1); default 0: equal in value. */
  readonly tolerance?: number
}

/**
 * The last number of the answer equals the last number of the target (`#### 1,042` works as a target).
 * Thousands separators are commas, the decimal point is a point. A fraction such as 3/4 is read as its last number.
 */
export const numeric = graderKind<NumericOptions>({
  summary: 'the last number in the answer equals the target in value',
  version: '1',
  shape: { tolerance: z.number().min(0).optional().describe('Largest difference that counts as equal, relative to the target; default 0') },
  judge:
    ({ tolerance = 0 }) =>
    (text, target) => {
      const [answer, wanted] = [lastNumber(text), lastNumber(target)]
      if (wanted === undefined) return { correct: false, detail: 'the target holds no number' }
      if (answer === undefined) return { correct: false, detail: 'no number in the answer' }
      return { correct: sameNumber(answer, wanted, tolerance), answer: clip(answer) }
    },
})

/**
 * The last number of a text, without separators: `-1234.5`. A minus after a letter, a digit or a closing bracket is a
 * dash or a subtraction, not a sign. LaTeX's `1{,}234` and `1\,234` are read as 1234.
 */
export function lastNumber(text: string): string | undefined {
  let last: string | undefined
  for (const match of text.replaceAll('{,}', ',').replaceAll('\\,', '').matchAll(NUMBER)) last = match[0]
  return last?.replaceAll(',', '').replace('\u2212', '-').replace('+', '')
}

// --- internal ---

const SIGN = String.raw`(?:(?<![\w)\]}])[-+\u2212])?`
const DECIMAL = String.raw`(?:(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<!\d)\.\d+)`
const NUMBER = new RegExp(`${SIGN}${DECIMAL}(?:[eE]-?\\d+)?`, 'g')

function sameNumber(a: string, b: string, tolerance: number): boolean {
  // Plain decimals are compared as text, so that digits beyond the precision of a double still count.
  const [left, right] = [plain(a), plain(b)]
  if (left !== undefined && left === right) return true
  if (left !== undefined && right !== undefined && tolerance === 0) return false
  const [x, y] = [Number(a), Number(b)]
  return Number.isFinite(x) && Number.isFinite(y) && Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(y))
}

/** A decimal without needless zeros and sign; undefined when it has an exponent. */
function plain(number: string): string | undefined {
  const parts = /^(-?)(\d*)(?:\.(\d*))?$/.exec(number)
  if (parts === null) return undefined
  const whole = dropLeadingZeros(parts[2] ?? '')
  const fraction = dropTrailingZeros(parts[3] ?? '')
  const zero = whole === '' && fraction === ''
  return `${zero ? '' : parts[1]}${whole}.${fraction}`
}

const dropLeadingZeros = (digits: string): string => digits.replace(/^0+/, '')

function dropTrailingZeros(digits: string): string {
  let end = digits.length // a regular expression such as /0+$/ takes quadratic time on 000…1
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return digits.slice(0, end)
}
