/** A whole answer: an expression, several of them, an interval, a relation, a matrix, a word. */
import { cleanLatex } from './clean.ts'
import { parseExpr } from './parse.ts'
import type { Answer } from './tree.ts'

export interface ReadAnswer {
  readonly answer: Answer | undefined
  /** A percent sign stood behind it. */
  readonly percent: boolean
  /** Without layout; two answers with the same text are the same. */
  readonly text: string
}

/** `answer` is undefined where the text is no mathematics that can be read. */
export function readAnswer(latex: string): ReadAnswer {
  const cleaned = cleanLatex(latex)
  if (cleaned === undefined) return { answer: undefined, percent: false, text: latex.slice(0, 200) }
  const percent = /\\?%$/.test(cleaned)
  const text = cleaned.replace(/\\?%$/, '').trim()
  return { answer: toAnswer(text, 0), percent, text: text.replace(/\s+/g, '') }
}

// --- internal ---

const DEEPEST = 6
const MOST_ITEMS = 100
const RELATIONS = ['\\le', '\\ge', '\\neq', '\\ne', '\\approx', '\\equiv', '<', '>', '=']
const TEXT = /^\\(?:text|mathrm|textbf|mbox|textrm|mathbf|textnormal)\s{0,4}\{([^{}]*)\}$/

function toAnswer(source: string, depth: number): Answer | undefined {
  const text = source.trim()
  if (depth > DEEPEST || text === '') return undefined
  const word = TEXT.exec(text)?.[1]
  if (word !== undefined) return wordOf(word)
  const matrix = matrixOf(text, depth)
  if (matrix !== undefined) return matrix
  const parts = split(text, ['\\cup'])
  if (parts.length > 1) return items('union', parts, depth)
  const inside = bracketed(text)
  if (inside !== undefined) return inside.parts.length > 1 || inside.brackets === '{}' ? items(inside.brackets, inside.parts, depth) : single(text, depth)
  const list = split(text.replace(/\\(?:text|mbox|textrm|mathrm)\s{0,4}\{\s{0,4},?\s{0,4}(?:and|or)\s{0,4}\}|\s(?:and|or)\s/g, ','), [',', ';'])
  if (list.length > 1 && !/^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text.replace(/\s/g, ''))) return items('list', list.filter((part) => part.trim() !== ''), depth) // prettier-ignore
  return single(text, depth)
}

function single(text: string, depth: number): Answer | undefined {
  const member = split(text, ['\\in'])
  if (member.length === 2 && /^\s*[a-zA-Z]\s*$/.test(member[0]!)) return toAnswer(member[1]!, depth + 1)
  const relation = relationOf(text, depth)
  if (relation !== undefined) return relation
  if (/^[A-Za-z]{4,}(?: [A-Za-z]+)*$/.test(text) && !/^(?:sqrt|infinity)/.test(text)) return wordOf(text)
  const e = parseExpr(text)
  if (e !== undefined) return { k: 'expr', e }
  return /^[\p{L}\s'.-]{2,60}$/u.test(text) ? wordOf(text) : undefined
}

function wordOf(word: string): Answer {
  const plain = word.trim().replace(/\.$/, '')
  const choice = /^\(([A-Z])\)$/.exec(plain)?.[1]
  const e = /^[-+\d./ ]+$/.test(plain) ? parseExpr(plain) : undefined
  return e === undefined ? { k: 'text', text: (choice ?? plain).toLowerCase().replace(/\s+/g, ' ') } : { k: 'expr', e }
}

function items(brackets: string, parts: readonly string[], depth: number): Answer | undefined {
  if (parts.length > MOST_ITEMS) return undefined
  const found = parts.map((part) => toAnswer(part, depth + 1))
  return found.every((one) => one !== undefined) ? { k: 'items', brackets, items: found } : undefined
}

function relationOf(text: string, depth: number): Answer | undefined {
  for (const sign of RELATIONS) {
    const [left, right, ...more] = split(text, [sign])
    if (left === undefined || right === undefined || more.length > 0) continue
    // x = 5, y = (1, 2): a name for the answer
    if (sign === '=' && /^[a-zA-Z](?:_\w)?(?:\([a-z]\))?$|^\\[a-z]+$/.test(left.trim())) {
      const named = toAnswer(right, depth + 1)
      if (named !== undefined && named.k !== 'expr') return named
    }
    const [a, b] = [parseExpr(left), parseExpr(right)]
    return a === undefined || b === undefined ? undefined : { k: 'relation', op: { '\\neq': '\\ne' }[sign] ?? sign, a, b }
  }
  return undefined
}

function matrixOf(text: string, depth: number): Answer | undefined {
  const inside = /^\\begin\{([pbvBV]?)matrix\}([\s\S]*)\\end\{\1matrix\}$/.exec(text)?.[2]
  if (inside === undefined) return undefined
  const rows = inside.split('\uE002').map((row) => row.split('&').map((cell) => toAnswer(cell, depth + 1)))
  const whole = rows.filter((row, i) => !(i === rows.length - 1 && row.length === 1 && row[0] === undefined))
  const good = whole.length <= MOST_ITEMS && whole.every((row) => row.length <= MOST_ITEMS && row.every((cell) => cell !== undefined))
  return good ? { k: 'matrix', rows: whole as Answer[][] } : undefined
}

/** `(a, b)`, `[a, b)`, `\{a, b\}`: brackets around all of it. */
function bracketed(text: string): { brackets: string; parts: readonly string[] } | undefined {
  const [open, from] = text.startsWith('\\{') ? ['{', 2] : [text[0] ?? '', 1]
  const [close, to] = text.endsWith('\\}') ? ['}', text.length - 2] : [text.at(-1) ?? '', text.length - 1]
  if (!'([{'.includes(open) || !')]}'.includes(close) || open === '' || (open === '{') !== (close === '}') || to < from) return undefined
  if (open === '{' && !text.startsWith('\\{')) return undefined
  const inside = text.slice(from, to)
  const parts = split(inside, [','])
  return balanced(inside) ? { brackets: `${open}${close}`, parts } : undefined
}

function balanced(text: string): boolean {
  let depth = 0
  for (const c of text) {
    if ('([{'.includes(c)) depth += 1
    else if (')]}'.includes(c) && --depth < 0) return false
  }
  return depth === 0
}

/** At marks that stand in no bracket. A command must end where its name does. */
function split(text: string, marks: readonly string[]): string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const mark =
      depth === 0 ? marks.find((one) => text.startsWith(one, i) && !(one.startsWith('\\') && /[a-zA-Z]/.test(text[i + one.length] ?? ' '))) : undefined
    if (mark !== undefined) {
      parts.push(text.slice(from, i))
      from = i + mark.length
      i = from - 1
    } else if ('([{'.includes(text[i]!)) depth += 1
    else if (')]}'.includes(text[i]!)) depth -= 1
  }
  return [...parts, text.slice(from)]
}
