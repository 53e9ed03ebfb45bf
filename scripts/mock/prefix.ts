/** Which prompts begin like an earlier one: whole blocks of tokens, as paged prefix caches keep them. */
import { fnv1a } from '../../harness/random.ts'

export const PREFIX_BLOCK = 16
const MAX_BLOCKS = 100_000

export interface PrefixCache {
  /** Tokens at the beginning of a prompt that are known, then keeps the prompt. At least one token is always new. */
  use(tokens: readonly string[]): number
  clear(): void
}

export function createPrefixCache(): PrefixCache {
  const known = new Set<string>()
  return {
    use(tokens) {
      let cached = 0
      let hash = ''
      for (let end = PREFIX_BLOCK; end <= tokens.length; end += PREFIX_BLOCK) {
        const block = tokens.slice(end - PREFIX_BLOCK, end).join('\u0000')
        hash = `${fnv1a(hash + block)}.${fnv1a(block)}` // of all blocks up to here
        if (known.has(hash)) cached = cached === end - PREFIX_BLOCK ? end : cached
        known.delete(hash)
        known.add(hash) // used last, forgotten last
      }
      while (known.size > MAX_BLOCKS) known.delete(known.values().next().value!)
      return Math.min(cached, Math.max(0, tokens.length - 1))
    },
    clear: () => known.clear(),
  }
}
