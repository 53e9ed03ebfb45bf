/**
 * What history reads of each record: a few hundred bytes of what may be hundreds of kilobytes. They are kept in one file beside
 * the runs, each with the size and time of its record; a file that is missing, damaged or not writable costs time only.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export interface Head {
  id: string
  dir: string
  suite: string
  createdAt: string
  machine: Record<string, string>
}

/** Of each run of a folder; what is no record is passed over. */
export function headsOf(folder: string): Head[] {
  const known = readCache(folder)
  const now: Cache['heads'] = {}
  let news = 0
  const heads = namesIn(join(folder, 'runs')).flatMap((name): Head[] => {
    const dir = join(folder, 'runs', name)
    const stamp = stampOf(join(dir, RECORD))
    if (stamp === undefined) return []
    const old = known[name]
    const head = old?.stamp === stamp ? old : readHead(dir, stamp)
    if (head === undefined) return []
    if (head !== old) news += 1
    now[name] = head
    return [{ id: head.id, dir, suite: head.suite, createdAt: head.createdAt, machine: head.machine }]
  })
  if (news > 0) writeCache(folder, now)
  return heads
}

// --- internal ---

const RECORD = 'run.json'
const CACHE = 'history.cache.json'
/** Changes with what is kept of a record. */
const VERSION = 1
/** Bytes of a record that are read first. */
const BEGINNING = 32_768

const CachedSchema = z.object({ stamp: z.string(), id: z.string(), suite: z.string(), createdAt: z.string(), machine: z.record(z.string(), z.string()) })
const CacheSchema = z.object({ version: z.literal(VERSION), heads: z.record(z.string(), CachedSchema) })
type Cache = z.infer<typeof CacheSchema>

const RecordSchema = z.object({
  id: z.string(),
  createdAt: z.string(),
  suite: z.object({ name: z.string() }),
  environment: z.object({ host: z.record(z.string(), z.union([z.string(), z.number()])), node: z.string(), tool: z.string() }),
  backend: z.string().optional(),
})

function readHead(dir: string, stamp: string): z.infer<typeof CachedSchema> | undefined {
  const path = join(dir, RECORD)
  const beginning = RecordSchema.safeParse(beginningOf(path))
  const parsed = beginning.success ? beginning : RecordSchema.safeParse(tryJson(path))
  if (!parsed.success) return undefined
  const { id, createdAt, suite, environment, backend } = parsed.data
  const host = Object.entries(environment.host).filter(([key]) => key !== 'memoryBytes')
  const facts = host.map(([key, fact]) => [key, String(fact)] as const)
  const machine = { ...Object.fromEntries(facts), node: environment.node, tool: environment.tool, ...(backend === undefined ? {} : { backend }) }
  return { stamp, id, suite: suite.name, createdAt, machine }
}

/** A record down to its plan, as this tool lays it out: cells, which make it long, come after. Undefined where it looks otherwise. */
function beginningOf(path: string): unknown {
  const buffer = Buffer.alloc(BEGINNING)
  try {
    const file = openSync(path, 'r')
    try {
      const text = buffer.toString('utf8', 0, readSync(file, buffer, 0, BEGINNING, 0))
      const end = text.indexOf(',\n "plan": ')
      return end < 0 ? undefined : JSON.parse(`${text.slice(0, end)}}`)
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A record that is replaced is another file: its number in the file system tells it apart from one of the same size and time. */
function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true ? `${found.size} ${found.mtimeMs} ${found.ino}` : undefined
}

function readCache(folder: string): Cache['heads'] {
  return CacheSchema.safeParse(tryJson(join(folder, CACHE))).data?.heads ?? {}
}

/** Whole or not at all; of several processes the last one wins, and what it lacks is read again. */
function writeCache(folder: string, heads: Cache['heads']): void {
  const path = join(folder, CACHE)
  const temporary = `${path}.${randomUUID().slice(0, 8)}`
  try {
    writeFileSync(temporary, JSON.stringify({ version: VERSION, heads } satisfies Cache))
    renameSync(temporary, path)
  } catch {
    rmSync(temporary, { force: true })
  }
}

function tryJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
