/** Parts of long texts for a reader: the beginning of one, and of two that are compared what stands around the first difference. */
import type { Excerpt } from '../../types.ts'

/** UTF-16 units of a text that an analysis keeps. */
export const LONGEST = 700
/** Kept of what both have in common before the first difference. */
const BEFORE = 120

export function excerpt(text: string, longest = LONGEST): Excerpt {
  return part(text, 0, longest)
}

/** Of two texts from the same place on: from the start where the first difference is near it, else a little before that difference. */
export function excerptsOfTwo(a: string, b: string, longest = LONGEST): [Excerpt, Excerpt] {
  const from = Math.max(a.length, b.length) <= longest ? 0 : startOf(a, commonLength(a, b), longest)
  return [part(a, from, longest), part(b, from, longest)]
}

/** As `excerpt`, without the numbers: an ellipsis says that there is more. */
export function cut(text: string, longest: number): string {
  return text.length <= longest ? text : `${part(text, 0, longest).text}…`
}

// --- internal ---

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  for (let i = 0; i < most; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) return i
  return most
}

/** At the beginning of a word, where there is one. */
function startOf(text: string, common: number, longest: number): number {
  if (common <= longest / 2) return 0
  const from = common - BEFORE
  const space = text.slice(from, common).search(/\s/)
  return whole(text, space < 0 ? from : from + space + 1)
}

/** No half of a surrogate pair at either end. */
function part(text: string, from: number, longest: number): Excerpt {
  return { text: text.slice(from, Math.max(from, whole(text, from + longest))), from, length: text.length }
}

function whole(text: string, at: number): number {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff ? at - 1 : at
}
