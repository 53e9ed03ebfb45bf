/** What a workload kind is: a source of items that a suite can name in YAML. */
import type { z } from 'zod'
import type { WorkloadSpec } from '../types.ts'

/** What a kind makes of its options. Whatever a suite sets itself (grader, maxTokens …) wins over these. */
export type WorkloadParts = Pick<WorkloadSpec, 'items'> & Partial<Omit<WorkloadSpec, 'id' | 'items'>>

export interface KindContext {
  /** Workload id, for messages. */
  readonly id: string
  /** Folder that relative paths start from. */
  readonly dir: string
}

/** `Options` is what a user writes; every key needs a zod schema that accepts nothing else. */
export interface WorkloadKind<Options extends object> {
  readonly summary: string
  readonly shape: { readonly [K in keyof Options]-?: z.ZodType<unknown, Options[K] | undefined> }
  create(options: Options, context: KindContext): WorkloadParts
}

/** Declares a kind; identity with types. */
export const workloadKind = <Options extends object>(kind: WorkloadKind<Options>): WorkloadKind<Options> => kind
