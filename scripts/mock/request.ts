/** Request bodies of the two endpoints, read into one form. */
import { z } from 'zod'

export type Endpoint = 'chat' | 'completions'

/** A request, whichever endpoint it came to. */
export interface Ask {
  endpoint: Endpoint
  model: string
  /** All that the model reads. */
  prompt: string
  /** The last message of the user. */
  question: string
  stream: boolean
  includeUsage: boolean
  maxTokens: number | undefined
  stop: readonly string[]
  seed: number
  ignoreEnd: boolean
  /** Alternatives per token; undefined: no log-probabilities. */
  logprobs: number | undefined
  /** The answer repeats the prompt (completions only). */
  echo: boolean
  /** Log-probabilities of the prompt, as vLLM tells them: how many alternatives (completions only). */
  promptLogprobs: number | undefined
}
export type ReadAsk = { ok: true; ask: Ask } | { ok: false; message: string; param: string | null }

export function readAsk(endpoint: Endpoint, body: string): ReadAsk {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return { ok: false, message: 'the body is no JSON', param: null }
  }
  return endpoint === 'chat' ? readChat(json) : readCompletion(json)
}

// --- internal ---

const Common = {
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number().int().min(0).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  seed: z.number().int().nullish(),
  n: z.literal(1).nullish(),
  ignore_eos: z.boolean().nullish(),
}
const Content = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() })), z.null()]).optional()
const ChatSchema = z.looseObject({
  ...Common,
  messages: z.array(z.looseObject({ role: z.string(), content: Content })).min(1),
  max_completion_tokens: z.number().int().min(0).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
})
const CompletionSchema = z.looseObject({
  ...Common,
  prompt: z.union([z.string(), z.array(z.string()).length(1), z.array(z.number().int())]),
  logprobs: z.number().int().min(0).max(20).nullish(),
  echo: z.boolean().nullish(),
  prompt_logprobs: z.number().int().min(0).max(20).nullish(),
})

function readChat(json: unknown): ReadAsk {
  const parsed = ChatSchema.safeParse(json)
  if (!parsed.success) return refused(parsed.error)
  const { messages, max_completion_tokens, logprobs, top_logprobs, ...rest } = parsed.data
  const texts = messages.map(({ content }) => textOf(content))
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  return {
    ok: true,
    ask: {
      ...common(rest),
      endpoint: 'chat',
      prompt: texts.join('\n'),
      question: texts[lastUser < 0 ? texts.length - 1 : lastUser]!,
      maxTokens: max_completion_tokens ?? rest.max_tokens ?? undefined,
      logprobs: logprobs === true ? (top_logprobs ?? 0) : undefined,
      echo: false,
      promptLogprobs: undefined,
    },
  }
}

function readCompletion(json: unknown): ReadAsk {
  const parsed = CompletionSchema.safeParse(json)
  if (!parsed.success) return refused(parsed.error)
  const { prompt, logprobs, echo, prompt_logprobs, ...rest } = parsed.data
  const text = typeof prompt === 'string' ? prompt : prompt.join(' ')
  return {
    ok: true,
    ask: { ...common(rest), endpoint: 'completions', prompt: text, question: text, maxTokens: rest.max_tokens ?? 16, logprobs: logprobs ?? undefined, echo: echo === true, promptLogprobs: prompt_logprobs ?? undefined }, // prettier-ignore
  }
}

function common(body: z.output<z.ZodObject<typeof Common>>): Pick<Ask, 'model' | 'stream' | 'includeUsage' | 'stop' | 'seed' | 'ignoreEnd'> {
  return {
    model: body.model,
    stream: body.stream === true,
    includeUsage: body.stream_options?.include_usage === true,
    stop: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
    seed: body.seed ?? 0,
    ignoreEnd: body.ignore_eos === true,
  }
}

function textOf(content: z.output<typeof Content>): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

function refused(error: z.ZodError): ReadAsk {
  const issue = error.issues[0]!
  const param = issue.path.join('.')
  return { ok: false, message: `${param === '' ? 'body' : param}: ${issue.message}`, param: param === '' ? null : param }
}
