import type { DataSource, Item } from '../../../harness/types.ts'
import { createWorkload, type WorkloadInput } from '../../../harness/workloads/index.ts'

export interface Collected {
  items: Item[]
  warnings: string[]
  sources: DataSource[]
}

/** All items of a workload, with what it said. */
export async function collect(input: object, dir: string, { seed = 1, signal }: { seed?: number; signal?: AbortSignal } = {}): Promise<Collected> {
  const found: Collected = { items: [], warnings: [], sources: [] }
  const context = {
    ...(signal === undefined ? {} : { signal }),
    onWarning: (code: string, message: string) => void found.warnings.push(`${code}: ${message}`),
    onSource: (source: DataSource) => void found.sources.push(source),
  }
  for await (const item of createWorkload({ id: 'w', ...input } as WorkloadInput, dir).items(seed, context)) found.items.push(item)
  return found
}
