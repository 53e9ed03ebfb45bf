/** Documents out of a stream of text that holds one after the other. */

/** Longest part of a document that is kept while it is not whole, in characters. */
const LONGEST = 4_000_000

/** Gives each whole JSON array or object of a stream, as text. What stands between documents is left out. */
export function jsonDocuments(take: (text: string) => void): (chunk: string) => void {
  let [text, depth, start, inString, escaped] = ['', 0, -1, false, false]
  return (chunk) => {
    let at = text.length
    text += chunk
    for (; at < text.length; at++) {
      const c = text[at]!
      if (inString) {
        if (escaped) escaped = false
        else if (c === '\\') escaped = true
        else if (c === '"') inString = false
        continue
      }
      if (c === '"' && depth > 0) inString = true
      else if (c === '{' || c === '[') {
        if (depth++ === 0) start = at
      } else if ((c === '}' || c === ']') && depth > 0 && --depth === 0) {
        take(text.slice(start, at + 1))
        text = text.slice(at + 1)
        ;[at, start] = [-1, -1]
      }
    }
    if (depth === 0) text = ''
    if (text.length > LONGEST) [text, depth, start, inString, escaped] = ['', 0, -1, false, false]
  }
}

/** Gives each whole property list of a stream (powermetrics writes one after the other, parted by NUL). */
export function plistDocuments(take: (text: string) => void): (chunk: string) => void {
  let text = ''
  return (chunk) => {
    const parts = (text + chunk).split('</plist>')
    text = (parts.pop() ?? '').slice(-LONGEST)
    parts.forEach(take)
  }
}
