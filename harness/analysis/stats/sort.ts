/** Sorts numbers and lets their sources follow. */

/** Values of at least 0 in ascending order, equal ones in the order in which they came; `source[i]` is where `sorted[i]` came from. */
export interface Sorted {
  sorted: Float64Array
  source: Int32Array
}

/**
 * By digits of 16 bits, the last one first: the bits of doubles that are not negative rise as the doubles do. Linear in the
 * number of values; takes the arrays over. Digits that all values share are passed over.
 */
export function sortWithSource(values: Float64Array, sources: Int32Array): Sorted {
  if (values.length < FEW) return sortFew(values, sources)
  let [from, to]: [Uint32Array, Uint32Array] = [new Uint32Array(values.buffer, values.byteOffset, 2 * values.length), new Uint32Array(2 * values.length)]
  let [source, moved]: [Int32Array, Int32Array] = [sources, new Int32Array(sources.length)]
  for (let digit = 0; digit < 4; digit++) {
    const [half, shift] = [LITTLE_ENDIAN ? digit >> 1 : 1 - (digit >> 1), 16 * (digit & 1)]
    const places = new Int32Array(65_537)
    for (let i = half; i < from.length; i += 2) places[((from[i]! >>> shift) & 0xffff) + 1]!++
    if (places.includes(values.length)) continue
    for (let bucket = 1; bucket < places.length; bucket++) places[bucket]! += places[bucket - 1]!
    for (let i = 0; i < source.length; i++) {
      const place = places[(from[2 * i + half]! >>> shift) & 0xffff]!++
      to[2 * place] = from[2 * i]!
      to[2 * place + 1] = from[2 * i + 1]!
      moved[place] = source[i]!
    }
    ;[from, to, source, moved] = [to, from, moved, source]
  }
  return { sorted: new Float64Array(from.buffer, from.byteOffset, values.length), source }
}

// --- internal ---

/** Below this many the tables of counts cost more than they save. */
const FEW = 5000
const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

function sortFew(values: Float64Array, sources: Int32Array): Sorted {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b)
  return { sorted: Float64Array.from(order, (i) => values[i]!), source: Int32Array.from(order, (i) => sources[i]!) }
}
