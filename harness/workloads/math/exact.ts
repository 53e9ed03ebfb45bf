/** The exact value of an expression that is a fraction of whole numbers, within limits. */
import { add, divide, multiply, negate, rational, type Rational } from '../numbers/rational.ts'
import type { Expr } from './tree.ts'

/** Undefined where it has variables or roots, or would have more digits than is sensible. */
export function exactValue(e: Expr): Rational | undefined {
  if (e.k === 'num') return e.v
  if (e.k === 'neg') {
    const a = exactValue(e.a)
    return a === undefined ? undefined : negate(a)
  }
  if (e.k === 'op') {
    const [a, b] = [exactValue(e.a), exactValue(e.b)]
    return a === undefined || b === undefined ? undefined : combine(e.op, a, b)
  }
  return e.k === 'fn' ? ofFunction(e.name, e.args) : undefined
}

// --- internal ---

const MOST_BITS = 40_000

function combine(op: '+' | '*' | '/' | '^', a: Rational, b: Rational): Rational | undefined {
  if (bits(a) + bits(b) > MOST_BITS && op !== '^') return undefined
  if (op === '+') return add(a, b)
  if (op === '*') return multiply(a, b)
  return op === '/' ? divide(a, b) : power(a, b)
}

function power(base: Rational, { n, d }: Rational): Rational | undefined {
  if (d !== 1n) {
    const root = d <= 20n ? nthRoot(base, d) : undefined
    return root === undefined ? undefined : power(root, { n, d: 1n })
  }
  const size = n < 0n ? -n : n
  if (size > 10_000n || bits(base) * Number(size) > MOST_BITS) return undefined
  const value = { n: base.n ** size, d: base.d ** size }
  return n < 0n ? rational(value.d, value.n) : value
}

function ofFunction(name: string, args: readonly Expr[]): Rational | undefined {
  const values = args.map(exactValue)
  const [a, b] = values
  if (a === undefined || values.includes(undefined)) return undefined
  if (name === 'abs') return a.n < 0n ? negate(a) : a
  if (name === 'floor' || name === 'ceil') return { n: name === 'floor' ? floor(a) : -floor(negate(a)), d: 1n }
  if (name === 'factorial') return a.d === 1n && a.n >= 0n && a.n <= 3000n ? { n: product(1n, a.n), d: 1n } : undefined
  if (name === 'sqrt') return nthRoot(a, 2n)
  if (name === 'root' && b?.d === 1n && b.n >= 2n && b.n <= 20n) return nthRoot(a, b.n)
  if (name === 'binom' && b !== undefined && a.d === 1n && b.d === 1n && b.n >= 0n && b.n <= 1000n && a.n >= b.n && a.n <= 100_000n)
    return rational(product(a.n - b.n + 1n, a.n), product(1n, b.n))
  return undefined
}

const bits = ({ n, d }: Rational): number => n.toString(16).length * 4 + d.toString(16).length * 4

function floor({ n, d }: Rational): bigint {
  return n >= 0n ? n / d : -((-n + d - 1n) / d)
}

function product(from: bigint, to: bigint): bigint {
  if (from > to) return 1n
  if (to - from < 8n) {
    let all = 1n
    for (let i = from; i <= to; i++) all *= i
    return all
  }
  const middle = (from + to) / 2n
  return product(from, middle) * product(middle + 1n, to)
}

/** Real, and only where it comes out exactly. */
function nthRoot(value: Rational, degree: bigint): Rational | undefined {
  if (value.n < 0n || bits(value) > 4000) return undefined // odd roots of negative numbers have several values
  const [n, d] = [wholeRoot(value.n, degree), wholeRoot(value.d, degree)]
  return n === undefined || d === undefined ? undefined : { n, d }
}

function wholeRoot(value: bigint, degree: bigint): bigint | undefined {
  let [low, high] = [0n, 1n]
  while (high ** degree < value) high *= 2n
  while (low < high) {
    const middle = (low + high) / 2n
    if (middle ** degree < value) low = middle + 1n
    else high = middle
  }
  return low ** degree === value ? low : undefined
}
