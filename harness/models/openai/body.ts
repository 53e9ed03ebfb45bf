/** The body of a request. */
import type { Request } from '../../types.ts'
import type { RenderChat } from './chat-template.ts'
import type { Options } from './options.ts'

export function bodyOf(options: Options, { prompt, maxTokens, temperature, seed, stop, ignoreEos }: Request, render?: RenderChat): string {
  const { model, api, stream, includeUsage, logprobs, maxTokensField, extra } = options
  const body: Record<string, unknown> = {
    model,
    ...(api === 'chat' ? { messages: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt } : { prompt: completionText(prompt, render) }),
    [maxTokensField]: maxTokens,
    temperature,
    seed,
    ...(stop.length === 0 ? {} : { stop }),
    ...(ignoreEos ? { ignore_eos: true } : {}),
    stream,
    ...(stream && includeUsage ? { stream_options: { include_usage: true } } : {}),
    ...(logprobs ? { logprobs: api === 'chat' ? true : 1 } : {}), // completions: how many alternatives; some servers take 0 for none at all
    ...extra,
  }
  for (const [field, value] of Object.entries(extra)) if (value === null) delete body[field] // some servers refuse a seed or a temperature
  return JSON.stringify(body)
}

/** By the chat template where there is one: a plain question is then the message of a user. */
function completionText(prompt: Request['prompt'], render: RenderChat | undefined): string {
  if (render === undefined) return promptText(prompt)
  return render(typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt)
}

/** A chat as one text, for models that only go on with a text, and for counting. */
export function promptText(prompt: Request['prompt']): string {
  return typeof prompt === 'string' ? prompt : prompt.map(({ content }) => content).join('\n\n')
}
