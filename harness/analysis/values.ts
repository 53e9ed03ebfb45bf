/** One value per request or per token, for the metrics that are quantiles, and those values sorted. */
import type { SampleTable, Unit, Unknown } from '../types.ts'
import type { MetricId } from './metrics/table.ts'
import { sortWithSource, type Sorted } from './stats/sort.ts'
import { FLAG } from './table/codes.ts'
import { dueMs, isAnswered, isGiven, tells } from './table/rows.ts'

export type ValueName = 'ttft' | 'ttfat' | 'tpot' | 'itl' | 'latency' | 'normalised-latency' | 'output-tokens-per-second' | 'output-tokens'

export interface ValueSource {
  unit: Unit
  /** Pushes the values of one answered request. */
  collect: (table: SampleTable, row: number, push: (value: number) => void) => void
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
    collect: (table, row, push) => {
      const from = table.tokenFrom[row]!
      if (table.tokenFrom[row + 1]! > from) push(table.tokenMs[from]! - dueMs(table, row))
    },
  },
  ttfat: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has reasoning before it that came apart from it',
    collect: (table, row, push) => push(table.firstAnswerMs[row]! - dueMs(table, row)), // NaN is no value
  },
  tpot: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known',
    collect: (table, row, push) => {
      const time = tpotOf(table, row)
      if (time !== undefined) push(time)
    },
  },
  itl: {
    unit: 'ms',
    usesTokenCount: false,
    needs: [],
    none: 'no answer has a token after the first whose time is known (an event of unknown many tokens is not a token)',
    collect: (table, row, push) => {
      if ((table.flags[row]! & FLAG.event) === 0) collectGaps(table, row, push)
    },
  },
  latency: {
    unit: 'ms',
    usesTokenCount: false,
    needs: ['times'],
    none: 'no request was answered',
    collect: (table, row, push) => push(table.endMs[row]! - dueMs(table, row)),
  },
  'normalised-latency': {
    unit: 'ms',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no answer has a token',
    collect: (table, row, push) => {
      const tokens = table.outputTokens[row]!
      if (tokens > 0 && !isGiven(table, row)) push((table.endMs[row]! - dueMs(table, row)) / tokens)
    },
  },
  'output-tokens-per-second': {
    unit: 'token/s',
    usesTokenCount: true,
    needs: ['times', 'outputTokens'],
    none: 'no request was answered in a time that the clock could tell from zero',
    collect: (table, row, push) => {
      const { startMs, endMs, outputTokens } = table
      if (!isGiven(table, row) && endMs[row]! > startMs[row]!) push((1000 * outputTokens[row]!) / (endMs[row]! - startMs[row]!))
    },
  },
  'output-tokens': {
    unit: 'token',
    usesTokenCount: true,
    needs: ['outputTokens'],
    none: 'no request was answered',
    collect: (table, row, push) => {
      if (!isGiven(table, row)) push(table.outputTokens[row]!)
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

/** Values in ascending order; `source[i]` is the place, in `samples`, of the request that `sorted[i]` came from. `counts`: how many are of each. */
export type Collected = Sorted & { counts: Int32Array }

/** Why a group has no value: the file of recorded answers does not tell, or else the reason of the value. */
export function whyNone(name: ValueName, table: SampleTable, rows: Int32Array): string {
  const answered = rows.filter((row) => isAnswered(table, row))
  if (name !== 'latency' && answered.length > 0 && answered.every((row) => isGiven(table, row))) return NOTHING_WRITTEN
  const lacking = VALUES[name].needs.find((need) => answered.length > 0 && answered.every((row) => !tells(table, row, [need])))
  return lacking === undefined ? VALUES[name].none : NOT_TOLD[lacking]
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
  const most = name === 'itl' ? rows.reduce((sum, row) => sum + table.tokenFrom[row + 1]! - table.tokenFrom[row]!, 0) : rows.length
  const [values, sources] = [new Float64Array(most), new Int32Array(most)]
  const counts = new Int32Array(rows.length)
  let count = 0
  let index = 0
  const push = (value: number): void => {
    if (!Number.isFinite(value) || value < 0) return
    values[count] = value + 0 // no −0
    sources[count++] = index
    counts[index]!++
  }
  const { collect: collectFrom, needs } = VALUES[name]
  for (; index < rows.length; index++) {
    const row = rows[index]!
    if (isAnswered(table, row) && tells(table, row, needs)) collectFrom(table, row, push)
  }
  return { ...sortWithSource(values.subarray(0, count), sources.subarray(0, count)), counts }
}

// --- internal ---

/** The gap before each event, shared evenly among its tokens. */
function collectGaps({ tokenMs, tokenFrom }: SampleTable, row: number, push: (value: number) => void): void {
  const [from, to] = [tokenFrom[row]!, tokenFrom[row + 1]!]
  let i = from
  while (i < to && tokenMs[i]! <= tokenMs[from]!) i++
  while (i < to) {
    const event = tokenMs[i]!
    let after = i + 1
    while (after < to && tokenMs[after]! <= event) after++
    const gap = (event - tokenMs[i - 1]!) / (after - i)
    for (; i < after; i++) push(gap)
  }
}
