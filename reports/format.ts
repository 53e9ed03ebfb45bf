/** Numbers as people read them: a unit always, three significant digits, one scale for a whole column. */
import type { Estimate, Origin, Unit } from '../harness/types.ts'
import { ENGLISH_UNITS, type Scale, type Units } from './units.ts'

export type { Scale, Units } from './units.ts'

/** The scale in which the largest of `values` reads best. */
export function scaleOf(unit: Unit, values: readonly number[], units: Units = ENGLISH_UNITS): Scale {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs))
  const steps = units.steps[unit]
  return steps.find(({ from }) => largest >= from) ?? steps.at(-1)!
}

/** `97.1%`, `412 tokens/s`, `$0.32 per million answers`; in the scale of a column, or in the one of these units that fits. */
export function formatValue(value: number, unit: Unit, by: Scale | Units = ENGLISH_UNITS): string {
  if (!Number.isFinite(value)) return 'steps' in by ? by.unknown : 'unknown'
  const scale = 'steps' in by ? scaleOf(unit, [value], by) : by
  const scaled = value * scale.times
  return `${scaled < 0 ? MINUS : ''}${scale.prefix}${fixed(Math.abs(scaled), decimals(scaled, unit))}${scale.suffix}`
}

/** `95.8 to 98.1%`, with the decimals that the value itself has. */
export function formatInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit'>, by: Scale | Units = ENGLISH_UNITS): string {
  const scale = 'steps' in by ? scaleOf(estimate.unit, [estimate.value], by) : by
  const places = decimals(estimate.value * scale.times, estimate.unit)
  const [low, high] = [estimate.low, estimate.high].map((end) => `${end < 0 ? MINUS : ''}${scale.prefix}${fixed(Math.abs(end * scale.times), places)}`)
  return `${low}${scale.to}${high}${scale.suffix}`
}

/** The same without words after the numbers, for a column whose head or value names the unit. */
export function formatShortInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit'>, scale: Scale): string {
  return formatInterval(estimate, { ...scale, suffix: scale.suffix === '%' ? '%' : '' })
}

/** `$0.19 ($0.13 to $0.25) per million answers`; without an interval the value alone. */
export function formatWithInterval(estimate: Pick<Estimate, 'value' | 'low' | 'high' | 'unit' | 'level'>, units: Units = ENGLISH_UNITS): string {
  const scale = scaleOf(estimate.unit, [estimate.value], units)
  if (estimate.level === 0) return formatValue(estimate.value, estimate.unit, scale)
  const bare = { ...scale, suffix: '' }
  return `${formatValue(estimate.value, estimate.unit, bare)} (${formatInterval(estimate, bare)})${scale.suffix}`
}

/** A large count to so many digits, a small one as a whole number, rounded up: `312,000`, `17`. */
export function formatAbout(count: number, digits = 3): string {
  return fixed(count < 10 ** digits ? Math.ceil(count) : Number(count.toPrecision(digits)), 0)
}

/** A quoted figure with all the digits that its source gives, up to six, and at least `least` decimals. */
export function formatPublished(value: number, unit: Unit, least = 0, units: Units = ENGLISH_UNITS): string {
  if (!Number.isFinite(value)) return units.unknown
  const scale = scaleOf(unit, [value], units)
  const scaled = Number((value * scale.times).toPrecision(6))
  const isMillions = scale.times < 1e-3 || scale.times === 1e6
  const cents = unit.startsWith('USD') && Math.abs(scaled) < 1000 && !isMillions ? 2 : unit === 'USD/Mtoken' ? 2 : 0
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
