/** Removes old runs. A run that is being written, or that a baseline names, stays whatever its age. */
import { randomUUID } from 'node:crypto'
import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { HarnessError } from '../../errors.ts'
import { storageError } from './errors.ts'
import { holderOf, lockRun } from './lock.ts'
import { listRuns } from './read.ts'

export interface PruneOptions {
  /** The newest so many runs of each suite stay. */
  keep?: number
  /** Runs of at most this age stay, milliseconds. */
  youngerThanMs?: number
  suite?: string
  /** Why a run stays, by its id: such as the baseline that names it. */
  named: ReadonlyMap<string, string>
  dryRun: boolean
  now: Date
}

export interface PrunedRun {
  id: string
  suite: string
  createdAt: string
  bytes: number
}

export interface Pruned {
  removed: PrunedRun[]
  /** Runs that were due and stay, with the reason. */
  kept: { id: string; why: string }[]
  /** Runs that were looked at. */
  runs: number
  bytes: number
}

/** A run goes where every limit that is given lets it go. Throws HarnessError `storage`; what was removed before stays removed. */
export async function pruneRuns(out: string, { keep = 0, youngerThanMs, suite, named, dryRun, now }: PruneOptions): Promise<Pruned> {
  const runs = (await listRuns(out)).filter((run) => suite === undefined || run.suite === suite)
  const newest = new Map<string, number>()
  const due = runs.toReversed().filter((run) => {
    const place = (newest.get(run.suite) ?? 0) + 1
    newest.set(run.suite, place)
    return place > keep && (youngerThanMs === undefined || now.getTime() - Date.parse(run.createdAt) > youngerThanMs)
  })
  if (!dryRun) sweep(out)
  const result: Pruned = { removed: [], kept: [], runs: runs.length, bytes: 0 }
  for (const { id, dir, suite: name, createdAt } of due.toReversed()) {
    const bytes = sizeOf(dir)
    const why = named.get(id) ?? (dryRun ? writtenBy(dir) : remove(out, dir))
    if (why !== undefined) result.kept.push({ id, why })
    else {
      result.removed.push({ id, suite: name, createdAt, bytes })
      result.bytes += bytes
    }
  }
  return result
}

// --- internal ---

/** What a killed prune has left behind begins with this. */
const GONE = '.pruned-'

function writtenBy(dir: string): string | undefined {
  const holder = holderOf(dir)
  return holder === undefined ? undefined : `process ${holder} is writing it`
}

/** The folder leaves `runs` in one step, so that nobody reads half a run. Gives the reason where it has to stay. */
function remove(out: string, dir: string): string | undefined {
  const holder = writtenBy(dir)
  if (holder !== undefined) return holder
  let unlock: () => void
  try {
    unlock = lockRun(dir)
  } catch (error) {
    if (error instanceof HarnessError && error.code === 'usage') return 'another process began to write it'
    throw error
  }
  const gone = join(out, `${GONE}${randomUUID()}`)
  try {
    renameSync(dir, gone)
    rmSync(gone, { recursive: true, force: true })
  } catch (error) {
    unlock()
    throw storageError(error, dir, 'remove a run')
  }
  return undefined
}

function sweep(out: string): void {
  try {
    for (const name of readdirSync(out)) if (name.startsWith(GONE)) rmSync(join(out, name), { recursive: true, force: true })
  } catch {
    // no folder, or not ours: nothing to sweep
  }
}

/** Bytes of the files below; links are not followed. */
function sizeOf(path: string): number {
  try {
    const entry = lstatSync(path)
    if (!entry.isDirectory()) return entry.size
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
  } catch {
    return 0 // gone meanwhile
  }
}
