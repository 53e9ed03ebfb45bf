/** A copy of a dataset in a folder: found as the files of the hub are, by their names. */
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { HarnessError } from '../../errors.ts'
import { layOut, type Layout } from './splits.ts'

/** Which of the configurations the folder has; none: it does not tell them apart. */
export function localConfigs(folder: string, configs: readonly string[]): readonly string[] {
  const layout = layoutOf(folder)
  return configs.some((config) => layout.has(config)) ? configs : []
}

/** Files of a split, in order. Throws HarnessError `data` that names the splits that there are. */
export function localFiles(folder: string, config: string | undefined, split: string, what: string): readonly string[] {
  const layout = layoutOf(folder)
  // the folder may be that of the whole dataset, or of one configuration
  const splits = (config === undefined ? undefined : layout.get(config)) ?? layout.get('default') ?? (layout.size === 1 ? [...layout.values()][0] : undefined)
  const files = splits?.get(split)
  if (files !== undefined) return files.map(({ path }) => join(folder, path))
  const there = [...layout].flatMap(([name, found]) => [...found.keys()].map((one) => (layout.size === 1 ? one : `${name}/${one}`)))
  throw new HarnessError('data', `${what}: ${folder} holds no split "${split}"${config === undefined ? '' : ` of ${config}`}`, {
    hint: there.length === 0 ? `put ${split}.jsonl, .csv or .parquet into it` : `it holds ${there.slice(0, 20).join(', ')}`,
  })
}

// --- internal ---

function layoutOf(folder: string): Layout {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
  return layOut(paths.map((path) => ({ path })), []) // prettier-ignore
}
