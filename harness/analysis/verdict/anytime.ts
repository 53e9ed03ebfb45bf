/** One workload of a run that asked until it was clear: what holds however often one looked takes the place of what does not. */
import type { Interval } from '../stats/interval.ts'
import { differencesOf } from '../compare/pairs.ts'
import { absent, counted, estimate } from '../observed.ts'
import { anytimeMargin } from '../stats/anytime.ts'
import type { TaskPairs } from './pairs.ts'
import { taskFigures, type TaskFigures } from './task.ts'

const FIXED = 'not valid where the number of items depended on the answers'

/** The figures of a task with the bounds of the bets; see `taskFigures`. */
export function anytimeFigures(task: TaskPairs, margin: number, alpha: number, seed: readonly string[]): TaskFigures {
  const fixed = taskFigures(task, margin, alpha, seed)
  if (task.pairs.length === 0) return fixed
  const { nonInferior, inferior, interval } = anytimeMargin(differencesOf(task.pairs), margin)
  const { items, lost, won } = fixed
  const method = `mean difference of the same ${counted(items, 'item')}, ${lost} lost and ${won} won; bounds that hold however often one looked (confidence sequence by betting)`
  const difference = estimate(around(interval), { n: items, unit: 'ratio', origin: 'measured', method })
  return {
    ...fixed,
    difference,
    anytime: difference,
    test: { state: 'ok', value: { nonInferior, inferior } },
    mcnemar: absent(FIXED),
    retained: absent(FIXED),
  }
}

// --- internal ---

/** Wide enough to hold the mean that was seen, which late items may have drawn outside: a wider interval is as valid. */
function around({ value, low, high, level }: Interval): Interval {
  return { value, low: Math.min(low, value), high: Math.max(high, value), level }
}
