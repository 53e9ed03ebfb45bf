/**
 * Text that came from somewhere else: model output, names, error messages. Everything that a report shows passes
 * through here once, so that no character can reorder, hide or end what stands around it.
 */

/* oxlint-disable no-control-regex -- finding control characters is the point */

/** Longest text shown in one place; what is cut is said, and the record keeps all of it. */
export const LONGEST_TEXT = 2_000

/** Makes characters that nobody can see visible as ⟨U+XXXX⟩: controls, bidirectional overrides, lone surrogates, byte order marks. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`)
}

/** Cuts at a character boundary and says how long the text was. */
export function clip(text: string, longest = LONGEST_TEXT): string {
  if (text.length <= longest) return text
  const end = isHighSurrogate(text.charCodeAt(longest - 1)) ? longest - 1 : longest
  return `${text.slice(0, end)}… (${text.length.toLocaleString('en-US')} characters in all)`
}

/** Safe inside HTML text and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return visible(clip(text)).replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character)
}

/** One line, every run of white space a single space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** Columns that the text takes in a terminal: wide East Asian characters and emoji count two, combining marks none. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) {
    if (ZERO_WIDTH.test(character)) continue
    width += isWide(character) ? 2 : 1
  }
  return width
}

/** Pads with spaces, or cuts with an ellipsis, to exactly `width` columns. */
export function fit(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  let shown = text
  if (displayWidth(shown) > width) {
    let used = 0
    shown = ''
    for (const character of text) {
      const next = displayWidth(character)
      if (used + next > width - 1) break
      shown += character
      used += next
    }
    shown += width > 0 ? '…' : ''
  }
  const padding = ' '.repeat(Math.max(0, width - displayWidth(shown)))
  return align === 'left' ? shown + padding : padding + shown
}

/** Words on lines of at most `width` columns; a word wider than that is cut into pieces. */
export function wrap(text: string, width: number, first = '', indent = first): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((part) => pieces(part, width - indent.length))) {
    const start = lines.length === 0 ? first : indent
    const candidate = line === '' ? `${start}${word}` : `${line} ${word}`
    if (displayWidth(candidate) > width && line !== '') {
      lines.push(line)
      line = `${indent}${word}`
    } else line = candidate
  }
  return line === '' ? lines : [...lines, line]
}

// --- internal ---

const HTML_ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// C0 without tab and newline, DEL and C1, soft hyphen, Arabic letter mark, zero-width space, LRM/RLM, line and paragraph
// separators, bidi embeddings, word joiner and isolates, BOM, interlinear anchors, lone surrogates. The zero-width joiners
// (200C, 200D) stay: emoji and several scripts need them.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const EMOJI = /^\p{Emoji_Presentation}$/u
/** Ranges of East Asian Wide and Fullwidth code points, coarse but without gaps that matter. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
]

function isWide(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return WIDE.some(([from, to]) => code >= from && code <= to) || EMOJI.test(character)
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function pieces(word: string, width: number): string[] {
  if (displayWidth(word) <= width) return [word]
  const cut: string[] = []
  let piece = ''
  for (const character of word) {
    if (displayWidth(piece + character) > width) {
      cut.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...cut, piece]
}
