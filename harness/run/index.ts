/** Planning, running, and the record on disk. */
export { describeHost } from './environment.ts'
export { describeDifference, describeSuite } from './hash.ts'
export { planSuite, type PlanOptions, type SideBySide } from './plan.ts'
export { runSuite, type RunOptions, type RunParts } from './runner.ts'
export { ruleOf } from './until-decided.ts'
export { readCalibration, SMALL_ERROR, thisMachine, trustOf, writeCalibration } from './load/calibration.ts'
export { compactRun, packCopy, type Compacted } from './store/compact.ts'
export { listRuns, readRun, streamSamples } from './store/read.ts'
