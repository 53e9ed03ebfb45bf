/** Datasets of the Hugging Face hub, or of a server that speaks its paths: what revision, what files, fetched file by file. */
import { z } from 'zod'
import { HarnessError, nearest } from '../../errors.ts'
import type { ItemsContext } from '../../types.ts'
import { fetchFile, recall, remember, type FetchedFile } from './fetch.ts'
import { layOut, type DataFile } from './splits.ts'
import { ask, type AskOptions } from './web.ts'

export interface HubDataset {
  /** `openai/gsm8k` */
  readonly dataset: string
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string | undefined
  /** Default: `HF_ENDPOINT` of the environment, else https://huggingface.co. */
  readonly endpoint?: string | undefined
  /** Environment variable with the token; default `HF_TOKEN`. */
  readonly tokenEnv?: string | undefined
  /** Further hosts that files may be served from. */
  readonly hosts?: readonly string[] | undefined
  readonly maxBytes?: number | undefined
}

/** A dataset at one commit. */
export interface Snapshot {
  readonly revision: string
  /** Files of a split in their order; configuration: the only one, else the one called `default`. Throws HarnessError `data` that names the splits, or configurations, that there are. */
  files(split: string, config?: string): readonly DataFile[]
  fetch(file: DataFile): Promise<FetchedFile>
}

/**
 * Asks which commit the revision is and which files it has. Where the hub cannot be reached, a listing of before is used, with a
 * warning; a commit never changes, so for one that was listed before nothing is asked. Throws HarnessError `network`, `http` and `data`.
 */
export async function openHub(options: HubDataset, what: string, context: ItemsContext): Promise<Snapshot> {
  const { dataset, revision = 'main', maxBytes } = options
  const endpoint = (options.endpoint ?? (process.env.HF_ENDPOINT?.trim() || HUB)).replace(/\/+$/, '')
  const asking = askOptions(options, endpoint, what, context)
  const listing = await listingOf(`${endpoint} ${dataset} ${revision}`, /^[0-9a-f]{40}$/.test(revision), context, dataset, () =>
    list(endpoint, dataset, revision, asking),
  )
  const layout = layOut(listing.files, listing.configs)
  return {
    revision: listing.sha,
    files: (split, config) => filesOf(layout, dataset, config, split, what),
    fetch: ({ path, size }) => {
      const address = `${endpoint}/datasets/${dataset}/resolve/${listing.sha}/${path.split('/').map(encodeURIComponent).join('/')}`
      if (maxBytes !== undefined && size !== undefined && size > maxBytes)
        throw new HarnessError('data', `${what}: ${dataset}/${path} is larger than ${Math.round(maxBytes / 2 ** 20)} MiB`, {
          hint: 'raise maxMiB in the suite',
        })
      return fetchFile(address, { ...asking, maxBytes })
    },
  }
}

// --- internal ---

const HUB = 'https://huggingface.co'
/** Where the hub keeps large files. */
const HUB_HOSTS = ['.huggingface.co', '.hf.co']
const MOST_PAGES = 1000

const DataFilesSchema = z.union([z.string(), z.array(z.union([z.string(), z.object({ split: z.string(), path: z.union([z.string(), z.array(z.string())]) })]))])
const InfoSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  cardData: z
    .object({ configs: z.array(z.object({ config_name: z.string(), data_files: DataFilesSchema.optional(), default: z.boolean().optional() })).optional() })
    .nullish()
    .catch(undefined),
})
const TreeSchema = z.array(z.object({ type: z.string(), path: z.string(), size: z.number().optional() }))
const ListingSchema = z.object({
  sha: z.string(),
  files: z.array(z.object({ path: z.string(), size: z.number().optional() })),
  configs: z.array(z.object({ name: z.string(), splits: z.record(z.string(), z.array(z.string())), isDefault: z.boolean().optional() })),
})
type Listing = z.output<typeof ListingSchema>

function askOptions({ dataset, tokenEnv = 'HF_TOKEN', hosts = [] }: HubDataset, endpoint: string, what: string, context: ItemsContext): AskOptions {
  const token = process.env[tokenEnv]?.trim() || undefined
  const host = new URL(endpoint).host
  return {
    what,
    context,
    token,
    hosts: [...hosts, ...(endpoint === HUB ? HUB_HOSTS : [])],
    explain: (status) => {
      if (status === 401 || status === 403)
        return token === undefined
          ? { message: `the dataset ${dataset} is gated or private on ${host}, and ${tokenEnv} holds no token`, hint: `agree to its terms on ${endpoint}/datasets/${dataset}, and export ${tokenEnv}=… with a token that may read it` } // prettier-ignore
          : { message: `${host} refuses the dataset ${dataset} to the token in ${tokenEnv} (status ${status})`, hint: `agree to its terms on ${endpoint}/datasets/${dataset} with the account of the token` } // prettier-ignore
      if (status === 404)
        return { message: `${host} has no dataset ${dataset} with that revision`, hint: 'check name and revision; private datasets need a token' }
      if (status === 429)
        return { message: `${host} asks to wait: too many requests`, hint: token === undefined ? `a token in ${tokenEnv} raises the limit` : 'try again later' }
      return undefined
    },
  }
}

