/** Questions over HTTP, to the hosts that a suite names and no others. */
import { HarnessError } from '../../errors.ts'
import type { ItemsContext } from '../../types.ts'

export interface AskOptions {
  /** Who asks, for messages. */
  readonly what: string
  /** Sent to the host of the address only, never to one that it redirects to. */
  readonly token?: string | undefined
  /** Hosts that the address may redirect to; its own always. `.hf.co` means all below it. */
  readonly hosts?: readonly string[] | undefined
  /** Explains a refusal, where it knows more than the status. */
  readonly explain?: ((status: number) => { message: string; hint?: string } | undefined) | undefined
  readonly context: ItemsContext
}

/** The answer, its body unread. Throws HarnessError `network` where no answer came, `http` for a status that says no. */
export async function ask(address: string, options: AskOptions): Promise<Response> {
  const origin = new URL(address).origin
  let url = new URL(address)
  for (let redirects = 0; ; redirects++) {
    const response = await twice(url, url.origin === origin ? options.token : undefined, options)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) {
      if (response.ok) return response
      await response.body?.cancel()
      throw refusal(url, response.status, options)
    }
    await response.body?.cancel()
    const next = new URL(location, url)
    if (redirects >= MOST_REDIRECTS) throw new HarnessError('network', `${options.what}: ${url.host} redirects without end`)
    if (!mayGo(next, url, origin, options.hosts ?? []))
      throw new HarnessError('network', `${options.what}: ${url.host} sends on to ${next.protocol}//${next.host}, which the suite does not name`, {
        hint: `add it to \`hosts\` of the workload if that is right`,
      })
    url = next
  }
}

// --- internal ---

const MOST_REDIRECTS = 5
const SILENCE_MS = 30_000

function mayGo(next: URL, from: URL, origin: string, hosts: readonly string[]): boolean {
  if (next.protocol !== 'https:' && next.protocol !== from.protocol) return false
  if (next.origin === origin) return true
  return hosts.some((host) => (host.startsWith('.') ? next.hostname.endsWith(host) : next.host === host || next.hostname === host))
}

/** A connection that was kept open may have been closed at the other end meanwhile. */
async function twice(...question: Parameters<typeof once>): Promise<Response> {
  try {
    return await once(...question)
  } catch (error) {
    if (!(error instanceof HarnessError) || error.code !== 'network') throw error
    return once(...question)
  }
}

async function once(url: URL, token: string | undefined, { what, context }: AskOptions): Promise<Response> {
  const { EnvHttpProxyAgent, fetch } = await import('undici')
  const dispatcher = (agent ??= new EnvHttpProxyAgent({ headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, connect: { timeout: 10_000 } }))
  try {
    const headers = { 'user-agent': 'distillbench', 'accept-encoding': 'identity', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
    const init = { headers, redirect: 'manual', dispatcher, ...(context.signal === undefined ? {} : { signal: context.signal }) } as const
    return (await fetch(url, init)) as unknown as Response
  } catch (error) {
    if (context.signal?.aborted) throw new HarnessError('aborted', 'interrupted while fetching', { cause: error })
    const { cause, message } = error as Error & { cause?: Error & { code?: string } }
    throw new HarnessError('network', `${what}: ${url.host} could not be reached: ${cause?.message || cause?.code || message}`, {
      kind: 'data-missing',
      cause: error,
    })
  }
}

let agent: import('undici').EnvHttpProxyAgent | undefined

function refusal(url: URL, status: number, { what, explain }: AskOptions): HarnessError {
  const told = explain?.(status)
  const message = told?.message ?? `${url.host} answered ${status} for ${url.pathname}`
  return new HarnessError('http', `${what}: ${message}`, { kind: `http-${status}`, ...(told?.hint === undefined ? {} : { hint: told.hint }) })
}
