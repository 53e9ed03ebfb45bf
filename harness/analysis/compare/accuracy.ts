/** Accuracy of a model against its teacher, on the items that both were asked; as a whole and by slice. */
import type { Estimate, Observed } from '../../types.ts'
import type { GroupData } from '../data.ts'
import { inOrder, lotOf } from '../lot.ts'
import { itemScores, type ItemScore } from '../metrics/accuracy.ts'
import { absent, counted, estimate } from '../observed.ts'
import { proportionRatio } from '../stats/proportion-ratio.ts'
import { tangoInterval } from '../stats/tango.ts'
import { compareMeasures, NO_PAIRS, type Comparison } from './measure.ts'
import { emptySums, ratioMeasure } from './times.ts'

/** The scores of both for one item. */
export interface ScorePair {
  item: string
  cluster: string
  slice: string
  model: number
  teacher: number
  /** Both scores are single answers that were right or wrong. */
  binary: boolean
}

export function accuracyComparisons(model: GroupData, teacher: GroupData, seed: readonly string[]): Comparison[] {
  const pairs = scorePairs(model, teacher)
  const slices = [...new Set(pairs.map(({ slice }) => slice))].filter((slice) => slice !== '').sort()
  return ['', ...slices].map((slice) => compareScores(slice === '' ? pairs : pairs.filter((pair) => pair.slice === slice), slice, seed))
}

/** Whose order pairs come in: an item's turn is when both were asked it, or when the one was whose run asked in random order. */
export type PairOrder = 'both' | 'model' | 'teacher'

/** Recorded answers come by lot: the order of a file says nothing, and must change nothing. */
export function scorePairs(model: Pick<GroupData, 'group'>, teacher: Pick<GroupData, 'group'>, order: PairOrder = 'both'): ScorePair[] {
  const byLot = model.group.spec?.kind === 'recorded' && order === 'both'
  const base = new Map(itemScores(teacher.group.graded).map((score, place) => [score.item, { score, place }]))
  const pairs: ScorePair[] = []
  const turns: number[] = []
  itemScores(model.group.graded).forEach((own, place) => {
    const found = base.get(own.item)
    if (found === undefined) return
    const { score: other, place: otherPlace } = found
    pairs.push({ item: own.item, cluster: own.cluster, slice: own.slice, model: own.score, teacher: other.score, binary: isBinary(own) && isBinary(other) })
    turns.push(byLot ? lotOf(own.item) : order === 'model' ? place : order === 'teacher' ? otherPlace : turnOf(place, otherPlace))
  })
  return turns.every((turn, i) => i === 0 || turns[i - 1]! <= turn) ? pairs : [...inOrder(Float64Array.from(turns))].map((index) => pairs[index]!)
}

/** Ratio and difference of two lists of scores for the same items: score intervals for single right-or-wrong answers, else the paired bootstrap. */
export function compareScores(pairs: readonly ScorePair[], slice: string, seed: readonly string[]): Comparison {
  if (pairs.length === 0) return { metric: 'accuracy', slice, ratio: absent(NO_PAIRS), difference: absent(NO_PAIRS), pairs: 0 }
  const clusters = new Set(pairs.map(({ cluster }) => cluster))
  if (pairs.every(({ binary }) => binary) && clusters.size === pairs.length)
    return { metric: 'accuracy', slice, pairs: pairs.length, ...binaryComparison(pairs) }
  const names = [...clusters]
  const index = new Map([...inOrder(Float64Array.from(names, lotOf))].map((name, i) => [names[name]!, i]))
  const sums = { model: emptySums(clusters.size), teacher: emptySums(clusters.size) }
  for (const pair of pairs) {
    const at = index.get(pair.cluster)!
    for (const side of ['model', 'teacher'] as const) {
      sums[side].top[at]! += pair[side]
      sums[side].bottom[at]!++
    }
  }
  const measure = ratioMeasure(
    { metric: 'accuracy', slice, unit: 'ratio', origin: 'measured', ratioOrigin: 'measured', what: 'mean scores' },
    sums,
    clusters.size,
    NO_PAIRS,
  )
  return compareMeasures([measure], { count: clusters.size, items: pairs.length }, [...seed, 'accuracy', slice])[0]!
}

// --- internal ---

/** Rises with the later of the two places; the same for (a, b) and (b, a). */
function turnOf(a: number, b: number): number {
  return Math.max(a, b) + Math.min(a, b) * 2 ** -32
}

function isBinary({ score, requests }: ItemScore): boolean {
  return requests === 1 && (score === 0 || score === 1)
}

function binaryComparison(pairs: readonly ScorePair[]): { ratio: Observed<Estimate>; difference: Observed<Estimate> } {
  const n = pairs.length
  const count = (has: (pair: ScorePair) => boolean): number => pairs.filter(has).length
  const lost = count(({ model, teacher }) => teacher === 1 && model === 0)
  const won = count(({ model, teacher }) => teacher === 0 && model === 1)
  const right = count(({ teacher }) => teacher === 1)
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
