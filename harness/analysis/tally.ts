/** What each unit of work of a group took and gave: the sums that throughput, energy and cost are ratios of. */
import { describePrice, hourlyUsd, tokenBill } from '../price.ts'
import type { Failure, Observed, Origin, Price, Sample, Unknown } from '../types.ts'
import type { PowerSource } from './energy.ts'
import type { EnergyWindow } from './energy/window.ts'
import { millis, type Group, type WorkUnit } from './groups.ts'
import { absent } from './observed.ts'
import { meets, sloOf, wholeCell } from './stages.ts'
import { NOT_TOLD, tells } from './values.ts'

export interface Tally {
  unit: WorkUnit
  seconds: number
  tokens: number
  answered: number
  requests: number
  promptTokens: number
  /** Of the requests that tell how many prompt tokens were cached: those, and all of their prompts. */
  cachedTokens: number
  cacheTold: number
  /** UTF-8 bytes of answers and reasoning. */
  bytes: number
  /** Requests that met the objective of the load; 0 where there is none. */
  good: number
  /** Sum of scores; what was graded more than once counts with the last grade. */
  score: number
  joules: number | undefined
  /** Less what the idle device would have drawn in that time. */
  netJoules: number | undefined
  usd: number | undefined
}

/** Tallies of a group and where their quantities come from, or why a quantity is missing from all of them. */
export interface Ledger {
  tallies: readonly Tally[]
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
  const graded = new Set(group.graded)
  const joules = energyByWindow(group, power)
  const idle = idleOf(group, power)
  const { price } = group.model
  const slo = sloOf(group.spec)
  const tallies = group.units.map((unit): Tally => {
    const seconds = millis(unit) / 1000
    const tokens = unit.samples.reduce((sum, sample) => sum + outputTokens(sample), 0)
    const gross = joules.of(unit)
    const prompt = unit.samples.reduce((sum, sample) => sum + sample.promptTokens, 0)
    return {
      unit,
      seconds,
      tokens,
      requests: unit.samples.length,
      promptTokens: prompt,
      ...cacheOf(unit.samples),
      bytes: group.sliced ? unit.samples.reduce((sum, { text, reasoning }) => sum + byteLength(text) + byteLength(reasoning ?? ''), 0) : 0,
      good: slo === undefined ? 0 : unit.samples.filter((sample) => meets(sample, slo)).length,
      answered: unit.samples.filter(({ finish }) => finish !== 'error').length,
      score: unit.samples.reduce((sum, sample) => sum + (graded.has(sample) ? (sample.grade?.score ?? 0) : 0), 0),
      joules: gross,
      netJoules: gross === undefined || idle.state !== 'ok' ? undefined : gross - idle.value.watts * seconds,
      usd:
        price === undefined
          ? sumOf(unit.samples.map(({ costUsd, finish }) => costUsd ?? (finish === 'error' ? 0 : undefined)))
          : costOf(price, seconds, unit.samples),
    }
  })
  const window: Observed<true> = group.spec?.kind === 'recorded' ? absent(NO_WINDOW) : KNOWN
  return {
    tallies,
    tokens: group.samples.some(({ countedBy }) => countedBy === 'estimate') ? 'estimated' : 'measured',
    window,
    counts: told(group, 'outputTokens'),
    score: scoresOf(group),
    energy: joules.summary,
    idle,
    cost: price === undefined ? recordedCost(group) : pricedCost(group, price, window),
  }
}

/** Output tokens that were made for a request; those of a failed one as far as they came. */
export function outputTokens({ outputTokens: counted, tokenMs, finish }: { outputTokens: number; tokenMs: readonly number[]; finish: string }): number {
  return finish === 'error' ? Math.max(counted, tokenMs.length) : counted
}

// --- internal ---

function cacheOf(samples: readonly Sample[]): Pick<Tally, 'cachedTokens' | 'cacheTold'> {
  let [cachedTokens, cacheTold] = [0, 0]
  for (const { finish, cachedTokens: cached, promptTokens } of samples) {
    if (cached === undefined || finish === 'error') continue
    cachedTokens += cached
    cacheTold += promptTokens
  }
  return { cachedTokens, cacheTold }
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  return encoder.encode(text).length
}

const KNOWN: Observed<true> = { state: 'ok', value: true }
const NO_WINDOW = 'the answers were recorded elsewhere, so there is no measured window'

function told({ samples }: Group, what: Unknown): Observed<true> {
  const answered = samples.filter(({ finish }) => finish !== 'error')
  const silent = answered.filter((sample) => !tells(sample, [what])).length
  if (silent === 0) return KNOWN
  return absent(silent === answered.length ? NOT_TOLD[what] : `${NOT_TOLD[what]} for ${silent} of ${answered.length} answers`)
}

