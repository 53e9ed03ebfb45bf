/** Seeded pseudo-random numbers: the same seed gives the same numbers on every machine. Imports nothing. */

export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number
  /** Uniform integer in [0, n). */
  int(n: number): number
  /** Standard normal deviate (Box and Muller). */
  normal(): number
  /** A new array in random order (Fisher and Yates). */
  shuffle<T>(values: readonly T[]): T[]
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by hashing `parts`; different parts give independent streams. */
export function createRandom(...parts: readonly (string | number)[]): Random {
  const seed = hash128(parts.join('\u0000'))
  let [a, b, c, counter] = [seed[0]!, seed[1]!, seed[2]!, 1]
  const next32 = (): number => {
    const t = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) next32()
  const next = (): number => next32() / 4294967296
  const int = (n: number): number => Math.floor(next() * n)
  return {
    next,
    int,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle: <T>(values: readonly T[]): T[] => {
      const out = [...values]
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1)
        ;[out[i], out[j]] = [out[j] as T, out[i] as T]
      }
      return out
    },
  }
}

/** FNV-1a, 32 bits, over the UTF-16 code units of `text`. */
export function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

// --- internal ---

function hash128(text: string): number[] {
  return [0x811c9dc5, 0x9e3779b9, 0x85ebca6b].map((basis) => {
    let h = fnv1a(text, basis)
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return (h ^ (h >>> 16)) >>> 0
  })
}
