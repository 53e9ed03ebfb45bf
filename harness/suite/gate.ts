/** Rules of the gate, as written in a suite under `gate` or in a policy file, and with their defaults. */
import { z } from 'zod'
import { nearest } from '../errors.ts'
import { METRICS } from '../analysis/index.ts'
import type { GateLimit, GatePolicy, GateRule, Metric, Origin } from '../types.ts'
import { strict, type ShapeOf } from './strict.ts'

/** A share: `0.04`, or `4%`. */
type Share = number | string

export interface GateInput {
  /** Chance of a false failure of the whole gate; default 0.01. */
  readonly alpha?: number | undefined
  /** Chance of each rule to pass although the candidate is worse by the limit; default 0.05. */
  readonly missed?: number | undefined
  /** How much a speed or energy figure moves between sessions on one machine (standard deviation, as a share); default 0.027. */
  readonly sessionNoise?: Share | undefined
  /** Whether the default rules hold too; default true where no rules are given, else false. */
  readonly defaults?: boolean | undefined
  readonly rules?: readonly GateRuleInput[] | undefined
}

export interface GateRuleInput {
  /** Name in findings; default: the metric and what limits it. A default rule of the same name is replaced. */
  readonly id?: string | undefined
  /** Id of a metric; `distillbench list metrics` shows them. */
  readonly metric?: string | undefined
  /** `replace`: the verdict must be replace; `undecided`: not keep-teacher; `stay`: not worse than the baseline's. In place of a metric. */
  readonly verdict?: 'replace' | 'undecided' | 'stay' | undefined
  /** The change for the worse that must be excluded: `4%` of the baseline, or points where the metric is a share. */
  readonly maxRegression?: Share | undefined
  /** To fail, more than this must be shown; default a quarter of maxRegression. */
  readonly tolerated?: Share | undefined
  readonly min?: Share | undefined
  readonly max?: Share | undefined
  readonly level?: 'off' | 'warn' | 'error' | undefined
  /** Level where the baseline ran in another session and the metric depends on the machine; default warn. */
  readonly levelApart?: 'off' | 'warn' | 'error' | undefined
  readonly models?: 'contestants' | 'students' | 'teachers' | 'all' | readonly string[] | undefined
  readonly workloads?: readonly string[] | undefined
  readonly loads?: readonly string[] | undefined
  /** A slice, or `*` for each. */
  readonly slice?: string | undefined
  /** Origins that are judged; default measured, and estimated too for costs, which are prices times measured tokens. */
  readonly judges?: readonly Origin[] | undefined
  /** False: a metric that was not measured is told and left out; default true. */
  readonly required?: boolean | undefined
}

const METRIC_IDS = METRICS.map(({ id }) => id)
const share = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?\s*%$/, 'must be a number such as 0.04, or a percentage such as 4%')], {
    error: 'must be a number such as 0.04, or a percentage such as 4%',
  })
  .transform((value) => (typeof value === 'number' ? value : Number.parseFloat(value) / 100))
const positive = share.refine((value) => value > 0 && value < 1, 'must be more than 0 and less than 1 (100%)')
const chance = z.number().gt(0).lt(0.5)
const level = z.enum(['off', 'warn', 'error'])

