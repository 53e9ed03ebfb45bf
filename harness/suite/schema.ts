/** The zod schema of a suite as written. Cross references are in checks.ts, defaults and paths in resolve.ts. */
import { z } from 'zod'
import { nearest } from '../errors.ts'
import type { Grader, Unit } from '../types.ts'
import { GRADER_IDS, graderShape, KIND_IDS, WORKLOAD_KINDS, type WorkloadCommon, type WorkloadInput } from '../workloads/index.ts'
import { CardSchema, DeviceSchema } from './card.ts'
import { GateSchema } from './gate.ts'
import type { ClaimInput, FactInput, JudgeInput, ModelInput, SuiteInput } from './input.ts'
import { CurrenciesSchema, CurrencyCode } from './money.ts'
import { LoadSchema } from './loads.ts'
import { MeterSchema } from './meters.ts'
import { PrecisionSchema } from './precision.ts'
import { Id, strict, type ShapeOf } from './strict.ts'

const count = z.int().min(1)
const text = z.string().min(1)
const Day = z.iso.date('must be a date such as 2025-02-06')
const money = z.number().min(0)

const UNITS: Record<Unit, true> = {
  ratio: true,
  percent: true,
  count: true,
  ms: true,
  s: true,
  token: true,
  'token/s': true,
  'request/s': true,
  byte: true,
  'byte/s': true,
  W: true,
  J: true,
  'J/token': true,
  'J/answer': true,
  USD: true,
  'USD/Mtoken': true,
  'USD/answer': true,
  'USD/h': true,
  h: true,
  rating: true,
  percentile: true,
  parameter: true,
  celsius: true,
  MHz: true,
  nat: true,
  'bit/byte': true,
  perplexity: true,
  gCO2: true,
  'gCO2/answer': true,
}

const sourced = { source: text.describe('Where the figure comes from'), date: Day.describe('When it held, as 2025-02-06') }
const utilisation = z.number().positive().max(1).optional().describe('Share of the paid hours in which it works; default 1')
const Price = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('hourly'), currency: CurrencyCode, usdPerHour: money.describe('Rented hardware, US dollars per hour'), utilisation, ...sourced }),
  strict({
    kind: z.literal('owned'),
    currency: CurrencyCode,
    purchaseUsd: money.describe('Price of the hardware, US dollars'),
    lifetimeYears: z.number().positive().describe('Years over which it is paid off'),
    watts: money.describe('Mean power at the wall while it is paid for'),
    usdPerKwh: money.describe('US dollars per kilowatt-hour'),
    pue: z.number().min(1).optional().describe('Power of the whole site ÷ power of its computers; default 1'),
    overheadShare: money.optional().describe('What housing, network and staff add to the purchase, as a ratio; default 0'),
    utilisation,
    ...sourced,
  }),
  strict({
    kind: z.literal('token'),
    currency: CurrencyCode,
    inputPerMtoken: money.describe('US dollars per million input tokens'),
    outputPerMtoken: money.describe('US dollars per million output tokens'),
    cachedInputPerMtoken: money.optional().describe('US dollars per million input tokens from the prompt cache; default: as other input'),
    batchDiscount: z.number().min(0).max(1).optional().describe('Share by which batches are cheaper, where requests are sent as batches'),
    ...sourced,
  }),
])

const Model = strict({
  role: z.enum(['teacher', 'student', 'control']).describe('teacher: the model to be replaced; student: distilled from it; control: neither'),
  adapter: text.describe('tfjs, openai, recorded, published, or the path of a module whose default export is an adapter'),
  name: text.optional().describe('Display name; default: the id'),
  options: z.record(z.string(), z.unknown()).optional().describe('Adapter options; texts that begin with ./ or ../ are paths relative to the suite'),
  price: Price.optional(),
  card: CardSchema.optional().describe('What is known of the model beside what the adapter finds; counts before it'),
  device: DeviceSchema.optional().describe('What it runs on, where neither adapter nor meter tells'),
} satisfies ShapeOf<ModelInput>)

const GraderName = z.enum(GRADER_IDS)
const GraderWithOptions = z.discriminatedUnion('id', GRADER_IDS.map((id) => strict({ id: z.literal(id), ...graderShape(id) })) as unknown as [z.ZodObject])
const OwnGrader = z.custom<Grader>(isGrader).meta({ codeOnly: true })
const GraderInput = z.union([GraderName, GraderWithOptions, OwnGrader], {
  error: ({ input }) => {
    const guess = typeof input === 'string' ? nearest(input, GRADER_IDS) : undefined
    return `must be the name of a grader (${GRADER_IDS.join(', ')}) or its name with options${guess === undefined ? '' : `; did you mean ${guess}?`}`
  },
}) as unknown as z.ZodType<WorkloadCommon['grader'], WorkloadCommon['grader']>

const workloadCommon = {
  id: Id,
  title: text.optional(),
  grader: GraderInput.optional().describe(`How answers are scored: ${GRADER_IDS.join(', ')}; default: the kind's own, else exact`),
  maxTokens: count.optional().describe('Most tokens that an answer may have; default 256'),
  temperature: z.number().min(0).optional().describe('Sampling temperature; default 0: greedy'),
  stop: z.array(text).optional().describe('Texts that end an answer'),
  limit: count.optional().describe('Use the first n items only'),
} satisfies ShapeOf<WorkloadCommon>

const Workload = z.discriminatedUnion(
  'kind',
  KIND_IDS.map((kind) =>
    strict({ kind: z.literal(kind).describe(WORKLOAD_KINDS[kind].summary), ...workloadCommon, ...(WORKLOAD_KINDS[kind].shape as z.ZodRawShape) }),
  ) as unknown as [z.ZodObject],
) as unknown as z.ZodType<WorkloadInput, WorkloadInput>

