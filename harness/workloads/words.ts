/** Text of an exact number of tokens. Random ids turned to text and back are 8 to 10% more tokens, so text is grown and trimmed until it fits. */
import { HarnessError } from '../errors.ts'
import type { Random } from '../random.ts'

/** Tokens of each text. */
export type Count = (texts: readonly string[]) => Promise<readonly number[]>

/** Short words that are one token in nearly every vocabulary, with the space before them. */
export const WORDS: readonly string[] = (
  'the of and to in is it on as at by we he or an be so no up do my if go me that with have this from they will what said each many then them some time ' +
  'look more come made long down find part over such take only work know year back most good sun sea sky map old red sum set row way few big let ask try own add end'
).split(' ')

/** `n` words, each after a space. */
export function randomWords(n: number, random: Random): string {
  let text = ''
  for (let i = 0; i < n; i++) text += ` ${WORDS[random.int(WORDS.length)]!}`
  return text
}

/**
 * `fixed` and words after it, together exactly `tokens` tokens; without a tokenizer one word counts as one token. Throws
 * HarnessError `data` where no text of that length is found.
 */
export async function fitText(fixed: { text: string; tokens: number }, tokens: number, random: Random, count?: Count): Promise<string> {
  const pieces = Array.from({ length: Math.max(0, tokens - fixed.tokens) }, () => randomWords(1, random))
  if (count === undefined) return (fixed.text + pieces.join('')).trimStart()
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const text = (fixed.text + pieces.join('')).trimStart()
    const excess = (await count([text]))[0]! - tokens
    if (excess === 0) return text
    if (excess > 0 && pieces.length === 0) break
    const perPiece = Math.max(1, (tokens + excess - fixed.tokens) / Math.max(1, pieces.length))
    if (excess > 0) pieces.length -= Math.min(pieces.length, Math.max(1, Math.floor(excess / perPiece)))
    else if (-excess <= 2 * perPiece) pieces.push(FILLERS[random.int(FILLERS.length)]!) // words may be of two tokens where one is wanted
    else for (let i = 0; i < Math.floor(-excess / perPiece); i++) pieces.push(randomWords(1, random))
  }
  throw new HarnessError('data', `no text of exactly ${tokens} tokens was found with this tokenizer in ${MOST_ROUNDS} attempts`, { hint: 'longer prompts are found more easily' }) // prettier-ignore
}

// --- internal ---

const MOST_ROUNDS = 200
const FILLERS = [' a', ' I', ' x', ' 7', '.', ',', '!', '?', ' the', ' of', 'a', '\n']
