/** A server that speaks the paths of the Hugging Face hub, with pages, tokens and a second host for large files. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeDataset {
  sha?: string
  gated?: boolean
  cardData?: unknown
  files: Record<string, string | Buffer>
}
export interface FakeHub {
  readonly url: string
  /** Paths that were asked for, with whether a token came. */
  readonly asked: { path: string; token: string | undefined }[]
  close(): Promise<void>
}
export const TOKEN = 'hf_secret'
export const SHA = '0123456789abcdef0123456789abcdef01234567'

/** `page`: entries of a listing at a time. `redirect`: files are served from there. */
export async function startHub(datasets: Record<string, FakeDataset>, { page = 2, redirect }: { page?: number; redirect?: string } = {}): Promise<FakeHub> {
  const asked: FakeHub['asked'] = []
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub')
    asked.push({ path: url.pathname, token: request.headers.authorization?.replace('Bearer ', '') })
    const send = (status: number, body: string | Buffer, headers: Record<string, string> = {}): void => void response.writeHead(status, headers).end(body)
    // /api/datasets/OWNER/NAME/tree/SHA and /datasets/OWNER/NAME/resolve/SHA/FILE
    const [api, parts] = url.pathname.startsWith('/api/')
      ? [true, url.pathname.slice('/api/datasets/'.length)]
      : [false, url.pathname.slice('/datasets/'.length)]
    const [owner, name, kind, ...rest] = parts.split('/')
    const id = `${owner}/${name}`
    const dataset = datasets[id]
    if (dataset === undefined) return send(404, '{"error":"Repository not found"}')
    if (dataset.gated && !authorised(request)) return send(request.headers.authorization === undefined ? 401 : 403, '{"error":"gated"}')
    const sha = dataset.sha ?? SHA
    if (api && (kind === undefined || kind === 'revision'))
      return send(200, JSON.stringify({ id, sha, gated: dataset.gated ?? false, cardData: dataset.cardData }))
    if (api && kind === 'tree') {
      const entries = Object.entries(dataset.files).map(([path, body]) => ({ type: 'file', path, size: Buffer.byteLength(body), oid: 'x' }))
      const from = Number(url.searchParams.get('cursor') ?? 0)
      const next =
        from + page < entries.length ? { link: `<http://${request.headers.host}${url.pathname}?recursive=true&cursor=${from + page}>; rel="next"` } : undefined
      return send(200, JSON.stringify([...(from === 0 ? [{ type: 'directory', path: 'data' }] : []), ...entries.slice(from, from + page)]), next)
    }
    const body = kind === 'resolve' && rest[0] === sha ? dataset.files[decodeURIComponent(rest.slice(1).join('/'))] : undefined
    if (body === undefined) return send(404, 'Entry not found')
    if (redirect !== undefined) return send(302, '', { location: `${redirect}${url.pathname}` })
    send(200, body)
  })
  return { ...(await listen(server)), asked }
}

/** Listens on a free port; `close` ends connections too. */
export async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

const authorised = (request: IncomingMessage): boolean => request.headers.authorization === `Bearer ${TOKEN}`
