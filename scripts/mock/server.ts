/** The HTTP side: paths, keys, bodies, and which answer a request gets. */
import { Buffer } from 'node:buffer'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { fnv1a } from '../../harness/random.ts'
import { toFailure } from '../../harness/errors.ts'
import { packageInfo } from '../../harness/package.ts'
import { answerTo, beliefOf } from './answer.ts'
import { parseBehaviour, type Behaviour } from './behaviour.ts'
import { createEvents, errorBody, type AnswerFacts } from './events.ts'
import { hugeReply } from './huge.ts'
import type { MockModel } from './model.ts'
import { readAsk, type Ask, type Endpoint } from './request.ts'
import { streamReply, wholeReply, type Reply } from './stream.ts'
import { tokenize } from './text.ts'
import { nowNs, type TruthBook } from './truth.ts'
import { openWire, sendBody } from './wire.ts'

export interface ServerParts {
  models: ReadonlyMap<string, MockModel>
  book: TruthBook
  /** Requests under /v1 must carry it; undefined: anybody may ask. */
  apiKey: string | undefined
}

export function createMockServer(parts: ServerParts): Server {
  const state: State = { ...parts, tries: new Map(), version: packageInfo().version, created: Math.floor(Date.now() / 1000) }
  const server = createServer((request, response) => {
    const receivedNs = nowNs()
    route(state, request, response, receivedNs).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, errorBody(500, toFailure(error).message))
    })
  })
  server.keepAliveTimeout = 0 // idle connections stay: a client that is slow between requests finds them open
  return server
}

// --- internal ---

interface State extends ServerParts {
  /** Tries of requests that were told to be refused, by hash of their body. */
  tries: Map<number, number>
  version: string
  /** Unix time in seconds, of the start. */
  created: number
}

const MAX_BODY = 256 * 1024 * 1024
const ENDPOINTS: Readonly<Record<string, Endpoint>> = { '/v1/chat/completions': 'chat', '/v1/completions': 'completions' }

async function route(state: State, request: IncomingMessage, response: ServerResponse, receivedNs: number): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://mock')
  const { method } = request
  if (pathname.startsWith('/v1/') && !hasKey(state, request)) return sendJson(response, 401, errorBody(401, 'the API key is missing or wrong'))
  const endpoint = method === 'POST' ? ENDPOINTS[pathname] : undefined
  if (endpoint) return answer(state, endpoint, request, response, receivedNs)
  if (pathname === '/redirected') {
    state.book.redirected()
    return sendJson(response, 200, errorBody(200, 'the target of a redirect'))
  }
  const page = method === 'GET' ? getPage(state, pathname, searchParams) : method === 'POST' ? post(state, pathname) : undefined
  if (page === undefined) return sendJson(response, 404, errorBody(404, `there is no ${method ?? ''} ${pathname} here`))
  sendJson(response, 200, JSON.stringify(page))
}

function getPage(state: State, path: string, query: URLSearchParams): object | undefined {
  if (path === '/v1/models') return { object: 'list', data: [...state.models.values()].map((model) => modelCard(state, model)) }
  if (path.startsWith('/v1/models/')) {
    const model = state.models.get(decodeURIComponent(path.slice('/v1/models/'.length)))
    return model && modelCard(state, model)
  }
  if (path === '/health') return { status: 'ok' }
  if (path === '/version') return { version: `distillbench-mock ${state.version}` }
  if (path === '/truth') return state.book.report(query.get('id') ?? undefined)
  return undefined
}

function post(state: State, path: string): object | undefined {
  if (path !== '/reset' && path !== '/reset_prefix_cache') return undefined
  for (const { prefixCache } of state.models.values()) prefixCache?.clear()
  if (path === '/reset') {
    state.book.reset()
    state.tries.clear()
  }
  return { status: 'ok' }
}

function modelCard(state: State, { profile }: MockModel): object {
  return { id: profile.name, object: 'model', created: state.created, owned_by: 'distillbench-mock', max_model_len: profile.maxLength }
}

