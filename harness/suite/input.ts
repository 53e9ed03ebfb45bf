/**
 * What a user writes, in TypeScript as the argument of `defineSuite`, in YAML or JSON as the file. schema.ts checks it
 * at run time and must accept exactly this; the compiler compares the two.
 */
import type { Fact, Price, Role, Slo, Timing, UntilDecided } from '../types.ts'
import type { CardInput } from './card.ts'
import type { GateInput } from './gate.ts'
import type { PrecisionInput } from './precision.ts'
import type { RateInput } from './money.ts'
import type { MeterInput } from './meters.ts'
import type { WorkloadInput } from '../workloads/index.ts'

export interface SuiteInput {
  /** Address of the JSON Schema, for editors. */
  readonly $schema?: string | undefined
  /** Short name, used in reports and file names. */
  readonly name: string
  /** Heading of the report; default: the name. */
  readonly title?: string | undefined
  /** What is compared and why, for readers of the report. */
  readonly description?: string | undefined
  /** Items, order and sampling follow from it; default 1. */
  readonly seed?: number | undefined
  /** The contestants by id: one teacher, its students, and controls that were not distilled. */
  readonly models: { readonly [id: string]: ModelInput }
  /** What is asked. May be left out where only published facts are compared. */
  readonly workloads?: readonly WorkloadInput[] | undefined
  /** How requests arrive; default: one at a time. */
  readonly loads?: readonly LoadInput[] | undefined
  /** Contestants take turns after every block of items, so that drift of the machine hits all alike; default 4. */
  readonly blocks?: number | undefined
  /** How often everything is asked; default 1. */
  readonly repeats?: number | undefined
  /** Requests before the clock starts, per cell; default `{ requests: 2 }`. */
  readonly warmup?: { readonly requests: number } | undefined
  /** A cell that runs longer than this many milliseconds is stopped and counts as failed; default 600000. */
  readonly timeoutMs?: number | undefined
  /** Meter ids, `auto` for all that work here (the default), or meters that only the author knows of. */
  readonly meters?: readonly MeterInput[] | undefined
  /** Loss of accuracy that is acceptable, as a ratio; default 0.02, which is two points. */
  readonly margin?: number | undefined
  /** Ask in random order, and stop once every student is decided or a limit is reached; without it everything is asked. `lookEvery` defaults to 50. */
  readonly untilDecided?: Undefinable<Partial<UntilDecided>> | undefined
  /** Comparison of in-process models with the teacher token by token, after all requests; default: on 100 of its answers to each workload. */
  readonly fidelity?: { readonly items?: number | undefined; readonly off?: boolean | undefined } | undefined
  /** A model that compares each answer with the teacher's, in both orders, after all requests. `endpoint` takes the options of the adapter `openai`. */
  readonly judge?: JudgeInput | undefined
  /** What `--quick` changes; default `{ items: 24, blocks: 2 }`. */
  readonly quick?: { readonly items?: number | undefined; readonly blocks?: number | undefined } | undefined
  /** Price of every model that has none of its own. */
  readonly price?: PriceInput | undefined
  /** Where the models run: grams of CO2 per kilowatt-hour, and PUE (default 1). With it the carbon of the answers is told. */
  readonly site?: { readonly gramsPerKwh: number; readonly pue?: number | undefined; readonly source: string; readonly date: string } | undefined
  /** Rates of other currencies, by code, for prices that name one: `{ EUR: { usd: 1.04, source, date } }`. */
  readonly currencies?: { readonly [code: string]: RateInput } | undefined
  /** Loads that run for a time are made as long as this precision of their energy needs: 0.005 is half a percent. `maxSeconds` defaults to 600. */
  readonly precision?: PrecisionInput | undefined
  /** Published figures, or the file (YAML or JSON, relative to the suite) that holds the list. */
  readonly facts?: readonly FactInput[] | string | undefined
  /** Comparisons of two facts. */
  readonly claims?: readonly ClaimInput[] | undefined
  /** Rules that a run must keep, for `distillbench gate`; default: rules for accuracy, failures, verdicts, speed and cost. */
  readonly gate?: GateInput | undefined
}

