/** Which stages a load has. A sweep and a search choose the next one from how the earlier ones went. */
import type { Arrivals, LoadSpec, StageShape, Timing } from '../../types.ts'

/** The loads that run in stages, for a time. */
export type StagedLoad = Extract<LoadSpec, { seconds: number }> | (Extract<LoadSpec, { kind: 'concurrency' }> & Timing)

/** What the choice of the next stage needs to know of one that is over. */
export interface StageOutcome {
  readonly shape: StageShape
  /** Answers per second, in the steady window where there was one. */
  readonly answeredPerSecond: number
  /** The server could not keep up, or so many requests failed that the stage was stopped. */
  readonly saturated: boolean
  /** Mean time of a request from when it was due, milliseconds; undefined where none was answered. */
  readonly meanMs: number | undefined
  /** Whether the objective was met; undefined where there is none. */
  readonly met: boolean | undefined
  /** The whole load is to end: its cost has been reached. */
  readonly last: boolean
}

/** The next stage; undefined where there is none. Depends on its arguments only. */
export function nextStage(load: StagedLoad, outcomes: readonly StageOutcome[]): StageShape | undefined {
  if (outcomes.at(-1)?.last === true) return undefined
  switch (load.kind) {
    case 'sweep':
      return nextOf(load, outcomes, ({ saturated }) => saturated)
    case 'search':
      return nextOf(load, outcomes, ({ saturated, met }) => saturated || met === false)
    default:
      return outcomes.length === 0 ? singleStage(load) : undefined
  }
}

/** Most stages that a load may have. */
export const mostStages = (load: StagedLoad): number => ('points' in load ? load.points : 1)

/** `1 stream`, `4 streams`, `2.5 requests/s`, `trace at 2× speed` */
export function labelOf(shape: StageShape): string {
  if (shape.kind === 'concurrency') return shape.streams === 1 ? '1 stream' : `${shape.streams} streams`
  if (shape.kind === 'rate') return `${shape.perSecond} requests/s`
  return shape.speed === 1 ? 'trace' : `trace at ${shape.speed}× speed`
}

// --- internal ---

/** The rate is known well enough when the next one up, which is too high, is this much higher. */
const CLOSE = 1.05
/** Steps upwards: large while nothing has become slower, smaller from then on. */
const LEAP = 4
const STEP = 2
const SLOWER = 1.25

function singleStage(load: Exclude<StagedLoad, { kind: 'sweep' | 'search' }>): StageShape {
  if (load.kind === 'concurrency') return { kind: 'concurrency', streams: load.streams }
  if (load.kind === 'trace') return { kind: 'trace', file: load.file, speed: load.speed }
  const { perSecond, arrivals, rampSeconds } = load
  return { kind: 'rate', perSecond, arrivals, rampSeconds }
}

/**
 * One stream first: its rate is where the way up begins. Then up until a rate is too high; then between the highest good and
 * the lowest bad rate, each time at their geometric mean, until they are close or the points are used up. A sweep that has
 * points left when they are close spends them on the widest gaps below.
 */
function nextOf(
  load: Extract<StagedLoad, { kind: 'sweep' | 'search' }>,
  outcomes: readonly StageOutcome[],
  isTooHigh: (outcome: StageOutcome) => boolean,
): StageShape | undefined {
  const [first, ...rest] = outcomes
  if (first === undefined) return { kind: 'concurrency', streams: 1 }
  if (isTooHigh(first) || first.answeredPerSecond <= 0 || outcomes.length >= load.points) return undefined
  const rates = rest.map((outcome) => ({ rate: outcome.shape.kind === 'rate' ? outcome.shape.perSecond : 0, outcome }))
  const good = Math.max(first.answeredPerSecond, ...rates.filter(({ outcome }) => !isTooHigh(outcome)).map(({ rate }) => rate))
  const bad = Math.min(Infinity, ...rates.filter(({ outcome }) => isTooHigh(outcome)).map(({ rate }) => rate))
  // A good rate above a bad one is noise: nothing more can be told between them.
  if (bad === Infinity) return stageAt(good * climb(first, outcomes.at(-1) ?? first), load.arrivals)
  if (bad / good > CLOSE) return stageAt(Math.sqrt(good * bad), load.arrivals)
  return load.kind === 'sweep'
    ? widestGap(
        first,
        rates.map(({ rate }) => rate).filter((rate) => rate <= good),
        load.arrivals,
      )
    : undefined
}

function climb(first: StageOutcome, latest: StageOutcome): number {
  const slower = first.meanMs === undefined || latest.meanMs === undefined || latest.meanMs > SLOWER * first.meanMs
  return slower ? STEP : LEAP
}

function widestGap(first: StageOutcome, rates: readonly number[], arrivals: Arrivals): StageShape | undefined {
  const known = [first.answeredPerSecond, ...rates].sort((a, b) => a - b)
  let [best, from] = [CLOSE ** 2, -1]
  for (let i = 0; i + 1 < known.length; i++) {
    const gap = known[i + 1]! - known[i]! // seconds matter here, not ratios: curves are drawn over the rate
    const ratio = known[i + 1]! / known[i]!
    if (ratio > CLOSE ** 2 && (from < 0 || gap > best)) [best, from] = [gap, i]
  }
  return from < 0 ? undefined : stageAt((known[from]! + known[from + 1]!) / 2, arrivals)
}

/** Three digits: a rate that a person can read and repeat. */
function stageAt(perSecond: number, arrivals: Arrivals): StageShape {
  return { kind: 'rate', perSecond: Number(perSecond.toPrecision(3)), arrivals, rampSeconds: 0 }
}
