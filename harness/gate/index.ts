/** The gate: rules, baselines, findings. Reads records and analyses; never sees a live model. */
export { hasBaseline, listBaselines, loadBaseline, removeBaseline, saveBaseline, type BaselineHead } from './baselines.ts'
export { checkComparable } from './comparable.ts'
export { deadRules, refuseDeadRules } from './dead.ts'
export { judge, outcomeOf, type GateInputs } from './judge.ts'
export { comparesMachines } from './machine.ts'
export { loadPolicy, type SourcedPolicy } from './policy.ts'
export { checkOut, parseBudget, rerun, type RerunOptions } from './rerun/index.ts'
export { placeInWords } from './words.ts'
