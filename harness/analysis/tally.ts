/** What each unit of work of a group took and gave: the sums that throughput, energy and cost are ratios of. */
import { describePrice, hourlyUsd, tokenBill } from '../price.ts'
import type { Failure, Observed, Origin, Price, SampleTable, Unknown } from '../types.ts'
import type { PowerSource } from './energy.ts'
import type { EnergyWindow } from './energy/window.ts'
import { millis, type Group } from './groups.ts'
import { absent } from './observed.ts'
import { meets, sloOf, wholeCell } from './stages.ts'
import { FLAG } from './table/codes.ts'
import { countRows, isAnswered, isGiven, isGraded, scoreOf, tells } from './table/rows.ts'
import { NOT_TOLD, NOTHING_WRITTEN } from './values.ts'

/** By unit of work. NaN, inside only: not known. */
export interface Tallies {
  readonly length: number
  seconds: Float64Array
  tokens: Float64Array
  answered: Float64Array
  requests: Float64Array
  promptTokens: Float64Array
  /** UTF-8 bytes of answers and reasoning. */
  bytes: Float64Array
  /** Requests that met the objective of the load; 0 where there is none. */
  good: Float64Array
  /** Sums of scores; what was graded more than once counts with the last grade. */
  score: Float64Array
  /** Of the requests that tell how many prompt tokens were cached: those, and all of their prompts. */
  cachedTokens: Float64Array
  cacheTold: Float64Array
  joules: Float64Array
  /** Less what the idle device would have drawn in that time. */
  netJoules: Float64Array
  usd: Float64Array
}

/** Tallies of a group and where their quantities come from, or why a quantity is missing from all of them. */
export interface Ledger {
  tallies: Tallies
  tokens: Origin
  /** Whether there is a measured window: recorded answers have none, for nobody knows what lay between them. */
  window: Observed<true>
  /** Whether the output tokens of every answer are known. */
  counts: Observed<true>
  score: Observed<true>
  /** `u`: relative standard uncertainty of the sum, without the gain of the sensor; `notes`: what a reader must know. */
  energy: Observed<{ origin: Origin; method: string; windows: number; missing: number; u: number; gain: number; notes: readonly string[] }>
  /** Mean of the idle phases, and its standard error where there are several. */
  idle: Observed<{ watts: number; u: number; phases: number }>
  cost: Observed<{ method: string }>
}

export function ledgerOf(group: Group, power: Observed<PowerSource>): Ledger {
  const { joules, summary } = energyByWindow(group, power)
  const { price } = group.model
  const { table, samples } = group
  const idle = idleOf(group, power)
  const window: Observed<true> = group.spec?.kind === 'recorded' ? absent(NO_WINDOW) : KNOWN
  return {
    tallies: talliesOf(group, joules, idle.state === 'ok' ? idle.value.watts : Number.NaN),
    tokens: samples.some((row) => (table.flags[row]! & FLAG.estimate) !== 0) ? 'estimated' : 'measured',
    window,
    counts: written(group) ?? told(group, 'outputTokens'),
    score: scoresOf(group),
    energy: summary,
    idle,
    cost: price === undefined ? recordedCost(group) : pricedCost(group, price, window),
  }
}

/** Output tokens that were made for a request; those of a failed one as far as they came. */
export function outputTokens(table: SampleTable, row: number): number {
  const counted = table.outputTokens[row]!
  return isAnswered(table, row) ? counted : Math.max(counted, table.tokenFrom[row + 1]! - table.tokenFrom[row]!)
}

// --- internal ---

