/** Which files of a dataset are which split of which configuration: as its card declares, else by their names. */
import { formatOf } from './rows.ts'

export interface DataFile {
  readonly path: string
  readonly size?: number | undefined
}
export interface DeclaredConfig {
  readonly name: string
  /** Patterns of paths by split. */
  readonly splits: Readonly<Record<string, readonly string[]>>
  readonly isDefault?: boolean | undefined
}

/** Configuration → split → files in the order of their names. */
export type Layout = ReadonlyMap<string, ReadonlyMap<string, readonly DataFile[]>>

export function layOut(files: readonly DataFile[], configs: readonly DeclaredConfig[]): Layout {
  const data = files.filter(({ path }) => formatOf(path) !== undefined && !NOT_DATA.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1))
  const layout = new Map<string, Map<string, DataFile[]>>()
  const add = (config: string, split: string, file: DataFile): void => {
    const splits = layout.get(config) ?? new Map<string, DataFile[]>()
    layout.set(config, splits.set(split, [...(splits.get(split) ?? []), file]))
  }
  for (const { name, splits } of configs)
    for (const [split, patterns] of Object.entries(splits))
      for (const file of data) if (patterns.some((pattern) => matches(pattern, file.path))) add(name, split, file)
  if (layout.size > 0) return layout
  for (const file of data) add(...byName(file.path), file)
  return layout
}

/** `*` stands for anything but a slash, `**` for anything, `?` for one character; time is the product of both lengths. */
export function matches(pattern: string, path: string): boolean {
  const tokens = pattern.replace(/^\.\//, '').match(/\*\*\/?|\*|\?|[^*?]/gs) ?? []
  // at which positions of the path the tokens so far may end
  let ends = Array.from({ length: path.length + 1 }, (_, i) => i === 0)
  for (const token of tokens) {
    const before = ends
    ends = Array.from<boolean>({ length: path.length + 1 }).fill(false)
    for (let i = 0; i <= path.length; i++) {
      if (token.startsWith('**')) ends[i] = before[i]! || (i > 0 && ends[i - 1]!)
      else if (token === '*') ends[i] = before[i]! || (i > 0 && ends[i - 1]! && path[i - 1] !== '/')
      else ends[i] = i > 0 && before[i - 1]! && (token === '?' ? path[i - 1] !== '/' : path[i - 1] === token)
    }
  }
  return ends[path.length]!
}

// --- internal ---

/** Files that describe the dataset. */
const NOT_DATA = /(?:^|\/)(?:dataset_infos?|config|metadata|package|\.[^/]*)\.json$|(?:^|\/)\./

const SPLITS = 'train|test|validation|valid|val|dev|eval'

/** `main/test-00000-of-00001.parquet`, `data/test.jsonl`, `en/test/0000.parquet`, `math_test.csv`. */
function byName(path: string): [config: string, split: string] {
  const folders = path.split('/')
  const file = (folders.pop() ?? '').replace(/\.gz$/, '').replace(/\.[a-z]+$/i, '')
  const name = file.replace(/[-_]\d{1,6}[-_]of[-_]\d{1,6}$/, '')
  const own = new RegExp(`(?:^|[-_.])(${SPLITS})(?:$|[-_.]\\d*$)`).exec(name)?.[1]
  const folder = folders.at(-1)
  const fromFolder = own === undefined && folder !== undefined && new RegExp(`^(?:${SPLITS})$`).test(folder) ? folders.pop() : undefined
  const rest = own === undefined ? '' : name.slice(0, name.lastIndexOf(own)).replace(/[-_.]+$/, '')
  const config = folders.filter((part) => part !== 'data').join('/') || rest || 'default'
  return [config, own ?? fromFolder ?? (name === '' || /^\d+$/.test(name) ? 'train' : name)]
}
