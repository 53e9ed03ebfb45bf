/** One value per request or per token, for the metrics that are quantiles, and those values sorted. */
import type { SampleTable, Unit, Unknown } from '../types.ts'
import type { MetricId } from './metrics/table.ts'
import { ranksOf, type Ranks } from './stats/ranks.ts'
import { FLAG } from './table/codes.ts'
import { dueMs, isAnswered, isGiven, tells } from './table/rows.ts'

export type ValueName = 'ttft' | 'ttfat' | 'tpot' | 'itl' | 'latency' | 'normalised-latency' | 'output-tokens-per-second' | 'output-tokens'

export interface ValueSource {
  unit: Unit
  /** Writes the values of one answered request into the list from `at` on, as far as it has room, and gives where they end. NaN is no value. */
  fill: (table: SampleTable, row: number, into: Float64Array, at: number) => number
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
    none: 'no answered request tells when its first token came (an answer without a stream has only its end)',
    fill: (table, row, into, at) => {
      const from = table.tokenFrom[row]!
      if (table.tokenFrom[row + 1]! > from) into[at++] = table.tokenMs[from]! - dueMs(table, row)
      return at
    },
  },
  ttfat: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has reasoning before it that came apart from it',
    fill: (table, row, into, at) => {
      into[at] = table.firstAnswerMs[row]! - dueMs(table, row)
      return at + 1
    },
  },
  tpot: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known',
    fill: (table, row, into, at) => {
      const time = tpotOf(table, row)
      if (time !== undefined) into[at++] = time
      return at
    },
  },
  itl: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known (an event of unknown many tokens is not a token)',
    fill: (table, row, into, at) => ((table.flags[row]! & FLAG.event) === 0 ? fillGaps(table, row, into, at) : at),
  },
  latency: {
    unit: 'ms',
    usesTokenCount: false,
    needs: ['times'],
    none: 'no request was answered',
    fill: (table, row, into, at) => {
      into[at] = table.endMs[row]! - dueMs(table, row)
      return at + 1
    },
  },
  'normalised-latency': {
    unit: 'ms',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no answer has a token',
    fill: (table, row, into, at) => {
      const tokens = table.outputTokens[row]!
      if (tokens > 0 && !isGiven(table, row)) into[at++] = (table.endMs[row]! - dueMs(table, row)) / tokens
      return at
    },
  },
  'output-tokens-per-second': {
    unit: 'token/s',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no request was answered in a time that the clock could tell from zero',
    fill: (table, row, into, at) => {
      const { startMs, endMs, outputTokens } = table
      if (!isGiven(table, row) && endMs[row]! > startMs[row]!) into[at++] = (1000 * outputTokens[row]!) / (endMs[row]! - startMs[row]!)
      return at
    },
  },
  'output-tokens': {
    unit: 'token',
    usesTokenCount: true,
    needs: ['outputTokens'],
    none: 'no request was answered',
    fill: (table, row, into, at) => {
      if (!isGiven(table, row)) into[at++] = table.outputTokens[row]!
      return at
    },
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

/**
 * (last − first) ÷ tokens after the first event, ms. Where events carry unknown many tokens, the first event is taken to
 * have as many as the others.
 */
export function tpotOf({ tokenMs, tokenFrom, flags, outputTokens }: SampleTable, row: number): number | undefined {
  const [from, to] = [tokenFrom[row]!, tokenFrom[row + 1]!]
  if (from === to) return undefined
  const [first, last] = [tokenMs[from]!, tokenMs[to - 1]!]
  if (last <= first) return undefined
  let after = from
  while (after < to && tokenMs[after]! <= first) after++
  const tokens = to - after
  return (last - first) / ((flags[row]! & FLAG.event) === 0 ? tokens : (outputTokens[row]! * tokens) / (to - from))
}

/** Values of requests, those of a request one after the other; `counts` says how many each has, by its place in `samples`, which is the source of their ranks. */
export interface Collected {
  values: Float64Array
  counts: Int32Array
  ranks: Ranks
}

/** Why a group has no value: the file of recorded answers does not tell, or else the reason of the value. */
export function whyNone(name: ValueName, table: SampleTable, rows: Int32Array): string {
  const { needs, none } = VALUES[name]
  let [answered, given] = [0, 0]
  const told = needs.map(() => 0)
  for (const row of rows) {
    if (!isAnswered(table, row)) continue
    answered++
    if (isGiven(table, row)) given++
    for (let i = 0; i < needs.length; i++) if (tells(table, row, [needs[i]!])) told[i]!++
  }
  if (answered === 0) return none
  if (name !== 'latency' && given === answered) return NOTHING_WRITTEN
  const lacking = needs.find((_, i) => told[i] === 0)
  return lacking === undefined ? none : NOT_TOLD[lacking]
}

export const NOTHING_WRITTEN = 'nothing was written: texts were given, and the model told how likely they are'

/** Words for what a file of recorded answers leaves out. */
export const NOT_TOLD: Record<Unknown, string> = {
  times: 'the file of recorded answers tells no times',
  promptTokens: 'the file of recorded answers does not count the tokens of the prompts',
  outputTokens: 'the file of recorded answers does not count output tokens',
  finish: 'the file of recorded answers does not tell how answers ended',
  text: 'the file of recorded answers does not hold what was answered',
}

/** The values of all answered requests. */
export function collect(table: SampleTable, rows: Int32Array, name: ValueName): Collected {
  const { fill, needs } = VALUES[name]
  const { tokenFrom } = table
  let most = rows.length
  if (name === 'itl') {
    most = 0
    for (const row of rows) most += tokenFrom[row + 1]! - tokenFrom[row]!
  }
  const values = new Float64Array(most)
  const counts = new Int32Array(rows.length)
  let count = 0
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index]!
    if (!isAnswered(table, row) || !tells(table, row, needs)) continue
    const [from, end] = [count, fill(table, row, values, count)]
    for (let i = from; i < end; i++) {
      const value = values[i]!
      if (value >= 0 && value < Infinity) values[count++] = value + 0 // no −0
    }
    counts[index] = count - from
  }
  return collectedOf(values.subarray(0, count), counts)
}

/** Those of the requests that `keep` holds for. */
export function collectedWhere({ values, counts }: Collected, keep: (index: number) => boolean): Collected {
  const [kept, own] = [new Float64Array(values.length), new Int32Array(counts.length)]
  let [from, count] = [0, 0]
  for (let index = 0; index < counts.length; index++) {
    const end = from + counts[index]!
    if (keep(index)) {
      own[index] = end - from
      for (let i = from; i < end; i++) kept[count++] = values[i]!
    }
    from = end
  }
  return collectedOf(kept.subarray(0, count), own)
}

// --- internal ---

function collectedOf(values: Float64Array, counts: Int32Array): Collected {
  return { values, counts, ranks: ranksOf(values, counts) }
}

/** The gap before each event, shared evenly among its tokens. */
function fillGaps({ tokenMs, tokenFrom }: SampleTable, row: number, into: Float64Array, at: number): number {
  const [from, to] = [tokenFrom[row]!, tokenFrom[row + 1]!]
  let i = from
  while (i < to && tokenMs[i]! <= tokenMs[from]!) i++
  while (i < to) {
    const event = tokenMs[i]!
    let after = i + 1
    while (after < to && tokenMs[after]! <= event) after++
    const gap = (event - tokenMs[i - 1]!) / (after - i)
    for (; i < after; i++) into[at++] = gap
  }
  return at
}
