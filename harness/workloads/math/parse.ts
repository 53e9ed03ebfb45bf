/** LaTeX, or plain notation, to a tree. Every loop and every depth is bounded; what cannot be read is undefined, never an error. */
import { fromDecimal } from '../numbers/rational.ts'
import { fn, num, op, sym, type Expr, type FunctionName } from './tree.ts'

/** An expression without commas and relations at its top. */
export function parseExpr(text: string): Expr | undefined {
  try {
    const parser = new Parser(text)
    const e = parser.sum(0)
    parser.space()
    return parser.done ? e : undefined
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

// --- internal ---

class Unreadable extends Error {}

const DEEPEST = 60
const MOST_NODES = 600

const NAMED: Readonly<Record<string, FunctionName>> = { sin: 'sin', cos: 'cos', tan: 'tan', sec: 'sec', csc: 'csc', cot: 'cot', arcsin: 'asin', arccos: 'acos', arctan: 'atan', sinh: 'sinh', cosh: 'cosh', tanh: 'tanh', ln: 'ln', log: 'log', exp: 'exp', abs: 'abs', lg: 'log' } // prettier-ignore
const INVERSE: Partial<Record<FunctionName, FunctionName>> = { sin: 'asin', cos: 'acos', tan: 'atan' }
const GREEK = new Set('alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell'.split(' ')) // prettier-ignore
const WORDS = ['sqrt', 'arcsin', 'arccos', 'arctan', 'sin', 'cos', 'tan', 'log', 'ln', 'exp', 'pi', 'infty', 'inf', 'infinity']

class Parser {
  private i = 0
  private nodes = 0
  private readonly s: string
  constructor(text: string) {
    this.s = text
  }

  get done(): boolean {
    return this.i >= this.s.length
  }

  sum(depth: number): Expr {
    let left = this.signed(depth)
    for (;;) {
      this.space()
      if (this.take('\\pm')) left = this.node({ k: 'pm', a: left, b: this.product(depth + 1), first: 1 })
      else if (this.take('\\mp')) left = this.node({ k: 'pm', a: left, b: this.product(depth + 1), first: -1 })
      else if (this.take('+')) left = this.node(op('+', left, this.signed(depth + 1)))
      else if (this.take('-')) left = this.node(op('+', left, { k: 'neg', a: this.product(depth + 1) }))
      else return left
    }
  }

  space(): void {
    while (this.i < this.s.length && /\s/.test(this.s[this.i]!)) this.i += 1
  }

  private signed(depth: number): Expr {
    this.space()
    if (depth > DEEPEST) throw new Unreadable()
    if (this.take('-')) return this.node({ k: 'neg', a: this.signed(depth + 1) })
    if (this.take('+')) return this.signed(depth + 1)
    if (this.take('\\pm')) return this.node({ k: 'pm', a: num(0), b: this.product(depth + 1), first: 1 })
    if (this.take('\\mp')) return this.node({ k: 'pm', a: num(0), b: this.product(depth + 1), first: -1 })
    return this.product(depth)
  }

  private product(depth: number): Expr {
    let left = this.power(depth + 1)
    for (;;) {
      this.space()
      if (this.take('\\cdot') || this.take('\\times') || this.take('\\ast') || this.take('*')) left = this.node(op('*', left, this.factor(depth + 1)))
      else if (this.take('\\div') || this.take('/')) left = this.node(op('/', left, this.factor(depth + 1)))
      else if (this.startsFactor()) {
        const mixed = left.k === 'num' && left.v.d === 1n && this.s.startsWith('\\frac', this.i)
        const right = this.power(depth + 1)
        // 3\frac{1}{2} is three and a half
        const isMixed = mixed && right.k === 'op' && right.op === '/' && right.a.k === 'num' && right.b.k === 'num' && right.a.v.n < right.b.v.n
        left = this.node(op(isMixed ? '+' : '*', left, right))
      } else return left
    }
  }

  /** After a sign of multiplication a minus may stand. */
  private factor(depth: number): Expr {
    this.space()
    if (this.take('-')) return this.node({ k: 'neg', a: this.factor(depth + 1) })
    return this.power(depth)
  }

  private power(depth: number): Expr {
    if (depth > DEEPEST) throw new Unreadable()
    let base = this.atom(depth)
    for (;;) {
      this.space()
      if (this.take('\\degmark')) base = this.node(op('*', base, op('/', sym('pi'), num(180))))
      else if (this.take('^')) base = this.node(op('^', base, this.group(depth + 1)))
      else if (this.take('!')) base = this.node(fn('factorial', base))
      else if (this.s[this.i] === '_') {
        this.i += 1
        base = this.subscript(base)
      } else return base
    }
  }

  /** x_1 is a name of its own; so is 101_2, a number in another base, which is only equal to itself. */
  private subscript(base: Expr): Expr {
    const inside = this.raw()
    const name = base.k === 'sym' ? base.name : base.k === 'num' && base.v.d === 1n ? String(base.v.n) : undefined
    if (name === undefined || !/^[\w,\s]{1,12}$/.test(inside)) throw new Unreadable()
    return this.node(sym(`${name}_${inside.replace(/\s/g, '')}`))
  }

  private atom(depth: number): Expr {
    this.space()
    const c = this.s[this.i]
    if (c === undefined) throw new Unreadable()
    if (/[\d.]/.test(c)) return this.number()
    if (c === '(' || c === '[' || c === '{') return this.bracket(c, depth)
    if (c === '|') return this.between('|', '|', 'abs', depth)
    if (c === '\\') return this.command(depth)
    if (/[a-zA-Z]/.test(c)) return this.letters(depth)
    throw new Unreadable()
  }

  private number(): Expr {
    const match = /^(?:\d{1,3}(?:[,\uE001]\d{3})+(?!\d)|\d+)?(?:\.\d+)?/.exec(this.s.slice(this.i, this.i + 400))?.[0] ?? ''
    const value = fromDecimal(match.replace(/[,\uE001]/g, ''), 500)
    if (value === undefined) throw new Unreadable()
    this.i += match.length
    if (this.s[this.i] === '.' && this.i === this.s.length - 1) this.i += 1
    return this.node({ k: 'num', v: value })
  }

  private bracket(open: string, depth: number): Expr {
    this.i += 1
    const inside = this.sum(depth + 1)
    this.space()
    if (!this.take({ '(': ')', '[': ']', '{': '}' }[open]!)) throw new Unreadable()
    return inside
  }

  private between(open: string, close: string, name: FunctionName, depth: number): Expr {
    this.i += open.length
    const inside = this.sum(depth + 1)
    this.space()
    if (!this.take(close)) throw new Unreadable()
    return this.node(fn(name, inside))
  }

  private command(depth: number): Expr {
    const name = /^\\([a-zA-Z]+)/.exec(this.s.slice(this.i, this.i + 40))?.[1]
    if (name === undefined) throw new Unreadable()
    if (name === 'lfloor') return this.between('\\lfloor', '\\rfloor', 'floor', depth)
    if (name === 'lceil') return this.between('\\lceil', '\\rceil', 'ceil', depth)
    if (name === 'lvert') return this.between('\\lvert', '\\rvert', 'abs', depth)
    this.i += name.length + 1
    if (name === 'frac') return this.node(op('/', this.group(depth + 1), this.group(depth + 1)))
    if (name === 'binom' || name === 'dbinom' || name === 'tbinom') return this.node(fn('binom', this.group(depth + 1), this.group(depth + 1)))
    if (name === 'sqrt') return this.root(depth)
    if (name === 'pi') return sym('pi')
    if (name === 'infty') return sym('oo')
    if (name === 'mathrm' || name === 'text' || name === 'mathbf' || name === 'mathit' || name === 'textbf') return this.wrapped()
    const known = NAMED[name]
    if (known !== undefined) return this.apply(known, depth)
    if (GREEK.has(name)) return this.node(sym(name))
    throw new Unreadable()
  }

  private root(depth: number): Expr {
    this.space()
    if (this.s[this.i] === '[') {
      this.i += 1
      const degree = this.sum(depth + 1)
      this.space()
      if (!this.take(']')) throw new Unreadable()
      return this.node(fn('root', this.group(depth + 1), degree))
    }
    return this.node(fn('sqrt', this.group(depth + 1)))
  }

  /** \text{x} inside of an expression. */
  private wrapped(): Expr {
    const inside = this.raw().trim()
    if (!/^[a-zA-Z]$/.test(inside)) throw new Unreadable()
    return this.node(sym(inside))
  }

  /** `sin^2 x`, `sin^{-1} x`, `log_2 8`, `sin 2x`. */
  private apply(name: FunctionName, depth: number): Expr {
    let [called, exponent, base]: [FunctionName, Expr | undefined, Expr | undefined] = [name, undefined, undefined]
    for (let i = 0; i < 2; i++) {
      this.space()
      if (this.take('_')) base = this.group(depth + 1)
      else if (this.take('^')) exponent = this.group(depth + 1)
    }
    if (exponent?.k === 'neg' && exponent.a.k === 'num' && exponent.a.v.n === 1n && INVERSE[name] !== undefined)
      [called, exponent] = [INVERSE[name]!, undefined]
    const argument = this.argument(depth + 1)
    const value = base === undefined ? fn(called, argument) : op('/', fn('ln', argument), fn('ln', base))
    return this.node(exponent === undefined ? value : op('^', value, exponent))
  }

  private argument(depth: number): Expr {
    this.space()
    if ('({['.includes(this.s[this.i] ?? ' ')) return this.power(depth)
    let left = this.power(depth)
    for (;;) {
      this.space()
      if (!this.startsFactor() || /^\\(?:arc)?(?:sin|cos|tan|sec|csc|cot|ln|log)/.test(this.s.slice(this.i, this.i + 8)) || this.s[this.i] === '(') {
        if (!this.take('/')) return left
        left = this.node(op('/', left, this.power(depth)))
      } else left = this.node(op('*', left, this.power(depth)))
    }
  }

  /** Plain words such as sqrt(2) and pi; other letters are variables, one each. */
  private letters(depth: number): Expr {
    const rest = this.s.slice(this.i, this.i + 10)
    const word = WORDS.find((known) => rest.startsWith(known) && !/[a-zA-Z]/.test(rest[known.length] ?? ' '))
    if (word === undefined) {
      this.i += 1
      return this.node(sym(rest[0]!))
    }
    this.i += word.length
    if (word === 'sqrt') return this.root(depth)
    if (word === 'pi') return sym('pi')
    return word.startsWith('inf') ? sym('oo') : this.apply(NAMED[word]!, depth)
  }

  /** `{…}`, or the next single sign: \frac12. */
  private group(depth: number): Expr {
    this.space()
    const c = this.s[this.i]
    if (c === undefined || depth > DEEPEST) throw new Unreadable()
    if (c === '{') return this.bracket('{', depth)
    if (/\d/.test(c)) {
      this.i += 1
      return this.node(num(BigInt(c)))
    }
    if (c === '-') {
      this.i += 1
      return this.node({ k: 'neg', a: this.group(depth + 1) })
    }
    return this.atom(depth + 1)
  }

  /** The text of a group. */
  private raw(): string {
    this.space()
    if (this.s[this.i] !== '{') return this.s[this.i++] ?? ''
    const end = this.s.indexOf('}', this.i)
    if (end < 0) throw new Unreadable()
    const inside = this.s.slice(this.i + 1, end)
    this.i = end + 1
    return inside
  }

  private startsFactor(): boolean {
    const c = this.s[this.i]
    if (c === undefined) return false
    if (c === '\\') return !/^\\(?:pm|mp|cdot|times|div|ast|rfloor|rceil|rvert|degmark|cup|cap|le|ge|ne|in|approx|to|and|or)(?![a-zA-Z])/.test(this.s.slice(this.i, this.i + 10)) && /^\\[a-zA-Z]/.test(this.s.slice(this.i, this.i + 2)) // prettier-ignore
    return /[\d.a-zA-Z([{]/.test(c)
  }

  /** A command must end where its name does. */
  private take(what: string): boolean {
    if (!this.s.startsWith(what, this.i)) return false
    if (what.length > 1 && what.startsWith('\\') && /[a-zA-Z]/.test(this.s[this.i + what.length] ?? ' ')) return false
    this.i += what.length
    return true
  }

  private node<T extends Expr>(e: T): T {
    this.nodes += 1
    if (this.nodes > MOST_NODES) throw new Unreadable()
    return e
  }
}