function pricedCost(group: Group, price: Price, window: Observed<true>): Ledger['cost'] {
  const needs = price.kind !== 'token' ? [window] : [told(group, 'promptTokens'), told(group, 'outputTokens')]
  return needs.find((need) => need.state === 'absent') ?? { state: 'ok', value: { method: priceMethod(price) } }
}

/** Without a price: what the file of recorded answers says that each cost. */
function recordedCost({ model, samples }: Group): Ledger['cost'] {
  const answered = samples.filter(({ finish }) => finish !== 'error')
  const silent = answered.filter(({ costUsd }) => costUsd === undefined).length
  if (silent === answered.length) return absent(`the suite gives no price for ${model.id}`)
  if (silent > 0) return absent(`the file of recorded answers tells no cost for ${silent} of ${answered.length} answers`)
  return { state: 'ok', value: { method: 'cost of each request, as its file tells it' } }
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0
  for (const value of values) {
    if (value === undefined) return undefined
    sum += value
  }
  return sum
}

function costOf(price: Price, seconds: number, samples: readonly Sample[]): number {
  if (price.kind !== 'token') return (hourlyUsd(price) * seconds) / 3600
  return samples.reduce((sum, sample) => {
    const { promptTokens: prompt, cachedTokens: cached = 0, attempts = [] } = sample
    const again = attempts.filter(({ error }) => !isUnbilled(error)).length
    return sum + tokenBill(price, { prompt, cached, output: outputTokens(sample) }) + again * tokenBill(price, { prompt, cached: 0, output: 0 })
  }, 0)
}

const NEVER_SENT: ReadonlySet<string> = new Set(['dns', 'refused', 'too-many-files', 'no-ports', 'connect-timeout', 'unreachable', 'tls', 'proxy'])

/** An attempt that a server refused, or that never reached one, is not billed; one that broke later has had its prompt read. */
function isUnbilled({ code, kind = '' }: Failure): boolean {
  return code === 'http' || (code === 'network' && NEVER_SENT.has(kind))
}

function priceMethod(price: Price): string {
  return price.kind === 'token' ? `tokens × list price, ${describePrice(price)}` : `${describePrice(price)} × measured window`
}

function scoresOf(group: Group): Observed<true> {
  const ungraded = group.graded.filter(({ grade, finish }) => grade === undefined && finish !== 'error').length
  return ungraded === 0 ? { state: 'ok', value: true } : absent(`${ungraded} of ${group.graded.length} answers were not graded`)
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

function energyByWindow(group: Group, power: Observed<PowerSource>): { of: (unit: WorkUnit) => number | undefined; summary: Ledger['energy'] } {
  if (power.state !== 'ok') return { of: () => undefined, summary: power }
  const windows = new Map<number, WorkUnit[]>()
  for (const unit of group.units) {
    const others = windows.get(unit.window)
    if (others === undefined) windows.set(unit.window, [unit])
    else others.push(unit)
  }
  const missing: string[] = []
  const known = new Map<number, EnergyWindow>()
  for (const [window, units] of windows) {
    const energy = power.value.energy(wholeCell(units[0]!.cell), units[0]!.startMs, units.at(-1)!.endMs)
    if (energy.state === 'ok') known.set(window, energy.value)
    else missing.push(energy.state === 'absent' ? energy.why : energy.error.message)
  }
  const joules = (unit: WorkUnit): number | undefined => known.get(unit.window)?.part(unit.startMs, unit.endMs)
  if (known.size === 0) return { of: () => undefined, summary: absent(missing[0] ?? 'nothing was asked') }
  const all = [...known.values()]
  const total = all.reduce((sum, one) => sum + one.joules, 0)
  const u = total > 0 ? Math.hypot(Math.hypot(...all.map((one) => one.u)) / total, Math.max(...all.map(({ shared }) => shared))) : 0
  const ways = [...new Set(all.map((one) => WAYS[one.method]))].join(' and ')
  const { gain, model } = power.value
  const common = model === undefined ? ', which is common to all models and not in ratios' : ''
  const sensor = `sensor ±${percent(1.96 * u)}${gain > 0 ? ` and its scale ±${percent(1.96 * gain)}${common}` : ''}`
  const method = `${power.value.meter} (${power.value.how}), ${ways}, gross; ${sensor}`
  const notes = [...new Set(all.flatMap((one) => one.notes))]
  return { of: joules, summary: { state: 'ok', value: { origin: power.value.origin, method, windows: windows.size, missing: missing.length, u, gain, notes } } }
}
