/** Pixels that texts take, the same on every machine: no canvas, no font is asked. */
import { displayWidth } from './text.ts'

/** Pixels that a line of text takes at `size` in an ordinary sans-serif, on the wide side. */
export function textWidth(text: string, size: number): number {
  return Array.from(text, letterWidth).reduce((sum, width) => sum + width, 0) * size
}

/** For Vega, which leaves so much room beside an axis. */
export function estimateWidth(item: { fontSize?: number; text?: unknown }, text: unknown = item.text): number {
  const lines = (Array.isArray(text) ? text : [text]).map((line) => textWidth(typeof line === 'string' ? line : JSON.stringify(line ?? ''), 1))
  return Math.max(0, ...lines) * (item.fontSize ?? 11)
}

// --- internal ---

/** In em. */
function letterWidth(letter: string): number {
  if (/[il.,:;'|!()[\] ]/.test(letter)) return 0.36
  if (/[mwMW%@]/.test(letter)) return 0.92
  if (/[\u3131-\u318E\uAC00-\uD7A3]/.test(letter)) return 1 // Hangul is as wide as it is high
  return displayWidth(letter) * (/[A-Z]/.test(letter) ? 0.7 : 0.61)
}
