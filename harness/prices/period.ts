/** Which of several dated prices held at a time. */
import type { ListPrice } from '../types.ts'

export type Held =
  /** `certain`: within the time for which the price is known. Else it began before, and no end is known. */
  | { kind: 'held'; price: ListPrice; certain: boolean }
  /** No price is known to have held so early; `first` is the earliest. */
  | { kind: 'too-early'; first: ListPrice }
  /** The last known price ended before. */
  | { kind: 'ended'; last: ListPrice }
  | { kind: 'none' }

/** A time in milliseconds; a day begins at midnight, UTC. Exact for what `isTime` accepts. */
export function timeOf(text: string): number {
  return Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text)
}

/** Whether a text is an ISO day, or an ISO instant with a zone. */
export function isTime(text: string): boolean {
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text)
  if (match === null || Number.isNaN(timeOf(text))) return false
  const day = match[1]!
  return new Date(`${day}T00:00:00Z`).toISOString().slice(0, 10) === day // 30 February is moved to March by the parser
}

/** The price of the latest period that began before `at` (or without a beginning). Ends are exclusive: at `until` the next one holds. */
export function priceAt(prices: readonly ListPrice[], at: number): Held {
  const sorted = [...prices].sort((a, b) => begin(a) - begin(b))
  const first = sorted[0]
  if (first === undefined) return { kind: 'none' }
  const begun = sorted.filter((price) => begin(price) <= at)
  const last = begun.at(-1)
  if (last === undefined) return { kind: 'too-early', first }
  if (last.until !== undefined && timeOf(last.until) <= at) return { kind: 'ended', last }
  const certain = last.until !== undefined || (last.seen !== undefined && at < timeOf(last.seen) + DAY)
  return { kind: 'held', price: last, certain }
}

/** Whether the price changes later on the day that begins at `at`. */
export function changesWithinDay(prices: readonly ListPrice[], at: number): string | undefined {
  return prices.map(({ from }) => from).find((from) => from !== undefined && timeOf(from) > at && timeOf(from) < at + DAY)
}

// --- internal ---

const DAY = 86_400_000

function begin({ from }: ListPrice): number {
  return from === undefined ? -Infinity : timeOf(from)
}