function talliesOf({ table, samples, graded, units, model: { price }, sliced, spec }: Group, joules: Float64Array, idleWatts: number): Tallies {
  const slo = sloOf(spec)
  const isLast = new Uint8Array(table.length)
  for (const row of graded) isLast[row] = 1
  const column = (): Float64Array => new Float64Array(units.length)
  const [tokens, answered, requests, promptTokens, bytes] = [column(), column(), column(), column(), column()]
  const [seconds, good, score, usd, cachedTokens, cacheTold] = [column(), column(), column(), column(), column(), column()]
  for (let unit = 0; unit < units.length; unit++) {
    seconds[unit] = millis(units, unit) / 1000
    requests[unit] = units.from[unit + 1]! - units.from[unit]!
    if (price !== undefined && price.kind !== 'token') usd[unit] = (hourlyUsd(price) * seconds[unit]!) / 3600
    for (let at = units.from[unit]!; at < units.from[unit + 1]!; at++) {
      const row = samples[units.members[at]!]!
      const isFine = isAnswered(table, row)
      tokens[unit]! += outputTokens(table, row)
      promptTokens[unit]! += table.promptTokens[row]!
      if (isFine) answered[unit]!++
      if (isFine && !Number.isNaN(table.cachedTokens[row]!)) {
        cachedTokens[unit]! += table.cachedTokens[row]!
        cacheTold[unit]! += table.promptTokens[row]!
      }
      if (sliced) bytes[unit]! += table.bytes[row]!
      if (slo !== undefined && meets(table, row, slo)) good[unit]!++
      if (isLast[row] === 1) score[unit]! += scoreOf(table, row)
      if (price === undefined) usd[unit]! += isFine || !Number.isNaN(table.costUsd[row]!) ? table.costUsd[row]! : 0
      else if (price.kind === 'token') usd[unit]! += tokensBill(price, table, row)
    }
  }
  const netJoules = joules.map((gross, unit) => gross - idleWatts * seconds[unit]!)
  return { length: units.length, seconds, tokens, answered, requests, promptTokens, bytes, good, score, cachedTokens, cacheTold, joules, netJoules, usd }
}

const KNOWN: Observed<true> = { state: 'ok', value: true }
const NO_WINDOW = 'the answers were recorded elsewhere, so there is no measured window'

/** Where texts were given there are no output tokens to divide by. */
function written({ table, samples }: Group): Observed<true> | undefined {
  return samples.some((row) => isGiven(table, row)) ? absent(NOTHING_WRITTEN) : undefined
}

function told({ table, samples }: Group, what: Unknown): Observed<true> {
  const answered = countRows(samples, (row) => isAnswered(table, row))
  const silent = countRows(samples, (row) => isAnswered(table, row) && !tells(table, row, [what]))
  if (silent === 0) return KNOWN
  return absent(silent === answered ? NOT_TOLD[what] : `${NOT_TOLD[what]} for ${silent} of ${answered} answers`)
}

function pricedCost(group: Group, price: Price, window: Observed<true>): Ledger['cost'] {
  const needs = price.kind !== 'token' ? [window] : [told(group, 'promptTokens'), told(group, 'outputTokens')]
  return needs.find((need) => need.state === 'absent') ?? { state: 'ok', value: { method: priceMethod(price) } }
}

/** Without a price: what the file of recorded answers says that each cost. */
function recordedCost({ model, table, samples }: Group): Ledger['cost'] {
  const answered = countRows(samples, (row) => isAnswered(table, row))
  const silent = countRows(samples, (row) => isAnswered(table, row) && Number.isNaN(table.costUsd[row]!))
  if (silent === answered) return absent(`the suite gives no price for ${model.id}`)
  if (silent > 0) return absent(`the file of recorded answers tells no cost for ${silent} of ${answered} answers`)
  return { state: 'ok', value: { method: 'cost of each request, as its file tells it' } }
}

function tokensBill(price: Extract<Price, { kind: 'token' }>, table: SampleTable, row: number): number {
  const prompt = table.promptTokens[row]!
  const again = (table.attempts.get(row) ?? []).filter(({ error }) => !isUnbilled(error)).length
  const once = tokenBill(price, { prompt, cached: Number.isNaN(table.cachedTokens[row]!) ? 0 : table.cachedTokens[row]!, output: outputTokens(table, row) })
  return again === 0 ? once : once + again * tokenBill(price, { prompt, cached: 0, output: 0 })
}

const NEVER_SENT: ReadonlySet<string> = new Set(['dns', 'refused', 'too-many-files', 'no-ports', 'connect-timeout', 'unreachable', 'tls', 'proxy'])

