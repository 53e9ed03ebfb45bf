/** Values of expressions at chosen points, as complex doubles. */
import { createRandom } from '../../random.ts'
import { toNumber } from '../numbers/rational.ts'
import type { Expr } from './tree.ts'

export type Point = ReadonlyMap<string, Complex>
export interface Complex {
  readonly re: number
  readonly im: number
}

/** Points at which two expressions are compared: positive, negative and mixed ones; the same for the same names. */
export function pointsFor(names: readonly string[]): Point[] {
  const random = createRandom('mathematics', ...names)
  const between = (low: number, high: number): number => low + (high - low) * random.next()
  const ranges = [[0.3, 2.3, 1], [0.3, 2.3, 1], [2, 9, 1], [-2.3, -0.3, 1], [-5, -2, 1], [0.3, 5, -1]] as const // prettier-ignore
  return ranges.map(([low, high, sign]) => new Map(names.map((name, i) => [name, { re: between(low, high) * sign ** i, im: 0 }])))
}

/** NaN in either part where there is no value. */
export function valueAt(e: Expr, point: Point): Complex {
  if (e.k === 'num') return real(toNumber(e.v))
  if (e.k === 'sym') return CONSTANTS[e.name] ?? point.get(e.name) ?? NONE
  if (e.k === 'neg') {
    const { re, im } = valueAt(e.a, point)
    return { re: -re, im: -im }
  }
  if (e.k === 'pm') return NONE
  if (e.k === 'op') return OPS[e.op](valueAt(e.a, point), valueAt(e.b, point))
  const [a = NONE, b = NONE] = e.args.map((arg) => valueAt(arg, point))
  return FNS[e.name](a, b)
}

export const isFinite = ({ re, im }: Complex): boolean => Number.isFinite(re) && Number.isFinite(im)

/** Differs by more than rounding. */
export function far(a: Complex, b: Complex, tolerance = 1e-9): boolean {
  return Math.hypot(a.re - b.re, a.im - b.im) > tolerance * Math.max(1e-6, Math.hypot(a.re, a.im), Math.hypot(b.re, b.im))
}

// --- internal ---

const real = (re: number): Complex => ({ re, im: 0 })
const NONE = { re: NaN, im: NaN }
const CONSTANTS: Readonly<Record<string, Complex>> = { pi: real(Math.PI), e: real(Math.E), i: { re: 0, im: 1 }, oo: NONE }

const plus = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im })
const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im })
const times = (a: Complex, b: Complex): Complex => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re })
const scale = (a: Complex, by: number): Complex => ({ re: a.re * by, im: a.im * by })
function over(a: Complex, b: Complex): Complex {
  const size = b.re * b.re + b.im * b.im
  return size === 0 ? NONE : { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size }
}
const exp = ({ re, im }: Complex): Complex => ({ re: Math.exp(re) * Math.cos(im), im: im === 0 ? 0 : Math.exp(re) * Math.sin(im) })
const ln = ({ re, im }: Complex): Complex => (re === 0 && im === 0 ? NONE : { re: Math.log(Math.hypot(re, im)), im: Math.atan2(im, re) })
function power(a: Complex, b: Complex): Complex {
  if (a.im === 0 && b.im === 0 && (a.re >= 0 || Number.isInteger(b.re))) return real(a.re ** b.re)
  return a.re === 0 && a.im === 0 ? NONE : exp(times(b, ln(a)))
}
const sqrt = (a: Complex): Complex => (a.im === 0 && a.re >= 0 ? real(Math.sqrt(a.re)) : power(a, real(0.5)))
const sinh = (a: Complex): Complex => scale(minus(exp(a), exp(scale(a, -1))), 0.5)
const cosh = (a: Complex): Complex => scale(plus(exp(a), exp(scale(a, -1))), 0.5)
const turned = ({ re, im }: Complex): Complex => ({ re: -im, im: re })
const sin = (a: Complex): Complex => (a.im === 0 ? real(Math.sin(a.re)) : scale(turned(sinh(turned(a))), -1))
const cos = (a: Complex): Complex => (a.im === 0 ? real(Math.cos(a.re)) : cosh(turned(a)))
const onReals = (f: (x: number) => number) => (a: Complex): Complex => (a.im === 0 ? real(f(a.re)) : NONE) // prettier-ignore
/** So near to a whole number that rounding decides: nobody knows. */
const whole = (to: (x: number) => number) => (x: number): number => (Math.abs(x - Math.round(x)) < 1e-9 * Math.max(1, Math.abs(x)) ? NaN : to(x)) // prettier-ignore
/** The real root of negative numbers where the degree is odd. */
function root(a: Complex, b: Complex): Complex {
  if (a.im === 0 && a.re < 0 && b.im === 0 && Math.abs(b.re % 2) === 1) return real(-((-a.re) ** (1 / b.re)))
  return power(a, over(real(1), b))
}
function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0 || n > 170) return NaN
  let all = 1
  for (let i = 2; i <= n; i++) all *= i
  return all
}

const OPS = { '+': plus, '*': times, '/': over, '^': power }
const FNS: Readonly<Record<Extract<Expr, { k: 'fn' }>['name'], (a: Complex, b: Complex) => Complex>> = {
  sqrt,
  root,
  abs: ({ re, im }) => real(Math.hypot(re, im)),
  factorial: onReals(factorial),
  binom: (a, b) => (a.im === 0 && b.im === 0 ? real(factorial(a.re) / (factorial(b.re) * factorial(a.re - b.re))) : NONE),
  floor: onReals(whole(Math.floor)),
  ceil: onReals(whole(Math.ceil)),
  exp,
  ln,
  log: (a) => scale(ln(a), 1 / Math.LN10),
  sin,
  cos,
  tan: (a) => over(sin(a), cos(a)),
  sec: (a) => over(real(1), cos(a)),
  csc: (a) => over(real(1), sin(a)),
  cot: (a) => over(cos(a), sin(a)),
  asin: onReals(Math.asin),
  acos: onReals(Math.acos),
  atan: onReals(Math.atan),
  sinh,
  cosh,
  tanh: (a) => over(sinh(a), cosh(a)),
}
