/** The JSON form of a report, as a zod schema; harness/types/ says what each field means. */
import { z } from 'zod'
import { StageSchema } from '../../harness/run/store/schema/cell.ts'
import { amount, maybe, number, observed, RoleSchema, text, UnitSchema } from '../../harness/run/store/schema/common.ts'
import { ModelCardSchema, RuntimeSchema } from '../../harness/run/store/schema/model.ts'
import { EnvironmentSchema, WarningSchema } from '../../harness/run/store/schema/run.ts'
import { FactSchema, PriceSchema } from '../../harness/run/store/schema/suite.ts'
import type { Analysis } from '../../harness/types.ts'
import { GradingCostSchema, JudgedSchema } from './judged.ts'
import { estimate, FailedCellSchema, FidelitySchema, LifecycleSchema, PowerSchema, RooflineRowSchema, RoutingRowSchema, VerdictSchema } from './parts.ts'

const place = { run: text, model: text, workload: text, load: text }
const { label, shape, sent, answered, failed, stoppedBy, client } = StageSchema.shape

export const AnalysisSchema = z.object({
  schema: z.literal('analysis/1'),
  runs: z.array(
    z.object({
      id: text,
      createdAt: text,
      suite: text,
      title: text,
      description: text,
      command: text,
      seed: number,
      quick: z.boolean(),
      state: text,
      suiteHash: text,
      environment: EnvironmentSchema,
    }),
  ),
  models: z.array(
    z.object({
      run: text,
      id: text,
      name: text,
      role: RoleSchema,
      adapter: text,
      card: maybe(ModelCardSchema),
      runtime: maybe(RuntimeSchema),
      price: maybe(PriceSchema),
      measured: z.boolean(),
    }),
  ),
  metrics: z.array(z.object({ id: text, title: text, unit: UnitSchema, better: z.enum(['higher', 'lower', 'neither']), definition: text, misleads: text })),
  rows: z.array(z.object({ ...place, role: RoleSchema, slice: text, metric: text, estimate, cautions: maybe(z.array(text)) })),
  ratios: z.array(z.object({ ...place, slice: text, metric: text, ratio: estimate, difference: estimate, pairs: amount })),
  verdicts: z.array(VerdictSchema),
  routing: z.array(RoutingRowSchema),
  fidelity: z.array(FidelitySchema),
  judged: z.array(JudgedSchema),
  grading: z.array(GradingCostSchema),
  gap: z.array(z.object({ run: text, student: text, control: text, workload: text, recovered: estimate })),
  distributions: z.array(z.object({ ...place, metric: text, unit: UnitSchema, n: amount, quantiles: z.array(number) })),
  stages: z.array(z.object({ ...place, label, shape, sent, answered, failed, stoppedBy, steadySeconds: observed(amount), client })),
  roofline: z.array(RooflineRowSchema),
  power: z.array(PowerSchema),
  lifecycle: z.array(LifecycleSchema),
  facts: z.array(FactSchema),
  conflicts: z.array(z.object({ model: text, workload: text, metric: text, facts: z.array(FactSchema) })),
  claims: z.array(
    z.object({ id: text, title: text, numerator: FactSchema, denominator: FactSchema, ratio: number, share: number, says: maybe(text), explanation: text }),
  ),
  counts: z.array(z.object({ ...place, planned: amount, requests: amount, failed: amount, truncated: amount, spared: maybe(amount), untold: maybe(amount) })),
  failures: z.array(FailedCellSchema),
  warnings: z.array(WarningSchema),
}) satisfies z.ZodType<Analysis>

/** What was read from a file, as it is. */
export function isAnalysis(value: unknown): value is Analysis {
  return AnalysisSchema.safeParse(value).success
}

/** JSON Schema (draft 7) of what `report --format json` writes. A later version may add fields; it takes none away without another name in `schema`. */
export function analysisJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(AnalysisSchema, { io: 'input', target: 'draft-07', reused: 'ref' })
  return { ...schema, title: 'distillbench analysis' }
}