/** An attempt that a server refused, or that never reached one, is not billed; one that broke later has had its prompt read. */
function isUnbilled({ code, kind = '' }: Failure): boolean {
  return code === 'http' || (code === 'network' && NEVER_SENT.has(kind))
}

function priceMethod(price: Price): string {
  return price.kind === 'token' ? `tokens × list price, ${describePrice(price)}` : `${describePrice(price)} × measured window`
}

function scoresOf({ table, graded }: Group): Observed<true> {
  const ungraded = countRows(graded, (row) => !isGraded(table, row) && isAnswered(table, row))
  return ungraded === 0 ? { state: 'ok', value: true } : absent(`${ungraded} of ${graded.length} answers were not graded`)
}

const WAYS = {
  counter: 'energy counter aligned with its ticks',
  integral: 'trapezoid with interpolated ends',
  'de-lagged average': 'running mean taken apart',
} as const

function idleOf({ cells }: Group, power: Observed<PowerSource>): Ledger['idle'] {
  if (power.state !== 'ok') return power
  const watts = power.value.idle([...new Set(cells.map(({ id }) => wholeCell(id)))])
  if (watts.length === 0) return absent(`${power.value.meter} gave no reading in an idle phase`)
  const mean = watts.reduce((sum, one) => sum + one, 0) / watts.length
  const squares = watts.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return { state: 'ok', value: { watts: mean, u: watts.length < 2 ? 0 : Math.sqrt(squares / (watts.length - 1) / watts.length), phases: watts.length } }
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))}%`
}

/** Joules of each unit, and where they come from. */
function energyByWindow({ units }: Group, power: Observed<PowerSource>): { joules: Float64Array; summary: Ledger['energy'] } {
  const joules = new Float64Array(units.length).fill(Number.NaN)
  if (power.state !== 'ok') return { joules, summary: power }
  const windows = windowSpans(units)
  const missing: string[] = []
  const known = new Map<number, EnergyWindow>()
  for (const [window, { first, last }] of windows) {
    const energy = power.value.energy(wholeCell(units.cells[window]!), units.startMs[first]!, units.endMs[last]!)
    if (energy.state === 'ok') known.set(window, energy.value)
    else missing.push(energy.state === 'absent' ? energy.why : energy.error.message)
  }
  for (let unit = 0; unit < units.length; unit++) {
    const energy = known.get(units.window[unit]!)
    if (energy !== undefined) joules[unit] = energy.part(units.startMs[unit]!, units.endMs[unit]!)
  }
  if (known.size === 0) return { joules, summary: absent(missing[0] ?? 'nothing was asked') }
  const all = [...known.values()]
  const total = all.reduce((sum, one) => sum + one.joules, 0)
  const u = total > 0 ? Math.hypot(Math.hypot(...all.map((one) => one.u)) / total, Math.max(...all.map(({ shared }) => shared))) : 0
  const ways = [...new Set(all.map((one) => WAYS[one.method]))].join(' and ')
  const { gain, model } = power.value
  const common = model === undefined ? ', which is common to all models and not in ratios' : ''
  const sensor = `sensor ±${percent(1.96 * u)}${gain > 0 ? ` and its scale ±${percent(1.96 * gain)}${common}` : ''}`
  const method = `${power.value.meter} (${power.value.how}), ${ways}, gross; ${sensor}`
  const notes = [...new Set(all.flatMap((one) => one.notes))]
  return { joules, summary: { state: 'ok', value: { origin: power.value.origin, method, windows: windows.size, missing: missing.length, u, gain, notes } } }
}

/** First and last unit of each window. */
function windowSpans({ length, window }: Group['units']): Map<number, { first: number; last: number }> {
  const spans = new Map<number, { first: number; last: number }>()
  for (let unit = 0; unit < length; unit++) {
    const span = spans.get(window[unit]!)
    if (span === undefined) spans.set(window[unit]!, { first: unit, last: unit })
    else span.last = unit
  }
  return spans
}
