import type { SuiteInput } from './input.ts'

/**
 * Gives a suite file its types: completion for every key, and a compiler error at a misspelt one. Returns its argument;
 * the suite is checked and completed when it is loaded.
 */
export const defineSuite = <const T extends SuiteInput>(input: T & Known<T, SuiteInput>): T => input

// --- internal ---

/** `T` with every key that `Allowed` does not have turned into `never`. An inferred type parameter alone lets typing mistakes pass. */
type Known<T, Allowed> = unknown extends Allowed
  ? T
  : T extends (...args: never[]) => unknown
    ? T
    : T extends readonly unknown[]
      ? { [I in keyof T]: Known<T[I], Element<Allowed>> }
      : T extends object
        ? { [K in keyof T]: K extends KeyOf<Allowed> ? Known<T[K], ValueOf<Allowed, K>> : never }
        : T
type KeyOf<T> = T extends object ? keyof T : never
type ValueOf<T, K> = T extends object ? (K extends keyof T ? T[K] : never) : never
type Element<T> = T extends readonly (infer E)[] ? E : never
