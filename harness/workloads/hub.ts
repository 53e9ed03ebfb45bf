/** Kind `hub`: a dataset of the Hugging Face hub, or a copy of it on this machine. */
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../errors.ts'
import type { ItemsContext } from '../types.ts'
import { fromEnvironment } from '../variables.ts'
import type { HubDataset, Snapshot } from './datasets/hub.ts'
import { localConfigs, localFiles } from './datasets/local.ts'
import { bytesOf, FETCH_SHAPE, takesData, type FetchOptions } from './datasets/options.ts'
import { openLocal, openReference } from './datasets/reference.ts'
import { formatOf, readTable, type LocatedRow } from './datasets/rows.ts'
import { itemsFromRows, TEMPLATE_SHAPE, type TemplateOptions } from './items.ts'
import { workloadKind } from './kind.ts'

export interface HubOptions extends TemplateOptions, FetchOptions {
  /** Name on the hub, such as `openai/gsm8k`. */
  readonly dataset: string
  /** Configuration (the hub calls it subset); default: the only one. Of several the rows follow one another, with its name in the column `config`. */
  readonly config?: string | readonly string[]
  /** Split that the questions are in; default `test`. */
  readonly split?: string
  /** Branch, tag or commit; default `main`. The commit that it was is in the record. */
  readonly revision?: string
  /** A copy here in its place: a file of the split, or a folder with a file for each split. `${NAME:-}` makes it optional. */
  readonly data?: string
  /** Another hub; default `HF_ENDPOINT` of the environment, else https://huggingface.co. */
  readonly endpoint?: string
  /** Environment variable with the token for gated datasets; default `HF_TOKEN`. */
  readonly tokenEnv?: string
}

export const hub = workloadKind<HubOptions>({
  summary: 'a dataset of the Hugging Face hub, or a copy of it here',
  shape: {
    dataset: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?$/, 'must be a name such as openai/gsm8k')
      .describe('Name on the hub, such as openai/gsm8k'),
    config: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .describe('Configuration (the hub calls it subset); default: the only one. Of several, the column config tells which'),
    split: z.string().min(1).optional().describe('Split that the questions are in; default test'),
    revision: z.string().min(1).optional().describe('Branch, tag or commit; default main'),
    data: z.string().min(1).optional().describe('A copy here in its place: a file, or a folder with a file for each split; ${NAME:-} makes it optional'),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Another hub; default HF_ENDPOINT of the environment, else https://huggingface.co'),
    tokenEnv: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, not a token')
      .optional()
      .describe('Environment variable with the token for gated datasets; default HF_TOKEN'),
    ...FETCH_SHAPE,
    ...TEMPLATE_SHAPE,
  },
  create: ({ dataset, config, split = 'test', revision, data, endpoint, tokenEnv, maxMiB, hosts, ...templates }, { id, dir }) => {
    const what = `workload ${id}`
    const taking = takesData(data)
    const wanted: Omit<HubDataset, 'config'> = { dataset, revision, endpoint, tokenEnv, hosts, maxBytes: bytesOf(maxMiB) }
    return {
      ...taking,
      items: (seed, context = {}) => {
        let opened: Promise<Snapshot> | undefined
        const snapshot = (): Promise<Snapshot> => (opened ??= import('./datasets/hub.ts').then(({ openHub }) => openHub(wanted, what, context)))
        const rows = (name: string, use: 'questions' | 'examples'): AsyncGenerator<LocatedRow> => {
          const copy = copyOf(data, dir)
          const one = (which: string | undefined) => (copy === undefined ? fromHub(name, use, snapshot, dataset, which, { what, context, id, takesCopy: taking.takesData === true, asked: split }) : fromCopy(copy, name, use, { what, context, config: which })) // prettier-ignore
          if (typeof config !== 'object') return one(config)
          const parts = copy === undefined ? config : isFolder(copy) ? localConfigs(copy, config) : []
          return parts.length === 0 ? one(undefined) : each(parts, one)
        }
        const examples = (input: { file?: string | undefined; split?: string | undefined }): AsyncGenerator<LocatedRow> | undefined =>
          input.split !== undefined ? rows(input.split, 'examples') : input.file === undefined ? undefined : fromFile(input.file, { what, dir, context })
        return itemsFromRows(rows(split, 'questions'), templates, { id, seed, context, examples })
      },
    }
  },
})

