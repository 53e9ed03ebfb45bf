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
 * NFC, one base character with its marks at a time. On the whole string `normalize` sorts runs of marks in quadratic
 * time, which a text made of nothing but marks turns into minutes. A text without marks, which most are, is left alone.
 */
const compose = (text: string): string => (/[\u0300-\uffff]/.test(text) && /\p{M}/u.test(text) ? composed(text) : text)
const composed = (text: string): string => text.replace(/[^\p{M}]\p{M}{1,16}/gu, (cluster) => cluster.normalize('NFC'))
