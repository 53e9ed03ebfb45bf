/** Analysis of run records. Pure: no clock, no file, no unseeded chance. */
export { analyse } from './analyse.ts'
export { METRICS, type MetricId } from './metrics/table.ts'
export { combineRuns, type CombineOptions, type PairBy, type RunPick } from './compare/runs.ts'
export { changeOf, rowKey, type BlockPair, type ModelChange, type ScoreChange } from './change/index.ts'
export { leastLoss, scoreTest, type ScoreTest } from './change/scores.ts'
export { detectableChange, logRatios, pairsToShow, shownAbove, shownBelow, trimmedInterval, trimmedMean, type TrimmedMean } from './stats/log-ratio.ts'
export { holm } from './stats/holm.ts'
export { itemsToDecide } from './stats/power.ts'
