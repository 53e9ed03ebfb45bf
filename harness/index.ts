/** The public API of distillbench. A suite file imports it, so it loads no model runtime: heavy parts are loaded when they are called. */
export { blendedPrice } from './analysis/price.ts'
export { EXIT, HarnessError } from './errors.ts'
export { defineSuite, listSuites, loadSuite } from './suite/index.ts'
export type { ClaimInput, FactInput, LoadInput, ModelInput, PriceInput, SuiteInput } from './suite/index.ts'
export type * from './types.ts'
export { getGrader, itemHash } from './workloads/index.ts'