export interface JudgeInput {
  readonly endpoint: { readonly url: string; readonly model: string; readonly [option: string]: unknown }
  /** What makes an answer better, in words; default: correctness, then completeness and clarity. */
  readonly criteria?: string | undefined
  /** Ids of the workloads that are judged; default: all that are answered in writing. */
  readonly workloads?: readonly string[] | undefined
  /** Items of each workload; default: all. */
  readonly items?: number | undefined
  /** Most tokens of a verdict, reasoning included; default 1024. */
  readonly maxTokens?: number | undefined
  readonly price?: PriceInput | undefined
}

export interface ModelInput {
  readonly role: Role
  /** `tfjs`, `openai`, `recorded`, `published`, or the path (`./mine.ts`) of a module whose default export is an adapter. */
  readonly adapter: string
  /** Display name; default: the id. */
  readonly name?: string | undefined
  /** What the adapter needs to know. Texts that begin with `./` or `../` are paths relative to the suite. */
  readonly options?: { readonly [option: string]: unknown } | undefined
  readonly price?: PriceInput | undefined
  /** What is known of the model beside what the adapter finds; counts before it. */
  readonly card?: CardInput | undefined
  /** What it runs on, where neither adapter nor meter tells: `{ name: NVIDIA H100 80GB HBM3, count: 8 }`. */
  readonly device?: { readonly name: string; readonly count?: number | undefined } | undefined
}

/** Must say where the figure comes from (`source`) and when it held (`date`, as 2025-02-06). */
export type PriceInput = Undefinable<Price> & {
  /** Currency of the amounts, one of `currencies`; default: US dollars. */ readonly currency?: string | undefined
}

/** The id defaults to the kind with its number: `sequential`, `batch-8`, `concurrency-4`, `rate-2.5`, `sweep`. */
export type LoadInput = {
  readonly id?: string | undefined
  /** Ask only the first n items of the workload under this load. */ readonly items?: number | undefined
} & (
  | { readonly kind: 'sequential' }
  | { readonly kind: 'batch'; readonly size: number }
  /** Without `seconds`: until every item has been asked. */
  | ({ readonly kind: 'concurrency'; readonly streams: number } & TimingInput)
  /** `seconds` defaults to 60. */
  | ({
      readonly kind: 'rate'
      readonly perSecond: number
      readonly arrivals?: ArrivalsInput | undefined
      readonly rampSeconds?: number | undefined
      readonly slo?: SloInput | undefined
    } & TimingInput)
  /** `seconds` of each stage default to 30, `points` to 10. */
  | ({
      readonly kind: 'sweep'
      readonly points?: number | undefined
      readonly arrivals?: ArrivalsInput | undefined
      readonly slo?: SloInput | undefined
    } & TimingInput)
  /** `seconds` of each stage default to 30, `points` to 12. */
  | ({ readonly kind: 'search'; readonly slo: SloInput; readonly points?: number | undefined; readonly arrivals?: ArrivalsInput | undefined } & TimingInput)
  | ({
      readonly kind: 'trace'
      readonly file: string
      /** Default: told by the first line. */
      readonly format?: 'auto' | 'azure' | 'mooncake' | 'burstgpt' | undefined
      /** Leave out the first seconds of the file. */
      readonly fromSeconds?: number | undefined
      readonly speed?: number | undefined
      readonly slo?: SloInput | undefined
    } & TimingInput)
)

/** Default: `poisson`. */
export type ArrivalsInput = 'constant' | 'poisson' | { readonly kind: 'gamma'; readonly shape: number }
/** Limits in milliseconds, at least one. */
export type SloInput = Undefinable<Slo>
/** Each has a default, but for `requests` and `maxUsd`, which set no limit unless given. */
export type TimingInput = Undefinable<Partial<Timing>>

export type FactInput = Undefinable<Fact>

export interface ClaimInput {
  readonly id: string
  readonly title: string
  /** Id of the fact that is divided. */
  readonly numerator: string
  /** Id of the fact that divides. */
  readonly denominator: string
  /** What the source says. */
  readonly says?: string | undefined
  readonly explanation: string
}

// --- internal ---

/** Optional keys may also be given as undefined, as configuration code often does. */
type Undefinable<T> = T extends unknown ? { readonly [K in keyof T]: T[K] | (Record<never, never> extends Pick<T, K> ? undefined : never) } : never