// --- internal ---

function copyOf(data: string | undefined, dir: string): string | undefined {
  const expanded = data === undefined ? { value: '' } : fromEnvironment(data, process.env)
  return 'value' in expanded && expanded.value !== '' ? resolve(dir, expanded.value) : undefined
}

const isFolder = (copy: string): boolean => existsSync(copy) && statSync(copy).isDirectory()

/** The rows of each configuration, which the column `config` names. */
async function* each(configs: readonly string[], rows: (config: string) => AsyncGenerator<LocatedRow>): AsyncGenerator<LocatedRow> {
  for (const config of configs) for await (const { row, where } of rows(config)) yield { row: { ...row, config }, where: `${config}, ${where}` }
}

interface Reading {
  readonly what: string
  readonly context: ItemsContext
}

async function* fromHub(
  split: string,
  use: 'questions' | 'examples',
  snapshot: () => Promise<Snapshot>,
  dataset: string,
  config: string | undefined,
  { what, context, id, takesCopy, asked }: Reading & { id: string; takesCopy: boolean; asked: string },
): AsyncGenerator<LocatedRow> {
  const { revision, files, fetch } = await snapshot().catch((error: unknown) => {
    throw explained(error, { dataset, id, split: asked, takesCopy })
  })
  for (const part of files(split, config)) {
    const { path, sha256, bytes } = await fetch(part)
    context.onSource?.({ use, file: part.path, sha256, bytes, dataset, split, revision, ...(config === undefined ? {} : { config }) })
    yield* readTable({ path, name: part.path }, { format: formatOf(part.path), what, signal: context.signal })
  }
}

/** Without a network the way out is a copy. */
function explained(error: unknown, { dataset, id, split, takesCopy }: { dataset: string; id: string; split: string; takesCopy: boolean }): unknown {
  if (!(error instanceof HarnessError) || error.kind !== 'data-missing') return error
  return new HarnessError(
    error.code,
    `workload ${id}: the questions of ${dataset} are not on this machine, and ${error.message.replace(/^workload [^:]*: /, '')}`,
    {
      kind: 'data-missing',
      hint: `${takesCopy ? 'give a copy with --data PATH' : 'give a copy with `data: PATH` in the workload'}: a file with the split "${split}", or a folder with a file for each split such as ${split}.jsonl; or run where the hub can be reached, and what was fetched once is kept`,
      cause: error,
    },
  )
}

async function* fromCopy(
  copy: string,
  split: string,
  use: 'questions' | 'examples',
  { what, context, config }: Reading & { config: string | undefined },
): AsyncGenerator<LocatedRow> {
  // prettier-ignore
  if (!existsSync(copy)) throw new HarnessError('data', `${what}: there is no file or folder ${copy}`, { kind: 'data-missing', hint: 'it was to hold the questions' })
  const folder = statSync(copy).isDirectory()
  if (!folder && use === 'examples')
    throw new HarnessError('data', `${what}: examples come from the split "${split}", and ${copy} is one file`, { hint: `give a folder that holds a file for each split, such as ${split}.jsonl` }) // prettier-ignore
  for (const path of folder ? localFiles(copy, config, split, what) : [copy]) {
    const { file, source } = await openLocal(path, { what, context })
    context.onSource?.({ use, ...source })
    yield* readTable({ ...file, name: folder ? join(split, path) : path }, { format: formatOf(path), what, signal: context.signal })
  }
}

async function* fromFile(reference: string, options: Reading & { dir: string }): AsyncGenerator<LocatedRow> {
  const { file, source } = await openReference(reference, options)
  options.context.onSource?.({ use: 'examples', ...source })
  yield* readTable(file, { what: options.what, signal: options.context.signal })
}
