/** Whether prompts and answers were what the workload says: of the lengths asked for, and as unknown to the prefix cache. */
import type { Item, Sample, WorkloadSpec } from '../types.ts'

export interface PromptWatch {
  add(sample: Sample): void
  /** Tells what a reader of the figures must know, once. */
  tell(onWarning: (code: string, message: string) => void): void
}

export function watchPrompts(items: readonly Item[], { id, prefix }: Pick<WorkloadSpec, 'id' | 'prefix'>): PromptWatch {
  const lengths = new Map(items.flatMap(({ id: item, length }) => (length === undefined ? [] : [[item, length] as const])))
  const [input, output] = [
    { asked: 0, counted: 0 },
    { asked: 0, counted: 0 },
  ]
  const cache = { cached: 0, prompt: 0 }
  let estimated = false
  return {
    add({ item, finish, countedBy, promptTokens, outputTokens, cachedTokens }) {
      if (finish === 'error' || countedBy !== 'server') return
      if (cachedTokens !== undefined) {
        cache.cached += cachedTokens
        cache.prompt += promptTokens
      }
      const length = lengths.get(item)
      if (length === undefined) return
      estimated ||= length.countedBy === 'estimate'
      input.asked += length.inputTokens
      input.counted += promptTokens
      output.asked += length.outputTokens
      output.counted += outputTokens
    },
    tell(onWarning) {
      if (input.asked > 0 && Math.abs(input.counted / input.asked - 1) > ALLOWED)
        onWarning('prompt-length', `prompts of workload ${id} were to have ${input.asked} tokens in all, and the server counted ${input.counted} (${signed(input.counted / input.asked - 1)}): ${estimated ? 'no tokenizer was given, so lengths are estimates' : 'a chat template adds some, or the tokenizer is not that of the server'}`) // prettier-ignore
      if (output.asked > 0 && output.counted / output.asked - 1 < -ALLOWED)
        onWarning('output-length', `answers in workload ${id} were to have ${output.asked} tokens in all, and have ${output.counted} (${signed(output.counted / output.asked - 1)}): the server ends them earlier, so it may not know ignore_eos`) // prettier-ignore
      const share = cache.prompt === 0 ? 0 : cache.cached / cache.prompt
      if (share <= ALLOWED || (prefix !== undefined && prefix !== 'unique' && prefix !== 'asis')) return
      const why = prefix === 'unique' ? 'though every prompt begins differently; a system prompt or template may be long' : 'since prompts begin alike or were asked before; times and costs are those of a warm cache' // prettier-ignore
      onWarning('cached-prompts', `${percent(share)} of the prompt tokens of workload ${id} came from the prefix cache of the server, ${why}`)
    },
  }
}

// --- internal ---

/** A share that is worth a word. */
const ALLOWED = 0.05

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`
const signed = (share: number): string => `${share > 0 ? '+' : '−'}${percent(Math.abs(share))}`
