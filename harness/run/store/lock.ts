/** One process at a time writes to a run. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { HarnessError } from '../../errors.ts'
import { storageError } from './errors.ts'

/**
 * Takes the run for this process and gives the function that lets it go. A lock whose process has ended is taken over, and
 * so is one from another host (in a container each start is one). Throws HarnessError `usage` while another process has it.
 */
export function lockRun(dir: string): () => void {
  const path = join(dir, 'lock')
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) })
  try {
    writeFileSync(path, own, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storageError(error, dir, 'write lock')
    const holder = readHolder(path)
    if (holder !== undefined)
      throw new HarnessError('usage', `run ${basename(dir)} is being written by process ${holder}`, { hint: 'wait for it, or stop it first' })
    try {
      writeFileSync(path, own)
    } catch (failure) {
      throw storageError(failure, dir, 'write lock')
    }
  }
  return () => rmSync(path, { force: true })
}

/** The process that is writing to the run, if there is one. */
export function holderOf(dir: string): number | undefined {
  return readHolder(join(dir, 'lock'))
}

// --- internal ---

const LockSchema = z.object({ pid: z.int().min(1), host: z.string(), started: z.string() })

/** The process that holds the lock, if it is there and running. */
function readHolder(path: string): number | undefined {
  const lock = LockSchema.safeParse(tryJson(path))
  if (!lock.success || lock.data.host !== hostname()) return undefined
  const { pid, started } = lock.data
  return isRunning(pid) && startOf(pid) === started ? pid : undefined
}

function tryJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' // it runs, as another user
  }
}

/** When a process started (Linux: clock ticks since boot), since numbers of processes are used again. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
