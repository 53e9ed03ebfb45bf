/** Texts of which models say how likely they find them: perplexity and bits per byte. */
import { z } from 'zod'
import type { Item } from '../types.ts'
import { itemHash } from './hash.ts'

export interface PerplexityInput {
  /** Template of the text; default `{{text}}`. */
  readonly text?: string | undefined
  /** Longer texts are cut into pieces of at most so many bytes, at a space; default 4096. */
  readonly pieceBytes?: number | undefined
  /** Each piece is read after at most so many bytes of what stands before it; default 2048. */
  readonly contextBytes?: number | undefined
}

export const PerplexitySchema = z.strictObject({
  text: z.string().min(1).optional(),
  pieceBytes: z.int().min(16).max(16_777_216).optional(),
  contextBytes: z.int().min(0).max(16_777_216).optional(),
})

/**
 * The pieces of a text, each with the end of what stands before it. They are cut by bytes and not by tokens, so that every model is
 * measured on the same ones, whatever its tokenizer. Together the pieces are the text.
 */
export function piecesOf(text: string, { pieceBytes = 4096, contextBytes = 2048 }: PerplexityInput): { context: string; piece: string }[] {
  const pieces: { context: string; piece: string }[] = []
  for (let from = 0; from < text.length;) {
    const to = endOfPiece(text, from, pieceBytes)
    pieces.push({ context: text.slice(startOfContext(text, from, contextBytes), from), piece: text.slice(from, to) })
    from = to
  }
  return pieces
}

/** An item for each piece; those of one text are a cluster. */
export function textItems(text: string, input: PerplexityInput, head: { id: string; slice?: string; cluster?: string }): Item[] {
  const pieces = piecesOf(text, input)
  return pieces.map(({ context, piece }, i): Item => {
    const cluster = head.cluster ?? (pieces.length === 1 ? undefined : head.id)
    const given = { context, texts: [piece], required: true }
    return {
      ...(head.slice === undefined ? {} : { slice: head.slice }),
      ...(cluster === undefined ? {} : { cluster }),
      id: pieces.length === 1 ? head.id : `${head.id}/${i + 1}`,
      hash: itemHash(piece, undefined, given),
      prompt: piece,
      given,
    }
  })
}

// --- internal ---

/** Before the last space that fits, so that a word goes with the space before it, as most tokenizers have it; else between two characters. */
function endOfPiece(text: string, from: number, most: number): number {
  let [at, bytes, space] = [from, 0, -1]
  while (at < text.length) {
    const code = text.codePointAt(at)!
    bytes += utf8Length(code)
    if (bytes > most && at > from) return space > from ? space : at
    if (/\s/.test(String.fromCodePoint(code)) && at > from) space = at
    at += code > 0xffff ? 2 : 1
  }
  return text.length
}

function startOfContext(text: string, end: number, most: number): number {
  let [at, bytes, space] = [end, 0, -1]
  while (at > 0) {
    const width = isLow(text.charCodeAt(at - 1)) && at > 1 && isHigh(text.charCodeAt(at - 2)) ? 2 : 1
    bytes += utf8Length(text.codePointAt(at - width)!)
    if (bytes > most) return space >= 0 ? space : at
    at -= width
    if (/\s/.test(text[at]!)) space = at
  }
  return 0
}

const utf8Length = (code: number): number => (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4)
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff
const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
