/** Words and tokens of the mock: a tokenizer that anyone can redo by hand, and texts that follow from a seed. */
import { createRandom } from '../../harness/random.ts'

/** Pieces of at most four letters, digits in threes, one other character at a time; a space belongs to what follows it. */
export function tokenize(text: string): string[] {
  return text.match(TOKEN) ?? []
}

/** `n` tokens of plain text; every token is one piece of `tokenize`. The same seed parts give the same text. */
export function randomTokens(n: number, ...seed: readonly (string | number)[]): string[] {
  const random = createRandom('text', ...seed)
  return Array.from({ length: n }, (_, i) => (i === 0 ? WORDS[random.int(WORDS.length)]!.trim() : WORDS[random.int(WORDS.length)]!))
}

/** The same with letters of two to four bytes: for streams that are cut inside a character. */
export function randomWideTokens(n: number, ...seed: readonly (string | number)[]): string[] {
  const random = createRandom('wide', ...seed)
  return Array.from({ length: n }, () => WIDE[random.int(WIDE.length)]!)
}

/** Made up, but the same each time: between −4 and 0 nats. */
export function logprobOf(token: string, index: number): number {
  return -createRandom('logprob', token, index).next() * 4
}

// --- internal ---

const TOKEN = / ?[\p{L}\p{M}]{1,4}| ?\d{1,3}| ?[^\s\p{L}\p{M}\d]|\s/gu
const WORDS = (
  'the of and to in is it on as at by we he or an be so no up do my if go me ' +
  'that with have this from they will what said each many then them some time look more come made long down find part over such take only work know year back most good sun sea sky map old red sum set row way few big let ask try own add end'
)
  .split(' ')
  .map((word) => ` ${word}`)
const WIDE = ['é', 'ñ', 'ü', 'ß', '中', '文', '語', '日', '😀', '🚀', 'λ', 'ж']