async function answer(state: State, endpoint: Endpoint, request: IncomingMessage, response: ServerResponse, receivedNs: number): Promise<void> {
  const body = await readBody(request)
  const read = readAsk(endpoint, body)
  if (!read.ok) return sendJson(response, 400, errorBody(400, read.message, read.param))
  const { ask } = read
  const found = chooseModel(state, ask, request)
  if ('status' in found) return sendJson(response, found.status, errorBody(found.status, found.message, 'model'))
  const { model, behaviour, said } = found

  const promptTokens = tokenize(ask.prompt)
  const most = model.profile.maxLength
  if (promptTokens.length + (ask.maxTokens ?? 1) > most)
    return sendJson(response, 400, errorBody(400, `this model's maximum context length is ${most} tokens, and ${promptTokens.length + (ask.maxTokens ?? 1)} were asked for`, 'messages')) // prettier-ignore
  const cachedTokens = model.prefixCache?.use(promptTokens) ?? 0
  const sentId = request.headers['x-request-id']
  const truth = state.book.open({
    id: typeof sentId === 'string' ? sentId : '',
    model: model.profile.name,
    behaviour: said,
    promptTokens: promptTokens.length,
    cachedTokens,
    receivedNs,
  })
  if (truth.id === '') truth.id = `mock-${truth.index}`
  response.setHeader('x-request-id', truth.id)

  const refusal =
    refusalOf(state, behaviour, model, body) ?? (ask.echo && ask.logprobs !== undefined && behaviour.promptLogprobs === 'no-echo' ? NO_ECHO : undefined)
  if (refusal) {
    state.book.close(truth, 'refused', refusal.status)
    return sendBody(response, refusal.status, refusal.headers, refusal.body)
  }
  const answered = answerTo({ ...model.profile, reasoningTokens: behaviour.reasoning ?? model.profile.reasoningTokens }, model.seed, { ...ask, wide: behaviour.wide }) // prettier-ignore
  truth.reasoningTokens = answered.reasoning.length
  truth.outputTokens = answered.reasoning.length + answered.tokens.length
  const facts: AnswerFacts = {
    id: truth.id,
    created: Math.floor(Date.now() / 1000),
    ask,
    answer: answered,
    behaviour,
    promptTokens: promptTokens.length,
    cachedTokens,
    ...(ask.echo || ask.promptLogprobs !== undefined ? { belief: beliefOf(model.profile, model.seed, ask.prompt) } : {}),
  }
  begin(state, model, { facts, events: createEvents(facts), response, truth, book: state.book, cancel: () => {} }, request.httpVersionMinor === 0)
}

function begin(state: State, model: MockModel, reply: Reply, http10: boolean): void {
  const { facts, response, truth } = reply
  const { behaviour, ask } = facts
  response.on('close', () => {
    state.book.close(truth, response.writableFinished ? 'complete' : 'client-left')
    reply.cancel()
  })
  if (behaviour.closeAfter) response.on('finish', () => setImmediate(() => response.req.socket.destroy()))
  if (behaviour.huge) {
    truth.status = 200
    void hugeReply(reply, behaviour.huge).catch(() => response.destroy())
    return
  }
  const wide = !isAscii(facts.answer.tokens) || !isAscii([ask.model, truth.id])
  const listener = ask.stream ? streamReply(reply, openWire(response, behaviour, wide, http10)) : wholeReply(reply)
  reply.cancel = model.submit(facts.promptTokens - facts.cachedTokens, Math.max(1, truth.outputTokens), listener)
}

const NO_ECHO = { status: 400, headers: { 'content-type': 'application/json' }, body: errorBody(400, 'echo with logprobs is not supported', 'echo') }

type Chosen = { model: MockModel; behaviour: Behaviour; said: string } | { status: number; message: string }

/** The model's name up to the first `+`; what follows, and the header x-mock, say how to behave. */
function chooseModel(state: State, ask: Ask, request: IncomingMessage): Chosen {
  const cut = ask.model.indexOf('+')
  const model = state.models.get(cut < 0 ? ask.model : ask.model.slice(0, cut))
  if (!model) return { status: 404, message: `The model \`${ask.model}\` does not exist.` }
  const header = request.headers['x-mock']
  const said = [cut < 0 ? '' : ask.model.slice(cut + 1), typeof header === 'string' ? header : ''].filter((text) => text !== '').join('+')
  try {
    return { model, behaviour: parseBehaviour(said), said }
  } catch (error) {
    return { status: 400, message: toFailure(error).message }
  }
}

function refusalOf(
  state: State,
  { refuse }: Behaviour,
  model: MockModel,
  body: string,
): { status: number; headers: Record<string, string>; body: string } | undefined {
  // prettier-ignore
  if (refuse) {
    const key = fnv1a(body)
    const tries = (state.tries.get(key) ?? 0) + 1
    if (state.tries.size > 100_000) state.tries.clear()
    state.tries.set(key, tries)
    if (tries <= refuse.times) return refuse
  }
  if (!model.full) return undefined
  return { status: 503, headers: { 'content-type': 'application/json', 'retry-after': '1' }, body: errorBody(503, 'the queue is full') }
}

function hasKey({ apiKey }: State, request: IncomingMessage): boolean {
  return apiKey === undefined || request.headers.authorization === `Bearer ${apiKey}`
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > MAX_BODY) request.destroy()
      else pieces.push(piece)
    })
    request.on('end', () => resolve(pieces.length === 1 ? pieces[0]!.toString() : Buffer.concat(pieces).toString()))
    request.on('error', reject)
  })
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  sendBody(response, status, { 'content-type': 'application/json' }, body)
}

function isAscii(texts: readonly string[]): boolean {
  return texts.every((text) => Buffer.byteLength(text) === text.length)
}
