/** What the two runs say about one rule and target, before all rules are looked at together. */
import {
  detectableChange,
  itemsToDecide,
  leastLoss,
  logRatios,
  pairsToShow,
  regressionTest,
  rowKey,
  scoreTest,
  shownAbove,
  shownBelow,
  trimmedInterval,
  type ModelChange,
  type ScorePair,
  type ShareMetric,
  type Shares,
  type TrimmedMean,
} from '../analysis/index.ts'
import type { Estimate, GateFinding, GateRule, Metric, Observed, Unit } from '../types.ts'
import type { Target } from './targets.ts'

/** A finding without its outcome. `note` is for the message; `identical`: nothing changed at all, so there is nothing to test. */
export interface Evidence {
  change: Observed<Estimate>
  p?: { fail: number; pass: number }
  pairs: number
  detectable?: NonNullable<GateFinding['detectable']>
  note: string
  advice?: string
}

/** What is asked of the evidence of a regression. */
export interface Question {
  rule: GateRule
  limit: { most: number; tolerated: number }
  metric: Metric
  target: Target
  /** One-sided level of a failure of this rule alone. */
  alpha: number
  shares: Shares
}

/** Loss of accuracy, item by item. */
export function scoreEvidence(change: ModelChange, question: Question): Evidence {
  const { target } = question
  const found = change.scores.find(({ workload }) => workload === target.workload)
  const pairs = (found?.pairs ?? []).filter(({ slice }) => target.slice === '' || slice === target.slice)
  if (found === undefined || pairs.length === 0)
    return missing(found?.why === undefined || found.why === '' ? 'the two have no graded item in common' : found.why)
  const identical = found.answers > 0 && found.same === found.answers
  return lossEvidence(pairs, question, identical ? `all ${found.answers} answers are the same, letter by letter` : undefined)
}

/** More requests that failed or were cut off, item by item. */
export function shareEvidence(change: ModelChange, metric: ShareMetric, question: Question): Evidence {
  const pairs = change.shares(metric, question.target)
  if (pairs.length === 0) return missing('the two have no item in common')
  const none = pairs.every(({ model, teacher }) => model === 1 && teacher === 1)
  return lossEvidence(pairs, question, none ? `none of ${count(pairs.length, 'item')}` : undefined)
}

/** Sides that ran side by side: the trimmed mean over blocks of the change for the worse. */
export function blockEvidence(change: ModelChange, { limit, metric, target, alpha, shares }: Question): Evidence {
  const { pairs, why } = change.blocks(rowKey({ ...target, metric: metric.id }))
  if (pairs.length === 0) return missing(why)
  const sign = metric.better === 'higher' ? -1 : 1
  const points = isShare(metric.unit)
  const changes = points ? pairs.map(({ baseline, candidate }) => candidate - baseline) : logRatios(pairs)
  if (changes === undefined) return missing('a block has the value zero, so that there is no ratio')
  const scale = points ? (value: number): number => value : Math.log1p
  const [tolerated, most] = [scale(limit.tolerated), scale(limit.most)]
  const test = regressionTest(
    changes.map((one) => sign * one),
    tolerated,
    shares,
  )
  if (test === undefined) return { ...missing(`${count(pairs.length, 'block')} allow no test`), pairs: pairs.length, advice: 'give the suite 6 blocks or more' }
  const { fail, mean } = test
  const need = pairsToShow(mean.sd, most, tolerated, alpha)
  return {
    change: changeEstimate(mean, points, pairs.length, `trimmed mean over ${count(pairs.length, 'pair')} of blocks that ran side by side`),
    p: { fail, pass: shownBelow(mean, most) },
    pairs: pairs.length,
    ...(need === undefined ? {} : { detectable: { change: back(detectableChange(mean.sd, pairs.length, tolerated, alpha), points), pairsForLimit: need } }),
    note: `${count(pairs.length, 'pair')} of blocks`,
  }
}

