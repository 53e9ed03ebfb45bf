/**
 * Instructions that a program can check, under the names of IFEval (Zhou et al. 2023, arXiv 2311.07911). Each is pure and takes
 * linear time. What needs a language detector or a tagger is left out: `language:response_language` is checked by its script only.
 */

export type Wishes = Readonly<Record<string, unknown>>
/** Undefined: not enough is said to check it. */
export type Check = (text: string, wishes: Wishes) => boolean | undefined

const count = (text: string, part: string): number => (part === '' ? 0 : text.split(part).length - 1)
const words = (text: string): string[] => text.match(/[\p{L}\p{N}'’-]+/gu) ?? []
const sentences = (text: string): number => text.split(/[.!?。]+(?:\s|$)/).filter((part) => part.trim() !== '').length
const paragraphs = (text: string, mark: string): string[] => text.split(mark).map((part) => part.trim()).filter((part) => part !== '') // prettier-ignore
const texts = (value: unknown): string[] | undefined => (Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined)
const wordCount = (text: string, word: string): number => words(text.toLowerCase()).filter((one) => one === word.toLowerCase()).length

/** `relation` is `at least` or `less than`. */
function compared(found: number, { relation, ...wishes }: Wishes, name: string): boolean | undefined {
  const wanted = wishes[name]
  if (typeof wanted !== 'number') return undefined
  return relation === 'less than' ? found < wanted : relation === undefined || relation === 'at least' ? found >= wanted : undefined
}

function starred(text: string): number {
  return (text.match(/\*\*[^*\n]{1,2000}\*\*|\*[^*\n]{1,2000}\*/g) ?? []).filter((one) => one.replaceAll('*', '').trim() !== '').length
}

const SCRIPTS: Readonly<Record<string, RegExp>> = { ko: /\p{Script=Hangul}/u, ja: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, zh: /\p{Script=Han}/u, ru: /\p{Script=Cyrillic}/u, bg: /\p{Script=Cyrillic}/u, uk: /\p{Script=Cyrillic}/u, ar: /\p{Script=Arabic}/u, fa: /\p{Script=Arabic}/u, ur: /\p{Script=Arabic}/u, hi: /\p{Script=Devanagari}/u, mr: /\p{Script=Devanagari}/u, ne: /\p{Script=Devanagari}/u, th: /\p{Script=Thai}/u, he: /\p{Script=Hebrew}/u, el: /\p{Script=Greek}/u, bn: /\p{Script=Bengali}/u, ta: /\p{Script=Tamil}/u, te: /\p{Script=Telugu}/u, kn: /\p{Script=Kannada}/u, gu: /\p{Script=Gujarati}/u, pa: /\p{Script=Gurmukhi}/u } // prettier-ignore

export const INSTRUCTIONS: Readonly<Record<string, Check>> = {
  'keywords:existence': (text, { keywords }) => texts(keywords)?.every((word) => text.toLowerCase().includes(word.toLowerCase())),
  'keywords:forbidden_words': (text, { forbidden_words }) => texts(forbidden_words)?.every((word) => wordCount(text, word) === 0),
  'keywords:frequency': (text, wishes) => (typeof wishes.keyword === 'string' ? compared(count(text.toLowerCase(), wishes.keyword.toLowerCase()), wishes, 'frequency') : undefined), // prettier-ignore
  'keywords:letter_frequency': (text, { letter, let_relation, let_frequency }) => (typeof letter === 'string' ? compared(count(text.toLowerCase(), letter.toLowerCase()), { relation: let_relation, n: let_frequency }, 'n') : undefined), // prettier-ignore
  'language:response_language': (text, { language }) => {
    const letters = text.match(/\p{L}/gu) ?? []
    if (typeof language !== 'string' || letters.length === 0) return undefined
    const script = SCRIPTS[language] ?? /\p{Script=Latin}/u
    return letters.filter((letter) => script.test(letter)).length >= letters.length / 2
  },
  'length_constraints:number_sentences': (text, wishes) => compared(sentences(text), wishes, 'num_sentences'),
  'length_constraints:number_words': (text, wishes) => compared(words(text).length, wishes, 'num_words'),
  'length_constraints:number_paragraphs': (text, { num_paragraphs }) => (typeof num_paragraphs === 'number' ? paragraphs(text, '***').length === num_paragraphs : undefined), // prettier-ignore
  'length_constraints:nth_paragraph_first_word': (text, { num_paragraphs, nth_paragraph, first_word }) => {
    if (typeof num_paragraphs !== 'number' || typeof nth_paragraph !== 'number' || typeof first_word !== 'string') return undefined
    const parts = paragraphs(text, '\n\n')
    const [first = ''] = words(parts[nth_paragraph - 1] ?? '')
    return parts.length === num_paragraphs && first.toLowerCase() === first_word.toLowerCase()
  },
  'detectable_content:number_placeholders': (text, wishes) => compared((text.match(/\[[^[\]\n]{1,500}\]/g) ?? []).length, wishes, 'num_placeholders'),
  'detectable_content:postscript': (text, { postscript_marker }) => (typeof postscript_marker === 'string' ? text.toLowerCase().replace(/[\s.]/g, '').includes(postscript_marker.toLowerCase().replace(/[\s.]/g, '')) : undefined), // prettier-ignore
  'detectable_format:number_bullet_lists': (text, { num_bullets }) => (typeof num_bullets === 'number' ? (text.match(/^[ \t]{0,8}(?:\*(?!\*)|-)[ \t]*\S/gm) ?? []).length === num_bullets : undefined), // prettier-ignore
  'detectable_format:constrained_response': (text) => ['My answer is yes.', 'My answer is no.', 'My answer is maybe.'].some((one) => text.includes(one)),
  'detectable_format:number_highlighted_sections': (text, wishes) => compared(starred(text), wishes, 'num_highlights'),
  'detectable_format:multiple_sections': (text, { section_spliter, num_sections }) => (typeof section_spliter === 'string' && typeof num_sections === 'number' ? sectionCount(text, section_spliter) >= num_sections : undefined), // prettier-ignore
  'detectable_format:json_format': (text) => isJson(text.trim().replace(/^```(?:json|JSON|Json)?/, '').replace(/```$/, '')), // prettier-ignore
  'detectable_format:title': (text) => (text.match(/<<[^<>\n]{1,1000}>>/g) ?? []).some((title) => title.slice(2, -2).trim() !== ''),
  'combination:two_responses': (text) => {
    const parts = text.split('******').map((part) => part.trim())
    return parts.length === 2 && parts.every((part) => part !== '') && parts[0] !== parts[1]
  },
  'combination:repeat_prompt': (text, { prompt_to_repeat }) => (typeof prompt_to_repeat === 'string' ? text.trim().toLowerCase().startsWith(prompt_to_repeat.trim().toLowerCase()) : undefined), // prettier-ignore
  'startend:end_checker': (text, { end_phrase }) => (typeof end_phrase === 'string' ? text.trim().replace(/^"|"$/g, '').toLowerCase().endsWith(end_phrase.trim().toLowerCase()) : undefined), // prettier-ignore
  'startend:quotation': (text) => text.trim().length > 1 && text.trim().startsWith('"') && text.trim().endsWith('"'),
  'change_case:capital_word_frequency': (text, { capital_relation, capital_frequency }) => compared(words(text).filter((word) => word.length > 0 && word === word.toUpperCase() && word !== word.toLowerCase()).length, { relation: capital_relation, n: capital_frequency }, 'n'), // prettier-ignore
  'change_case:english_capital': (text) => /\p{Lu}/u.test(text) && text === text.toUpperCase(),
  'change_case:english_lowercase': (text) => /\p{Ll}/u.test(text) && text === text.toLowerCase(),
  'punctuation:no_comma': (text) => !text.includes(','),
}

// --- internal ---

function sectionCount(text: string, splitter: string): number {
  const escaped = splitter.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return (text.match(new RegExp(`(?<!\\S)${escaped}\\s?\\d`, 'g')) ?? []).length
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
