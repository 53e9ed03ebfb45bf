/** run.json. */
import { z } from 'zod'
import { RUN_SCHEMA, type Environment, type GradingRecord, type MeterSpec, type RunRecord, type SequentialRecord, type Warning } from '../../../types.ts'
import { CellSchema } from './cell.ts'
import { amount, KeySchema, maybe, number, observed, OriginSchema, text, UnitSchema } from './common.ts'
import { SuiteRecordSchema } from './suite.ts'

export const WarningSchema = z.object({ code: text, message: text, cell: maybe(text), model: maybe(text) }) satisfies z.ZodType<Warning>

const SequentialSchema = z.object({
  rule: z.object({ lookEvery: number, maxItems: maybe(number), maxMinutes: maybe(number), maxCostUsd: maybe(number) }),
  looks: amount,
  students: z.array(
    z.object({
      model: text,
      decision: z.enum(['replace', 'keep-teacher', 'undecided']),
      items: amount,
      workloads: z.array(z.object({ id: text, items: amount, settled: z.boolean() })),
      failing: maybe(text),
    }),
  ),
  stopped: maybe(z.enum(['decided', 'items', 'minutes', 'cost', 'failed'])),
}) satisfies z.ZodType<SequentialRecord>

const GradingSchema = z.object({
  number: amount,
  at: z.iso.datetime(),
  tool: z.object({ name: text, version: text }),
  command: text,
  allowCode: z.boolean(),
  workloads: z.array(z.object({ id: text, grader: text, graderVersion: text, answers: amount, ungraded: amount, changed: amount })),
  warnings: maybe(z.array(WarningSchema)),
  replaced: maybe(text),
}) satisfies z.ZodType<GradingRecord>

const MeterSpecSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('prometheus'),
    id: text,
    url: text,
    metric: maybe(text),
    unit: maybe(z.enum(['J', 'W'])),
    scale: maybe(number),
    labels: maybe(z.record(text, text)),
    model: maybe(text),
  }),
  z.object({ kind: z.literal('wall'), id: text, file: text, model: maybe(text), clockOffsetMs: maybe(number), zone: maybe(text) }),
]) satisfies z.ZodType<MeterSpec>

export const EnvironmentSchema = z.object({ host: z.record(text, z.union([text, number])), node: text, tool: text }) satisfies z.ZodType<Environment>

export const RunRecordSchema = z.object({
  schema: z.literal(RUN_SCHEMA),
  id: text,
  createdAt: z.iso.datetime(),
  tool: z.object({ name: text, version: text }),
  command: text,
  backend: maybe(text),
  seed: number,
  quick: z.boolean(),
  suite: SuiteRecordSchema,
  environment: EnvironmentSchema,
  plan: z.array(KeySchema),
  cells: z.array(CellSchema),
  meters: z.array(z.object({ id: text, probe: observed(text), origin: OriginSchema, unit: UnitSchema, spec: maybe(MeterSpecSchema) })),
  warnings: z.array(WarningSchema),
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  sequential: maybe(SequentialSchema),
  gradings: maybe(z.array(GradingSchema)),
  notScored: maybe(z.array(z.object({ model: text, why: text }))),
}) satisfies z.ZodType<RunRecord>
