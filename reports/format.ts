/** Numbers as people read them: a unit always, three significant digits, one scale for a whole column. */
import type { Estimate, Origin, Unit } from '../harness/types.ts'

/** How one column or axis is shown: the value times `times`, between `prefix` and `suffix`. `label` names the unit in words. */
export interface Scale {
  times: number
  prefix: string
  suffix: string
  label: string
}

/** The scale in which the largest of `values` reads best. */
export function scaleOf(unit: Unit, values: readonly number[]): Scale {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs))
  const steps = STEPS[unit]
  return steps.find(({ from }) => largest >= from) ?? steps.at(-1)!
}

/** `97.1%`, `412 tokens/s`, `$0.32 per million answers`. */
export function formatValue(value: number, unit: Unit, scale: Scale = scaleOf(unit, [value])): string {
  if (!Number.isFinite(value)) return 'unknown'
  const scaled = value * scale.times
  return `${scaled < 0 ? MINUS : ''}${scale.prefix}${fixed(Math.abs(scaled), decimals(scaled, unit))}${scale.suffix}`
}

/** `95.8 to 98.1%`, with the decimals that the value itself has. */
export function formatInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit'>, scale: Scale = scaleOf(estimate.unit, [estimate.value])): string {
  const places = decimals(estimate.value * scale.times, estimate.unit)
  const [low, high] = [estimate.low, estimate.high].map((end) => `${end < 0 ? MINUS : ''}${scale.prefix}${fixed(Math.abs(end * scale.times), places)}`)
  return `${low} to ${high}${scale.suffix}`
}

/** The same without words after the numbers, for a column whose head or value names the unit. */
export function formatShortInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit'>, scale: Scale): string {
  return formatInterval(estimate, { ...scale, suffix: scale.suffix === '%' ? '%' : '' })
}

/** `$0.19 ($0.13 to $0.25) per million answers`; without an interval the value alone. */
export function formatWithInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit' | 'level'>): string {
  const scale = scaleOf(estimate.unit, [estimate.value])
  if (estimate.level === 0) return formatValue(estimate.value, estimate.unit, scale)
  const bare = { ...scale, suffix: '' }
  return `${formatValue(estimate.value, estimate.unit, bare)} (${formatInterval(estimate, bare)})${scale.suffix}`
}

/** A large count to so many digits, a small one as a whole number, rounded up: `312,000`, `17`. */
export function formatAbout(count: number, digits = 3): string {
  return fixed(count < 10 ** digits ? Math.ceil(count) : Number(count.toPrecision(digits)), 0)
}

/** A quoted figure with all the digits that its source gives, up to six, and at least `least` decimals. */
export function formatPublished(value: number, unit: Unit, least = 0): string {
  if (!Number.isFinite(value)) return 'unknown'
  const scale = scaleOf(unit, [value])
  const scaled = Number((value * scale.times).toPrecision(6))
  const cents = unit.startsWith('USD') && Math.abs(scaled) < 1000 && !scale.suffix.includes('illion') ? 2 : unit === 'USD/Mtoken' ? 2 : 0
  const places = Math.max(decimalPlaces(scaled), cents, least)
  return `${scaled < 0 ? MINUS : ''}${scale.prefix}${fixed(Math.abs(scaled), places)}${scale.suffix}`
}

/** A difference of two ratios in percentage points: `−1.3`, `+0.4`, `0.0`. */
export function formatPoints(difference: number): string {
  const points = fixed(Math.abs(difference * 100), 1)
  return Number(points) === 0 ? '0.0' : `${difference < 0 ? MINUS : '+'}${points}`
}

/** A factor: `8.75`, `17.95`, `27.3`, `1,240`. */
export function formatFactor(factor: number): string {
  if (!Number.isFinite(factor)) return 'unknown'
  const places = factor < 20 ? 2 : factor < 100 ? 1 : 0
  return fixed(factor, places)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
}

/** Three significant digits, thousands grouped. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'unknown'
  return `${value < 0 ? MINUS : ''}${fixed(Math.abs(value), decimals(value, 'count'))}`
}

/** A count: `1 request`, `1,200 requests`. */
export function formatCount(count: number, noun: string): string {
  return `${fixed(count, 0)} ${noun}${count === 1 ? '' : 's'}`
}

/** The mark beside a number that was not measured here; empty for measured ones. */
export function originMark(origin: Origin): string {
  return ORIGIN_MARKS[origin]
}

