/** One workload: what the paired scores say about the difference and the margin. */
import type { Estimate, Observed, TaskVerdict } from '../../types.ts'
import { compareScores } from '../compare/accuracy.ts'
import { changesOf, differencesOf, isSingle, lostAndWon, type ScorePairs } from '../compare/pairs.ts'
import { NO_PAIRS } from '../compare/measure.ts'
import { absent, counted, estimate } from '../observed.ts'
import { clusteredMarginTest, independentItems, marginTest, type ChangeColumns, type MarginTest } from '../stats/margin.ts'
import { mcnemar } from '../stats/mcnemar.ts'
import { detectableDifference, itemsToDecide } from '../stats/power.ts'
import { confidenceSequence } from '../stats/sequential.ts'
import type { TaskPairs } from './pairs.ts'

/** Everything about a task but the decision, which needs the other tasks and students too. */
export type TaskFigures = Omit<TaskVerdict, 'decision' | 'sentence' | 'test'> & { test: Observed<Omit<MarginTest, 'interval' | 'z'> & { z?: number }> }

/** `alpha` is the one-sided level that the number of items is planned for. */
export function taskFigures({ workload, loads, pairs, why }: TaskPairs, margin: number, alpha: number, seed: readonly string[]): TaskFigures {
  const missing = absent(why === '' ? NO_PAIRS : why)
  const head = { workload, loads, items: pairs.length, ...lostAndWon(pairs) }
  if (pairs.length === 0)
    return {
      ...head,
      difference: missing,
      test: missing,
      mcnemar: missing,
      retained: missing,
      anytime: missing,
      moreItems: { ifEqual: missing, asSeen: missing },
      detectable: missing,
    }
  const clusters = changesOf(pairs, pairs.table.names.length)
  const count = clusters.items.length
  const single = isSingle(pairs, count)
  const test = single ? marginTest(head.lost, head.won, pairs.length, margin) : clusteredMarginTest(clusters, margin)
  return {
    ...head,
    difference: estimate(test.interval, { n: pairs.length, unit: 'ratio', origin: 'measured', method: methodOf(single, head, count) }),
    test: { state: 'ok', value: { z: finite(test.z), nonInferior: test.nonInferior, inferior: test.inferior } },
    mcnemar: single ? { state: 'ok', value: mcnemar(head.lost, head.won) } : absent('scores are no single right-or-wrong answers'),
    retained: compareScores(pairs, '', [...seed, workload, 'verdict']).ratio,
    anytime: anytimeOf(pairs, count),
    ...planned(pairs, clusters, margin, alpha),
  }
}

// --- internal ---

function methodOf(single: boolean, { items, lost, won }: { items: number; lost: number; won: number }, clusters: number): string {
  const seen = `the same ${counted(items, 'item')}, ${lost} lost and ${won} won`
  if (single) return `difference of proportions of ${seen} (Tango)`
  const grouped = clusters < items ? ` in ${counted(clusters, 'cluster')}` : ''
  return `difference of mean scores of ${seen}${grouped}; score interval (Tango) with the number of independent items that they are worth`
}

/** A statistic that is not finite (all items lost, none by chance) is far beyond any limit; JSON has no infinity. */
function finite(z: number): number {
  return Number.isFinite(z) ? z : Math.sign(z) * 1e6
}

function anytimeOf(pairs: ScorePairs, clusters: number): Observed<Estimate> {
  if (clusters < pairs.length) return absent('items of a cluster did not come one by one')
  const bounds = confidenceSequence(differencesOf(pairs))
  if (!(bounds.low <= bounds.value && bounds.value <= bounds.high)) return absent('early items differ from late ones: they did not come in random order')
  return estimate(bounds, {
    n: pairs.length,
    unit: 'ratio',
    origin: 'measured',
    method: 'confidence sequence by betting, items in the order in which they were asked (recorded answers by lot)',
  })
}

function planned(pairs: ScorePairs, clusters: ChangeColumns, margin: number, alpha: number): Pick<TaskFigures, 'moreItems' | 'detectable'> {
  const { lost, won, se } = independentItems(clusters)
  const seen = won - lost
  const count = pairs.length
  // Of one item: what its squared difference is worth; for clusters with what their items have in common.
  const squares =
    clusters.items.length === count || se === undefined ? differencesOf(pairs).reduce((sum, one) => sum + one * one, 0) / count : count * se * se + seen * seen
  const more = (difference: number, why: string): Observed<number> => {
    const items = itemsToDecide(squares, margin, difference, alpha)
    return items === undefined ? absent(why) : { state: 'ok', value: Math.max(0, items - count) }
  }
  const detectable = detectableDifference(count, { pairVariance: Math.max(0, squares - seen * seen), alpha, oneSided: true })
  return {
    moreItems: {
      ifEqual: more(0, 'with no margin equally good models can never be told apart'),
      asSeen: more(seen, 'the difference that was seen is as large as the margin: no number of items decides that'),
    },
    detectable: squares > 0 ? { state: 'ok', value: detectable } : absent('the two never differed'),
  }
}