const Fact = strict({
  id: Id.optional(),
  model: Id,
  workload: Id.optional().describe('The benchmark that the figure is about'),
  metric: text,
  value: z.number(),
  unit: z.enum(Object.keys(UNITS) as Unit[]),
  low: z.number().optional(),
  high: z.number().optional(),
  n: count.optional(),
  source: text.describe('Who says so'),
  url: z.url().optional(),
  date: Day,
  protocol: text.optional(),
  note: text.optional(),
  until: Day.optional().describe('From this day the figure no longer held'),
  preferred: z.boolean().optional().describe('Of several conflicting facts, the one used in tables'),
} satisfies ShapeOf<FactInput>)
/** The list in a file of facts. */
export const FactsSchema = z.array(Fact)

const Claim = strict({ id: Id, title: text, numerator: Id, denominator: Id, says: text.optional(), explanation: text } satisfies ShapeOf<ClaimInput>)

const UntilDecidedSchema = strict({
  lookEvery: count.default(50).describe('Items of each workload between two looks at the results'),
  maxItems: count.optional().describe('Most items of each workload; default: all'),
  maxMinutes: z.number().positive().optional().describe('Most minutes that the run may take'),
  maxCostUsd: z.number().positive().optional().describe('Most US dollars that all models together may cost; each needs a price'),
})

export const SuiteSchema = strict({
  $schema: z.string().optional().describe('Address of this schema, for editors'),
  name: Id.describe('Short name, used in reports and file names'),
  title: text.optional().describe('Heading of the report; default: the name'),
  description: z.string().optional().describe('What is compared and why, for readers of the report'),
  seed: z.int().min(0).default(1).describe('Items, order and sampling follow from it'),
  models: z.record(Id, Model).describe('The contestants by id: one teacher, its students, and controls that were not distilled'),
  workloads: z.array(Workload).default([]).describe('What is asked; may be left out where only published facts are compared'),
  loads: z.array(LoadSchema).optional().describe('How requests arrive; default: one at a time'),
  blocks: count.default(4).describe('Contestants take turns after every block of items, so that drift of the machine hits all alike'),
  repeats: count.default(1).describe('How often everything is asked'),
  warmup: strict({ requests: z.int().min(0) })
    .default({ requests: 2 })
    .describe('Requests before the clock starts, per cell'),
  timeoutMs: z.int().min(1).max(2_147_483_647).default(600_000).describe('A cell that runs longer than this many milliseconds is stopped and counts as failed'),
  meters: z.array(MeterSchema).min(1).default(['auto']).describe('Meter ids, auto for all that work here, or descriptions of others'),
  margin: z.number().min(0).max(1).default(0.02).describe('Loss of accuracy that is acceptable, as a ratio: 0.02 is two points'),
  untilDecided: UntilDecidedSchema.optional().describe(
    'Ask in random order, and stop once every student is decided or a limit is reached; without it everything is asked',
  ),
  fidelity: strict({
    items: count.default(100).describe('Answers of the teacher, of each workload, that are read by the other models; a fifth with --quick'),
    off: z.boolean().default(false).describe('Do not compare token by token'),
  })
    .optional()
    .describe('Comparison with the teacher token by token, after all requests; for in-process models'),
  judge: strict({
    endpoint: z.looseObject({ url: text, model: text }).describe('Options of the adapter openai: url, model, apiKeyEnv …'),
    criteria: text.optional().describe('What makes an answer better, in words; default: correctness, then completeness and clarity'),
    workloads: z.array(text).min(1).optional().describe('Ids of the workloads that are judged; default: all that are answered in writing'),
    items: count.optional().describe('Items of each workload; default: all'),
    maxTokens: count.default(1024).describe('Most tokens of a verdict, reasoning included'),
    price: Price.optional(),
  } satisfies ShapeOf<JudgeInput>)
    .optional()
    .describe('A model that compares each answer with the teacher’s, in both orders, after all requests'),
  quick: strict({ items: count.default(24), blocks: count.default(2) })
    .prefault({})
    .describe('What --quick changes'),
  price: Price.optional().describe('Price of every model that has none of its own'),
  site: strict({
    gramsPerKwh: money.describe('Grams of CO2 per kilowatt-hour of the grid'),
    pue: z.number().min(1).default(1).describe('Power of the whole site ÷ power of its computers'),
    ...sourced,
  })
    .optional()
    .describe('Where the models run; with it the carbon of the answers is told'),
  currencies: CurrenciesSchema,
  precision: PrecisionSchema,
  facts: z.union([FactsSchema, text]).default([]).describe('Published figures, or the file (YAML or JSON, relative to the suite) that holds the list'),
  claims: z.array(Claim).default([]).describe('Comparisons of two facts, by fact id'),
  gate: GateSchema.optional().describe('Rules that a run must keep, for `distillbench gate`'),
} satisfies ShapeOf<SuiteInput>)

export type ParsedSuite = z.output<typeof SuiteSchema>

// --- internal ---

function isGrader(value: unknown): value is Grader {
  if (typeof value !== 'object' || value === null) return false
  const { id, version, grade } = value as Partial<Grader>
  return typeof id === 'string' && id !== '' && typeof version === 'string' && typeof grade === 'function'
}

/** Whatever SuiteInput allows must be something that the schema takes; ShapeOf is the other direction. */
type Mutable<T> = T extends (...args: never[]) => unknown ? T : T extends Grader ? T : T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T
export const inputIsAccepted = (input: Mutable<SuiteInput>): z.input<typeof SuiteSchema> => input
