/** Suites: what is compared, read from TypeScript, YAML or JSON. */
export { defineSuite } from './define.ts'
export type { CardInput } from './card.ts'
export type { ClaimInput, FactInput, LoadInput, ModelInput, PriceInput, SuiteInput } from './input.ts'
export { suiteJsonSchema } from './json-schema.ts'
export { listSuites } from './list.ts'
export { loadSuite } from './load.ts'
export { SuiteSchema } from './schema.ts'
