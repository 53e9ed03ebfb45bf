/** Values of expressions to sixty digits, complex where they must be. */
import { Decimal } from 'decimal.js'
import type { Expr, FunctionName } from './tree.ts'

/** Sixty digits, and no exponent beyond 5000: what is larger has no value here. */
export const Precise: typeof Decimal = Decimal.clone({ precision: 60, maxE: 5000, minE: -5000 })

export interface PreciseValue {
  readonly re: Decimal
  readonly im: Decimal
}
export type PrecisePoint = ReadonlyMap<string, Decimal>

/** Undefined where there is no value, none within range, or none that can be trusted. */
export function preciseAt(e: Expr, point: PrecisePoint): PreciseValue | undefined {
  try {
    return inRange(valueOf(e, point))
  } catch {
    return undefined // the library refuses, such as the sine of a number with thousands of digits
  }
}

/** Equal to 45 digits, which leaves 15 for rounding. */
export function agree(a: PreciseValue, b: PreciseValue): boolean {
  const size = Precise.max(size1(a), size1(b), TINY)
  return Precise.max(a.re.minus(b.re).abs(), a.im.minus(b.im).abs()).lte(size.times(SAME))
}

// --- internal ---

const SAME = new Precise('1e-45')
const TINY = new Precise('1e-10')
/** Nearer to a whole number than this, and rounding decides whether it lies below or above. */
const UNSURE = new Precise('1e-40')
const ZERO = new Precise(0)
const ONE = new Precise(1)
const MOST_FACTORS = 3000

const real = (re: Decimal): PreciseValue => ({ re, im: ZERO })
const CONSTANTS: Readonly<Record<string, PreciseValue | undefined>> = {
  pi: real(Precise.acos(-1)),
  e: real(Precise.exp(1)),
  i: { re: ZERO, im: ONE },
  oo: undefined,
}

const isReal = ({ im }: PreciseValue): boolean => im.isZero()
const size1 = ({ re, im }: PreciseValue): Decimal => Precise.max(re.abs(), im.abs())

const inRange = (value: PreciseValue | undefined): PreciseValue | undefined => (value?.re.isFinite() && value.im.isFinite() ? value : undefined)

function valueOf(e: Expr, point: PrecisePoint): PreciseValue | undefined {
  if (e.k === 'num') return real(new Precise(e.v.n.toString()).div(e.v.d.toString()))
  if (e.k === 'sym') {
    if (Object.hasOwn(CONSTANTS, e.name)) return CONSTANTS[e.name]
    const at = point.get(e.name)
    return at === undefined ? undefined : real(at)
  }
  if (e.k === 'pm') return undefined
  const parts = e.k === 'neg' ? [e.a] : e.k === 'op' ? [e.a, e.b] : e.args
  const [a, b] = parts.map((part) => inRange(valueOf(part, point)))
  if (a === undefined || (parts.length > 1 && b === undefined)) return undefined
  if (e.k === 'neg') return { re: a.re.neg(), im: a.im.neg() }
  return e.k === 'op' ? OPS[e.op](a, b!) : FNS[e.name](a, b!)
}

