/** Connections to one server: undici's dispatch, which costs a third of what fetch does. HTTP/1.1 with keep-alive. */
import { createRequire } from 'node:module'
import { rootCertificates } from 'node:tls'
import { Agent, EnvHttpProxyAgent, ProxyAgent, type Dispatcher } from 'undici'
import type { Endpoint } from './options.ts'

export interface Wire {
  /** Sends one request; everything that comes goes to the handler, errors too. Never throws. */
  dispatch(method: 'GET' | 'POST', path: string, body: string | null, handler: Dispatcher.DispatchHandler): void
  close(): Promise<void>
}

/** Version of the HTTP client, for the record. */
export function clientVersion(): string {
  return (createRequire(import.meta.url)('undici/package.json') as { version: string }).version
}

/** As many connections as there are requests in flight. `path` goes after the base path of the endpoint; one that begins with `//` starts at the root of the host. */
export function openWire(endpoint: Endpoint): Wire {
  const { origin, basePath, search, headers } = endpoint
  const agent = createAgent(endpoint)
  return {
    dispatch(method, path, body, handler) {
      try {
        // Time limits are ours (watch.ts): those of undici are for any bytes, and a comment that keeps a connection alive is no answer.
        agent.dispatch(
          {
            origin,
            path: `${path.startsWith('//') ? path.slice(1) : basePath + path}${search}`,
            method,
            headers: headers as string[],
            body,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          handler,
        )
      } catch (error) {
        handler.onResponseError?.(undefined as never, error instanceof Error ? error : new Error(String(error)))
      }
    },
    async close() {
      await agent.destroy().catch(() => {}) // what is in flight was given up, or has ended
    },
  }
}

// --- internal ---

/** Servers of Python close idle connections after five seconds; a request that is written just then is lost. */
const KEEP_ALIVE_MS = 4000

function createAgent({ options, ca }: Endpoint): Dispatcher {
  const tls = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  const common = {
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: 64 * 1024,
    connect: { timeout: options.timeouts.connectMs, ...tls },
  }
  const { proxy } = options
  if (typeof proxy === 'string') return new ProxyAgent({ ...common, uri: proxy, requestTls: tls })
  if (proxy === undefined && usesProxy(process.env)) return new EnvHttpProxyAgent({ ...common, requestTls: tls })
  return new Agent(common)
}

function usesProxy(env: NodeJS.ProcessEnv): boolean {
  return ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].some((name) => (env[name] ?? '') !== '')
}
