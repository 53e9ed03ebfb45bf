/** Whether two expressions that agree in value are the same: by sixty digits where they are real constants, else by algebra. Runs in a worker. */
import { Decimal } from 'decimal.js'
import nerdamer from 'nerdamer-prime'
import { textOf } from '../numbers/rational.ts'
import { variables, type Expr, type FunctionName } from './tree.ts'

export type Proof = 'yes' | 'no' | 'unknown'

export function prove(a: Expr, b: Expr): Proof {
  const constant = variables(a).size + variables(b).size === 0
  return (constant ? byDigits(a, b) : undefined) ?? byAlgebra(a, b)
}

// --- internal ---

const Precise = Decimal.clone({ precision: 60, maxE: 5000, minE: -5000 })
const SAME = new Precise('1e-45')
const PI = Precise.acos(-1)

/** Undefined where one of the two is not real, or out of range. */
function byDigits(a: Expr, b: Expr): Proof | undefined {
  const [x, y] = [digitsOf(a), digitsOf(b)]
  if (x === undefined || y === undefined || !x.isFinite() || !y.isFinite()) return undefined
  const size = Decimal.max(x.abs(), y.abs(), new Precise('1e-10'))
  return x.minus(y).abs().lte(size.times(SAME)) ? 'yes' : 'no'
}

function digitsOf(e: Expr): Decimal | undefined {
  if (e.k === 'num') return new Precise(e.v.n.toString()).div(e.v.d.toString())
  if (e.k === 'sym') return e.name === 'pi' ? PI : e.name === 'e' ? Precise.exp(1) : undefined
  if (e.k === 'pm') return undefined
  if (e.k === 'neg') return digitsOf(e.a)?.neg()
  const [a, b] = (e.k === 'op' ? [e.a, e.b] : e.args).map(digitsOf)
  if (a === undefined || (e.k === 'op' && b === undefined)) return undefined
  const value = e.k === 'op' ? OPS[e.op](a, b!) : DIGITS[e.name]?.(a, b)
  return value === undefined || value.isNaN() ? undefined : value
}

const OPS: Readonly<Record<'+' | '*' | '/' | '^', (a: Decimal, b: Decimal) => Decimal>> = {
  '+': (a, b) => a.plus(b),
  '*': (a, b) => a.times(b),
  '/': (a, b) => a.div(b),
  '^': (a, b) => a.pow(b),
}
const DIGITS: Partial<Record<FunctionName, (a: Decimal, b: Decimal | undefined) => Decimal | undefined>> = {
  sqrt: (a) => a.sqrt(),
  root: (a, b) => (b === undefined ? undefined : a.isNeg() && b.mod(2).abs().eq(1) ? a.neg().pow(new Precise(1).div(b)).neg() : a.pow(new Precise(1).div(b))),
  abs: (a) => a.abs(),
  exp: (a) => a.exp(),
  ln: (a) => a.ln(),
  log: (a) => a.log(10),
  sin: (a) => a.sin(),
  cos: (a) => a.cos(),
  tan: (a) => a.tan(),
  sec: (a) => new Precise(1).div(a.cos()),
  csc: (a) => new Precise(1).div(a.sin()),
  cot: (a) => a.cos().div(a.sin()),
  asin: (a) => a.asin(),
  acos: (a) => a.acos(),
  atan: (a) => a.atan(),
  sinh: (a) => a.sinh(),
  cosh: (a) => a.cosh(),
  tanh: (a) => a.tanh(),
  floor: (a) => a.floor(),
  ceil: (a) => a.ceil(),
}

function byAlgebra(a: Expr, b: Expr): Proof {
  const names = new Map([...new Set([...variables(a), ...variables(b)])].map((name, i) => [name, `v${i}`]))
  try {
    const difference = `(${write(a, names)})-(${write(b, names)})`
    for (const form of [`expand(${difference})`, `simplify(${difference})`]) if (nerdamer(form).toString() === '0') return 'yes'
  } catch {
    // what the library cannot read or do is not proved
  }
  return 'unknown'
}

function write(e: Expr, names: ReadonlyMap<string, string>): string {
  if (e.k === 'num') return e.v.d === 1n ? `(${e.v.n})` : `(${textOf(e.v).includes('.') ? `${e.v.n}/${e.v.d}` : textOf(e.v)})`
  if (e.k === 'sym') return names.get(e.name) ?? e.name
  if (e.k === 'neg') return `(-(${write(e.a, names)}))`
  if (e.k === 'op') return `((${write(e.a, names)})${e.op}(${write(e.b, names)}))`
  if (e.k === 'pm') throw new Error('both signs')
  const [a = '', b = ''] = e.args.map((arg) => write(arg, names))
  if (e.name === 'root') return `((${a})^(1/(${b})))`
  if (e.name === 'ln') return `log(${a})`
  if (e.name === 'log') return `(log(${a})/log(10))`
  if (e.name === 'binom') return `(factorial(${a})/(factorial(${b})*factorial((${a})-(${b}))))`
  return `${e.name}(${a})`
}
