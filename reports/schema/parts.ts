/** Parts of the JSON form of a report. */
import { z } from 'zod'
import { amount, FailureSchema, maybe, number, observed, OriginSchema, text, UnitSchema } from '../../harness/run/store/schema/common.ts'
import type { Estimate, Fidelity, LifecycleRow, PowerRow, Roofline, Routing, Verdict } from '../../harness/types.ts'

export const EstimateSchema = z.object({
  value: number,
  low: number,
  high: number,
  n: amount,
  unit: UnitSchema,
  origin: OriginSchema,
  method: text,
  level: amount,
}) satisfies z.ZodType<Estimate>

export const estimate = observed(EstimateSchema)
export const FailedCellSchema = z.object({ run: text, cell: text, error: FailureSchema })

const pair = { run: text, student: text, teacher: text }
const place = { workload: text, load: text }
const decision = z.enum(['replace', 'keep-teacher', 'undecided'])
const range = z.object({ value: number, low: number, high: number })
const spent = observed(z.object({ value: number, unit: UnitSchema, origin: OriginSchema, how: text }))
const probability = z.number().min(0).max(1)

const TaskSchema = z.object({
  workload: text,
  decision,
  sentence: text,
  loads: z.array(text),
  items: amount,
  lost: amount,
  won: amount,
  difference: estimate,
  test: observed(z.object({ z: maybe(number), nonInferior: probability, inferior: probability, nonInferiorHolm: probability, inferiorHolm: probability })),
  mcnemar: observed(z.object({ exact: probability, midP: probability })),
  retained: estimate,
  anytime: estimate,
  moreItems: z.object({ ifEqual: observed(amount), asSeen: observed(amount) }),
  detectable: observed(amount),
})

export const VerdictSchema = z.object({
  ...pair,
  decision,
  sentence: text,
  margin: amount,
  alpha: amount,
  p: observed(z.object({ value: probability, adjusted: probability, students: amount })),
  tasks: z.array(TaskSchema),
  savings: z.array(
    z.object({ ...place, kind: z.enum(['cost', 'energy', 'latency']), metric: text, perCorrect: z.boolean(), share: estimate, difference: estimate }),
  ),
  breakEven: z.array(z.object({ ...place, kind: z.enum(['cost', 'energy']), spent, answers: estimate })),
  cautions: z.array(text),
}) satisfies z.ZodType<Verdict>

const both = z.object({ accuracy: number, cost: number })
const RoutingSchema = z.object({
  chosenOn: amount,
  reportedOn: amount,
  thresholdUnit: UnitSchema,
  costUnit: z.enum(['USD', 's']),
  costOrigin: OriginSchema,
  student: both,
  teacher: both,
  curve: z.array(z.object({ threshold: number, escalated: number, accuracy: number, cost: number })),
  chosen: z.object({
    threshold: number,
    escalated: EstimateSchema,
    accuracy: EstimateSchema,
    difference: EstimateSchema,
    cost: EstimateSchema,
    byChance: number,
    decision,
  }),
  sentence: text,
}) satisfies z.ZodType<Routing>
export const RoutingRowSchema = z.object({
  ...pair,
  ...place,
  rule: z.enum(['answer-length', 'agreement', 'log-probability']),
  result: observed(RoutingSchema),
})

const ExcerptSchema = z.object({ text, from: amount, length: amount })
const SideSchema = z.object({ answer: text, score: amount, text: maybe(ExcerptSchema) })
const FlipSchema = z.object({
  kind: z.enum(['lost', 'won', 'both-wrong']),
  item: text,
  repeat: amount,
  slice: maybe(text),
  prompt: ExcerptSchema,
  target: maybe(text),
  teacher: SideSchema,
  model: SideSchema,
})
const CalibrationSchema = z.object({
  answers: amount,
  ece: number,
  brier: number,
  nll: number,
  bins: z.array(z.object({ low: number, high: number, answers: amount, confidence: number, accuracy: number })),
})

export const FidelitySchema = z.object({
  run: text,
  model: text,
  teacher: text,
  ...place,
  answers: amount,
  items: amount,
  agreement: observed(z.object({ observed: number, chance: number, kappa: estimate })),
  onTeacherErrors: estimate,
  flips: z.object({ lost: amount, won: amount, bothWrong: amount, listed: z.array(FlipSchema) }),
  slices: observed(
    z.object({ slices: z.array(z.object({ slice: text, items: amount, difference: number, adjusted: probability })), sentence: text, method: text }),
  ),
  tokens: observed(z.object({ items: amount, tokens: amount, kl: estimate, top1: estimate, nllPerByte: estimate })),
  calibration: z.object({ model: observed(CalibrationSchema), teacher: observed(CalibrationSchema) }),
  answerLength: estimate,
  reasoningLength: estimate,
}) satisfies z.ZodType<Fidelity>

const RooflineSchema = z.object({
  device: z.object({ name: text, count: amount, bytesPerSecond: amount, flopPerSecond: observed(amount), source: text, date: text }),
  flopPerToken: amount,
  flopUtilisation: estimate,
  batch: observed(amount),
  weightBytesPerStep: observed(amount),
  cacheBytesPerToken: observed(amount),
  bandwidthUtilisation: estimate,
  sentence: text,
}) satisfies z.ZodType<Roofline>
export const RooflineRowSchema = z.object({ run: text, model: text, ...place, roofline: observed(RooflineSchema) })

export const LifecycleSchema = z.object({
  ...pair,
  ...place,
  kind: z.enum(['cost', 'energy']),
  spent,
  each: z.object({ teacher: estimate, student: estimate }),
  crossing: estimate,
  payback: z.array(z.object({ requestsPerDay: amount, days: observed(range) })),
  curve: observed(z.array(z.object({ requests: amount, teacher: number, student: range }))),
}) satisfies z.ZodType<LifecycleRow>

const phase = z.enum(['idle', 'warmup', 'measure', 'idle-after'])
export const PowerSchema = z.object({
  run: text,
  trace: observed(
    z.object({
      meter: text,
      origin: OriginSchema,
      how: text,
      kind: z.enum(['counter', 'instant', 'average']),
      device: maybe(text),
      model: maybe(text),
      readings: amount,
      lengthMs: amount,
      bins: z.object({ widthMs: amount, at: z.array(amount), low: z.array(number), high: z.array(number), mean: z.array(number) }),
      phases: z.array(z.object({ model: text, phase, startMs: number, endMs: number })),
      summary: z.array(z.object({ model: text, phase, seconds: amount, mean: number, low: number, high: number })),
    }),
  ),
}) satisfies z.ZodType<PowerRow>
