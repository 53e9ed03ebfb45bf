/**
 * The vocabulary: what a suite is, what a run recorded, what an analysis says. One file per part in types/, which import
 * only one another, units.ts and errors.ts; everybody else imports this file.
 * Times are milliseconds on the run clock (zero at the start of the run) unless a name says otherwise.
 */
export type { Failure, FailureCode } from './errors.ts'
export type { Origin, Unit } from './units.ts'
export type * from './types/observed.ts'
export type * from './types/suite.ts'
export type * from './types/model.ts'
export type * from './types/load.ts'
export type * from './types/client-calibration.ts'
export type * from './types/meter.ts'
export * from './types/record.ts'
export type * from './types/facts.ts'
export type * from './types/price.ts'
export type * from './types/analysis.ts'
export type * from './types/verdict.ts'
export type * from './types/projection.ts'
export type * from './types/roofline.ts'
export type * from './types/site.ts'
export type * from './types/lifecycle.ts'
export type * from './types/fidelity.ts'
export type * from './types/power.ts'
export type * from './types/judge.ts'
export type * from './types/run.ts'
export type * from './types/table.ts'
export type * from './types/gate.ts'
