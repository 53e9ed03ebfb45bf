/** Which of the numbers of an answer is meant. */
import { lastBoxed } from '../boxed.ts'
import { findNumbers, plainNumbers, type FoundNumber } from './find.ts'

/**
 * The number that the text gives as its answer. Rules, the first that finds one decides: after the last `####`; in the last
 * `\boxed{}`; after the last "answer is", "answer:", "답은" or "정답:", where the sentence has an equals sign after the last of
 * those; the last number of all.
 */
export function answerNumber(text: string): FoundNumber | undefined {
  const tail = text.length > LONGEST ? text.slice(-LONGEST) : text
  const marked = tail.lastIndexOf('####')
  if (marked >= 0) {
    const found = first(tail.slice(marked + 4))
    if (found !== undefined) return found
  }
  const boxed = lastBoxed(tail)
  const inBox = boxed === undefined ? undefined : last(boxed, true)
  if (inBox !== undefined) return inBox
  const plain = plainNumbers(tail)
  return afterPhrase(plain) ?? lastOf(plain, false)
}

// --- internal ---

/** An answer stands at the end; what comes before the last quarter of a million characters is not looked at. */
const LONGEST = 262_144
const PHRASE = /\banswers?(?:\s{1,4}(?:is|are|was)(?!\s{1,4}not\b)|\s{0,4}[:=])|(?:정답|답)(?:은|이|\s{0,4}[:=])/gi
const SENTENCE_END = /[.!?\u3002](?=\s|$)|\n/g

function first(text: string): FoundNumber | undefined {
  return findNumbers(plainNumbers(text), { loose: true }).next().value ?? undefined
}

function last(text: string, loose: boolean): FoundNumber | undefined {
  return lastOf(plainNumbers(text), loose)
}

function lastOf(plain: string, loose: boolean): FoundNumber | undefined {
  let found: FoundNumber | undefined
  for (const number of findNumbers(plain, { loose })) found = number
  return found
}

function afterPhrase(plain: string): FoundNumber | undefined {
  let from = -1
  for (const match of plain.matchAll(PHRASE)) from = match.index + match[0].length
  if (from < 0) return undefined
  const begin = from + (/^[\s*_`"'([{:$]{0,16}/.exec(plain.slice(from, from + 20))?.[0].replace(/\$$/, '').length ?? 0)
  SENTENCE_END.lastIndex = begin
  const end = SENTENCE_END.exec(plain)?.index ?? plain.length
  const equals = plain.slice(begin, end).lastIndexOf('=')
  return findNumbers(plain, { from: equals < 0 ? begin : begin + equals + 1, to: end, loose: true }).next().value ?? undefined
}
