/** From the errors of sockets, TLS and HTTP to failures that can be counted by kind. */
import type { Failure } from '../../errors.ts'

/** What a connection died of. `host` is for the message. */
export function connectionFailure(error: unknown, host: string): Failure {
  const code = codeOf(error)
  const [, kind, what, hint] = TABLE.find(([pattern]) => pattern.test(code)) ?? [/./, 'connection', 'the connection failed', undefined]
  const invalid = kind === 'invalid-http'
  const detail = code === '' ? messageOf(error) : code
  return { code: invalid ? 'protocol' : 'network', kind, message: `${host}: ${what} (${detail})`, ...(hint === undefined ? {} : { hint }) }
}

/** A status that says no; `said` is the body, as far as it is of use. */
export function statusFailure(status: number, host: string, said: string, location?: string): Failure {
  if (status >= 300 && status < 400) {
    const where = location === undefined ? '' : ` to ${location.slice(0, SHOWN)}`
    return {
      code: 'http',
      kind: 'redirect',
      message: `${host}: the server redirects (${status})${where}`,
      hint: 'only the host that the suite names is asked; give the new address as url',
    }
  }
  const hint = STATUS_HINTS[status]
  const words = said.trim().replace(/\s+/g, ' ').slice(0, SHOWN)
  return {
    code: 'http',
    kind: `http-${status}`,
    message: `${host}: the server answered with status ${status}${words === '' ? '' : `: ${words}`}`,
    ...(hint === undefined ? {} : { hint }),
  }
}

// --- internal ---

const SHOWN = 300

const TABLE: readonly (readonly [pattern: RegExp, kind: string, what: string, hint?: string])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'dns', 'the name of the server is not known', 'check the url, and whether the network has a name server'],
  [/^ECONNREFUSED$/, 'refused', 'nobody listens there', 'start the server, or correct the port'],
  [/^(EMFILE|ENFILE)$/, 'too-many-files', 'too many open files: no more connections can be opened', 'raise the limit (ulimit -n), or lower the load'],
  [/^(EADDRNOTAVAIL|EADDRINUSE)$/, 'no-ports', 'this machine has no free port for another connection', 'lower the load, or use several client machines'],
  [/^(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)$/, 'connect-timeout', 'the server did not accept the connection in time'],
  [/^(EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/, 'unreachable', 'there is no way to the server'],
  [/^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET|UND_ERR_DESTROYED|UND_ERR_CLOSED)$/, 'reset', 'the connection broke'],
  [/CERT|SELF_SIGNED|UNABLE_TO|TLS|SSL|^EPROTO$/, 'tls', 'no trusted connection could be made', 'to trust a certificate of your own, name it with caFile'],
  [/^(HPE_\w+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/, 'invalid-http', 'what came is not HTTP'],
  [/PROXY|UND_ERR_PRX/, 'proxy', 'the proxy did not make the connection'],
]

const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: 'name the environment variable that holds the API key: apiKeyEnv',
  403: 'the key has no right to use this model',
  404: 'check the url (it usually ends in /v1) and the name of the model',
  429: 'the server limits requests: lower the load, or raise retries.max',
}

/** The most exact code of an error, of those that it was caused by, or of the first of several addresses that were tried. */
function codeOf(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 4) return ''
  const { code, cause, errors, name } = error as { code?: unknown; cause?: unknown; errors?: unknown; name?: unknown }
  if (name === 'HTTPParserError') return 'HPE_INVALID' // undici gives it no code in most cases
  const inner = codeOf(cause, depth + 1) || (Array.isArray(errors) ? codeOf(errors[0], depth + 1) : '')
  return inner !== '' && !inner.startsWith('UND_ERR') ? inner : typeof code === 'string' && code !== '' ? code : inner
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, SHOWN)
}
