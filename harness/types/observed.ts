import type { Failure } from '../errors.ts'

/** A value that may honestly be missing. Never NaN, never 'NA', never 0. */
export type Observed<T> = { state: 'ok'; value: T } | { state: 'absent'; why: string } | { state: 'failed'; error: Failure }
