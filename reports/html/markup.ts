/** A tagged template that escapes: what is put into it is text unless it was made by the same template. */
import { escapeHtml } from '../text.ts'

/** HTML that is safe to put into a page. Only this file and fixed assets make one. */
export class Html {
  readonly source: string
  constructor(source: string) {
    this.source = source
  }
}

export type Content = Html | string | number | false | undefined | readonly Content[]

/**
 * `html\`<td>${anything}</td>\``: strings are escaped, lists joined, `false` and `undefined` leave nothing. The indentation
 * of the template itself is dropped; what is put in keeps its white space.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((page, string, index) => page + string.replace(INDENT, '\n') + (index < contents.length ? toSource(contents[index]) : ''), ''))
}

/** For text that is HTML already: our own assets and the SVG of Vega, which escapes its texts itself. */
export function trusted(source: string): Html {
  return new Html(source)
}

// --- internal ---

const INDENT = /\n\s+/g

function toSource(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Html) return content.source
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  return content.map(toSource).join('')
}