const plus = (a: PreciseValue, b: PreciseValue): PreciseValue => ({ re: a.re.plus(b.re), im: a.im.plus(b.im) })
const minus = (a: PreciseValue, b: PreciseValue): PreciseValue => ({ re: a.re.minus(b.re), im: a.im.minus(b.im) })
const scale = ({ re, im }: PreciseValue, by: Decimal): PreciseValue => ({ re: re.times(by), im: im.times(by) })
function times(a: PreciseValue, b: PreciseValue): PreciseValue {
  if (isReal(a)) return scale(b, a.re)
  return isReal(b) ? scale(a, b.re) : { re: a.re.times(b.re).minus(a.im.times(b.im)), im: a.re.times(b.im).plus(a.im.times(b.re)) }
}
function over(a: PreciseValue, b: PreciseValue): PreciseValue | undefined {
  const size = b.re.times(b.re).plus(b.im.times(b.im))
  if (size.isZero()) return undefined
  return isReal(b) ? { re: a.re.div(b.re), im: a.im.div(b.re) } : scale(times(a, { re: b.re, im: b.im.neg() }), ONE.div(size))
}
function exp(a: PreciseValue): PreciseValue {
  const size = a.re.exp()
  return isReal(a) ? real(size) : { re: size.times(a.im.cos()), im: size.times(a.im.sin()) }
}
/** The principal value. */
function ln(a: PreciseValue): PreciseValue | undefined {
  if (isReal(a) && a.re.isPositive()) return a.re.isZero() ? undefined : real(a.re.ln())
  return { re: abs(a).ln(), im: Precise.atan2(a.im, a.re) }
}
const abs = (a: PreciseValue): Decimal => (isReal(a) ? a.re.abs() : a.re.times(a.re).plus(a.im.times(a.im)).sqrt())
function power(a: PreciseValue, b: PreciseValue): PreciseValue | undefined {
  if (isReal(a) && isReal(b) && (a.re.gte(0) || b.re.isInteger())) return real(a.re.pow(b.re))
  const log = size1(a).isZero() ? undefined : ln(a)
  return log === undefined ? undefined : exp(times(b, log))
}
function sqrt(a: PreciseValue): PreciseValue | undefined {
  if (!isReal(a)) return power(a, real(new Precise(0.5)))
  return a.re.gte(0) ? real(a.re.sqrt()) : { re: ZERO, im: a.re.neg().sqrt() }
}
/** The real root of negative numbers where the degree is odd. */
function root(a: PreciseValue, b: PreciseValue): PreciseValue | undefined {
  const degree = over(real(ONE), b)
  if (degree === undefined) return undefined
  if (isReal(a) && a.re.isNegative() && isReal(b) && b.re.mod(2).abs().eq(1)) return real(a.re.neg().pow(degree.re).neg())
  return power(a, degree)
}
const turned = ({ re, im }: PreciseValue): PreciseValue => ({ re: im.neg(), im: re })
const halves = (a: PreciseValue, join: typeof plus): PreciseValue => scale(join(exp(a), exp(scale(a, ONE.neg()))), new Precise(0.5))
const sinh = (a: PreciseValue): PreciseValue => (isReal(a) ? real(a.re.sinh()) : halves(a, minus))
const cosh = (a: PreciseValue): PreciseValue => (isReal(a) ? real(a.re.cosh()) : halves(a, plus))
const sin = (a: PreciseValue): PreciseValue => (isReal(a) ? real(a.re.sin()) : scale(turned(sinh(turned(a))), ONE.neg()))
const cos = (a: PreciseValue): PreciseValue => (isReal(a) ? real(a.re.cos()) : cosh(turned(a)))

type Fn = (a: PreciseValue, b: PreciseValue) => PreciseValue | undefined
/** Where the argument is real. */
const onReals = (of: (x: Decimal) => Decimal | undefined): Fn => (a) => {
  const value = isReal(a) ? of(a.re) : undefined
  return value === undefined || value.isNaN() ? undefined : real(value)
} // prettier-ignore
const whole = (round: (x: Decimal) => Decimal): Fn => onReals((x) => (!x.isInteger() && x.minus(x.round()).abs().lt(UNSURE) ? undefined : round(x)))

function factorial(x: Decimal): Decimal | undefined {
  if (!x.isInteger() || x.isNegative() || x.gt(MOST_FACTORS)) return undefined
  let all = ONE
  for (let i = 2; i <= x.toNumber(); i++) all = all.times(i)
  return all
}
/** Of any number above, and a whole number below. */
function binomial(a: PreciseValue, b: PreciseValue): PreciseValue | undefined {
  if (!isReal(a) || !isReal(b) || !b.re.isInteger() || b.re.isNegative() || b.re.gt(MOST_FACTORS)) return undefined
  let all = ONE
  for (let i = 0; i < b.re.toNumber(); i++) all = all.times(a.re.minus(i)).div(i + 1)
  return real(all)
}

const OPS: Readonly<Record<'+' | '*' | '/' | '^', Fn>> = { '+': plus, '*': times, '/': over, '^': power }
const FNS: Readonly<Record<FunctionName, Fn>> = {
  sqrt,
  root,
  abs: (a) => real(abs(a)),
  factorial: onReals(factorial),
  binom: binomial,
  floor: whole((x) => x.floor()),
  ceil: whole((x) => x.ceil()),
  exp,
  ln,
  log: (a) => {
    const natural = ln(a)
    return natural === undefined ? undefined : over(natural, real(Precise.ln(10)))
  },
  sin,
  cos,
  tan: (a) => over(sin(a), cos(a)),
  sec: (a) => over(real(ONE), cos(a)),
  csc: (a) => over(real(ONE), sin(a)),
  cot: (a) => over(cos(a), sin(a)),
  asin: onReals((x) => x.asin()),
  acos: onReals((x) => x.acos()),
  atan: onReals((x) => x.atan()),
  sinh,
  cosh,
  tanh: (a) => over(sinh(a), cosh(a)),
}
