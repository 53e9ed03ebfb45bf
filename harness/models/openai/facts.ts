/** Before a run: is the server there and well, does it have the model, and what does it tell about itself. */
import { z } from 'zod'
import { fromFailure, HarnessError, nearest } from '../../errors.ts'
import type { Failure, RuntimeFacts } from '../../types.ts'
import { readError } from './answer.ts'
import { connectionFailure, statusFailure } from './faults.ts'
import type { Wire } from './http.ts'
import type { Endpoint } from './options.ts'
import { backoffMs, pause, RETRIED, retryAfterMs, type Headers } from './retry.ts'

export interface ServerFacts {
  runtime: RuntimeFacts
  parameters?: number
}

/**
 * Throws HarnessError: `network` and `http` when the server cannot be asked, `usage` when it does not have the model. Servers
 * without a list of models are taken as they are.
 */
export async function askServer(endpoint: Endpoint, wire: Wire, undici: string, signal: AbortSignal): Promise<ServerFacts> {
  const { options, host } = endpoint
  const versions: Record<string, string> = { undici }
  const facts: ServerFacts = { runtime: { backend: 'http', device: `server ${host}`, versions, rejected: [] } }
  if (!options.check) return facts
  const health = await patiently(endpoint, wire, '//health', signal)
  if (health.status === 503) throw fromFailure(statusFailure(503, host, readError(health.body)))
  const list = await patiently(endpoint, wire, '/models', signal)
  if (list.status === 401 || list.status === 403) throw fromFailure({ ...statusFailure(list.status, host, endpoint.scrub(readError(list.body))), code: 'http' })
  const software = header(list.headers, 'server')
  if (software !== undefined) versions['server'] = software
  const models = parse(ModelsSchema, list)?.data
  if (models === undefined) return facts
  const model = findModel(models, options.model, host)
  const kind = Object.keys(PROBES).find((name) => (model.owned_by ?? '').toLowerCase().includes(name))
  const maxLength = model.max_model_len ?? model.context_length ?? model.context_window ?? model.meta?.n_ctx ?? model.meta?.n_ctx_train
  if (maxLength !== undefined) versions['maximum length'] = String(maxLength)
  if (model.meta?.n_params !== undefined) facts.parameters = model.meta.n_params
  if (model.root !== undefined && model.root !== options.model) versions['model'] = model.root
  if (kind === undefined) return facts
  const version = await probe(wire, PROBES[kind]!, endpoint, signal)
  return { ...facts, runtime: { ...facts.runtime, backend: kind, versions: { ...versions, ...(version === undefined ? {} : { [kind]: version }) } } }
}

// --- internal ---

const length = z
  .number()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined)
const ModelSchema = z.looseObject({
  id: z.string(),
  owned_by: z.string().nullish().catch(undefined),
  root: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined),
  max_model_len: length,
  context_length: length,
  context_window: length,
  meta: z
    .looseObject({ n_ctx: length, n_ctx_train: length, n_params: length })
    .nullish()
    .transform((value) => value ?? undefined)
    .catch(undefined),
})
type ModelEntry = z.output<typeof ModelSchema>
const ModelsSchema = z.object({ data: z.array(ModelSchema).min(1) })

/** Where servers tell their version, by what they write into `owned_by` of their models. From the root of the host. */
const PROBES: Readonly<Record<string, string>> = {
  vllm: '//version',
  llamacpp: '//props',
  sglang: '//get_server_info',
  ollama: '//api/version',
  library: '//api/version',
}
const VersionSchema = z.looseObject({ version: z.string().optional(), build_info: z.string().optional() })

function findModel(models: readonly ModelEntry[], name: string, host: string): ModelEntry {
  const found = models.find(({ id }) => id === name) ?? models.find(({ id }) => id === `${name}:latest`)
  if (found !== undefined) return found
  const known = models.map(({ id }) => id)
  const guess = nearest(name, known)
  throw new HarnessError('usage', `${host} does not have the model "${name}"${guess === undefined ? '' : `; did you mean ${guess}?`}`, {
    hint: `it has ${known.slice(0, 8).join(', ')}${known.length > 8 ? ` and ${known.length - 8} more` : ''}; to ask all the same: check: false`,
  })
}

interface Page {
  status: number
  headers: Headers
  body: Buffer
}

/** Asks again while the server says that it is busy or not up yet. Throws HarnessError. */
async function patiently(endpoint: Endpoint, wire: Wire, path: string, signal: AbortSignal): Promise<Page> {
  const { max, baseMs, maxWaitMs } = endpoint.options.retries
  for (let attempt = 0; ; attempt++) {
    const page = await get(endpoint, wire, path, signal)
    if (!RETRIED.includes(page.status) || attempt >= max) return page
    await pause(Math.min(maxWaitMs, retryAfterMs(page.headers) ?? backoffMs(attempt, baseMs, 0)), signal)
  }
}

async function probe(wire: Wire, path: string, endpoint: Endpoint, signal: AbortSignal): Promise<string | undefined> {
  try {
    const page = parse(VersionSchema, await get(endpoint, wire, path, signal))
    return page?.version ?? page?.build_info
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof HarnessError) return undefined // a fact that is not told
    throw error
  }
}

function get({ options, host }: Endpoint, wire: Wire, path: string, signal: AbortSignal): Promise<Page> {
  return new Promise((resolve, reject) => {
    const page: Page = { status: 0, headers: {}, body: Buffer.alloc(0) }
    const parts: Buffer[] = []
    let size = 0
    let hangUp = (): void => {}
    const end = (failure?: Failure | HarnessError): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      if (failure === undefined) resolve({ ...page, body: Buffer.concat(parts) })
      else reject(failure instanceof HarnessError ? failure : fromFailure(failure))
    }
    const onAbort = (): void => {
      end(new HarnessError('aborted', 'interrupted'))
      hangUp()
    }
    const timer = setTimeout(() => {
      end({ code: 'timeout', kind: 'stall', message: `${host}: no answer to ${path.replace('//', '/')} within ${options.timeouts.connectMs / 1000} s` })
      hangUp()
    }, options.timeouts.connectMs)
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    wire.dispatch('GET', path, null, {
      onRequestStart: (controller) => void (hangUp = () => controller.abort(new Error('given up'))),
      onResponseStart: (_controller, status, headers) => void Object.assign(page, { status, headers }),
      onResponseData(_controller, chunk) {
        size += chunk.length
        if (size <= LARGEST_PAGE) return void parts.push(Buffer.from(chunk))
        end({ code: 'protocol', kind: 'too-large', message: `${host}: what came for ${path.replace('//', '/')} is no list` })
        hangUp()
      },
      onResponseEnd: () => end(),
      onResponseError: (_controller, error) => end(connectionFailure(error, host)),
    })
  })
}

const LARGEST_PAGE = 8 * 1024 * 1024

function parse<T>(schema: z.ZodType<T>, { status, body }: Page): T | undefined {
  if (status !== 200) return undefined
  try {
    return schema.safeParse(JSON.parse(body.toString('utf8'))).data
  } catch {
    return undefined
  }
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
