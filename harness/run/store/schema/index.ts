/** The shapes on disk, as zod schemas; harness/types.ts says what they mean. */
export { FailureSchema, OriginSchema, PhaseSchema } from './common.ts'
export { MemorySchema, ModelCardSchema, RuntimeSchema, StepsSchema } from './model.ts'
export { RunRecordSchema } from './run.ts'
export { ArrivalsSchema, CompletionSchema, SampleSchema, ToolCallsSchema } from './sample.ts'
export { JudgementSchema, SeriesSchema, TokenScoreSchema } from './series.ts'
