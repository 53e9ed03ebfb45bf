/**
 * What a server with an OpenAI-compatible API really does, and whether the adapter records it: `npm run check:server -- URL [MODEL] [tokenizer.json]`.
 * Each answer is read twice, by the adapter and by a plain reader beside it; where they differ, the line says so. Exit code 1 where one does.
 */
import { getAdapter } from '../harness/models/registry.ts'
import { createRecording, tokenTimes } from '../harness/models/recording.ts'
import type { Model, Request, Sent } from '../harness/types.ts'

const [url, named, tokenizer] = process.argv.slice(2)
if (url === undefined || !URL.canParse(url)) throw new Error('usage: npm run check:server -- http://127.0.0.1:8000/v1 [model] [tokenizer.json]')
const signal = AbortSignal.timeout(300_000)
const model = named ?? (await firstModel(url))
const adapter = await getAdapter('openai')
const base: Request = { prompt: 'Count from one to ten.', maxTokens: 32, seed: 7, temperature: 0, stop: [] }
let differences = 0

const { runtime, card } = await using({}, async ({ opened }) => opened)
line('server', `${runtime.backend}; ${JSON.stringify(runtime.versions)}${card.parametersTotal === undefined ? '' : `; ${card.parametersTotal} parameters`}`)
for (const api of ['chat', 'completions'] as const) {
  for (const stream of [true, false]) await compare(`${api}, ${stream ? 'streamed' : 'whole'}`, { api, stream })
  await compare(`${api}, no usage asked`, { api, includeUsage: false })
  await compare(`${api}, log-probabilities`, { api, extra: api === 'chat' ? { logprobs: true } : { logprobs: 1 } })
}
await compare('ignore_eos', { extra: { ignore_eos: true } })
await compare('stop', {}, { ...base, stop: ['e'] })
await compare('same seed, temperature 1', {}, { ...base, temperature: 1 })
await compare('same seed, again', {}, { ...base, temperature: 1 })
await compare('other model', { model: 'no-such-model' })
// Some servers have no limit, and compute until they fall over: so no more than is above the usual context of a small model.
await compare('prompt too long', { timeouts: { firstTokenMs: 60_000 } }, { ...base, prompt: 'word '.repeat(20_000) })
await hangUp()
process.exitCode = differences > 0 ? 1 : 0

// --- internal ---

interface Raw {
  status: number
  /** Events with a text, and events in all. */
  content: number
  events: number
  roles: number
  text: string
  logProbs: number
  usage: string
  finish: string
  firstMs: number
  lastMs: number
}

async function compare(name: string, options: Record<string, unknown>, request: Request = base): Promise<void> {
  const { sent, times, firstMs, lastMs, body } = await using(options, ({ send }) => send(request))
  const raw = await readPlainly(options, body)
  const ours = sent.ok ? describe(sent, times) : `${sent.error.code} ${sent.error.kind ?? ''}: ${sent.error.message.slice(0, 110)}`
  const seen =
    raw.status === 200
      ? `${raw.content} of ${raw.events} events with text, ${raw.roles} role-only, ${raw.logProbs} log-probs, usage ${raw.usage}, ${raw.finish}`
      : `status ${raw.status}`
  const same =
    sent.ok === (raw.status === 200) && (!sent.ok || raw.usage === '–' || raw.usage === `${sent.completion.promptTokens}+${sent.completion.outputTokens}`)
  if (!same) differences += 1
  line(
    name,
    `${same ? 'same' : 'DIFFERS'}\n    adapter: ${ours}; first ${firstMs.toFixed(1)} ms, last ${lastMs.toFixed(1)} ms\n    plain:   ${seen}; first ${raw.firstMs.toFixed(1)} ms, last ${raw.lastMs.toFixed(1)} ms`,
  )
}

function describe(sent: Extract<Sent, { ok: true }>, times: ReturnType<typeof tokenTimes>): string {
  const { promptTokens, outputTokens, countedBy, finish, cachedTokens, text } = sent.completion
  return `${promptTokens}+${outputTokens} tokens by ${countedBy}${cachedTokens === undefined ? '' : ` (${cachedTokens} cached)`}, ${times.tokenMs.length} times (${times.timing ?? 'token'}), ${finish}, ${JSON.stringify(text.slice(0, 24))}`
}

interface Asked {
  sent: Sent
  times: ReturnType<typeof tokenTimes>
  firstMs: number
  lastMs: number
  body: Record<string, unknown>
}

