/** Options of the adapter `openai`, and what follows from them once: address, headers, the key. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { ModelSpec } from '../../types.ts'
import { fromEnvironment } from '../../variables.ts'

const ms = z.int().min(1).max(2_147_483_647)
const text = z.string().min(1)
const Web = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' })

export const OptionsSchema = z.strictObject({
  url: Web.describe('Base address of the API, such as https://host/v1; ${NAME} is taken from the environment'),
  model: text.describe('Name of the model, as the server calls it'),
  api: z.enum(['chat', 'completions']).default('chat'),
  chatTemplate: text
    .optional()
    .describe('Completions only: a chat template (.jinja, or tokenizer_config.json) that makes one text of system message, examples and question'),
  stream: z.boolean().default(true).describe('Answers come token by token; without, there is no time to first token'),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, not a key')
    .optional(),
  apiKeyHeader: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('authorization')
    .describe('authorization sends `Bearer KEY`, any other header the key alone'),
  headers: z.record(z.string(), z.string()).default({}),
  extra: z.record(z.string(), z.unknown()).default({}).describe('More fields of the request body; null leaves a field out'),
  includeUsage: z.boolean().default(true).describe('Ask for token counts at the end of a stream'),
  logprobs: z
    .boolean()
    .default(false)
    .describe('Ask for the log-probability of each token: for calibration and routing. Events get larger, and the client slower'),
  promptLogprobs: z
    .enum(['auto', 'echo', 'prompt_logprobs', 'off'])
    .default('auto')
    .describe('Completions only: how the log-probabilities of a prompt are asked for (echo with logprobs, or prompt_logprobs of vLLM); auto tries both'),
  maxTokensField: z.enum(['max_tokens', 'max_completion_tokens']).default('max_tokens'),
  tokenizer: text.optional().describe('Path of a tokenizer.json, to count tokens where the server does not'),
  checkUsage: z.boolean().default(false).describe('Count every answer with the tokenizer too, and believe it where the server is far off'),
  retries: z.strictObject({ max: z.int().min(0).max(20).default(3), baseMs: ms.default(500), maxWaitMs: ms.default(60_000) }).prefault({}),
  timeouts: z
    .strictObject({ connectMs: ms.default(10_000), firstTokenMs: ms.default(120_000), idleMs: ms.default(60_000), totalMs: ms.default(600_000) })
    .prefault({}),
  maxResponseBytes: z
    .int()
    .min(1)
    .default(64 * 1024 * 1024),
  proxy: z
    .union([Web, z.literal(false)])
    .optional()
    .describe('Default: HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the environment; false: none'),
  caFile: text.optional().describe('Certificates (PEM) to trust besides those of Node'),
  check: z.boolean().default(true).describe('Ask for health and the list of models before anything is measured'),
})
export type Options = z.output<typeof OptionsSchema>

/** What every request needs, worked out once. */
export interface Endpoint {
  readonly options: Options
  /** For messages: `host:port`. */
  readonly host: string
  readonly origin: string
  /** Path of the base address, without a slash at its end. */
  readonly basePath: string
  readonly search: string
  /** Names and values in turn, the key among them. */
  readonly headers: readonly string[]
  readonly ca: string | undefined
  /** Puts the name of the variable where the key stands. */
  readonly scrub: (text: string) => string
}