const Rule = strict({
  id: z.string().min(1).max(100).optional().describe('Name in findings; a default rule of the same name is replaced'),
  metric: z
    .string()
    .optional()
    .refine((id) => id === undefined || METRIC_IDS.includes(id), {
      error: ({ input }) => {
        const guess = nearest(String(input), METRIC_IDS)
        return `is no metric${guess === undefined ? '; see `distillbench list metrics`' : `; did you mean ${guess}?`}`
      },
    })
    .describe('Id of a metric'),
  verdict: z
    .enum(['replace', 'undecided', 'stay'])
    .optional()
    .describe('In place of a metric: the verdict must be at least this; stay: not worse than the baseline’s'),
  maxRegression: positive.optional().describe('Change for the worse that must be excluded: 4% of the baseline, or points where the metric is a share'),
  tolerated: share.optional().describe('To fail, more than this must be shown; default a quarter of maxRegression'),
  min: share.optional().describe('Floor'),
  max: share.optional().describe('Ceiling'),
  level: level.optional().describe('off, warn or error (default)'),
  levelApart: level.optional().describe('Level where the baseline ran in another session and the metric depends on the machine; default warn'),
  models: z
    .union([z.enum(['contestants', 'students', 'teachers', 'all']), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('contestants (default: teacher and students), students, teachers, all (controls too), or ids'),
  workloads: z.array(z.string().min(1)).min(1).optional(),
  loads: z.array(z.string().min(1)).min(1).optional(),
  slice: z.string().min(1).optional().describe('A slice, or * for each'),
  judges: z
    .array(z.enum(['measured', 'estimated', 'published']))
    .min(1)
    .optional(),
  required: z.boolean().optional().describe('false: a metric that was not measured is told and left out'),
} satisfies ShapeOf<GateRuleInput>).superRefine((rule, context) => {
  const problem = problemOf(rule)
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
})

export const GateSchema = strict({
  alpha: chance.optional().describe('Chance of a false failure of the whole gate; default 0.01'),
  missed: chance.optional().describe('Chance of each rule to pass although the candidate is worse by the limit; default 0.05'),
  sessionNoise: share.optional().describe('How much a figure moves between sessions on one machine; default 0.027'),
  defaults: z.boolean().optional().describe('Whether the default rules hold too'),
  rules: z.array(Rule).optional(),
} satisfies ShapeOf<GateInput>)

/** The policy with its defaults. `margin` is the suite's: the default limit of accuracy. */
export function resolveGate(input: z.output<typeof GateSchema>, margin: number): GatePolicy {
  const own = (input.rules ?? []).map(resolveRule)
  const names = new Set(own.map((rule) => rule?.id ?? ''))
  const written = new Set((input.rules ?? []).flatMap(({ id }) => id ?? []))
  const defaults = (input.defaults ?? input.rules === undefined) ? defaultRules(margin).filter(({ id }) => !names.has(id) && !written.has(id)) : []
  return {
    alpha: input.alpha ?? ALPHA,
    missed: input.missed ?? MISSED,
    sessionNoise: input.sessionNoise ?? SESSION_NOISE,
    rules: [...defaults, ...own.filter((rule) => rule !== undefined)],
  }
}

/** What a team can adopt as it is: accuracy, failures and verdicts; speed; cost and energy where they are known. */
export function defaultRules(margin: number): GateRule[] {
  const regression = (most: number): GateLimit => ({ kind: 'regression', most, tolerated: most / 4 })
  const rule = (metric: string, limit: GateLimit, more: Partial<GateRule> = {}): GateRule => ({ ...BASE, id: metric, metric, limit, byDefault: true, ...more })
  return [
    rule('accuracy', regression(margin > 0 ? margin : 0.02)),
    rule('failed', regression(0.02)),
    rule('verdict', { kind: 'verdict', atLeast: 'stay' }, { models: 'students' }),
    rule('throughput', regression(0.04)),
    rule('ttft', regression(0.1), { required: false }),
    rule('cost-per-correct', regression(0.05), { required: false, judges: ['measured', 'estimated'] }),
    rule('energy-per-token', regression(0.05), { required: false }),
  ]
}

// --- internal ---

const ALPHA = 0.01
const MISSED = 0.05
/** CodSpeed reports 2.66% between runs on hosted runners of one kind (docs/gate.md). */
const SESSION_NOISE = 0.027
const BASE = { level: 'error', levelApart: 'warn', models: 'contestants', judges: ['measured'], required: true } as const satisfies Partial<GateRule>

function problemOf(rule: { [K in keyof GateRuleInput]?: unknown }): string | undefined {
  const limits = (['maxRegression', 'min', 'max', 'verdict'] as const).filter((key) => rule[key] !== undefined)
  if (rule.metric === undefined && rule.verdict === undefined) return 'names neither a metric nor a verdict'
  if (rule.metric !== undefined && rule.verdict !== undefined) return 'has both a metric and a verdict; make it two rules'
  if (limits.length === 0) return 'sets no limit; give one of maxRegression, min, max'
  if (limits.length > 1) return `sets several limits (${limits.join(', ')}); make it several rules`
  if (rule.maxRegression !== undefined) {
    if (metricOf(String(rule.metric))?.better === 'neither')
      return `cannot limit the regression of ${String(rule.metric)}: more of it is neither better nor worse; give min or max`
    if (rule.tolerated !== undefined && !(Number(rule.tolerated) < Number(rule.maxRegression) && Number(rule.tolerated) >= 0))
      return 'tolerates as much as it excludes; tolerated must be below maxRegression'
  } else if (rule.tolerated !== undefined) return 'tolerates something without maxRegression'
  return undefined
}

function metricOf(id: string): Metric | undefined {
  return METRICS.find((metric) => metric.id === id)
}

/** Undefined for a rule that is off. */
function resolveRule(input: z.output<typeof Rule>): GateRule | undefined {
  if (input.level === 'off') return undefined
  const metric = input.metric ?? 'verdict'
  const limit = limitOf(input)
  const cost = metric.startsWith('cost-')
  return {
    ...BASE,
    id: input.id ?? (limit.kind === 'floor' || limit.kind === 'ceiling' ? `${metric} ${limit.kind}` : metric),
    metric,
    limit,
    level: input.level ?? 'error',
    levelApart: input.levelApart ?? BASE.levelApart,
    models: input.models ?? (metric === 'verdict' ? 'students' : BASE.models),
    judges: input.judges ?? (cost ? ['measured', 'estimated'] : BASE.judges),
    required: input.required ?? true,
    ...(input.workloads === undefined ? {} : { workloads: input.workloads }),
    ...(input.loads === undefined ? {} : { loads: input.loads }),
    ...(input.slice === undefined ? {} : { slice: input.slice }),
  }
}

function limitOf({ verdict, min, max, maxRegression, tolerated }: z.output<typeof Rule>): GateLimit {
  if (verdict !== undefined) return { kind: 'verdict', atLeast: verdict }
  if (min !== undefined) return { kind: 'floor', value: min }
  if (max !== undefined) return { kind: 'ceiling', value: max }
  return { kind: 'regression', most: maxRegression!, tolerated: tolerated ?? maxRegression! / 4 }
}
