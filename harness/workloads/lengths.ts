/** How long made-up prompts and answers are, in tokens. */
import { z } from 'zod'
import type { Random } from '../random.ts'

/** A number of tokens, the same for all or drawn for each. */
export type LengthInput =
  | number
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  /** Drawn again until it lies between `min` (default 1) and `max`. */
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number; readonly min?: number | undefined; readonly max?: number | undefined }
  /** In turn. */
  | { readonly kind: 'list'; readonly values: readonly number[] }

const tokens = z.int().min(1).max(10_000_000)

export const LengthSchema = z.union(
  [
    tokens,
    z.strictObject({ kind: z.literal('uniform'), min: tokens, max: tokens }).refine(({ min, max }) => min <= max, { error: 'has a min above its max' }),
    z
      .strictObject({ kind: z.literal('normal'), mean: tokens, deviation: z.number().min(0), min: tokens.optional(), max: tokens.optional() })
      .refine(({ mean, min = 1, max = Infinity }) => min <= mean && mean <= max, { error: 'has a mean that is not between its min and max' }),
    z.strictObject({ kind: z.literal('list'), values: z.array(tokens).min(1) }),
  ],
  { error: 'must be a number of tokens, or { kind: uniform, min, max }, { kind: normal, mean, deviation }, { kind: list, values }' },
)

/** The length of the prompt or answer with this number, from 0. */
export function drawLength(length: LengthInput, index: number, random: Random): number {
  if (typeof length === 'number') return length
  if (length.kind === 'uniform') return length.min + random.int(length.max - length.min + 1)
  if (length.kind === 'list') return length.values[index % length.values.length]!
  const { mean, deviation, min = 1, max = Infinity } = length
  for (let i = 0; i < MOST_DRAWS; i++) {
    const drawn = Math.round(mean + deviation * random.normal())
    if (drawn >= min && drawn <= max) return drawn
  }
  return mean // the limits leave next to nothing of the distribution
}

// --- internal ---

const MOST_DRAWS = 1000
