/** Accuracy of a model against its teacher, on the items that both were asked; as a whole and by slice. */
import type { Estimate, Observed } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { inOrder, lotOf } from '../lot.ts'
import { isAlike, itemScores, slicesIn } from '../metrics/accuracy.ts'
import { absent, counted, estimate } from '../observed.ts'
import { proportionRatio } from '../stats/proportion-ratio.ts'
import { tangoInterval } from '../stats/tango.ts'
import { Numbering } from '../table/rows.ts'
import { compareMeasures, NO_PAIRS, UNLIKE, type Comparison } from './measure.ts'
import { emptyPairs, isSingle, lostAndWon, pairsInOrder, pairsWhere, type ScorePairs } from './pairs.ts'
import { emptySums, ratioMeasure } from './times.ts'

export function accuracyComparisons(model: GroupData, teacher: GroupData, seed: readonly string[]): Comparison[] {
  const pairs = scorePairs(model, teacher)
  const slices = slicesIn(pairs).map(([slice, name]) =>
    compareScores(
      pairsWhere(pairs, (i) => pairs.slice[i] === slice),
      name,
      seed,
    ),
  )
  return [compareScores(pairs, '', seed), ...slices]
}

/** Whose order pairs come in: an item's turn is when both were asked it, or when the one was whose run asked in random order. */
export type PairOrder = 'both' | 'model' | 'teacher'

/** Both groups are of one table. Recorded answers come by lot: the order of a file says nothing, and must change nothing. */
export function scorePairs(model: Pick<GroupData, 'group'>, teacher: Pick<GroupData, 'group'>, order: PairOrder = 'both'): ScorePairs {
  const byLot = model.group.spec?.kind === 'recorded' && order === 'both'
  const [own, base] = [itemScores(model.group), itemScores(teacher.group)]
  const places = new Numbering(own.table.names.length, base.length)
  for (const item of base.item) places.add(item)
  const pairs = emptyPairs(own.table, own.length)
  const turns = new Float64Array(own.length)
  let [n, unlike] = [0, 0]
  for (let i = 0; i < own.length; i++) {
    const at = places.find(own.item[i]!)
    if (at < 0) continue
    if (!isAlike(own.way[i]!, base.way[at]!)) {
      unlike++
      continue
    }
    turns[n] = byLot ? lotOf(own.table.names[own.item[i]!]!) : order === 'model' ? i : order === 'teacher' ? at : turnOf(i, at)
    pairs.item[n] = own.item[i]!
    pairs.cluster[n] = own.cluster[i]!
    pairs.slice[n] = own.slice[i]!
    pairs.model[n] = own.score[i]!
    pairs.teacher[n] = base.score[at]!
    pairs.binary[n++] = isWhole(own.score[i]!) && isWhole(base.score[at]!) && own.requests[i] === 1 && base.requests[at] === 1 ? 1 : 0
  }
  const kept = n === own.length ? pairs : pairsWhere(pairs, (i) => i < n)
  const given = turns.subarray(0, n)
  const ordered = given.every((turn, i) => i === 0 || given[i - 1]! <= turn) ? kept : pairsInOrder(kept, inOrder(given))
  return unlike === 0 ? ordered : { ...ordered, unlike }
}

/** Ratio and difference of two lists of scores for the same items: score intervals for single right-or-wrong answers, else the paired bootstrap. */
export function compareScores(pairs: ScorePairs, slice: string, seed: readonly string[]): Comparison {
  const { length } = pairs
  const none = (pairs.unlike ?? 0) > 0 ? UNLIKE : NO_PAIRS
  if (length === 0) return { metric: 'accuracy', slice, ratio: absent(none), difference: absent(none), pairs: 0 }
  const clusters = new Numbering(pairs.table.names.length, length)
  const first = pairs.cluster.map((cluster) => clusters.add(cluster))
  const { count } = clusters
  if (isSingle(pairs, count)) return { metric: 'accuracy', slice, pairs: length, ...binaryComparison(pairs) }
  const places = new Int32Array(count)
  inOrder(Float64Array.from(clusters.keys.subarray(0, count), (name) => lotOf(pairs.table.names[name]!))).forEach((cluster, place) => (places[cluster] = place))
  const at = first.map((cluster) => places[cluster]!)
  const sums = { model: emptySums(count), teacher: emptySums(count) }
  for (let i = 0; i < length; i++) {
    for (const side of ['model', 'teacher'] as const) {
      sums[side].top[at[i]!]! += pairs[side][i]!
      sums[side].bottom[at[i]!]!++
    }
  }
  const measure = ratioMeasure(
    { metric: 'accuracy', slice, unit: 'ratio', origin: 'measured', ratioOrigin: 'measured', what: 'mean scores' },
    sums,
    count,
    NO_PAIRS,
  )
  return compareMeasures([measure], { count, items: length }, [...seed, 'accuracy', slice])[0]!
}

// --- internal ---

/** Rises with the later of the two places; the same for (a, b) and (b, a). */
function turnOf(a: number, b: number): number {
  return Math.max(a, b) + Math.min(a, b) * 2 ** -32
}

function isWhole(score: number): boolean {
  return score === 0 || score === 1
}

function binaryComparison(pairs: ScorePairs): { ratio: Observed<Estimate>; difference: Observed<Estimate> } {
  const n = pairs.length
  const { lost, won } = lostAndWon(pairs)
  const right = pairs.teacher.reduce((sum, one) => sum + one, 0)
  const seen = `${counted(n, 'item')}, ${lost} lost and ${won} won`
  return {
    ratio:
      right === 0
        ? absent('the teacher has no right answer')
        : estimate(proportionRatio(right - lost, lost, won, n), {
            n,
            unit: 'ratio',
            origin: 'measured',
            method: `ratio of proportions of the same ${seen} (score interval)`,
          }),
    difference: estimate(tangoInterval(lost, won, n), {
      n,
      unit: 'ratio',
      origin: 'measured',
      method: `difference of proportions of the same ${seen} (Tango)`,
    }),
  }
}
