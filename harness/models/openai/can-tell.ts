/** Whether an endpoint may tell how likely given texts are, as far as its options say. Imports nothing: a plan reads it. */

/** Why it cannot; undefined where it may. */
export function whyNoLikelihoods({ api = 'chat', promptLogprobs }: { readonly api?: unknown; readonly promptLogprobs?: unknown }): string | undefined {
  if (api !== 'completions') return 'it is asked as a chat (api: chat), and chat endpoints tell nothing about texts that are given to them'
  return promptLogprobs === 'off' ? 'its option promptLogprobs is off' : undefined
}
