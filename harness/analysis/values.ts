/** One value per request or per token, for the metrics that are quantiles, and those values sorted. */
import type { Sample, Unit, Unknown } from '../types.ts'
import type { MetricId } from './metrics/table.ts'
import { sortWithSource, type Sorted } from './stats/sort.ts'

export type ValueName = 'ttft' | 'ttfat' | 'tpot' | 'itl' | 'latency' | 'normalised-latency' | 'output-tokens-per-second' | 'output-tokens'

export interface ValueSource {
  unit: Unit
  /** Pushes the values of one answered request. */
  collect: (sample: Sample, push: (value: number) => void) => void
  /** Whether token counts are in it, which may be estimates. */
  usesTokenCount: boolean
  /** What a recorded answer must tell for a value. */
  needs: readonly Unknown[]
  /** Why there may be no value. */
  none: string
}

export const VALUES: Record<ValueName, ValueSource> = {
  ttft: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answered request tells when its first token came',
    collect: (sample, push) => {
      if (sample.tokenMs.length > 0) push(sample.tokenMs[0]! - dueMs(sample))
    },
  },
  ttfat: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has reasoning before it that came apart from it',
    collect: (sample, push) => {
      if (sample.firstAnswerMs !== undefined) push(sample.firstAnswerMs - dueMs(sample))
    },
  },
  tpot: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known',
    collect: (sample, push) => {
      const time = tpotOf(sample)
      if (time !== undefined) push(time)
    },
  },
  itl: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known (an event of unknown many tokens is not a token)',
    collect: (sample, push) => {
      if (sample.timing !== 'event') collectGaps(sample, push)
    },
  },
  latency: {
    unit: 'ms',
    usesTokenCount: false,
    needs: ['times'],
    none: 'no request was answered',
    collect: (sample, push) => push(sample.endMs - dueMs(sample)),
  },
  'normalised-latency': {
    unit: 'ms',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no answer has a token',
    collect: (sample, push) => {
      if (sample.outputTokens > 0) push((sample.endMs - dueMs(sample)) / sample.outputTokens)
    },
  },
  'output-tokens-per-second': {
    unit: 'token/s',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no request was answered in a time that the clock could tell from zero',
    collect: ({ startMs, endMs, outputTokens }, push) => {
      if (endMs > startMs) push((1000 * outputTokens) / (endMs - startMs))
    },
  },
  'output-tokens': {
    unit: 'token',
    usesTokenCount: true,
    needs: ['outputTokens'],
    none: 'no request was answered',
    collect: ({ outputTokens }, push) => push(outputTokens),
  },
}

/** The metrics that are a quantile of such values. */
export interface QuantileMetric {
  id: MetricId
  of: ValueName
  p: number
  /** Only under loads whose requests overlap. */
  overlapping?: true
}
export const QUANTILE_METRICS: readonly QuantileMetric[] = [
  { id: 'ttft', of: 'ttft', p: 0.5 },
  { id: 'ttft-p95', of: 'ttft', p: 0.95 },
  { id: 'ttft-p99', of: 'ttft', p: 0.99, overlapping: true },
  { id: 'ttft-p999', of: 'ttft', p: 0.999, overlapping: true },
  { id: 'ttfat', of: 'ttfat', p: 0.5, overlapping: true },
  { id: 'tpot', of: 'tpot', p: 0.5 },
  { id: 'tpot-p95', of: 'tpot', p: 0.95, overlapping: true },
  { id: 'tpot-p99', of: 'tpot', p: 0.99, overlapping: true },
  { id: 'tpot-p999', of: 'tpot', p: 0.999, overlapping: true },
  { id: 'itl', of: 'itl', p: 0.5 },
  { id: 'itl-p95', of: 'itl', p: 0.95 },
  { id: 'itl-p99', of: 'itl', p: 0.99, overlapping: true },
  { id: 'latency', of: 'latency', p: 0.5 },
  { id: 'latency-p95', of: 'latency', p: 0.95 },
  { id: 'latency-p99', of: 'latency', p: 0.99, overlapping: true },
  { id: 'latency-p999', of: 'latency', p: 0.999, overlapping: true },
  { id: 'normalised-latency', of: 'normalised-latency', p: 0.5, overlapping: true },
  { id: 'output-tokens-per-second', of: 'output-tokens-per-second', p: 0.5 },
]

