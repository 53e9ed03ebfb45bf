/**
 * A client for benchmarks, as a process of its own: it reads the options in its first argument, asks a server, and says what it
 * saw and what that cost as one line of JSON. Kinds of client: `ours` is the whole path of a load up to the channel to the
 * harness; `bare` is the same HTTP client with the body thrown away, `socket` a plain socket; `openai` is the package.
 */
import { connect } from 'node:net'
import { Agent } from 'undici'
import { arrivalClock, fastClock } from '../../harness/run/load/clock.ts'
import { startStage } from '../../harness/run/load/engine.ts'
import { unpack } from '../../harness/run/load/pack.ts'
import type { Batch, StageOrder } from '../../harness/run/load/protocol.ts'
import { getAdapter } from '../../harness/models/registry.ts'

export interface ClientOptions {
  kind: 'ours' | 'bare' | 'socket' | 'openai'
  /** Base of the API. */
  url: string
  /** Streams that start evenly over the first second, each of `tokens` tokens; or, with `forMs`, one after the other. */
  streams: number
  tokens: number
  forMs?: number
  /** Requests per second for `forMs`, in place of streams; `ours` only. */
  perSecond?: number
  /** Measure from this long after the start, for this long. */
  fromMs: number
  windowMs: number
}
export interface ClientReport {
  fromNs: number
  untilNs: number
  cpuSeconds: number
  /** Share of it that the kernel took. */
  kernelShare: number
  answersInWindow: number
  /** Tokens that this client read within the window, whatever the server wrote; whole answers only where it does not see tokens. */
  tokensInWindow: number
  requests: number
  /** Of `ours`: start, intended start, first token and last token, nanoseconds of the host; and how many tokens. */
  times?: [start: number, due: number, first: number, last: number, tokens: number][]
  rssMiB: number
}

const options = JSON.parse(process.argv[2] ?? '{}') as ClientOptions
const now = fastClock('0') // milliseconds of the host's monotonic clock
const body = { model: 'mock', stream: true as const, ignore_eos: true, max_tokens: options.tokens, messages: [{ role: 'user' as const, content: 'go' }] }
const runs = { ours, bare, socket, openai }
const report = await runs[options.kind]()
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))

// --- internal ---

interface Progress {
  answers: number
  /** Tokens or, where the client sees none, bytes. */
  read: number
}

/** `progress` tells how far the client has come; what it read in the window is a difference of two such readings. */
async function measured(progress: () => Progress): Promise<Omit<ClientReport, 'requests' | 'rssMiB' | 'times' | 'tokensInWindow'> & { readInWindow: number }> {
  await later(options.fromMs)
  const [from, cpu, before] = [now(), process.cpuUsage(), progress()]
  await later(options.windowMs)
  const { user, system } = process.cpuUsage(cpu)
  const [until, after] = [now(), progress()]
  return {
    fromNs: from * 1e6,
    untilNs: until * 1e6,
    cpuSeconds: (user + system) / 1e6,
    kernelShare: system / (user + system),
    answersInWindow: after.answers - before.answers,
    readInWindow: after.read - before.read,
  }
}

async function ours(): Promise<ClientReport> {
  const adapter = await getAdapter('openai')
  const signal = new AbortController().signal
  const extra = { ignore_eos: true }
  const spec = { id: 'm', name: 'm', role: 'teacher' as const, adapter: 'openai', options: { url: options.url, model: 'mock', extra, retries: { max: 0 } } }
  const model = await adapter.open(spec, { backend: 'auto', signal })
  const batches: Batch[] = []
  let requests = 0
  // The channel costs what it costs: what is sent here is what a client process sends to the harness.
  const onBatch = (batch: Batch): void => {
    requests += batch.texts.length
    if (options.forMs === undefined || options.perSecond !== undefined) batches.push(batch)
    process.send?.({ type: 'batch', batch })
  }
  const request = { prompt: [{ role: 'user' as const, content: 'go' }], maxTokens: options.tokens, seed: 1, temperature: 0, stop: [] }
  const parts = { send: model.send!.bind(model), requestOf: () => request, now, arrived: arrivalClock(now), signal }
  const stage = startStage(orderOf(), { ...parts, onBatch })
  const { readInWindow: _, ...window } = await measured(() => ({ answers: requests, read: 0 }))
  await stage.ended
  await model.close()
  let tokensInWindow = window.answersInWindow * options.tokens
  if (options.forMs === undefined) tokensInWindow = 0
  const times = batches.flatMap((batch) =>
    [...unpack(batch)].map(({ startMs, dueMs, answer }): [number, number, number, number, number] => {
      const { tokenMs } = answer
      if (options.forMs === undefined) for (const ms of tokenMs) if (ms * 1e6 >= window.fromNs && ms * 1e6 < window.untilNs) tokensInWindow += 1
      return [startMs * 1e6, dueMs * 1e6, (tokenMs[0] ?? NaN) * 1e6, (tokenMs.at(-1) ?? NaN) * 1e6, tokenMs.length]
    }),
  )
  return { ...window, tokensInWindow, requests, times, rssMiB: rss() }
}

