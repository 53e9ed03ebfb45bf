/** When a stage was steady: after the start-up, before the draining, and only if the load did not keep growing. */
import type { Observed } from '../../types.ts'

export interface Course {
  readonly startMs: number
  /** Width of a bin. */
  readonly binMs: number
  /** Mean number of requests in flight in each bin, from the start of the stage to its last send. */
  readonly inFlight: readonly number[]
  /** Requests that ended in each bin. */
  readonly ended: readonly number[]
}

/**
 * The steady window. Its start is where MSER-5 (White, 1997) would cut: where the rest of the course has the smallest
 * standard error, for the number in flight and for the ends, whichever is later; not before `warmupMs`. It ends with
 * the last send, since what drains afterwards is not under load. Absent where MSER would cut more than half, and where the
 * number in flight goes on growing: then the server is saturated, and its times depend on how long one waits.
 */
export function steadyWindow({ startMs, binMs, inFlight, ended }: Course, warmupMs: number): Observed<{ startMs: number; endMs: number }> {
  const skipped = Math.ceil(warmupMs / binMs)
  const [load, ends] = [inFlight.slice(skipped), ended.slice(skipped)]
  if (load.length < LEAST_BINS) return { state: 'absent', why: 'the stage was too short to tell' }
  const cuts = [mserCut(load), mserCut(ends)]
  if (cuts.includes(undefined)) return { state: 'absent', why: 'it was still changing in its second half' }
  const cut = Math.max(...(cuts as number[]))
  if (isGrowing(load.slice(cut))) return { state: 'absent', why: 'the number of requests in flight kept growing' }
  return { state: 'ok', value: { startMs: startMs + (skipped + cut) * binMs, endMs: startMs + inFlight.length * binMs } }
}

/**
 * Where MSER-5 cuts: the number of first values to leave out, a multiple of five. Cuts of up to half are tried, as usual;
 * undefined where the deepest of them is the best, since then a deeper one would be better still.
 */
export function mserCut(values: readonly number[]): number | undefined {
  const means = Array.from({ length: Math.floor(values.length / GROUP) }, (_, i) => mean(values.slice(i * GROUP, (i + 1) * GROUP)))
  const deepest = Math.floor(means.length / 2)
  let [sum, squares] = [0, 0]
  let best = Infinity
  let cut = 0
  for (let d = means.length - 1; d >= 0; d--) {
    sum += means[d]!
    squares += means[d]! ** 2
    const n = means.length - d
    if (d > deepest) continue
    const error = Math.max(0, squares - sum ** 2 / n) / n ** 2
    if (error <= best) [best, cut] = [error, d]
  }
  return cut === deepest ? undefined : cut * GROUP
}

/** Does the level rise from start to end by a quarter or more, and beyond chance? Least squares over ten batch means. */
export function isGrowing(values: readonly number[]): boolean {
  const size = values.length / BATCHES
  if (size < 1) return false
  const y = Array.from({ length: BATCHES }, (_, i) => mean(values.slice(Math.floor(i * size), Math.floor((i + 1) * size))))
  const level = mean(y)
  const x = y.map((_, i) => i - (BATCHES - 1) / 2)
  const xx = x.reduce((total, v) => total + v * v, 0)
  const slope = x.reduce((total, v, i) => total + v * (y[i]! - level), 0) / xx
  const residual = y.reduce((total, v, i) => total + (v - level - slope * x[i]!) ** 2, 0) / (BATCHES - 2)
  const rise = slope * BATCHES
  return rise > Math.max(RISE * level, 1) && slope > T_LIMIT * Math.sqrt(residual / xx)
}

// --- internal ---

const GROUP = 5
/** Fewer bins tell nothing. */
const LEAST_BINS = 20
const BATCHES = 10
const RISE = 0.25
/** Student's t with 8 degrees of freedom: 0.05% one-sided is 5.04. Requests in flight are correlated, so be strict. */
const T_LIMIT = 5

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
