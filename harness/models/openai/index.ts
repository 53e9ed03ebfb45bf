/** Adapter `openai`: any server that speaks the API of OpenAI, over connections of its own. Options: see options.ts. */
import { fromFailure, HarnessError } from '../../errors.ts'
import { residentBytes } from '../../resident.ts'
import type { Attempt, Completion, Model, ModelAdapter, ModelSpec, OpenContext, Recording, Request, Sent, TokenEvent } from '../../types.ts'
import { bodyOf } from './body.ts'
import { whyNoLikelihoods } from './can-tell.ts'
import { loadChatTemplate } from './chat-template.ts'
import type { Outcome } from './exchange.ts'
import { askServer } from './facts.ts'
import { sendGiven, startGiven } from './given.ts'
import { clientVersion, openWire } from './http.ts'
import { Learned } from './learned.ts'
import { exchange, type Line } from './line.ts'
import { readOptions } from './options.ts'
import { InvalidUtf8 } from './text.ts'
import { openTokenizer } from './tokenizer.ts'
import { countTokens } from './tokens.ts'
import { Watch } from './watch.ts'

const adapter: ModelAdapter = {
  id: 'openai',
  summary: 'any server with an OpenAI-compatible API (vLLM, SGLang, llama.cpp, Ollama, OpenAI …)',
  runsIn: 'client',
  whyNoLikelihoods,
  open,
}
export default adapter

// --- internal ---

async function open(spec: ModelSpec, { signal }: OpenContext): Promise<Model> {
  const endpoint = readOptions(spec)
  const { options } = endpoint
  const tokenizer = options.tokenizer === undefined ? undefined : openTokenizer(options.tokenizer)
  const render = options.chatTemplate === undefined ? undefined : await loadChatTemplate(options.chatTemplate, spec.id)
  const wire = openWire(endpoint)
  try {
    const { runtime, parameters } = await askServer(endpoint, wire, clientVersion(), signal)
    const { firstTokenMs, idleMs, totalMs } = options.timeouts
    const line: Line = {
      endpoint,
      wire,
      tokenizer,
      render,
      watch: new Watch([firstTokenMs, idleMs, totalMs]),
      learned: new Learned(),
      given: startGiven(options),
    }
    return {
      card: {
        name: spec.name,
        ...(parameters === undefined ? {} : { parametersTotal: parameters }),
        dtype: 'not told by the server',
        tokenizer: tokenizer === undefined ? 'of the server' : 'of the server; where it does not count, the given tokenizer.json',
        source: `${options.model} at ${endpoint.host}`,
      },
      runtime,
      send: (request, recording, abort) => send(line, request, recording, abort),
      generate: (requests, onToken, abort) => generate(line, requests, onToken, abort),
      memory: () => ({ deviceBytes: { state: 'absent', why: 'the model is on a server' }, processBytes: residentBytes() }),
      close: async () => void (await Promise.all([wire.close(), tokenizer?.close()])),
    }
  } catch (error) {
    await wire.close()
    throw error
  }
}

/** Longest text of a failed answer that is kept, in characters. */
const LONGEST_REMAINS = 65_536

async function send(line: Line, request: Request, recording: Recording, signal: AbortSignal): Promise<Sent> {
  throwIfAborted(signal)
  const { given, ...plain } = request
  if (given === undefined) return sendPlain(line, request, recording, signal)
  const read = line.given.ways.length === 0 ? undefined : await sendGiven(line, { ...request, given }, recording, signal)
  if (read !== undefined) return read
  if (given.required === true) return { ok: false, attempts: [], text: '', error: { code: 'model', kind: 'no-likelihoods', message: line.given.why } }
  const sent = await sendPlain(line, plain, recording, signal)
  return sent.ok ? { ...sent, completion: { ...sent.completion, noLikelihoods: line.given.why } } : sent
}

async function sendPlain(line: Line, request: Request, recording: Recording, signal: AbortSignal): Promise<Sent> {
  const { options } = line.endpoint
  const attempts: Attempt[] = []
  const path = options.api === 'chat' ? '/chat/completions' : '/completions'
  const outcome = await exchange(line, { path, body: bodyOf(options, request, line.render), seed: request.seed, attempts }, recording, signal)
  if (outcome.error !== undefined) return { ok: false, attempts, text: remains(line, outcome), error: outcome.error }
  return finish(line, request, outcome, attempts)
}

async function finish(line: Line, request: Request, { assembly }: Outcome, attempts: readonly Attempt[]): Promise<Sent> {
  const { scrub, host } = line.endpoint
  try {
    const text = scrub(assembly.answer.finish())
    const reasoning = scrub(assembly.reasoning.finish())
    const counts = await countTokens(request, assembly, { text, reasoning, check: line.endpoint.options.checkUsage }, async (texts) =>
      line.tokenizer?.count(texts),
    )
    const toolCalls = assembly.toolCalls.filter(({ name }) => name !== '').map((call) => ({ name: scrub(call.name), arguments: scrub(call.arguments) }))
    const completion: Completion = {
      finish: assembly.finish ?? (counts.outputTokens >= request.maxTokens ? 'length' : toolCalls.length > 0 ? 'tool-calls' : 'stop'),
      text,
      ...counts,
      ...assembly.logProb,
      ...(reasoning === '' ? {} : { reasoning }),
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
    }
    return { ok: true, attempts, completion }
  } catch (error) {
    const salvaged = { ok: false, attempts, text: scrub(assembly.answer.salvage(LONGEST_REMAINS)) } as const
    if (error instanceof InvalidUtf8)
      return { ...salvaged, error: { code: 'protocol', kind: 'invalid-utf8', message: `${host}: the server sent bytes that are not UTF-8` } }
    if (error instanceof HarnessError) return { ...salvaged, error: { code: error.code, message: error.message } } // the tokenizer
    throw error
  }
}

function remains({ endpoint: { scrub } }: Line, { assembly }: Outcome): string {
  return scrub(assembly.answer.salvage(LONGEST_REMAINS))
}

/** All requests at once. An answer that fails makes the call fail, as it would with a model in this process. */
async function generate(
  line: Line,
  requests: readonly Request[],
  onToken: (index: number, token: TokenEvent) => void,
  signal: AbortSignal,
): Promise<Completion[]> {
  return Promise.all(
    requests.map(async (request, index) => {
      const sent = await send(line, request, forwarding(index, onToken), signal)
      if (!sent.ok) throw fromFailure(sent.error)
      return sent.completion
    }),
  )
}

/** A recording that keeps nothing. The texts are in the completion. */
function forwarding(index: number, onToken: (index: number, token: TokenEvent) => void): Recording {
  const nothing = (): void => {}
  return {
    now: () => performance.now(),
    sent: nothing,
    headers: nothing,
    stamp: nothing,
    ended: nothing,
    content: (tokens, channel) => onToken(index, { tokens: Math.max(1, tokens), text: '', channel }),
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new HarnessError('aborted', 'interrupted')
}
