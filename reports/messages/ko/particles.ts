/** Korean particles follow the sound that a word ends in; names, numbers and signs are read as Koreans read them. */

export type Particle = '은/는' | '이/가' | '을/를' | '과/와' | '으로/로' | '이다/다'

/** The word with its particle: `교사는`, `학생을`, `GPT-4는`, `R1이`. What is read nowhere (brackets, marks) is passed over. */
export function withParticle(word: string, particle: Particle): string {
  const [closed, open] = particle.split('/') as [string, string]
  const end = endingOf(word)
  if (particle === '으로/로') return `${word}${end === 'closed' ? closed : open}`
  return `${word}${end === 'open' ? open : closed}`
}

// --- internal ---

/** `l`: closed by ㄹ, after which 으로 loses its first syllable. */
type Ending = 'open' | 'closed' | 'l'

/** 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGITS: readonly Ending[] = ['closed', 'l', 'open', 'closed', 'open', 'open', 'closed', 'l', 'l', 'open']
/** Letters whose names end closed: 엘 엠 엔 알. */
const LETTERS: Readonly<Record<string, Ending>> = { L: 'l', M: 'closed', N: 'closed', R: 'l' }
const SIGNS: Readonly<Record<string, Ending>> = { '%': 'open', $: 'open' }
const FIRST_SYLLABLE = 0xac00
const SYLLABLES = 11_172
const FINALS = 28
const FINAL_L = 8

function endingOf(word: string): Ending {
  const bare = word.normalize('NFC').replace(/\s*\([^()]*\)\s*$/u, '') // a note in brackets is not read
  const last = Array.from(bare).findLast((letter) => /[\p{L}\p{N}%$]/u.test(letter))
  if (last === undefined) return 'open'
  const syllable = last.codePointAt(0)! - FIRST_SYLLABLE
  if (syllable >= 0 && syllable < SYLLABLES) return syllable % FINALS === 0 ? 'open' : syllable % FINALS === FINAL_L ? 'l' : 'closed'
  if (/^[0-9]$/.test(last)) return DIGITS[Number(last)]!
  if (SIGNS[last] !== undefined) return SIGNS[last]
  return /^[A-Za-z]$/.test(last) ? endingOfLatin(bare) : 'open'
}

/** An abbreviation is spelt out; a word is read, and ends closed in the consonants that Korean keeps at the end of a syllable. */
function endingOfLatin(text: string): Ending {
  const word = /[A-Za-z]+$/.exec(text.replace(/[^\p{L}\p{N}]+$/u, ''))?.[0] ?? ''
  const last = word.at(-1) ?? ''
  if (word === word.toUpperCase() || word.length === 1) return LETTERS[last.toUpperCase()] ?? 'open'
  if (/l(?:e)?$/i.test(word)) return 'l'
  if (/[mn]$|ng$/i.test(word)) return 'closed'
  return /[bckpt]$/i.test(word) && /[aeiou][bckpt]$/i.test(word) ? 'closed' : 'open'
}