async function using<T>(
  options: Record<string, unknown>,
  use: (parts: { opened: Model; send: (request: Request) => Promise<Asked> }) => Promise<T>,
): Promise<T> {
  const given = {
    url,
    model,
    retries: { max: 0 },
    ...(tokenizer === undefined ? {} : { tokenizer }),
    ...('model' in options ? { check: false } : {}),
    ...options,
  }
  const opened = await adapter.open({ id: 'm', name: 'm', role: 'student', adapter: 'openai', options: given }, { backend: 'auto', signal })
  const send = async (request: Request): Promise<Asked> => {
    const recording = createRecording(() => performance.now())
    const sent = await opened.send!(request, recording, signal)
    const times = tokenTimes(recording, sent.ok ? sent.completion.outputTokens : undefined)
    const at = (ms: number | undefined): number => (ms ?? NaN) - recording.sentMs
    return { sent, times, firstMs: at(times.tokenMs[0]), lastMs: at(times.tokenMs.at(-1)), body: bodyFor(given, request) }
  }
  try {
    return await use({ opened, send })
  } finally {
    await opened.close()
  }
}

function bodyFor(options: Record<string, unknown>, { prompt, maxTokens, seed, temperature, stop }: Request): Record<string, unknown> {
  const { stream = true, includeUsage = true, extra = {}, api = 'chat', model: asked } = options
  const words = api === 'chat' ? { messages: [{ role: 'user', content: prompt }] } : { prompt }
  return {
    model: asked,
    ...words,
    max_tokens: maxTokens,
    seed,
    temperature,
    ...(stop.length === 0 ? {} : { stop }), // transformers answers an empty list with status 500
    stream,
    ...(stream && includeUsage ? { stream_options: { include_usage: true } } : {}),
    ...(extra as object),
  }
}

/** Splits lines and parses each; as slow and as plain as can be. */
async function readPlainly({ api = 'chat' }: Record<string, unknown>, body: Record<string, unknown>): Promise<Raw> {
  const raw: Raw = { status: 0, content: 0, events: 0, roles: 0, text: '', logProbs: 0, usage: '–', finish: '–', firstMs: NaN, lastMs: NaN }
  const startMs = performance.now()
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}${api === 'chat' ? '/chat' : ''}/completions`, { method: 'POST', headers, body: JSON.stringify(body), signal })
  raw.status = answer.status
  if (!answer.ok || answer.body === null) return raw
  let rest = ''
  const decoder = new TextDecoder()
  const take = (json: string): void => {
    if (json === '' || json === '[DONE]') return
    raw.events += 1
    const value = JSON.parse(json)
    const choice = value.choices?.[0]
    const said = choice?.delta ?? choice?.message ?? choice
    const text: string = said?.content ?? said?.text ?? ''
    if (text !== '') {
      raw.content += 1
      raw.text += text
      raw.lastMs = performance.now() - startMs
      if (raw.content === 1) raw.firstMs = raw.lastMs
    } else if (said?.role !== undefined) raw.roles += 1
    raw.logProbs += choice?.logprobs?.content?.length ?? choice?.logprobs?.tokens?.length ?? 0
    if (value.usage) raw.usage = `${value.usage.prompt_tokens}+${value.usage.completion_tokens}`
    if (choice?.finish_reason) raw.finish = choice.finish_reason
  }
  for await (const bytes of answer.body) {
    rest += decoder.decode(bytes, { stream: true })
    if (body['stream'] !== true) continue
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const one of lines) if (one.startsWith('data:')) take(one.slice(5).trim())
  }
  if (body['stream'] !== true) take(rest)
  return raw
}

/** Is the server still well after a client has left in the middle of an answer? */
async function hangUp(): Promise<void> {
  const leave = new AbortController()
  const said = await using({ extra: { ignore_eos: true } }, async ({ opened }) => {
    setTimeout(() => leave.abort(), 50)
    const recording = createRecording(() => performance.now())
    return opened.send!({ ...base, maxTokens: 500 }, recording, leave.signal).then(
      () => 'the answer was over before',
      (error: unknown) => `${error instanceof Error ? error.message : String(error)} after ${recording.events} events`,
    )
  })
  line('hanging up', said)
  await compare('after that', {})
}

async function firstModel(from: string): Promise<string> {
  const list = (await (await fetch(`${from}/models`)).json()) as { data?: { id: string }[] }
  const id = list.data?.[0]?.id
  if (id === undefined) throw new Error(`${from}/models names no model: give one`)
  return id
}

function line(name: string, said: string): void {
  process.stdout.write(`${name}: ${said}\n`)
}
