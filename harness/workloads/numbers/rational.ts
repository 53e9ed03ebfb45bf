/** Exact fractions of whole numbers of any size. */
export interface Rational {
  readonly n: bigint
  /** Positive; nothing divides both. */
  readonly d: bigint
}

export function rational(n: bigint, d = 1n): Rational | undefined {
  if (d === 0n) return undefined
  const sign = d < 0n ? -1n : 1n
  const divisor = gcd(n < 0n ? -n : n, d < 0n ? -d : d)
  return { n: (sign * n) / divisor, d: (sign * d) / divisor }
}

export const add = (a: Rational, b: Rational): Rational => rational(a.n * b.d + b.n * a.d, a.d * b.d)!
export const multiply = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d)!
export const negate = ({ n, d }: Rational): Rational => ({ n: -n, d })
export const divide = (a: Rational, b: Rational): Rational | undefined => rational(a.n * b.d, a.d * b.n)
export const equal = (a: Rational, b: Rational): boolean => a.n === b.n && a.d === b.d
export const isInteger = ({ d }: Rational): boolean => d === 1n

/** The nearest double, also where numerator and denominator are beyond its range. */
export function toNumber({ n, d }: Rational): number {
  const [size, other] = [digits(n), digits(d)]
  if (size < 300 && other < 300) return Number(n) / Number(d)
  const shift = 10n ** BigInt(Math.max(0, 20 - size + other))
  const scaled = (n * shift) / d
  return Number(`${scaled}e-${String(shift).length - 1}`)
}

/** A decimal where it ends, else `3/4`. */
export function textOf({ n, d }: Rational): string {
  if (d === 1n) return String(n)
  let [rest, places, fives] = [d, 0, 0]
  while (rest % 2n === 0n) [rest, places] = [rest / 2n, places + 1]
  while (rest % 5n === 0n) [rest, fives] = [rest / 5n, fives + 1]
  const count = Math.max(places, fives)
  if (rest !== 1n || count > 30) return `${n}/${d}`
  const scaled = String((n < 0n ? -n : n) * (10n ** BigInt(count) / d)).padStart(count + 1, '0')
  return `${n < 0n ? '-' : ''}${scaled.slice(0, -count)}.${scaled.slice(-count)}`
}

/** `12.50` or `1e-3`; undefined where it has more digits than `most`. */
export function fromDecimal(text: string, most = 4000): Rational | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([-+]?)(\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,6}))?$/.exec(text) ?? []
  const power = Number(exponent)
  if (whole + fraction === '' || whole.length + fraction.length + Math.abs(power) > most) return undefined
  const n = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const shift = power - fraction.length
  return shift >= 0 ? { n: n * 10n ** BigInt(shift), d: 1n } : rational(n, 10n ** BigInt(-shift))
}

// --- internal ---

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x === 0n ? 1n : x
}

const digits = (value: bigint): number => String(value < 0n ? -value : value).length
