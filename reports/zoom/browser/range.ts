/** What part of an axis is shown: arithmetic on domains, linear and logarithmic. */

/** Both ends in the units of the axis; of a logarithmic one both are above zero. */
export type Range = readonly [number, number]

/** Zoomed by `factor` (below 1: closer) around the place `at` (0 to 1 along the axis), never beyond `whole` and never closer than CLOSEST of it. */
export function zoomed(range: Range, whole: Range, log: boolean, factor: number, at: number): Range {
  const [low, high] = toLine(range, log)
  const [first, last] = toLine(whole, log)
  const span = Math.min(last - first, Math.max((last - first) * CLOSEST, (high - low) * factor))
  const center = low + (high - low) * at
  return fromLine(within(center - span * at, span, first, last), log)
}

/** Moved by `part` of what is shown, as far as `whole` goes. */
export function moved(range: Range, whole: Range, log: boolean, part: number): Range {
  const [low, high] = toLine(range, log)
  const [first, last] = toLine(whole, log)
  return fromLine(within(low + (high - low) * part, high - low, first, last), log)
}

/** How many times closer than the whole. */
export function closeness(range: Range, whole: Range, log: boolean): number {
  const [low, high] = toLine(range, log)
  const [first, last] = toLine(whole, log)
  return (last - first) / (high - low)
}

// --- internal ---

const CLOSEST = 1e-3

function toLine([low, high]: Range, log: boolean): Range {
  return log ? [Math.log(low), Math.log(high)] : [low, high]
}

function fromLine([low, high]: Range, log: boolean): Range {
  return log ? [Math.exp(low), Math.exp(high)] : [low, high]
}

function within(start: number, span: number, first: number, last: number): Range {
  const low = Math.min(Math.max(start, first), last - span)
  return [low, low + span]
}
