/** LaTeX's `\boxed{…}`. */

/** What the last `\boxed` or `\fbox` holds; braces are counted. A box that is never closed holds what is left of its line. */
export function lastBoxed(text: string): string | undefined {
  const at = Math.max(text.lastIndexOf('\\boxed'), text.lastIndexOf('\\fbox'))
  if (at < 0) return undefined
  let from = at + (text.startsWith('\\boxed', at) ? 6 : 5)
  while (text[from] === ' ') from += 1
  if (text[from] !== '{') return /^[^\s$]{0,200}/.exec(text.slice(from, from + 200))?.[0] ?? ''
  let depth = 0
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i += 1
    else if (text[i] === '{') depth += 1
    else if (text[i] === '}' && --depth === 0) return text.slice(from + 1, i)
  }
  return text.slice(from + 1).split('\n', 1)[0]
}