/** `2026-05-01 12:03 UTC`, whatever the time zone of the machine. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})[\d:.]*Z$/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}

export const MINUS = '\u2212'

/** A p-value with three digits after the point; never 0, which no test can show. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3)
}

// --- internal ---

const ORIGIN_MARKS: Record<Origin, string> = { measured: '', estimated: 'estimated', published: 'published' }

interface Step extends Scale {
  from: number
}

const step = (from: number, times: number, prefix: string, suffix: string, label: string): Step => ({ from, times, prefix, suffix, label })
const plain = (suffix: string, label: string): readonly Step[] => [step(0, 1, '', suffix, label)]
const energy = (per: string): readonly Step[] => [
  step(3.6e6, 1 / 3.6e6, '', ` kWh${per}`, `kWh${per}`),
  step(1e3, 1e-3, '', ` kJ${per}`, `kJ${per}`),
  step(1, 1, '', ` J${per}`, `J${per}`),
  step(1e-3, 1e3, '', ` mJ${per}`, `mJ${per}`),
  step(0, 1e6, '', ` µJ${per}`, `µJ${per}`),
]
const carbon = (per: string): readonly Step[] => [
  step(1e6, 1e-6, '', ` t CO2${per}`, `t CO2${per}`),
  step(1e3, 1e-3, '', ` kg CO2${per}`, `kg CO2${per}`),
  step(1, 1, '', ` g CO2${per}`, `g CO2${per}`),
  step(1e-3, 1e3, '', ` mg CO2${per}`, `mg CO2${per}`),
  step(0, 1e6, '', ` µg CO2${per}`, `µg CO2${per}`),
]
const bytes = (per: string): readonly Step[] => [
  step(1e9, 1e-9, '', ` GB${per}`, `GB${per}`),
  step(1e6, 1e-6, '', ` MB${per}`, `MB${per}`),
  step(1e3, 1e-3, '', ` kB${per}`, `kB${per}`),
  step(0, 1, '', ` B${per}`, `bytes${per}`),
]

/** Largest first; the first step whose `from` the value reaches is used. */
const STEPS: Record<Unit, readonly Step[]> = {
  ratio: [step(0, 100, '', '%', '%')],
  percent: plain('%', '%'),
  count: plain('', 'count'),
  ms: [step(10_000, 1e-3, '', ' s', 's'), step(1, 1, '', ' ms', 'ms'), step(0, 1e3, '', ' µs', 'µs')],
  s: [step(7200, 1 / 3600, '', ' h', 'h'), step(120, 1 / 60, '', ' min', 'min'), step(1, 1, '', ' s', 's'), step(0, 1e3, '', ' ms', 'ms')],
  h: [step(1e6, 1e-6, '', ' million h', 'million hours'), step(0, 1, '', ' h', 'hours')],
  token: plain(' tokens', 'tokens'),
  'token/s': plain(' tokens/s', 'tokens/s'),
  'request/s': plain(' requests/s', 'requests/s'),
  byte: bytes(''),
  'byte/s': bytes('/s'),
  W: [step(1000, 1e-3, '', ' kW', 'kW'), step(0, 1, '', ' W', 'W')],
  J: energy(''),
  'J/token': energy(' per token'),
  'J/answer': energy(' per answer'),
  gCO2: carbon(''),
  'gCO2/answer': carbon(' per answer'),
  USD: [step(1e9, 1e-9, '$', ' billion', 'billion USD'), step(1e6, 1e-6, '$', ' million', 'million USD'), step(0, 1, '$', '', 'USD')],
  'USD/Mtoken': [step(0, 1, '$', ' per million tokens', 'USD per million tokens')],
  'USD/answer': [
    step(0.1, 1, '$', ' per answer', 'USD per answer'),
    step(1e-4, 1e3, '$', ' per 1,000 answers', 'USD per 1,000 answers'),
    step(0, 1e6, '$', ' per million answers', 'USD per million answers'),
  ],
  'USD/h': [step(0, 1, '$', '/h', 'USD per hour')],
  rating: plain('', 'rating'),
  percentile: plain(' (percentile)', 'percentile'),
  parameter: [
    step(1e9, 1e-9, '', ' billion', 'billion'),
    step(1e6, 1e-6, '', ' million', 'million'),
    step(1e4, 1e-3, '', ' thousand', 'thousand'),
    step(0, 1, '', '', 'parameters'),
  ],
  celsius: plain(' °C', '°C'),
  MHz: plain(' MHz', 'MHz'),
  nat: plain(' nats', 'nats'),
  'bit/byte': plain(' bits per byte', 'bits per byte'),
  perplexity: plain('', 'perplexity'),
}

function decimals(scaled: number, unit: Unit): number {
  const size = Math.abs(scaled)
  if (unit === 'ratio' || unit === 'percent') return size >= 99.95 || size === 0 ? (size > 100 ? 1 : 0) : 1
  if (size === 0) return 0
  if ((unit === 'count' || unit === 'token' || unit === 'rating') && Number.isInteger(scaled)) return 0
  if (unit.startsWith('USD') && size >= 0.095 && size < 1000) return 2
  return Math.max(0, Math.min(12, 2 - Math.floor(Math.log10(size) + 1e-9)))
}

function decimalPlaces(value: number): number {
  for (let places = 0; places < 9; places++) if (Math.abs(Number(value.toFixed(places)) - value) < 1e-9 * Math.max(1, Math.abs(value))) return places
  return 9
}

function fixed(value: number, places: number): string {
  if (!(value < 1e21)) return Number.isFinite(value) ? value.toPrecision(3) : 'unknown'
  const [whole = '0', fraction] = value.toFixed(places).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
