/** The card of a contestant: what its adapter found, and what the suite says of it, which counts first. */
import type { ModelCard, ModelSpec } from '../types.ts'

/** Undefined where neither tells anything. */
export function cardOf({ name, card }: ModelSpec, found: ModelCard | undefined): ModelCard | undefined {
  if (card === undefined) return found
  return { name, dtype: 'not told', tokenizer: 'not told', ...found, ...card }
}
