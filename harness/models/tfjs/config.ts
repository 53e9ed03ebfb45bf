/** The shape of a model and what follows from it, without a runtime: `plan` reads this too. */
import { z } from 'zod'

export const TransformerSchema = z
  .strictObject({
    vocabulary: z.int().min(2),
    width: z.int().min(2),
    layers: z.int().min(1),
    heads: z.int().min(1),
    hidden: z.int().min(1),
    maxLength: z.int().min(2),
    /** Longest wavelength of the positions, in tokens ÷ 2π; short texts want a small one. */
    rotaryBase: z.number().positive().default(10000),
  })
  .refine((c) => c.width % (2 * c.heads) === 0, { message: 'width must be a multiple of 2 × heads' })
export type TransformerConfig = z.infer<typeof TransformerSchema>

/** Name → shape of every weight, in file order. */
export function weightShapes(c: TransformerConfig): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { embedding: [c.vocabulary, c.width] }
  for (let i = 0; i < c.layers; i++) {
    shapes[`layers.${i}.attention_norm`] = [c.width]
    for (const name of ['q', 'k', 'v', 'o']) shapes[`layers.${i}.${name}`] = [c.width, c.width]
    shapes[`layers.${i}.feed_norm`] = [c.width]
    shapes[`layers.${i}.gate`] = [c.width, c.hidden]
    shapes[`layers.${i}.up`] = [c.width, c.hidden]
    shapes[`layers.${i}.down`] = [c.hidden, c.width]
  }
  shapes.final_norm = [c.width]
  return shapes
}

/** How many numbers the model holds; the output layer is the embedding, counted once. */
export function countParameters(c: TransformerConfig): number {
  return Object.values(weightShapes(c)).reduce((sum, shape) => sum + sizeOf(shape), 0)
}

/** Bytes of keys and values that a token of context takes over all layers: float32, as many heads in the cache as ask. */
export function cacheBytesPerToken(c: TransformerConfig): number {
  return 2 * c.layers * c.width * BYTES
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, one) => product * one, 1)
}

// --- internal ---

/** TensorFlow.js computes in float32. */
const BYTES = 4
