/** Workloads: datasets, prompts, graders. */
export { createWorkload, type WorkloadCommon, type WorkloadInput } from './create.ts'
export { splitReasoning } from './reasoning.ts'
export { itemHash } from './hash.ts'
export {
  getGrader,
  graderShape,
  GRADER_IDS,
  GRADERS,
  KIND_IDS,
  WORKLOAD_KINDS,
  type GraderId,
  type GraderOptions,
  type KindId,
  type KindOptions,
} from './registry.ts'
export { DEFAULT_CRITERIA } from './judge/pair.ts'
export { inWriting, type LikelihoodInput, type Normalisation } from './likelihood.ts'
export type { PerplexityInput } from './perplexity.ts'
export { gradeFully, graderKind, ungraded, type GraderKind, type Verdict } from './grader.ts'
export { workloadKind, type KindContext, type WorkloadKind, type WorkloadParts } from './kind.ts'
export { readTrace, TRACE_FORMATS, type TraceFormat, type TraceRow } from './trace.ts'
export type { PrefixInput, SyntheticOptions } from './synthetic.ts'
export type { ConversationOptions, ThinkInput } from './conversations.ts'
export type { LengthInput } from './lengths.ts'
export type { FileOptions } from './file.ts'
export type { HubOptions } from './hub.ts'
export type { TemplateOptions } from './items.ts'
export type { ItemRow, ListOptions } from './list.ts'
