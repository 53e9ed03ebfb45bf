/** Reasoning that a model writes into its answer, between `<think>` and `</think>`. */

export interface Parted {
  /** With its marks, so that both parts together are the text; empty where there is none. */
  readonly reasoning: string
  readonly answer: string
}

/**
 * Parts the two. A text that begins with `<think>` and never closes it is all reasoning: it was cut off, and there is no answer. Chat
 * templates often open the mark themselves, so a text may hold only its end. White space after the mark belongs to the reasoning.
 */
export function splitReasoning(text: string): Parted {
  const end = text.lastIndexOf(CLOSE)
  if (end < 0) return /^\s{0,64}<think>/.test(text) ? { reasoning: text, answer: '' } : { reasoning: '', answer: text }
  const from = skipSpace(text, end + CLOSE.length)
  return { reasoning: text.slice(0, from), answer: text.slice(from) }
}

// --- internal ---

const CLOSE = '</think>'

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at += 1
  return at
}
