/** Pages about stored runs, for browsers on this machine only. Reads; never writes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { HarnessError, toFailure } from '../../errors.ts'
import { METRICS } from '../../analysis/index.ts'
import { errorPage, listPage, trendForm, wantedOf, withBack } from '../../../reports/html/browse.ts'
import { messagesOf, type Messages } from '../../../reports/messages/index.ts'
import { RunList } from './runs.ts'

export interface View {
  url: string
  port: number
  close(): Promise<void>
}

/** Listens on 127.0.0.1; port 0 takes a free one. Throws HarnessError `usage` where the port is taken. */
export async function startView({ out, port, lang = 'en' }: { out: string; port: number; lang?: string }): Promise<View> {
  const words = messagesOf(lang)
  const pages = pagesOf(out, words)
  const server = createServer((request, response) => {
    void answer(words, pages, request, response)
  })
  const taken = await listen(server, port)
  return {
    url: `http://127.0.0.1:${taken}/`,
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

// --- internal ---

type Pages = (url: URL) => Promise<{ status: number; body: string }>

/** A browser names the address it was given: a page elsewhere whose name was pointed at this machine is told apart by that. */
const HOSTS = /^(?:127\.0\.0\.1|localhost):(\d+)$/

async function answer(words: Messages, pages: Pages, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = refusal(words, request)
  const { status, body } = refused ?? (await pages(new URL(request.url ?? '/', 'http://127.0.0.1')).catch((error: unknown) => failed(words, error)))
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    // The pages forbid everything else themselves; this part a page cannot say of itself.
    'content-security-policy': "frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function refusal(words: Messages, { headers, method, socket }: IncomingMessage): { status: number; body: string } | undefined {
  const port = HOSTS.exec(headers.host ?? '')?.[1]
  if (port !== String(socket.localPort)) return { status: 421, body: errorPage(words, 'This address is not served here.') }
  const from = headers['sec-fetch-site']
  const origin = headers.origin
  if ((from !== undefined && from !== 'same-origin' && from !== 'none') || (origin !== undefined && origin !== `http://${headers.host}`))
    return {
      status: 403,
      body: errorPage(words, 'Pages from elsewhere may not read this.', 'Type the address into the browser, or open it from the terminal.'),
    }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: errorPage(words, 'Only reading is possible here.') }
  return undefined
}

function failed(words: Messages, error: unknown): { status: number; body: string } {
  const { message, hint, code } = toFailure(error)
  return { status: code === 'usage' ? 404 : 500, body: errorPage(words, `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, hint) }
}

function pagesOf(out: string, words: Messages): Pages {
  const list = new RunList(out)
  const made = new Map<string, string>()
  let last: Promise<unknown> = Promise.resolve()
  /** One page at a time, and the newest few are kept: a page of a large run takes seconds and memory. */
  const once = (key: string, make: () => Promise<string>): Promise<string> => {
    const next = last.then(async () => {
      const known = made.get(key)
      if (known !== undefined) return known
      const page = await make()
      made.set(key, page)
      if (made.size > MOST_KEPT) made.delete(made.keys().next().value!)
      return page
    })
    last = next.catch(() => undefined)
    return next
  }
  const known = async (ids: readonly string[]): Promise<string[]> => {
    const lines = await list.lines()
    return ids.map((id) => {
      const line = lines.find((one) => one.id === id)
      if (line === undefined) throw new HarnessError('usage', `there is no run "${id}" in ${out}`)
      return `${id} ${statSync(join(line.dir, 'run.json'), { throwIfNoEntry: false })?.mtimeMs ?? 0}`
    })
  }
  return async (url) => {
    const { pathname, searchParams } = url
    if (pathname === '/') return found(listPage(await list.lines(), wantedOf(searchParams), out, METRICS, words))
    if (pathname === '/run' || pathname === '/compare') {
      const ids = searchParams.getAll('run')
      const stamps = await known(ids)
      return found(await once(`${pathname} ${stamps.join(' ')}`, () => (pathname === '/run' ? reportOf(ids, out, words) : comparisonOf(ids, out, words))))
    }
    if (pathname === '/trend') return found(await trendOf(searchParams, out, words))
    return { status: 404, body: errorPage(words, 'There is no such page.') }
  }
}

const MOST_KEPT = 6

function found(body: string): { status: number; body: string } {
  return { status: 200, body }
}

async function reportOf(ids: readonly string[], out: string, words: Messages): Promise<string> {
  if (ids.length === 0) throw new HarnessError('usage', 'no run was chosen')
  const { analysisOf } = await import('../kept-analysis.ts')
  const { renderReport } = await import('../../../reports/index.ts')
  return withBack(await renderReport((await analysisOf(ids, out)).analysis, 'html', words.basics.lang), words)
}

async function comparisonOf(ids: readonly string[], out: string, words: Messages): Promise<string> {
  if (ids.length < 2) throw new HarnessError('usage', 'a comparison needs two runs or more', { hint: 'choose them in the list' })
  const { readRun, describeDifference } = await import('../../run/index.ts')
  const { analyse, combineRuns } = await import('../../analysis/index.ts')
  const { renderReport } = await import('../../../reports/index.ts')
  const picks = []
  for (const id of ids) picks.push({ run: await readRun(id, { out }) })
  return withBack(await renderReport(analyse(combineRuns(picks, { by: 'hash', describe: describeDifference })), 'html', words.basics.lang), words)
}

async function trendOf(query: URLSearchParams, out: string, words: Messages): Promise<string> {
  const { historyOf } = await import('../../history/index.ts')
  const { historyHtml } = await import('../../../reports/html/history.ts')
  const metric = query.get('metric') ?? 'accuracy'
  const { suite, model } = wantedOf(query)
  const { series } = historyOf([out], { metric, ...(suite === '' ? {} : { suite }), ...(model === '' ? {} : { models: [model] }) })
  if (series.length === 0) throw new HarnessError('usage', `no run here has a value of ${metric}`, { hint: 'choose another metric, or fewer filters' })
  return withBack(await historyHtml(series, metric, words), words, trendForm(METRICS, metric, { suite, model }, words))
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' || error.code === 'EACCES'
          ? new HarnessError('usage', `port ${port} cannot be used: ${error.code === 'EACCES' ? 'permission is missing' : 'it is taken'}`, {
              hint: 'choose another with --port, or leave it out',
            })
          : error,
      ),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
