/** A character tokenizer: one token per character of a fixed alphabet, and two marks. Small models of formal languages need no more. */
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'

export const TokenizerSchema = z.strictObject({ kind: z.literal('characters'), alphabet: z.string().min(1).max(4096) })
export type TokenizerSpec = z.infer<typeof TokenizerSchema>

export interface Tokenizer {
  readonly spec: TokenizerSpec
  readonly size: number
  readonly padId: number
  readonly endId: number
  /** Throws `model` on a character outside the alphabet, naming it. */
  encode(text: string): number[]
  /** Marks decode to nothing. */
  decode(ids: readonly number[]): string
}

export function createTokenizer(spec: TokenizerSpec): Tokenizer {
  const characters = Array.from(spec.alphabet)
  const idOf = new Map(characters.map((c, i) => [c, i + 2]))
  if (idOf.size !== characters.length) throw new HarnessError('model', 'The tokenizer alphabet holds a character twice.')
  return {
    spec,
    size: characters.length + 2,
    padId: 0,
    endId: 1,
    encode: (text) =>
      Array.from(text).map((c) => {
        const id = idOf.get(c)
        if (id === undefined) throw new HarnessError('model', `The model cannot read ${JSON.stringify(c)}: its tokenizer knows only "${spec.alphabet}".`)
        return id
      }),
    decode: (ids) => ids.map((id) => (id < 2 ? '' : (characters[id - 2] ?? ''))).join(''),
  }
}
