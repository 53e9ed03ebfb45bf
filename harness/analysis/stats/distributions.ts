/** The normal and Student's t distribution. */
import { incompleteBeta } from './special.ts'

/** P(Z ≤ z) for standard normal Z (Hart's rational approximation as given by West, 2005; about 1e-15). */
export function normalCdf(z: number): number {
  const x = Math.abs(z)
  if (x > 38) return z > 0 ? 1 : 0
  const density = Math.exp((-x * x) / 2)
  const tail = x < 7.07106781186547 ? density * (horner(HART_TOP, x) / horner(HART_BOTTOM, x)) : density / (fraction(x) * 2.506628274631)
  return z > 0 ? 1 - tail : tail
}

/** The z with P(Z ≤ z) = p, 0 < p < 1: Acklam's approximation, then one step of Halley's method. */
export function normalQuantile(p: number): number {
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  const rough = p < 0.02425 ? acklamTail(p) : acklamCentre(p)
  const error = (normalCdf(rough) - p) * Math.sqrt(2 * Math.PI) * Math.exp((rough * rough) / 2)
  return rough - error / (1 + (rough * error) / 2)
}

/** P(T ≤ t) for Student's T with `df` > 0 degrees of freedom. */
export function tCdf(t: number, df: number): number {
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/** The t with P(T ≤ t) = p, by bisection; the normal quantile from 10,000 degrees of freedom on. */
export function tQuantile(p: number, df: number): number {
  if (df >= 10_000) return normalQuantile(p)
  if (p < 0.5) return -tQuantile(1 - p, df)
  let [low, high] = [0, 2]
  while (tCdf(high, df) < p) high *= 2
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2
    if (tCdf(middle, df) < p) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The two-sided critical value: 1.96 for level 0.95 and many degrees of freedom. */
export function criticalT(level: number, df: number): number {
  return tQuantile((1 + level) / 2, df)
}

// --- internal ---

// Highest power first.
const HART_TOP = [3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931, 220.206867912376]
const HART_BOTTOM = [
  8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831, 793.826512519948, 440.413735824752,
]

function horner(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

function fraction(x: number): number {
  return x + 1 / (x + 2 / (x + 3 / (x + 4 / (x + 0.65))))
}

const ACKLAM = {
  a: [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239],
  b: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
  c: [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783],
  d: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
}

function acklamTail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p))
  return horner(ACKLAM.c, q) / horner(ACKLAM.d, q)
}

function acklamCentre(p: number): number {
  const q = p - 0.5
  const r = q * q
  return (horner(ACKLAM.a, r) * q) / horner(ACKLAM.b, r)
}
