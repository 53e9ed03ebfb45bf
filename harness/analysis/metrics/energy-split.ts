/**
 * Energy of a prompt token and of an output token, told apart by regression over the units of work: joules − idle power × time =
 * a × prompt tokens + b × output tokens, least squares without intercept, errors by the sandwich estimator (HC1).
 */
import type { Estimate, Observed } from '../../types.ts'
import { weakestOrigin } from '../../units.ts'
import type { Cell, GroupData } from '../data.ts'
import { absent, counted, estimate } from '../observed.ts'
import { criticalT } from '../stats/distributions.ts'

export function energySplitCells(data: GroupData): Cell[] {
  const split = splitOf(data)
  return (['prefill', 'decode'] as const).map((part) => ({
    metric: `${part}-energy-per-token`,
    slice: '',
    estimate: split.state === 'ok' ? (part === 'prefill' ? split.value.prefill : split.value.decode) : split,
  }))
}

/** Slopes of y = a·x + b·z with their standard errors; undefined where x and z do not vary apart. */
export function twoSlopes(y: readonly number[], x: readonly number[], z: readonly number[]): { a: number; b: number; seA: number; seB: number } | undefined {
  const dot = (p: readonly number[], q: readonly number[]): number => p.reduce((sum, one, i) => sum + one * q[i]!, 0)
  const [xx, zz, xz, xy, zy] = [dot(x, x), dot(z, z), dot(x, z), dot(x, y), dot(z, y)]
  const determinant = xx * zz - xz * xz
  if (!(xx > 0 && zz > 0) || determinant < LEAST_APART * xx * zz) return undefined
  const [a, b] = [(zz * xy - xz * zy) / determinant, (xx * zy - xz * xy) / determinant]
  const scale = y.length / (y.length - 2)
  let [va, vb] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    const residual = y[i]! - a * x[i]! - b * z[i]!
    va += (residual * ((zz * x[i]! - xz * z[i]!) / determinant)) ** 2
    vb += (residual * ((xx * z[i]! - xz * x[i]!) / determinant)) ** 2
  }
  return { a, b, seA: Math.sqrt(scale * va), seB: Math.sqrt(scale * vb) }
}

// --- internal ---

/** 1 − cos² of the angle between the two columns of lengths: below it they are nearly in one ratio. */
const LEAST_APART = 0.02
const LEAST_UNITS = 12
/** Shorter than this, the sensor blurs a unit with its neighbours. */
const LEAST_SECONDS = 0.5

function splitOf({ ledger, power }: GroupData): Observed<{ prefill: Observed<Estimate>; decode: Observed<Estimate> }> {
  const { energy, idle, counts, tallies, tokens } = ledger
  if (energy.state !== 'ok') return energy
  if (counts.state !== 'ok') return counts
  if (idle.state !== 'ok') return idle
  const units = Array.from({ length: tallies.length }, (_, i) => i).filter((i) => !Number.isNaN(tallies.netJoules[i]!) && tallies.seconds[i]! > 0)
  if (units.length < LEAST_UNITS)
    return absent(`${counted(units.length, 'unit')} of work with energy; ${LEAST_UNITS} are needed to tell prompts and answers apart`)
  const seconds = units.reduce((sum, i) => sum + tallies.seconds[i]!, 0) / units.length
  if (seconds < LEAST_SECONDS)
    return absent(`a unit of work takes ${Number(seconds.toPrecision(2))} s, and the sensor cannot tell units under ${LEAST_SECONDS} s apart`)
  const column = (of: (i: number) => number): number[] => units.map(of)
  const fit = twoSlopes(
    column((i) => tallies.netJoules[i]!),
    column((i) => tallies.promptTokens[i]! - tallies.cachedTokens[i]!),
    column((i) => tallies.tokens[i]!),
  )
  if (fit === undefined) return absent('prompts and answers have nearly one ratio of lengths in all units of work, so their energy cannot be told apart')
  if (!(fit.a > 0 && fit.b > 0)) return absent('the fit gives a negative energy, so the readings do not tell prompts and answers apart')
  const t = criticalT(0.95, units.length - 2)
  const one = (value: number, se: number): Observed<Estimate> => {
    const half = Math.hypot(t * se, 1.96 * value * Math.hypot(energy.value.u, energy.value.gain))
    return estimate(
      { value, low: value - half, high: value + half, level: 0.95 },
      {
        n: units.length,
        unit: 'J/token',
        origin: weakestOrigin(energy.value.origin, tokens),
        method: `${power.state === 'ok' ? power.value.meter : 'power'}, net of idle, regressed on prompt and output tokens of ${units.length} units of work (least squares, HC1)`,
      },
    )
  }
  return { state: 'ok', value: { prefill: one(fit.a, fit.seA), decode: one(fit.b, fit.seB) } }
}