/** When the request was due: under an open load a late client must not make a slow server look fast (coordinated omission). */
export function dueMs({ intendedMs, startMs }: Pick<Sample, 'intendedMs' | 'startMs'>): number {
  return intendedMs ?? startMs
}

/**
 * (last − first) ÷ tokens after the first event, ms. Where events carry unknown many tokens, the first event is taken to
 * have as many as the others.
 */
export function tpotOf({ tokenMs, timing, outputTokens }: Pick<Sample, 'tokenMs' | 'timing' | 'outputTokens'>): number | undefined {
  const [first, last] = [tokenMs[0], tokenMs.at(-1)]
  if (first === undefined || last === undefined || last <= first) return undefined
  const after = tokensAfter(tokenMs, first)
  return (last - first) / (timing === 'event' ? (outputTokens * after) / tokenMs.length : after)
}

/** Values in ascending order; `source[i]` is the index, in `samples`, of the request that `sorted[i]` came from. */
export type Collected = Sorted

/** Whether the sample tells all of these; those of live runs always do. */
export function tells({ unknown }: Sample, needs: readonly Unknown[]): boolean {
  return unknown === undefined || !needs.some((need) => unknown.includes(need))
}

/** Why a group has no value: the file of recorded answers does not tell, or else the reason of the value. */
export function whyNone(name: ValueName, samples: readonly Sample[]): string {
  const answered = samples.filter(({ finish }) => finish !== 'error')
  const lacking = VALUES[name].needs.find((need) => answered.length > 0 && answered.every((sample) => !tells(sample, [need])))
  return lacking === undefined ? VALUES[name].none : NOT_TOLD[lacking]
}

/** Words for what a file of recorded answers leaves out. */
export const NOT_TOLD: Record<Unknown, string> = {
  times: 'the file of recorded answers tells no times',
  promptTokens: 'the file of recorded answers does not count the tokens of the prompts',
  outputTokens: 'the file of recorded answers does not count output tokens',
  finish: 'the file of recorded answers does not tell how answers ended',
}

/** The values of all answered requests. */
export function collect(samples: readonly Sample[], name: ValueName): Collected {
  let [values, sources] = [new Float64Array(samples.length), new Int32Array(samples.length)]
  let count = 0
  let index = 0
  const push = (value: number): void => {
    if (!Number.isFinite(value) || value < 0) return
    if (count === values.length) [values, sources] = grown(values, sources)
    values[count] = value + 0 // no −0
    sources[count++] = index
  }
  const { collect: collectFrom, needs } = VALUES[name]
  for (; index < samples.length; index++) {
    const sample = samples[index]!
    if (sample.finish !== 'error' && tells(sample, needs)) collectFrom(sample, push)
  }
  return sortWithSource(values.slice(0, count), sources.slice(0, count))
}

// --- internal ---

/** How many tokens came after the first event. */
function tokensAfter(tokenMs: readonly number[], first: number): number {
  let together = 0
  while (together < tokenMs.length && tokenMs[together]! <= first) together++
  return tokenMs.length - together
}

/** The gap before each event, shared evenly among its tokens. */
function collectGaps({ tokenMs }: Sample, push: (value: number) => void): void {
  let i = 0
  while (i < tokenMs.length && tokenMs[i]! <= tokenMs[0]!) i++
  while (i < tokenMs.length) {
    const event = tokenMs[i]!
    let after = i + 1
    while (after < tokenMs.length && tokenMs[after]! <= event) after++
    const gap = (event - tokenMs[i - 1]!) / (after - i)
    for (; i < after; i++) push(gap)
  }
}

function grown(values: Float64Array, sources: Int32Array): [Float64Array<ArrayBuffer>, Int32Array<ArrayBuffer>] {
  const length = 2 * values.length + 16
  const [more, others] = [new Float64Array(length), new Int32Array(length)]
  more.set(values)
  others.set(sources)
  return [more, others]
}
