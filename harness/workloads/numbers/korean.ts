/** Korean numerals: 3천 5백, 1만 2천, 삼천오백, 열두. */

export interface KoreanNumber {
  readonly value: bigint
  /** Characters of the text that it takes. */
  readonly length: number
  /** Has a unit, or native words: unlikely to be a part of another word. */
  readonly sure: boolean
}

/**
 * The numeral that `text` has at `at`, written without digits. Syllables such as 이 or 일 are in many words, so the caller
 * decides by what follows whether it is a number at all.
 */
export function koreanAt(text: string, at: number): KoreanNumber | undefined {
  return native(text, at) ?? sino(text, at)
}

/** What 십 to 조 make of a number that stands before them: the sum with what follows, as in `2` + `억 5천만`. */
export const KOREAN_UNITS: Readonly<Record<string, bigint>> = { 십: 10n, 백: 100n, 천: 1000n, 만: 10_000n, 억: 100_000_000n, 조: 1_000_000_000_000n }

// --- internal ---

const DIGITS: Readonly<Record<string, bigint>> = { 영: 0n, 공: 0n, 일: 1n, 이: 2n, 삼: 3n, 사: 4n, 오: 5n, 육: 6n, 륙: 6n, 칠: 7n, 팔: 8n, 구: 9n }
const TENS: readonly (readonly [string, bigint])[] = [['열', 10n], ['스물', 20n], ['스무', 20n], ['서른', 30n], ['마흔', 40n], ['쉰', 50n], ['예순', 60n], ['일흔', 70n], ['여든', 80n], ['아흔', 90n]] // prettier-ignore
const ONES: readonly (readonly [string, bigint])[] = [['하나', 1n], ['다섯', 5n], ['여섯', 6n], ['일곱', 7n], ['여덟', 8n], ['아홉', 9n], ['한', 1n], ['둘', 2n], ['두', 2n], ['셋', 3n], ['세', 3n], ['넷', 4n], ['네', 4n]] // prettier-ignore

function sino(text: string, at: number): KoreanNumber | undefined {
  let [total, section, digit, i]: [bigint, bigint, bigint | undefined, number] = [0n, 0n, undefined, at]
  let unit = false
  const last = Math.min(text.length, at + LONGEST)
  for (; i < last; i++) {
    const c = text[i]!
    if (c === ' ' && unit && i > at && (DIGITS[text[i + 1] ?? ''] ?? KOREAN_UNITS[text[i + 1] ?? '']) !== undefined) continue
    const value = DIGITS[c]
    const size = KOREAN_UNITS[c]
    if (value !== undefined && digit === undefined) digit = value
    else if (size === undefined) break
    else {
      unit = true
      if (size < 10_000n) section += (digit ?? 1n) * size
      else {
        section += digit ?? 0n
        total += (section === 0n ? 1n : section) * size
        section = 0n
      }
      digit = undefined
    }
  }
  return i === at ? undefined : { value: total + section + (digit ?? 0n), length: i - at, sure: unit && i - at >= 2 }
}

const LONGEST = 40

function native(text: string, at: number): KoreanNumber | undefined {
  const ten = TENS.find(([word]) => text.startsWith(word, at))
  const from = at + (ten?.[0].length ?? 0)
  const one = ONES.find(([word]) => text.startsWith(word, from))
  if (ten === undefined && one === undefined) return undefined
  const length = (ten?.[0].length ?? 0) + (one?.[0].length ?? 0)
  return { value: (ten?.[1] ?? 0n) + (one?.[1] ?? 0n), length, sure: length >= 2 }
}
