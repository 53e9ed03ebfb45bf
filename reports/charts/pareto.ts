/** Who is beaten on two axes at once. A difference counts only where it exceeds its interval. */
import type { Estimate, Metric, RatioRow } from '../../harness/types.ts'
import { valueOf, type Contestant, type View } from '../view.ts'

export interface ParetoPoint {
  contestant: Contestant
  x: Estimate
  y: Estimate
}
/** One axis: where its numbers stand, for the paired intervals of the analysis. */
export interface ParetoAxis {
  metric: Metric
  load: string
}
/** `line`: best by value alone, from left to right; `beaten`: with whom; `open`: neither on the line nor shown to be beaten. Indices of the points. */
export interface Frontier {
  line: readonly number[]
  beaten: ReadonlyMap<number, number>
  open: readonly number[]
}

/**
 * A point is beaten if another is at least as good on both axes, and on one of them better by more than the interval of the
 * difference; where that one is not the accuracy, the interval must also leave out an accuracy that is lower by the margin of
 * the suite, as for the verdict. Against the teacher of the same run the interval is the paired one of the analysis; between
 * others it is worked out from the two intervals (square and add; Zou and Donner 2008), wide for answers to the same requests.
 */
export function frontierOf(view: View, workload: string, points: readonly ParetoPoint[], axes: { x: ParetoAxis; y: ParetoAxis }): Frontier {
  const gain = (a: ParetoPoint, b: ParetoPoint, axis: 'x' | 'y'): number => (axes[axis].metric.better === 'lower' ? -1 : 1) * (a[axis].value - b[axis].value)
  const isBetter = (a: ParetoPoint, b: ParetoPoint): boolean => {
    const [x, y] = [gain(a, b, 'x'), gain(a, b, 'y')]
    return x >= 0 && y >= 0 && x + y > 0
  }
  const isShown = (a: ParetoPoint, b: ParetoPoint): boolean => {
    const sides = (axis: 'x' | 'y'): [Side, Side] => [
      [a.contestant, a[axis]],
      [b.contestant, b[axis]],
    ]
    const accuracy = differenceOf(view, workload, axes.y, ...sides('y'))
    if (accuracy.low > 0) return true
    return gain(a, b, 'x') > 0 && isClear(view, workload, axes.x, ...sides('x')) && accuracy.low > -marginOf(view, a.contestant, b.contestant)
  }
  const beaten = new Map<number, number>()
  const line: number[] = []
  points.forEach((point, index) => {
    const better = points.flatMap((other, i) => (isBetter(other, point) ? [i] : []))
    if (better.length === 0) line.push(index)
    const winner = better.filter((i) => isShown(points[i]!, point)).sort((a, b) => gain(points[b]!, points[a]!, 'y') || gain(points[b]!, points[a]!, 'x'))[0]
    if (winner !== undefined) beaten.set(index, winner)
  })
  line.sort((a, b) => points[a]!.x.value - points[b]!.x.value)
  return { line, beaten, open: points.flatMap((_, index) => (line.includes(index) || beaten.has(index) ? [] : [index])) }
}

// --- internal ---

type Side = readonly [Contestant, Estimate]

/** Where neither model was judged. */
const MARGIN = 0.02

function marginOf(view: View, ...sides: readonly Contestant[]): number {
  const judged = view.analysis.verdicts.find(({ run, student }) => sides.some((side) => side.run === run && side.model === student))
  return judged?.margin ?? MARGIN
}

/** Does the interval of the difference leave out zero? Costs and speeds are compared as ratios where there is no interval of the difference. */
function isClear(view: View, workload: string, axis: ParetoAxis, one: Side, other: Side): boolean {
  const [first, second] = [pairedRow(view, workload, axis, one[0], other[0]), pairedRow(view, workload, axis, other[0], one[0])]
  const ratio = valueOf((first ?? second)?.ratio)
  if (ratio !== undefined) return ratio.low > 1 || ratio.high < 1
  const { low, high } = differenceOf(view, workload, axis, one, other)
  return low > 0 || high < 0
}

/** One minus the other, paired where the analysis has that. */
function differenceOf(view: View, workload: string, axis: ParetoAxis, [one, a]: Side, [other, b]: Side): { low: number; high: number } {
  const forth = valueOf(pairedRow(view, workload, axis, one, other)?.difference)
  if (forth !== undefined) return forth
  const back = valueOf(pairedRow(view, workload, axis, other, one)?.difference)
  if (back !== undefined) return { low: -back.high, high: -back.low }
  const difference = a.value - b.value
  return { low: difference - Math.hypot(a.value - a.low, b.high - b.value), high: difference + Math.hypot(a.high - a.value, b.value - b.low) }
}

/** What the analysis says of a model and the teacher of its run. */
function pairedRow(view: View, workload: string, { metric, load }: ParetoAxis, model: Contestant, teacher: Contestant): RatioRow | undefined {
  if (teacher.role !== 'teacher' || teacher.run !== model.run || teacher.key === model.key) return undefined
  return view.ratio(model, workload, load, metric.id)
}