/** Throws HarnessError `usage`; no message holds the key. */
export function readOptions(spec: ModelSpec, env: NodeJS.ProcessEnv = process.env): Endpoint {
  const parsed = OptionsSchema.safeParse(expanded(spec, env))
  if (!parsed.success) throw new HarnessError('usage', `models.${spec.id}.options: ${parsed.error.issues.map(inWords).join('; ')}`)
  const options = parsed.data
  const refuse = (message: string, hint: string): never => {
    throw new HarnessError('usage', `models.${spec.id}.options.${message}`, { hint })
  }
  const url = new URL(options.url)
  if (url.username !== '' || url.password !== '') refuse('url holds a password, which would be in every record', KEY_HINT)
  for (const name of url.searchParams.keys()) if (SECRET_PARAMETER.test(name)) refuse(`url holds a key (${name}), which would be in every record`, KEY_HINT)
  if (options.chatTemplate !== undefined && options.api === 'chat')
    refuse('chatTemplate is for api: completions', 'chat endpoints have a template of their own')
  for (const name of Object.keys(options.headers)) if (SECRET_HEADER.test(name)) refuse(`headers.${name} would put a key into every record`, KEY_HINT)
  for (const name of Object.keys(options.extra))
    if (OURS.includes(name)) refuse(`extra.${name} is set by the harness`, `use the options model, stream and includeUsage; one answer is asked per request`)
  if (typeof options.proxy === 'string' && new URL(options.proxy).password !== '')
    refuse('proxy holds a password, which would be in every record', 'set HTTPS_PROXY in the environment instead')
  const key = options.apiKeyEnv === undefined ? undefined : readKey(options.apiKeyEnv, env, spec.id)
  return {
    options,
    host: url.host,
    origin: url.origin,
    basePath: url.pathname.replace(/\/+$/, ''),
    search: url.search,
    headers: headerList(options, key),
    ca: options.caFile === undefined ? undefined : readCertificates(options.caFile, spec.id),
    scrub: key === undefined ? (said) => said : (said) => said.replaceAll(key, `[${options.apiKeyEnv}]`),
  }
}

// --- internal ---

/** Address and name of the model may come from the environment: `${NAME}`, or `${NAME:-else this}`. */
function expanded({ id, options }: ModelSpec, env: NodeJS.ProcessEnv): Record<string, unknown> {
  const fill = (key: 'url' | 'model'): unknown => {
    const value = options[key]
    if (typeof value !== 'string') return value
    const filled = fromEnvironment(value, env)
    if ('value' in filled) return filled.value
    throw new HarnessError('usage', `models.${id}.options.${key} is taken from the environment variable ${filled.missing}, which is not set`, {
      hint: `${filled.missing}=${key === 'url' ? 'http://127.0.0.1:8000/v1' : 'NAME'} distillbench run …`,
    })
  }
  return { ...options, ...('url' in options ? { url: fill('url') } : {}), ...('model' in options ? { model: fill('model') } : {}) }
}

const KEY_HINT = 'name the environment variable that holds the key: apiKeyEnv: OPENAI_API_KEY'
const SECRET_PARAMETER = /key|token|secret|signature/i
const SECRET_HEADER = /^(?:proxy-)?authorization$|^cookie$|api-?key|token|secret/i
const OURS = ['model', 'messages', 'prompt', 'stream', 'stream_options', 'n', 'best_of']

function inWords(issue: z.core.$ZodIssue): string {
  const where = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys') return `${where === '' ? '' : `${where}: `}${issue.message}`
  const place = issue.path.length === 0 ? Object.keys(OptionsSchema.shape) : []
  return issue.keys
    .map((key) => {
      const guess = nearest(key, place)
      return `${[...issue.path, key].join('.')} is not known${guess === undefined ? '' : `; did you mean ${guess}?`}`
    })
    .join('; ')
}

function readKey(name: string, env: NodeJS.ProcessEnv, model: string): string {
  const key = env[name]?.trim() ?? '' // keys that were read from a file end in a line feed
  if (key === '')
    throw new HarnessError('usage', `the environment variable ${name}, which models.${model} takes its API key from, is not set`, { hint: `export ${name}=…` })
  if (!/^[\x21-\x7e]+$/.test(key)) throw new HarnessError('usage', `the environment variable ${name} holds characters that no HTTP header may have`)
  return key
}

function headerList({ headers, apiKeyHeader }: Options, key: string | undefined): string[] {
  const list = ['content-type', 'application/json', 'accept-encoding', 'identity', 'user-agent', 'distillbench']
  const own = Object.entries(headers).filter(([name]) => !list.includes(name.toLowerCase()) || name.toLowerCase() === 'user-agent')
  const secret = key === undefined ? [] : [apiKeyHeader, apiKeyHeader.toLowerCase() === 'authorization' ? `Bearer ${key}` : key]
  const agent = own.some(([name]) => name.toLowerCase() === 'user-agent')
  return [...(agent ? list.slice(0, 4) : list), ...own.flat(), ...secret]
}

function readCertificates(file: string, model: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new HarnessError('usage', `models.${model}.options.caFile: ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}
