/**
 * An OpenAI-compatible server that knows the truth: when it received each request and when it wrote each token. Its
 * latency, its texts and its faults follow from a seed.
 */
import type { AddressInfo } from 'node:net'
import { HarnessError } from '../../harness/errors.ts'
import { createDriver } from './driver.ts'
import { createModel, type MockModel } from './model.ts'
import { MockOptionsSchema, type MockOptionsInput } from './profile.ts'
import { createMockServer } from './server.ts'
import { createTruthBook, type TruthReport } from './truth.ts'

export interface Mock {
  /** Without a path: `http://127.0.0.1:8000`; the API is under `/v1`. */
  url: string
  port: number
  /** What happened to the last requests, or to those with one id. */
  truth(id?: string): TruthReport
  /** Ends all connections and frees the port. May be called twice. */
  close(): Promise<void>
}

/** Listens in this process; `port` 0, the default, takes a free one. Throws HarnessError with code `usage` for bad options or a port that is taken. */
export async function startMock(input: MockOptionsInput = {}): Promise<Mock> {
  const parsed = MockOptionsSchema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new HarnessError('usage', `mock server: ${issue.path.join('.')}: ${issue.message}`)
  }
  const options = parsed.data
  const driver = createDriver()
  const book = createTruthBook(options.remember)
  const models = new Map<string, MockModel>(options.models.map((profile) => [profile.name, createModel(profile, profile.seed ?? options.seed, driver)]))
  if (models.size < options.models.length) throw new HarnessError('usage', 'mock server: two models have the same name')
  const server = createMockServer({ models, book, apiKey: keyFrom(options.apiKeyEnv) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, options.host, options.port)))
    server.listen(options.port, options.host, 4096, resolve)
  })
  const { port } = server.address() as AddressInfo
  let closing: Promise<void> | undefined
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    truth: (id) => book.report(id),
    close() {
      closing ??= new Promise((resolve) => {
        driver.stop()
        server.close(() => resolve())
        server.closeAllConnections()
      })
      return closing
    },
  }
}

// --- internal ---

function keyFrom(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined
  const key = process.env[variable]
  if (key === undefined || key === '')
    throw new HarnessError('usage', `environment variable ${variable} is not set`, { hint: 'it holds the key that clients must send' })
  return key
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): HarnessError {
  if (error.code === 'EADDRINUSE') return new HarnessError('usage', `port ${port} of ${host} is taken`, { hint: 'choose another with --port, or 0 for any' })
  return new HarnessError('usage', `cannot listen on ${host}:${port}: ${error.message}`)
}