async function listingOf(key: string, fixed: boolean, { onWarning }: ItemsContext, dataset: string, fresh: () => Promise<Listing>): Promise<Listing> {
  const kept = ListingSchema.safeParse(recall(`listing ${key}`))
  if (fixed && kept.success) return kept.data
  try {
    const listing = await fresh()
    remember(`listing ${key}`, listing)
    return listing
  } catch (error) {
    if (!kept.success || !(error instanceof HarnessError) || error.code !== 'network') throw error
    onWarning?.('dataset-not-asked', `${error.message}; ${dataset} is taken as it was listed before, at ${kept.data.sha.slice(0, 12)}`)
    return kept.data
  }
}

async function list(endpoint: string, dataset: string, revision: string, asking: AskOptions): Promise<Listing> {
  const info = await json(`${endpoint}/api/datasets/${dataset}${revision === 'main' ? '' : `/revision/${encodeURIComponent(revision)}`}`, InfoSchema, asking)
  const files: DataFile[] = []
  let page: string | undefined = `${endpoint}/api/datasets/${dataset}/tree/${info.value.sha}?recursive=true`
  for (let i = 0; page !== undefined; i++) {
    if (i >= MOST_PAGES) throw new HarnessError('network', `${asking.what}: the list of files of ${dataset} does not end`)
    const { value, link }: { value: z.output<typeof TreeSchema>; link: string | null } = await json(page, TreeSchema, asking)
    for (const { type, path, size } of value) if (type === 'file') files.push(size === undefined ? { path } : { path, size })
    page = nextPage(link, page, endpoint)
  }
  return { sha: info.value.sha, files, configs: (info.value.cardData?.configs ?? []).map(declared) }
}

function declared({
  config_name: name,
  data_files: data = [],
  default: isDefault,
}: {
  config_name: string
  data_files?: z.output<typeof DataFilesSchema> | undefined
  default?: boolean | undefined
}): Listing['configs'][number] {
  // prettier-ignore
  const splits: Record<string, string[]> = {}
  for (const entry of typeof data === 'string' ? [data] : data) {
    const { split, path } = typeof entry === 'string' ? { split: 'train', path: entry } : entry
    splits[split] = [...(splits[split] ?? []), ...(typeof path === 'string' ? [path] : path)]
  }
  return { name, splits, ...(isDefault === undefined ? {} : { isDefault }) }
}

async function json<T>(address: string, schema: z.ZodType<T>, options: AskOptions): Promise<{ value: T; link: string | null }> {
  const response = await ask(address, options)
  const parsed = schema.safeParse(await response.json().catch(() => undefined))
  if (!parsed.success)
    throw new HarnessError('protocol', `${options.what}: ${new URL(address).host} did not answer as a hub does: ${z.prettifyError(parsed.error)}`)
  return { value: parsed.data, link: response.headers.get('link') }
}

/** `<address>; rel="next"`, on the same server. */
function nextPage(link: string | null, from: string, endpoint: string): string | undefined {
  const target = /<([^>]{1,4000})>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1]
  if (target === undefined) return undefined
  const url = new URL(target, from)
  return url.origin === new URL(endpoint).origin ? url.href : undefined
}

function filesOf(
  layout: ReadonlyMap<string, ReadonlyMap<string, readonly DataFile[]>>,
  dataset: string,
  config: string | undefined,
  split: string,
  what: string,
): readonly DataFile[] {
  // prettier-ignore
  const names = [...layout.keys()]
  const chosen = config ?? (names.length === 1 ? names[0] : names.find((name) => name === 'default' || name === 'main'))
  const splits = chosen === undefined ? undefined : layout.get(chosen)
  if (names.length === 0)
    throw new HarnessError('data', `${what}: ${dataset} has no files of questions (JSON lines, JSON, CSV, TSV or Parquet)`, {
      hint: 'revision: refs/convert/parquet often has them',
    })
  if (splits === undefined) {
    const guess = config === undefined ? undefined : nearest(config, names)
    const message =
      config === undefined
        ? `${dataset} has several configurations; name one`
        : `${dataset} has no configuration "${config}"${guess === undefined ? '' : `; did you mean ${guess}?`}`
    throw new HarnessError('data', `${what}: ${message}`, { hint: `configurations: ${some(names)}` })
  }
  const files = splits.get(split)
  if (files !== undefined) return files
  throw new HarnessError('data', `${what}: ${dataset} has no split "${split}"${config === undefined ? '' : ` in the configuration ${config}`}`, {
    hint: `splits: ${some([...splits.keys()])}`,
  })
}

const some = (names: readonly string[]): string => (names.length <= 40 ? names.join(', ') : `${names.slice(0, 40).join(', ')} and ${names.length - 40} more`)
