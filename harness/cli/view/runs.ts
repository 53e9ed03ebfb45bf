/** What the list of runs shows of each; read from the analysis beside the record, and again only where that has changed. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { listRuns } from '../../run/index.ts'
import type { RunLine } from '../../../reports/html/browse.ts'

export class RunList {
  readonly #known = new Map<string, { stamp: string; told: Told | undefined }>()
  readonly #out: string

  constructor(out: string) {
    this.#out = out
  }

  /** Newest first. */
  async lines(): Promise<RunLine[]> {
    const runs = await listRuns(this.#out)
    return runs.map((run): RunLine => ({ ...run, ...(this.#told(run.dir) ?? { models: [], verdicts: [] }) })).toReversed()
  }

  #told(dir: string): Told | undefined {
    const path = join(dir, 'analysis.json')
    const found = statSync(path, { throwIfNoEntry: false })
    const stamp = found === undefined ? '' : `${found.size} ${found.mtimeMs} ${found.ino}`
    const known = this.#known.get(path)
    if (known?.stamp === stamp) return known.told
    const told = stamp === '' ? undefined : ToldSchema.safeParse(tryJson(path)).data
    this.#known.set(path, { stamp, told })
    return told
  }
}

// --- internal ---

const ToldSchema = z.object({
  models: z.array(z.object({ id: z.string(), name: z.string(), role: z.enum(['teacher', 'student', 'control']) })),
  verdicts: z.array(z.object({ student: z.string(), decision: z.enum(['replace', 'keep-teacher', 'undecided']) })),
})
type Told = z.infer<typeof ToldSchema>

function tryJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