/** Sides that ran apart: the ratio over the same items, wider by what a figure moves from session to session. */
export function apartEvidence(change: ModelChange, { limit, metric, target, alpha }: Question, sessionNoise: number): Evidence {
  const row = change.ratio(rowKey({ ...target, metric: metric.id }))
  const points = isShare(metric.unit)
  const seen = points ? row?.difference : row?.ratio
  if (row === undefined || seen === undefined) return missing('the two runs have nothing of it in common')
  if (seen.state !== 'ok') return missing(seen.state === 'absent' ? seen.why : seen.error.message)
  const { value, low, high, level, n } = seen.value
  if (level === 0 && low === high && value !== (points ? 0 : 1)) return missing(`${seen.value.method}: no interval, so that nothing can be shown`)
  const scale = points ? (one: number): number => one : Math.log
  const sign = metric.better === 'higher' ? -1 : 1
  const own = level === 0 ? 0 : (scale(high) - scale(low)) / (2 * Z95)
  const noise = Math.SQRT2 * sessionNoise * (points ? Math.max(Math.abs(value), 0.01) : 1)
  const mean: TrimmedMean = { value: sign * scale(value), se: Math.hypot(own, noise), df: MANY, n, sd: 0 }
  const bound = points ? (one: number): number => one : Math.log1p
  const least = bound(limit.tolerated) + (Z99 + Z90) * mean.se
  const apart = sessionNoise > 0 ? `; sessions apart add ${percent(noise)}` : ''
  return {
    change: changeEstimate(mean, points, row.pairs, `ratio over the same items${apart}`),
    p: { fail: shownAbove(mean, bound(limit.tolerated)), pass: shownBelow(mean, bound(limit.most)) },
    pairs: row.pairs,
    note: `${count(row.pairs, 'item')} in common${apart}; less than ${percent(back(least, points))} cannot be shown`,
    ...(sessionNoise > 0 && back(least, points) > limit.most && alpha < 0.5
      ? { advice: 'speed and energy of other sessions say little; --rerun-baseline runs both side by side' }
      : {}),
  }
}

/** A floor or ceiling: how sure it is that the value is on the right side. */
export function boundEvidence(value: Estimate, limit: { kind: 'floor' | 'ceiling'; value: number }): Evidence {
  const sign = limit.kind === 'floor' ? 1 : -1
  const room = sign * (value.value - limit.value) // above zero: on the right side
  const none: Observed<Estimate> = { state: 'absent', why: 'the rule compares with a limit, not with a baseline' }
  if (value.level === 0 || value.low === value.high)
    return { change: none, p: { fail: room < 0 ? 0 : 1, pass: room >= 0 ? 0 : 1 }, pairs: value.n, note: 'no interval: the value itself decides' }
  // Half the interval on the side of the limit stands for its standard errors.
  const towards = (sign === 1) === room > 0 ? value.value - value.low : value.high - value.value
  const mean = { value: room, se: towards / Z95, df: MANY }
  return {
    change: none,
    p: { fail: shownBelow(mean, 0), pass: shownAbove(mean, 0) },
    pairs: value.n,
    note: `interval ${format(value.low)} to ${format(value.high)}`,
  }
}

export function isShare(unit: Unit): boolean {
  return unit === 'ratio' || unit === 'percent'
}

export function missing(why: string): Evidence {
  return { change: { state: 'absent', why }, pairs: 0, note: why }
}

export function percent(share: number): string {
  const value = 100 * share
  return `${Math.abs(value) < 10 ? Number(value.toFixed(1)) : Math.round(value)}%`
}

// --- internal ---

/** `settled` says why the limit need not be tested: there is no change at all. */
function lossEvidence(pairs: readonly ScorePair[], { limit, alpha }: Question, settled: string | undefined): Evidence {
  const against = { fail: scoreTest(pairs, limit.tolerated), pass: scoreTest(pairs, limit.most) }
  const { interval, lost, won, squares } = against.fail
  const least = leastLoss(pairs.length, alpha)
  const need = itemsToDecide(Math.max(squares, least), limit.most, 0, alpha)
  const method = 'change of a mean score, item by item; score interval (Tango)'
  return {
    change: {
      state: 'ok',
      value: {
        value: -interval.value,
        low: -interval.high,
        high: -interval.low,
        level: interval.level,
        n: pairs.length,
        unit: 'ratio',
        origin: 'measured',
        method,
      },
    },
    p: { fail: against.fail.inferior, pass: settled === undefined ? against.pass.nonInferior : 0 },
    pairs: pairs.length,
    ...(need === undefined ? {} : { detectable: { change: Math.max(least, limit.tolerated), pairsForLimit: need } }),
    note: settled ?? `${count(pairs.length, 'item')}: ${lost} lost, ${won} won`,
  }
}

const Z95 = 1.959964
const Z99 = 2.326348
const Z90 = 1.281552
/** Degrees of freedom that stand for a normal distribution. */
const MANY = 10_000

function changeEstimate(mean: TrimmedMean, points: boolean, n: number, method: string): Observed<Estimate> {
  const { value, low, high, level } = trimmedInterval(mean)
  return {
    state: 'ok',
    value: { value: back(value, points), low: back(low, points), high: back(high, points), level, n, unit: 'ratio', origin: 'measured', method },
  }
}

function back(value: number, points: boolean): number {
  return points ? value : Math.expm1(value)
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

function format(value: number): string {
  return String(Number(value.toPrecision(4)))
}
