/** Workloads: datasets, prompts, graders. */
export { createWorkload, type WorkloadCommon, type WorkloadInput } from './create.ts'
export { itemHash } from './hash.ts'
export { getGrader, GRADER_IDS, GRADERS, KIND_IDS, WORKLOAD_KINDS, type GraderId, type GraderOptions, type KindId, type KindOptions } from './registry.ts'
export { graderKind, type GraderKind, type Verdict } from './grader.ts'
export { workloadKind, type KindContext, type WorkloadKind, type WorkloadParts } from './kind.ts'
export type { FileOptions } from './file.ts'
export type { TemplateOptions } from './items.ts'
export type { ItemRow, ListOptions } from './list.ts'
