/** Where two texts differ, word by word. */
import { diffWordsWithSpace } from 'diff'

/** `only`: the other text does not have it there. */
export interface Part {
  text: string
  only: boolean
}

/** The two texts in parts; undefined where they have too little in common for marks to help a reader. */
export function differences(a: string, b: string): { a: Part[]; b: Part[] } | undefined {
  const changes = diffWordsWithSpace(a, b, { maxEditLength: MOST_EDITS })
  if (changes === undefined) return undefined
  const common = changes.reduce((sum, { added, removed, value }) => (added || removed ? sum : sum + value.trim().length), 0)
  if (common < LEAST_COMMON * Math.max(a.trim().length, b.trim().length)) return undefined
  return { a: partsOf(changes, 'added'), b: partsOf(changes, 'removed') }
}

// --- internal ---

/** A bound on the work for texts that share nothing: two of the longest excerpts have some 250 words. */
const MOST_EDITS = 300
/** Texts that share less than this part of the longer one are shown without marks. */
const LEAST_COMMON = 0.2

type Change = NonNullable<ReturnType<typeof diffWordsWithSpace>>[number]

/** One side: what only the other one has is left out; neighbours of one kind are joined, also across mere white space. */
function partsOf(changes: readonly Change[], left: 'added' | 'removed'): Part[] {
  const own = changes.filter((change) => !change[left]).map(({ added, removed, value }): Part => ({ text: value, only: added || removed }))
  const parts: Part[] = []
  own.forEach(({ text, only: marked }, i) => {
    const last = parts.at(-1)
    const only = marked || (text.trim() === '' && last?.only === true && own[i + 1]?.only === true)
    if (last !== undefined && last.only === only) last.text += text
    else parts.push({ text, only })
  })
  return parts
}