function orderOf(): StageOrder {
  const { streams, forMs, perSecond } = options
  const startMs = now()
  const base = { index: 0, requests: 'measured', first: 0, step: 1, startMs, drainMs: 60_000 } as const
  if (forMs !== undefined && perSecond === undefined) return { ...base, kind: 'closed', streams, endMs: startMs + forMs, most: Infinity }
  const [count, gapMs] = perSecond === undefined ? [streams, 1000 / streams] : [Math.floor((perSecond * (forMs ?? 0)) / 1000), 1000 / perSecond]
  return { ...base, kind: 'open', dueMs: Float64Array.from({ length: count }, (_, i) => startMs + i * gapMs), maxInFlight: 100_000 }
}

/** Runs one of the others: `once` sends a request and resolves when its answer has ended. */
async function others(once: (payload: string, onRead: (amount: number) => void) => Promise<unknown>): Promise<ClientReport> {
  const payload = JSON.stringify(body)
  const endMs = options.forMs === undefined ? 0 : now() + options.forMs
  let [requests, read] = [0, 0]
  const onRead = (amount: number): void => void (read += amount)
  const stream = async (i: number): Promise<void> => {
    if (options.forMs === undefined) await later((i * 1000) / options.streams)
    do {
      await once(payload, onRead)
      requests += 1
    } while (now() < endMs)
  }
  const all = Promise.all(Array.from({ length: options.streams }, (_, i) => stream(i)))
  const { readInWindow, ...window } = await measured(() => ({ answers: requests, read }))
  await all
  // Bytes stand for tokens by the share of all bytes.
  return { ...window, tokensInWindow: (readInWindow / read) * requests * options.tokens, requests, rssMiB: rss() }
}

async function bare(): Promise<ClientReport> {
  const dispatcher = new Agent({ connections: null, pipelining: 1, bodyTimeout: 0, headersTimeout: 0 })
  const { origin, pathname } = new URL(`${options.url}/chat/completions`)
  return others(
    (payload, onRead) =>
      new Promise<void>((resolve, reject) => {
        dispatcher.dispatch(
          { origin, path: pathname, method: 'POST', headers: { 'content-type': 'application/json' }, body: payload },
          {
            onRequestStart() {},
            onResponseStart() {},
            onResponseData: (_controller, chunk) => onRead(chunk.length),
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        )
      }),
  )
}

async function socket(): Promise<ClientReport> {
  const { port, pathname } = new URL(`${options.url}/chat/completions`)
  return others(
    (payload, onRead) =>
      new Promise<void>((resolve, reject) => {
        const head = `POST ${pathname} HTTP/1.1\r\nhost: mock\r\ncontent-type: application/json\r\ncontent-length: ${payload.length}\r\n\r\n`
        const open = connect(Number(port), '127.0.0.1', () => open.write(head + payload))
        open.setNoDelay(true).on('error', reject)
        open.on('data', (data: Buffer) => {
          onRead(data.length)
          if (data.length < 5 || data.toString('latin1', data.length - 5) !== '0\r\n\r\n') return
          open.destroy()
          resolve()
        })
      }),
  )
}

async function openai(): Promise<ClientReport> {
  const { default: OpenAI } = await import('openai')
  const client = new OpenAI({ baseURL: options.url, apiKey: 'none', maxRetries: 0 })
  return others(async (_payload, onRead) => {
    const times: number[] = []
    const stream = await client.chat.completions.create(body)
    for await (const chunk of stream)
      if ((chunk.choices[0]?.delta.content ?? '') !== '') {
        times.push(now())
        onRead(1)
      }
  })
}

function rss(): number {
  return process.memoryUsage.rss() / 2 ** 20
}
function later(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
