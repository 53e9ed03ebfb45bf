/**
 * Text handling that graders share. Answers come from models and may be anything: every function here takes time
 * linear in the length of the text, for any string, lone surrogates and megabytes of one character included.
 */

export interface TextOptions {
  /** `Paris` equals `PARIS`. */
  readonly ignoreCase?: boolean
  /** `Paris.` equals `Paris`. */
  readonly ignorePunctuation?: boolean
}

/** Text as it is compared: composed accents, single spaces, no space at the ends. */
export function normalise(text: string, { ignoreCase = false, ignorePunctuation = false }: TextOptions = {}): string {
  let out = compose(text)
  if (ignorePunctuation) out = out.replace(/\p{P}+/gu, ' ')
  if (ignoreCase) out = out.toLowerCase()
  return out.replace(/\s+/g, ' ').trim()
}

/** The end of what was found, short enough to be stored with every sample. */
export const clip = (text: string, length = 200): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`)

// --- internal ---

/**
 * NFC, one base character with its marks, or one syllable of Hangul, at a time. On the whole string `normalize` sorts runs of marks in
 * quadratic time, which a text made of nothing but marks turns into minutes. A text without either, which most are, is left alone.
 */
function compose(text: string): string {
  if (!/[\u0300-\uffff]/.test(text)) return text
  const syllables = JAMO.test(text) ? text.replace(SYLLABLE, toNfc) : text
  return /\p{M}/u.test(syllables) ? syllables.replace(/[^\p{M}]\p{M}{1,16}/gu, toNfc) : syllables
}

const toNfc = (cluster: string): string => cluster.normalize('NFC')
/** Letters that stand alone in Unicode and make a syllable together, as macOS writes file names and some corpora all text. */
const JAMO = /[\u1161-\u1175\u11a8-\u11c2]/
const SYLLABLE = /[\u1100-\u1112\uac00-\ud7a3][\u1161-\u1175]?[\u11a8-\u11c2]?/g
